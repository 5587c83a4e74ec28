# An order that was given back is taken back at its printer. Whatever happens
# on the way it ends cancelled or too late, the money goes back once, and
# nothing is made that could be stopped.
use v5.36;
use Test::More;
use TShop::Paid qw(live_orders order_row);
use TShop::Till;

# Nobody hears of anything but by this test; between two tries there is time.
my $till = TShop::Till->boot(muted => 1, settings => { TSHOP_JOB_BACKOFF => '30s', TSHOP_JOB_PARALLEL => 64 });
my $shop = $till->shop;
my $admin = $shop->admin;
my $LATE_MS = 20_600;    # we wait for 20 s

my %ada = (printful => $shop->shopper(tier => 'premium'), printify => $shop->shopper);
my %cancel = (printful => '^DELETE /orders/\d+$', printify => '^POST /v1/shops/\w+/orders/\w+/cancel\.json$');
my %read = (printful => '^GET /orders/\d+$', printify => '^GET /v1/shops/\w+/orders/\w+\.json$');
my %found = (printful => '^GET /orders/@', printify => '^GET /v1/shops/\w+/orders\.json');
my %create = (printful => '^POST /orders$', printify => '^POST /v1/shops/\w+/orders\.json$');

sub fault ($printer, $match, %how) { $till->fault(provider => $printer, match => $match, %how) }
sub job ($it, $kind, $what) { $shop->sql("SELECT $what FROM jobs WHERE order_id = '$it->{id}' AND kind = '$kind'") }
sub hurry ($it, $kind) {
    $shop->sql("DELETE FROM provider_states; UPDATE jobs SET run_at = now() WHERE order_id = '$it->{id}' AND kind = '$kind' AND state = 'queued'
        AND run_at > now(); SELECT pg_notify('tshop_jobs', '')");
}
sub is_at ($it, $pattern, $seconds = 20) { $shop->until_so($seconds, sub { order_row($shop, $it->{id}) =~ $pattern }) }
sub cases ($it, $state = 'open') {
    $shop->sql("SELECT coalesce(string_agg(kind, ' ' ORDER BY kind), '') FROM cases WHERE order_id = '$it->{id}' AND state = '$state'");
}

# A paid order on its way to that printer, as far as it was to come: 'unknown',
# 'draft', or accepted.
sub placed ($printer, $far) {
    local $till->{ada} = $ada{$printer};
    my $it = $till->charged;
    $till->ada->post('/payments/confirm', { orderId => $it->{id} });
    fault($printer, $read{$printer}, status => 503) if $far eq 'draft';
    fault($printer, $create{$printer}, drop => 'after') if $far eq 'unknown';
    $shop->sql("UPDATE orders SET hold_until = now() WHERE id = '$it->{id}'");
    hurry($it, 'submit_order');
    my $is = $far eq 'accepted' ? qr/^processing (?:accepted|in_production) $printer/ : qr/^paid $far $printer/;
    is_at($it, $is) or BAIL_OUT("$printer, $far: " . order_row($shop, $it->{id}));
    $shop->until_so(5, sub { job($it, 'submit_order', 'state') ne 'running' });
    return { %$it, printer => $printer, who => $till->ada, number => $it->{orderNumber} };
}
sub given_back ($it) {
    is $admin->post("/orders/$it->{id}/refund", { reason => 'no longer wanted' })->status, 200, "$it->{what}: given back";
    ok is_at($it, qr/^refunded/), "$it->{what}: refunded" or diag order_row($shop, $it->{id});
}
# Asked again as often as it takes.
sub settled ($it, $seconds = 20) {
    ok $shop->until_so($seconds, sub {
        return 1 if job($it, 'cancel_print', 'state') eq 'done';
        hurry($it, 'cancel_print');
        return 0;
    }), "$it->{what}: settled" or diag job($it, 'cancel_print', "state || ' ' || attempts || ' ' || last_error");
}
sub ends ($it, $as, $cases) {
    my @live = live_orders($shop, $it->{number});
    like order_row($shop, $it->{id}), qr/^refunded (?:$as)/, "$it->{what}: ends $as";
    is scalar(@live), $as eq 'cancelled' ? 0 : 1, "$it->{what}: as at the printer";
    is cases($it), $cases, "$it->{what}: a human is told " . ($cases || 'nothing');
    my $seen = $it->{who}->get("/orders/$it->{id}")->data;
    is $seen->{status}, 'refunded', "$it->{what}: its buyer sees it refunded";
    like $seen->{fulfillment}{status}, qr/^(?:$as)$/, "$it->{what}: and what became of it";
}

# ---- every way that asking may fail, wherever it can be cancelled ----
my %ways = (
    'at once'     => {},
    'cut before'  => { drop => 'before' },
    'cut after'   => { drop => 'after' },
    '500'         => { status => 500 },
    '502'         => { status => 502 },
    '504'         => { status => 504 },
    '429'         => { status => 429, headers => { 'Retry-After' => '3' } },
    'garbage'     => { status => 200, body => '<html>' },
);
my (@all, @slow);
for my $at ([ printful => 'draft' ], [ printful => 'accepted' ], [ printify => 'draft' ]) {
    my ($printer, $far) = @$at;
    my $it = placed($printer, $far);
    $it->{what} = "$printer, $far, slow";
    fault($printer, $cancel{$printer}, delayMs => $LATE_MS);
    given_back($it);
    ok $shop->until_so(10, sub { !@{ $shop->sandbox->get('/_sandbox/faults')->json } }), "$it->{what}: asked";
    push @slow, $it;
    for my $way (sort keys %ways) {
        my $it = placed($printer, $far);
        $it->{what} = "$printer, $far, $way";
        fault($printer, $cancel{$printer}, %{ $ways{$way} }) if %{ $ways{$way} };
        given_back($it);
        push @all, $it;
        if ($way !~ /^(?:at once|garbage|429)$/) {
            ok $shop->until_so(10, sub { job($it, 'cancel_print', "state = 'queued' AND attempts = 1") eq 't' }), "$it->{what}: nobody knows";
            my $seen = $it->{who}->get("/orders/$it->{id}")->data;
            is "$seen->{status} $seen->{fulfillment}{status}", "refunded $far", "$it->{what}: its buyer sees no more than that";
            is $it->{who}->post("/orders/$it->{id}/cancel", {})->code, 'INVALID_ORDER_STATE', "$it->{what}: and cannot ask again";
        }
        settled($it);
        ends($it, 'cancelled', '');
        is_deeply $shop->sandbox->get('/_sandbox/faults')->json, [], "$it->{what}: and it happened";
    }
}

# ---- a draft that is removed is not there to be cancelled again ----
for my $printer (qw(printful printify)) {
    my $it = placed($printer, 'draft');
    $it->{what} = "$printer, removed";
    fault($printer, $cancel{$printer}, drop => 'after');
    given_back($it);
    $shop->until_so(10, sub { job($it, 'cancel_print', "state = 'queued' AND attempts = 1") eq 't' });
    fault($printer, $_, status => 404) for $cancel{$printer}, $read{$printer};
    settled($it);
    ends($it, 'cancelled', '');
    push @all, $it;
}

# ---- nobody knows whether it is there at all ----
for my $printer (qw(printful printify)) {
    for my $there (1, 0) {
        my $it = placed($printer, 'unknown');
        $it->{what} = "$printer, " . ($there ? 'there after all' : 'not there');
        $shop->sandbox->post("/_sandbox/$printer/orders/\@$it->{number}/cancel", {}) if !$there;
        fault($printer, $found{$printer}, status => 503);
        given_back($it);
        ok $shop->until_so(10, sub { job($it, 'cancel_print', "state = 'queued' AND attempts = 1") eq 't' }), "$it->{what}: nobody knows";
        settled($it);
        ends($it, 'cancelled', '');
        push @all, $it;
    }
}

# ---- too late: heard only when asked again ----
for my $way ('at once', 'cut after') {
    my $it = placed('printify', 'accepted');
    $it->{what} = "printify, too late, $way";
    fault('printify', $cancel{printify}, %{ $ways{$way} }) if %{ $ways{$way} };
    given_back($it);
    settled($it);
    ends($it, 'accepted|in_production', 'print_not_cancelled');
    push @all, $it;
}

# ---- given up by the printer, and perhaps mended there ----
for my $at ([ printful => 'cancelled', '' ], [ printify => 'failed', 'print_failed print_not_cancelled' ]) {
    my ($printer, $as, $cases) = @$at;
    my $it = placed($printer, 'accepted');
    $it->{what} = "$printer, failed there";
    $shop->sandbox->post("/_sandbox/$printer/orders/\@$it->{number}/fail", {});
    $shop->sql("ALTER TABLE fulfillments DISABLE TRIGGER fulfillments_touch;
        UPDATE fulfillments SET updated_at = now() - interval '1 hour' WHERE order_id = '$it->{id}';
        ALTER TABLE fulfillments ENABLE TRIGGER fulfillments_touch;
        UPDATE jobs SET state = 'queued', attempts = 0, run_at = now() WHERE kind = 'poll_fulfillment'; SELECT pg_notify('tshop_jobs', '')");
    ok is_at($it, qr/^processing failed/), "$it->{what}: we know" or diag order_row($shop, $it->{id});
    given_back($it);
    settled($it);
    ends($it, $as, $cases);
    push @all, $it;
}

# ---- nobody knows for long: a human is told, and the poll asks on ----
my $it = placed('printful', 'accepted');
$it->{what} = 'printful, away';
fault('printful', $cancel{printful}, drop => 'before', count => 4);
given_back($it);
ok $shop->until_so(20, sub { hurry($it, 'cancel_print'); cases($it) eq 'print_cancel_unknown' }), 'away for long: a human is told';
$shop->sql("UPDATE jobs SET state = 'dead' WHERE order_id = '$it->{id}' AND kind = 'cancel_print' AND state = 'queued'");
is job($it, 'cancel_print', 'state'), 'dead', 'the job has given up';
$till->mend;
$shop->sql("DELETE FROM provider_states; UPDATE jobs SET state = 'queued', attempts = 0, run_at = now() WHERE kind = 'poll_fulfillment'; SELECT pg_notify('tshop_jobs', '')");
settled($it);
ends($it, 'cancelled', '');
is cases($it, 'closed'), 'print_cancel_unknown', 'and the case is over';
push @all, $it;

# ---- those that were slow ----
for my $it (@slow) {
    settled($it, 40);
    ends($it, 'cancelled', '');
    push @all, $it;
}

# ---- the printers' own news of it, twice; and nothing went back twice ----
for my $hook (grep { $_->{provider} =~ /^print/ && keys %{ $_->{headers} } } @{ $shop->sandbox->get('/_sandbox/webhooks')->json }) {
    $till->deliver($hook) for 1 .. 2;
}
ok $till->settle(60, 'settle_print_webhook'), 'their news are heard';
my (%back, @wrong);
$back{ $_->{payment_intent} } += $_->{amount} for $till->stripe_list('/v1/refunds');
for my $it (@all) {
    my $minor = sprintf '%.0f', 100 * $it->{totalAmount};
    push @wrong, "$it->{what}: " . ($back{ $it->{ref} } // 0) . " of $minor" if ($back{ $it->{ref} } // 0) != $minor;
    push @wrong, "$it->{what}: " . order_row($shop, $it->{id}) if order_row($shop, $it->{id}) !~ /^refunded/;
}
is_deeply \@wrong, [], 'the money of all ' . @all . ' went back once';
is $shop->sql('SELECT count(*) FROM refunds'), scalar(@all), 'by one refund each';
is $till->invariants, '', 'nothing is amiss';
done_testing;
