# Each call of a submission, at both printers, meets each kind of failure:
# afterwards there is one live order at one printer, and where another printer
# was asked there was proof that the first one has nothing.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order live_orders order_row);
use Time::HiRes qw(time);

# The printers' own webhooks stay away: nobody else moves the order on. Many
# hands, so that those who wait for a slow call leave some for the others.
my $shop = TShop->boot(settings => { TSHOP_PUBLIC_URL => 'https://127.0.0.1:9', TSHOP_JOB_PARALLEL => 64 });
my $sandbox = $shop->sandbox;
my $LATE_MS = 20_600;    # we wait for 20 s

# Every call: whose, which, and what has to go before so that it is made.
my $lost = { drop => 'after' };
my $whole = { delayMs => 1 };
my %calls = (
    printful => {
        'the quote'      => [ 'POST /orders/estimate-costs$' ],
        'the look-up'    => [ 'GET /orders/@' ],
        'creating'       => [ 'POST /orders$' ],
        'looking again'  => [ 'GET /orders/@', [ 'POST /orders$' => $lost ], [ 'GET /orders/@' => $whole ] ],
        'reading back'   => [ 'GET /orders/\d+$' ],
        'confirming'     => [ 'POST /orders/\d+/confirm$' ],
    },
    printify => {
        'the price'      => [ 'GET /v1/shops/\w+/products' ],
        'the shipping'   => [ 'POST /v1/shops/\w+/orders/shipping\.json$' ],
        'creating'       => [ 'POST /v1/shops/\w+/orders\.json$' ],
        'looking again'  => [ 'GET /v1/shops/\w+/orders\.json', [ 'POST /v1/shops/\w+/orders\.json$' => $lost ] ],
        'reading back'   => [ 'GET /v1/shops/\w+/orders/\w+\.json$' ],
        'confirming'     => [ 'POST /v1/shops/\w+/orders/\w+/send_to_production\.json$' ],
    },
);
my %ways = (
    'cut before'  => { drop => 'before' },
    'cut after'   => { drop => 'after' },
    '500'         => { status => 500 },
    '502'         => { status => 502 },
    '503'         => { status => 503 },
    '504'         => { status => 504 },
    '429'         => { status => 429, headers => { 'Retry-After' => '7' } },
    '400'         => { status => 400 },
    'garbage'     => { status => 200, body => '<html>{"id": 1, "result"' },
    'another one' => { status => 200, body => '[{"id": [], "result": null}]' },
);
# Who makes it: the other printer where nothing was sent to the first one, or
# where its no is proven; a reading whose line was cut is read again at once.
sub maker ($first, $call, $way) {
    my $asks = $calls{$first}{$call}[0] =~ /^GET/;
    my $before = $call =~ /^the/ ? !($asks && $way =~ /^cut/) && !($call eq 'the price' && $way eq 'another one')
        : $call eq 'creating' && $way =~ /^(?:400|500|503)$/;
    return $before ? $first eq 'printful' ? 'printify' : 'printful' : $first;
}

sub fault ($printer, $match, $how) {
    $sandbox->post('/_sandbox/faults', { provider => $printer, match => "^$match", count => 1, %$how });
}
sub arm ($printer, $call, $how) {
    my ($match, @before) = @{ $calls{$printer}{$call} };
    fault($printer, @$_) for @before;
    fault($printer, $match, $how);
}
sub met ($id) { @{ $sandbox->get('/_sandbox/faults')->json } == 0 && job($id, 'state') ne 'running' }
sub job ($id, $what) { $shop->sql("SELECT $what FROM jobs WHERE order_id = '$id' AND kind = 'submit_order'") }

# Until it is printed; whatever waits for another time has it now, every bucket
# is full, and no breaker rests.
sub printed ($id, $seconds = 20) {
    return $shop->until_so($seconds, sub {
        return 1 if order_row($shop, $id) =~ /^processing/;
        $shop->sql("DELETE FROM provider_states;
            UPDATE jobs SET run_at = now() WHERE order_id = '$id' AND kind = 'submit_order' AND state = 'queued' AND run_at > now();
            SELECT pg_notify('tshop_jobs', '')");
        return 0;
    });
}

my %placed;    # number of order => where it was to be made
sub place ($printer) {
    my ($id, $number) = paid_order($shop, tier => $printer eq 'printful' ? 'premium' : 'registered');
    $placed{$number} = $printer;
    return ($id, $number);
}

# One live order, which is confirmed and the one that we know; nothing of the
# money is moved, and its buyer is told once. By whom it is made.
sub one_order ($id, $number, $what) {
    my @live = live_orders($shop, $number);
    return fail("$what: there are " . @live . ' live orders') || undef if @live != 1;
    my $live = $live[0];
    is $shop->sql("SELECT string_agg(provider || ' ' || provider_order_id, ', ') FROM fulfillments
        WHERE order_id = '$id' AND status NOT IN ('failed', 'cancelled')"), "$live->{printer} $live->{id}", "$what: one, which we know";
    my $confirmed = $live->{status} =~ /^(?:pending|inprocess|sending-to-production|in-production)$/ ? 'confirmed' : $live->{status};
    is $confirmed . $shop->sql("SELECT ', ' || status || ', ' || (SELECT count(*) FROM refunds r WHERE r.order_id = o.id) || ' refunds, '
        || (SELECT count(*) FROM jobs j WHERE j.dedupe_key = 'mail:order-in-production:' || o.id) || ' letter'
        FROM orders o WHERE id = '$id'"), 'confirmed, processing, 0 refunds, 1 letter', "$what: confirmed, paid for, told once";
    return $live->{printer};
}

sub why ($id) { order_row($shop, $id) . ' ' . job($id, "state || ' ' || attempts || ' ' || coalesce(last_error, '')") }

for my $printer (qw(printful printify)) {
    for my $call (sort keys %{ $calls{$printer} }) {
        for my $way (sort keys %ways) {
            my $what = "$printer, $call, $way";
            arm($printer, $call, $ways{$way});
            my ($id, $number) = place($printer);
            if ($way eq '429') {
                ok $shop->until_so(15, sub { met($id) || printed($id, 0) }), "$what: met";
                cmp_ok job($id, 'extract(epoch FROM run_at - now())'), '>', 5, "$what: it waits as told" if job($id, 'state') eq 'queued';
            }
            ok printed($id), $what or diag why($id);
            my $maker = one_order($id, $number, $what) // next;
            is $maker, maker($printer, $call, $way), "$what: made by $maker";
            is_deeply $sandbox->get('/_sandbox/faults')->json, [], "$what: and it happened";
            $sandbox->delete('/_sandbox/faults');
            $shop->sql('DELETE FROM provider_states');
        }
    }
}

# ---- slow: each call of another order, all of them waiting at once ----
my @slow;
for my $printer (qw(printful printify)) {
    for my $call (sort keys %{ $calls{$printer} }) {
        my $what = "$printer, $call, slow";
        arm($printer, $call, { delayMs => $LATE_MS });
        push @slow, [ $printer, $call, place($printer) ];
        ok $shop->until_so(15, sub { !printed($slow[-1][2], 0) && !@{ $sandbox->get('/_sandbox/faults')->json } }), "$what: met"
            or diag $sandbox->get('/_sandbox/faults')->body, why($slow[-1][2]);
    }
}
for (@slow) {
    my ($printer, $call, $id, $number) = @$_;
    my $what = "$printer, $call, slow";
    ok printed($id, 60), $what or diag why($id);
    is one_order($id, $number, $what), maker($printer, $call, 'slow'), "$what: made by the right one";
}

# ---- nobody else was asked without proof ----
# Each creation and look-up, in order, and what the printer said; nothing where
# nobody heard it.
my %asked;
for my $printer (qw(printful printify)) {
    for my $call (@{ $sandbox->get("/_sandbox/calls?provider=$printer")->json }) {
        my $is = "$call->{method} $call->{path}";
        my $creates = $is =~ m{^POST (?:/v1/shops/\w+)?/orders(?:\.json)?$};
        my $number = $creates ? $call->{body}{external_id} : $is =~ m{^GET /orders/@([\w-]+)} ? $1 : next;
        push @{ $asked{ $number =~ s/-\d$//r } }, { printer => $printer, at => $call->{at}, creates => $creates, status => $call->{status} // 0 };
    }
}
my @unproven;
for my $number (sort keys %placed) {
    my @creations = grep { $_->{creates} } sort { $a->{at} cmp $b->{at} } @{ $asked{$number} };
    for my $i (1 .. $#creations) {
        my ($was, $then) = @creations[ $i - 1, $i ];
        next if $was->{printer} eq $then->{printer};
        push @unproven, "$number: $was->{printer} $was->{status}" if $was->{status} !~ /^(?:4\d\d|500|503)$/;
        push @unproven, "$number: nobody looked" if $was->{printer} eq 'printful' && !grep {
            !$_->{creates} && $_->{status} == 404 && $_->{at} ge $was->{at} && $_->{at} le $then->{at} } @{ $asked{$number} };
    }
}
is_deeply \@unproven, [], 'nobody else was asked without proof';
is $shop->sql(q{SELECT count(*) FROM orders o WHERE 1 <> (SELECT count(*) FROM fulfillments f
    WHERE f.order_id = o.id AND f.status NOT IN ('failed', 'cancelled'))}), 0, 'nothing is left';
is join("\n", grep { !/points/ } split /\n/, $shop->sql(TShop::Run::read_file($shop->source . '/schema/invariants.sql'))), '', 'nothing is amiss';
done_testing;
