# What printers tell: believed when signed, kept once, and applied forward only.
use v5.36;
use Test::More;
use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use List::Util 'shuffle';
use POSIX ();
use TShop;
use TShop::Paid qw(paid_order live_orders order_row);
use Time::HiRes qw(sleep);

my $shop = TShop->boot;
my $guest = $shop->guest;
my $sandbox = $shop->sandbox;
my $json = JSON::PP->new->canonical;

sub events () { $shop->sql('SELECT count(*) FROM webhook_events') }
sub printed ($id) { $shop->until_so(20, sub { order_row($shop, $id) =~ /^processing/ }) }
sub printful ($body, %o) {
    my $secret = $o{secret} // $shop->setting('PRINTFUL_WEBHOOK_SECRET');
    my $key = $secret =~ /^(?:[0-9a-f]{2})+$/i ? pack 'H*', $secret : $secret;
    return $guest->post('/fulfillment/webhooks/printful' . ($o{query} // ''), $body,
        $o{bare} ? () : ('X-Pf-Webhook-Signature' => hmac_sha256_hex($body, $key)));
}
sub printify ($body, %o) {
    my $key = $o{secret} // $shop->setting('PRINTIFY_WEBHOOK_SECRET');
    return $guest->post('/fulfillment/webhooks/printify', $body,
        $o{bare} ? () : ('X-Pfy-Signature' => 'sha256=' . hmac_sha256_hex($body, $key)));
}

# ---- forged ----
my ($id, $number) = paid_order($shop, tier => 'premium');
ok printed($id), 'an order is at Printful';
$shop->settle;
my $theirs = $shop->sql("SELECT provider_order_id FROM fulfillments WHERE order_id = '$id'");
my $before = events();
my $body = $json->encode({ type => 'order_canceled', occurred_at => '2026-11-26T18:03:20Z', retries => 0, store_id => 1,
    data => { reason => 'forged', order => { id => 0 + $theirs, external_id => $number, status => 'canceled' } } });
for my $try ([ 'another secret', \&printful, secret => 'ab' x 32 ], [ 'no signature', \&printful, bare => 1 ],
    [ 'a wrong secret in the query', \&printful, bare => 1, query => '?secret=abc' ],
    [ 'an empty secret', \&printful, bare => 1, query => '?secret=' ],
    [ 'another secret', \&printify, secret => 'no' ], [ 'no signature', \&printify, bare => 1 ]) {
    my ($what, $send, @how) = @$try;
    my $answer = $send->($body, @how);
    is $answer->status, 400, "forged with $what: refused";
    is $answer->code, 'INVALID_SIGNATURE', 'as such';
}
is events(), $before, 'nothing of it is kept';

# ---- signed, and false: the order itself is asked ----
is printful($body)->status, 200, 'a signed lie is kept';
is events(), $before + 1, 'once';
$shop->settle;
like order_row($shop, $id), qr/^processing (?:accepted|in_production)/, 'and not believed';
my $again = printful($body);
is $again->status, 200, 'told again';
ok $again->data->{received}, 'received';
is events(), $before + 1, 'kept once';
is printful($json->encode({ %{ $json->decode($body) }, retries => 3 }))->status, 200, 'a retry of it';
is events(), $before + 1, 'is the same event';

# ---- nonsense, well signed ----
for my $nonsense ('', 'null', '[1]', '{"type":', '"x"', '{}', '{"type":7,"data":[]}', '{"type":"order_created","data":{"order":{"id":{}}}}') {
    is printful($nonsense)->status, 200, "Printful says '$nonsense'";
    is printify($nonsense)->status, 200, "Printify says '$nonsense'";
}
is printful($json->encode({ type => 'order_updated', occurred_at => '2026-11-26T18:03:21Z', retries => 0,
    data => { order => { id => 1, external_id => 'not ours', status => 'fulfilled' } } }))->status, 200, 'an order of nobody';
ok $shop->until_so(10, sub { $shop->sql(q{SELECT count(*) FROM webhook_events WHERE state = 'received'}) eq '0' }),
    'nothing waits';

# ---- twenty copies at once ----
my $copy = $json->encode({ type => 'order_updated', occurred_at => '2026-11-26T18:03:22Z', retries => 0,
    data => { order => { id => 0 + $theirs, external_id => $number, status => 'pending' } } });
$before = events();
my @copies = map {
    my $pid = fork // die "fork: $!";
    POSIX::_exit(printful($copy)->status == 200 ? 0 : 1) if $pid == 0;
    $pid;
} 1 .. 20;
is scalar(grep { waitpid($_, 0); $? == 0 } @copies), 20, 'twenty copies at once are all answered';
is events(), $before + 1, 'and kept once';
cmp_ok $shop->sql(q{SELECT count(*) FROM jobs j JOIN webhook_events w ON j.dedupe_key = 'print_event:' || w.id
    WHERE w.received_at = (SELECT max(received_at) FROM webhook_events)}), '<=', 1, 'with one job, or none where one waits already';

# ---- version 1, by the secret in the URL ----
is printful($json->encode({ type => 'order_updated', created => 1795721000, retries => 0, store => 1,
    data => { order => { id => 0 + $theirs, external_id => $number, status => 'pending' } } }),
    bare => 1, query => '?secret=' . $shop->setting('PRINTFUL_WEBHOOK_SECRET'))->status, 200, 'version 1';

# ---- on its way ----
$sandbox->post("/_sandbox/printful/orders/\@$number/ship", { trackingNumber => '9400111', carrier => 'USPS' });
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^shipped shipped/ }), 'shipped';
is $shop->sql("SELECT order_fulfillment_json('$id') ->> 'trackingNumber'"), '9400111', 'with its number';
is $shop->sql("SELECT order_fulfillment_json('$id') ->> 'carrier'"), 'USPS', 'and carrier';
$sandbox->post("/_sandbox/printful/orders/\@$number/deliver", {});
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^delivered delivered/ }), 'delivered';

# ---- shuffled and repeated ----
my @all = @{ $sandbox->get('/_sandbox/webhooks')->json };
for my $hook (shuffle(map { ($_) x 2 } grep { $_->{provider} =~ /^print/ } @all)) {
    $sandbox->post("/_sandbox/webhooks/$hook->{id}/replay", {});
}
$shop->settle;
is order_row($shop, $id), 'delivered delivered printful', 'all of them again, in any order: the same end';
is $shop->sql("SELECT count(*) FROM shipments WHERE order_id = '$id'"), 1, 'one parcel';
is $shop->sql("SELECT string_agg(to_status, ' ' ORDER BY created_at, id) FROM order_events
    WHERE order_id = '$id' AND kind = 'status'"), 'pending paid processing fulfilled shipped delivered', 'every step once';
is $shop->sql("SELECT count(*) FROM jobs WHERE dedupe_key LIKE 'mail:order-%:$id'"), 4,
    'paid, in production, shipped, delivered: a letter each';

# ---- the same at Printify ----
($id, $number) = paid_order($shop);
ok printed($id), 'an order is at Printify';
$sandbox->post("/_sandbox/printify/orders/\@$number/ship", { trackingNumber => '9400222', carrier => 'usps' });
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^shipped shipped/ }), 'shipped';
$sandbox->post("/_sandbox/printify/orders/\@$number/deliver", {});
ok $shop->until_so(15, sub { order_row($shop, $id) =~ /^delivered delivered/ }), 'delivered';
is $shop->sql("SELECT string_agg(tracking_number || ' ' || status, ',') FROM shipments WHERE order_id = '$id'"), '9400222 delivered',
    'one parcel, with its number';

is $shop->sql("SELECT count(*) FROM cases"), 0, 'no case was opened for any of this';

done_testing;
