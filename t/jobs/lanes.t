# A slow printer holds its own share of a runner's hands, and nobody else's
# orders.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order live_orders order_row);
use Time::HiRes qw(time);

my $shop = TShop->boot;
my $sandbox = $shop->sandbox;
my ($SLOW_MS, $SOON_S) = (18_000, 13);
my %tier = (printful => 'premium', printify => 'registered');
my %other = (printful => 'printify', printify => 'printful');
my %create = (printful => '^POST /orders$', printify => '^POST /v1/shops/\w+/orders\.json$');
my %read = (printful => '^GET /orders/\d+$', printify => '^GET /v1/shops/\w+/orders/\w+\.json$');
my @placed;

sub place ($printer) {
    my ($id, $number) = paid_order($shop, tier => $tier{$printer});
    push @placed, my $it = { id => $id, number => $number, printer => $printer };
    return $it;
}
sub left ($fault) { my ($is) = grep { $_->{id} eq $fault->{id} } @{ $sandbox->get('/_sandbox/faults')->json }; $is ? $is->{count} : 0 }
sub slow ($printer, $match, $count) {
    my $answer = $sandbox->post('/_sandbox/faults', { provider => $printer, match => $match, delayMs => $SLOW_MS, count => $count });
    is $answer->status, 201, "$printer is slow at $match";
    return $answer->json;
}
sub is_at ($it, $pattern) { order_row($shop, $it->{id}) =~ $pattern }

# How often they may be asked is no matter here.
sub full () { $shop->sql('UPDATE provider_states SET tokens = 100, refilled_at = now()') }

for my $slow (qw(printful printify)) {
    my $quick = $other{$slow};
    # ---- orders ----
    my $fault = slow($slow, $create{$slow}, 8);
    place($slow) for 1 .. 8;
    ok $shop->until_so(10, sub { left($fault) <= 4 }), "$slow: takes its time with four of eight orders" or diag left($fault);
    my $began = time;
    my @others = map { place($quick) } 1 .. 6;
    ok $shop->until_so($SOON_S, sub { full(); !grep { !is_at($_, qr/^processing/) } @others }), "$slow: those of $quick are made meanwhile"
        or diag map { order_row($shop, $_->{id}) . "\n" } @others;
    note sprintf '%s is slow: 6 orders after %.1f s', $slow, time - $began;
    is_deeply [ grep { !is_at($_, qr/ $quick$/) } @others ], [], "$slow: at $quick";
    ok $shop->until_so(90, sub { full(); !grep { !is_at($_, qr/^(?:processing|shipped)/) } @placed }), "$slow: and in the end all are"
        or diag map { order_row($shop, $_->{id}) . ' ' . $shop->sql("SELECT coalesce(last_error, '') FROM jobs WHERE order_id = '$_->{id}' AND kind = 'submit_order'") . "\n" } @placed;
    $sandbox->delete('/_sandbox/faults');
    $shop->settle;

    # ---- their news ----
    my ($first) = grep { $_->{printer} eq $quick && !$_->{shipped} } @placed;
    my @slow = grep { is_at($_, qr/ $slow$/) } @placed;
    my %theirs = map { $_ => 1 } split /\n/, $shop->sql("SELECT provider_order_id FROM fulfillments WHERE provider = '$slow'");
    my $reading = slow($slow, $read{$slow}, 100);
    $shop->sql("INSERT INTO jobs (kind, order_id, ref, payload) SELECT 'settle_print_webhook', f.order_id, f.id, jsonb_build_object('event', gen_random_uuid())
        FROM fulfillments f, generate_series(1, 3) WHERE f.provider = '$slow' AND f.status IN ('accepted', 'in_production')");
    ok $shop->until_so(10, sub { left($reading) <= 96 }), "$slow: takes its time to tell" or diag left($reading);
    $began = time;
    is $sandbox->post("/_sandbox/$quick/orders/\@$first->{number}/ship", { trackingNumber => '94001', carrier => 'USPS' })->status, 200, "$quick ships one";
    $first->{shipped} = 1;
    ok $shop->until_so($SOON_S, sub { is_at($first, qr/^shipped/) }), "$slow: which is heard of meanwhile" or diag order_row($shop, $first->{id});
    note sprintf '%s is slow: shipped after %.1f s', $slow, time - $began;
    $sandbox->delete('/_sandbox/faults');
    $shop->sql("DELETE FROM jobs WHERE kind = 'settle_print_webhook' AND state = 'queued'; DELETE FROM provider_states");
    $shop->settle(60);
}

# ---- the poll ----
# The slow one has not been heard of for longest.
$shop->sql("ALTER TABLE fulfillments DISABLE TRIGGER fulfillments_touch;
    UPDATE fulfillments SET updated_at = now() - interval '1 hour' - CASE provider WHEN 'printful' THEN interval '1 minute' ELSE '0' END;
    ALTER TABLE fulfillments ENABLE TRIGGER fulfillments_touch");
my $away = $sandbox->post('/_sandbox/faults', { provider => 'printful', match => $read{printful}, drop => 'before', count => 100 });
$shop->sql("UPDATE jobs SET state = 'queued', attempts = 0, run_at = now() WHERE kind = 'poll_fulfillment'; SELECT pg_notify('tshop_jobs', '')");
ok $shop->until_so($SOON_S, sub {
    $shop->sql("SELECT count(*) FROM fulfillments WHERE provider = 'printify' AND status <> 'delivered' AND updated_at < now() - interval '1 minute'") eq '0';
}), 'the poll asks one printer while the other is away';
$sandbox->delete('/_sandbox/faults');

my @wrong = grep { live_orders($shop, $_->{number}) != 1 } @placed;
is_deeply \@wrong, [], 'each of ' . @placed . ' is made once';
done_testing;
