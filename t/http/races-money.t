# Everybody at once, about the same money: one charge, and never more given
# back than was taken.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use List::Util qw(shuffle sum0);
use TShop::Till;

my $till = TShop::Till->boot(settings => { TSHOP_WORKERS_FAST => 4, TSHOP_WORKERS_PATIENT => 6 });
my ($shop, $ada, $admin) = ($till->shop, $till->ada, $till->shop->admin);

# "201 x2, 409 CONFLICT x18": how often they said what.
sub said (@calls) {
    my %count;
    $count{$_}++ for TShop::Till->at_once(map { my $call = $_; sub { my $r = $call->(); $r->status . ($r->code ? ' ' . $r->code : '') } } @calls);
    return \%count;
}
sub told ($count) { join ', ', map { "$_ x$count->{$_}" } sort keys %$count }
sub only ($count, @may) { my %may = map { $_ => 1 } @may; !grep { !$may{$_} } keys %$count }

sub paid ($provider = 'stripe') {
    my $order = $till->charged($provider);
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    $till->state($order) eq 'paid' or die "not paid\n";
    return $order;
}
sub minor ($order) { int 100 * $order->{totalAmount} + 0.5 }
sub here ($order) { $shop->sql("SELECT coalesce(sum(amount), 0) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") }
sub differs ($order, $state) { $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$order->{id}' AND kind = 'refund-differs' AND state = '$state'") }
sub at_stripe ($order) { sum0 map { $_->{amount} } @{ $till->stripe(GET => "/v1/refunds?limit=100&payment_intent=$order->{ref}")->json->{data} } }
sub at_paypal ($order, $what) { @{ $till->paypal->get("/v2/checkout/orders/$order->{ref}")->json->{purchase_units}[0]{payments}{$what} // [] } }
sub charges ($order) { scalar grep { $_->{metadata}{order_id} eq $order->{id} && $_->{status} eq 'succeeded' } $till->stripe_list('/v1/payment_intents') }

subtest 'two tabs' => sub {
    $till->fill;
    my $count = said((sub { $ada->with->post('/orders/create', $till->where) }) x 2);
    ok only($count, '201', '409 CART_EMPTY', '409 CONFLICT') && $count->{201} == 1, 'one order, or a defined 409: ' . told($count);
    my ($order) = @{ $ada->get('/orders?limit=1')->data };
    $count = said((sub { $till->intent($order) }) x 10);
    ok only($count, '201', '502 PROVIDER_ERROR') && $count->{201}, 'ten ask for an intent: ' . told($count);
    my %ids = map { $_->{id} => 1 } grep { $_->{metadata}{order_id} eq $order->{id} } $till->stripe_list('/v1/payment_intents');
    is keys %ids, 1, 'Stripe has made one';
    my $it = $till->intent($order)->data;
    said((sub { $till->charge($it) }) x 2, (sub { $ada->with->post('/payments/confirm', { orderId => $order->{id} }) }) x 4);
    ok $shop->until_so(20, sub { $till->state($order) eq 'paid' }), 'both pay';
    is charges($order), 1, 'one charge';
    is $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'"), 0, 'nothing to give back';
};

subtest 'one tab pays by card, the other one by PayPal' => sub {
    for my $try (1 .. 3) {
        my $order = $till->order;
        my $stripe = $till->intent($order)->data;
        my $paypal = $till->intent($order, 'paypal')->data;
        # The card's intent was given up; its page is still open.
        TShop::Till->at_once(sub { $till->charge($stripe); '' }, sub { $till->charge($paypal); $ada->with->post('/payments/confirm', { orderId => $order->{id} }); '' });
        ok $shop->until_so(20, sub { $till->state($order) eq 'paid' }), 'the order is paid';
        $till->settle;
        is $shop->sql("SELECT sum(captured_amount) - sum(refunded_amount) FROM payments WHERE order_id = '$order->{id}'"), minor($order), 'once: what came twice went back';
        is $till->state($order), 'paid', 'and the order is none the less paid';
    }
};

subtest 'one key, twenty times' => sub {
    my $order = $till->order;
    my $count = said((sub { $till->intent($order, 'stripe', 'Idempotency-Key' => 'twenty') }) x 20);
    ok only($count, '201', '409 IDEMPOTENCY_IN_PROGRESS') && $count->{201}, 'an intent: ' . told($count);
    is scalar(grep { $_->{metadata}{order_id} eq $order->{id} } $till->stripe_list('/v1/payment_intents')), 1, 'Stripe has one';
    my $eve = $shop->shopper;
    $count = said((sub { $eve->with->post('/subscriptions/checkout', {}, 'Idempotency-Key' => 'twenty') }) x 20);
    ok only($count, '201', '409 IDEMPOTENCY_IN_PROGRESS') && $count->{201}, 'a subscription: ' . told($count);
    is scalar(grep { $_->{metadata}{user_id} eq $eve->{user}{id} } $till->stripe_list('/v1/customers')), 1, 'Stripe has one customer';
    is scalar(grep { ($_->{client_reference_id} // '') eq $eve->{user}{id} } $till->stripe_list('/v1/checkout/sessions')), 1, 'and one page';
    $order = paid();
    $count = said((sub { $admin->post("/orders/$order->{id}/refund", { amount => 5, reason => 'Torn' }, 'Idempotency-Key' => 'twenty') }) x 20);
    ok only($count, '200', '409 IDEMPOTENCY_IN_PROGRESS') && $count->{200}, 'an admin gives a part back: ' . told($count);
    ok $till->settle, 'it is asked for';
    is here($order), 500, 'one part is given back';
    is at_stripe($order), 500, 'by Stripe';
};

subtest 'PayPal: ten take the money' => sub {
    my $order = $till->charged('paypal');
    said((sub { $ada->with->post('/payments/confirm', { orderId => $order->{id} }) }) x 10);
    ok $shop->until_so(20, sub { $till->state($order) eq 'paid' }), 'the order is paid';
    is scalar(at_paypal($order, 'captures')), 1, 'it is taken once';
};

subtest 'PayPal: cancelled while it is taken' => sub {
    for my $try (1 .. 3) {
        my $order = $till->charged('paypal');
        said(shuffle(sub { $ada->with->post('/payments/confirm', { orderId => $order->{id} }) }, sub { $ada->with->post("/orders/$order->{id}/cancel", {}) }));
        ok $shop->until_so(20, sub { $till->state($order) eq 'cancelled' }), 'it ends cancelled';
        $till->settle;
        is sum0(map { $_->{amount}{value} } at_paypal($order, 'captures')), sum0(map { $_->{amount}{value} } at_paypal($order, 'refunds')), 'and no money is kept';
    }
};

subtest 'parts given back' => sub {
    my $order = paid();
    my $count = said((sub { $admin->post("/orders/$order->{id}/refund", { amount => 5, reason => 'Torn' }) }) x 20);
    ok only($count, '200', '409 CONFLICT') && $count->{200} == 5, 'twenty times 5 of 26.20: ' . told($count);
    ok $till->settle, 'all is asked for';
    is here($order), 2500, 'five are given back';
    is at_stripe($order), 2500, 'by Stripe';
    $count = said((sub { $admin->post("/orders/$order->{id}/refund", { reason => 'The rest' }) }) x 10, (sub { $ada->with->post("/orders/$order->{id}/cancel", {}) }) x 3);
    ok $till->settle, 'the rest, by many, and it is cancelled as well: ' . told($count);
    is here($order), minor($order), 'all of it';
    is at_stripe($order), minor($order), 'and no more';
};

subtest 'less is left than a cancelled order gives back' => sub {
    my $order = paid();
    kill STOP => $shop->runner;
    is $ada->with->post("/orders/$order->{id}/cancel", {})->status, 200, 'all of it is asked for';
    is $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=1000")->status, 200, 'while somebody gives back a part at Stripe';
    ok $shop->until_so(20, sub { differs($order, 'open') == 1 }), 'which the admin is told, since it is more than is left';
    kill CONT => $shop->runner;
    ok $shop->until_so(20, sub { here($order) == minor($order) }), 'what is left follows' or diag here($order);
    is differs($order, 'open') . differs($order, 'closed'), '01', 'the sums agree, and the case is closed';
    is at_stripe($order), minor($order), 'and Stripe has given back all';
    ok $till->settle, 'nothing waits';
};

subtest 'the job that hears so waits for the order, and holds nothing meanwhile' => sub {
    my $order = paid();
    kill STOP => $shop->runner;
    $ada->with->post("/orders/$order->{id}/cancel", {});
    $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=1000");
    my ($hook) = TShop::Till->at_once(
        sub { eval { $shop->sql(<<"END"); 1 } ? 'done' : "stuck: $@" },
            BEGIN;
            SELECT FROM orders WHERE id = '$order->{id}' FOR NO KEY UPDATE;
            SELECT pg_advisory_lock(6);
            DO 'BEGIN
                WHILE NOT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                    WHERE NOT l.granted AND a.usename = ''tshop_jobs'' AND a.datname = current_database()) LOOP
                    PERFORM pg_sleep(0.02), pg_stat_clear_snapshot();
                END LOOP;
            END';
            SELECT FROM payments WHERE order_id = '$order->{id}' FOR NO KEY UPDATE NOWAIT;
            COMMIT
END
        sub {
            my $held = $shop->until_so(10, sub { $shop->sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") });
            kill CONT => $shop->runner;
            return $held // '';
        });
    is $hook, 'done', 'whoever has the order gets its payment';
    ok $shop->until_so(20, sub { here($order) == minor($order) }), 'and what is left follows' or diag here($order);
};

subtest 'less is left of what came twice' => sub {
    my $order = $till->order;
    my $stripe = $till->intent($order)->data;
    kill STOP => $shop->runner;    # nobody calls the card's intent off
    my $paypal = $till->intent($order, 'paypal')->data;
    $till->charge($paypal);
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    is $till->state($order), 'paid', 'it is paid by PayPal';
    $till->charge($stripe);
    $order->{ref} = $stripe->{paymentIntentId};
    ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'") }), 'and by card, which is to be given back';
    $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=1000");
    kill CONT => $shop->runner;
    ok $shop->until_so(20, sub { at_stripe($order) == minor($order) && here($order) == minor($order) }), 'all of it is, though somebody was there before' or diag at_stripe($order), ' ', here($order);
    is $till->state($order), 'paid', 'and the order stays paid';
};

subtest 'given back here and at Stripe' => sub {
    for my $try (1 .. 3) {
        my $order = paid();
        my $count = said(shuffle(
            (sub { $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=1000") }) x 3,
            (sub { $admin->post("/orders/$order->{id}/refund", { amount => 10, reason => 'Torn' }) }) x 3,
            sub { $ada->with->post("/orders/$order->{id}/cancel", {}) }));
        ok $till->settle, 'all at once: ' . told($count);
        my $there = at_stripe($order);
        cmp_ok $there, '<=', minor($order), 'Stripe gives no more than it took';
        ok $shop->until_so(20, sub { here($order) == at_stripe($order) }), 'and we count what it gives' or diag here($order), ' ', at_stripe($order), ' ', $shop->sql("SELECT source, status, amount, provider_ref FROM refunds WHERE order_id = '$order->{id}'");
    }
};

subtest 'the last use of a coupon' => sub {
    $shop->sql("INSERT INTO coupons (code, kind, percent, max_uses) VALUES ('LASTONE', 'percent', 50, 1)");
    my @eager = map { my $who = $shop->shopper; $who->post('/cart/items', { %{ $till->{tee} }, quantity => 1 }); $who } 1 .. 8;
    my $count = said(map { my $who = $_; sub { $who->with->post('/orders/create', { %{ $till->where }, couponCode => 'LASTONE' }) } } @eager);
    is told($count), '201 x1, 422 VALIDATION_ERROR x7', 'is had by one';
};

is $till->invariants, '', 'nothing is broken';
is $shop->sql("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0, 'nothing was given up';
done_testing;
