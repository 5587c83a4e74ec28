# What the clock does about money: lost webhooks, unpaid orders, open refunds.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;
use JSON::PP ();

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60, TSHOP_UNPAID_LIFE => '3h' });
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));

sub order {
    $ada->post('/cart/items', { %$tee, quantity => 1 });
    return $ada->post('/orders/create', { shippingAddress => $shop->address })->data;
}
sub intent ($order) { $ada->post('/payments/create-intent', { orderId => $order->{id} })->data->{paymentIntentId} }
sub charge ($ref) { $shop->sandbox->post("/v1/payment_intents/$ref/confirm", 'payment_method=pm_card_visa', @form) }
sub row ($order) { $shop->sql("SELECT status FROM orders WHERE id = '$order->{id}'") }
sub cases ($order, $kind) { $shop->sql("SELECT string_agg(state, ',') FROM cases WHERE order_id = '$order->{id}' AND kind = '$kind'") }
sub run_now ($kind) {
    my $id = $shop->sql("INSERT INTO jobs (kind) VALUES ('$kind') RETURNING id") =~ s/\s//gr;
    $shop->until_so(20, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$id'") =~ /done|dead/ });
    return $shop->sql("SELECT state FROM jobs WHERE id = '$id'");
}
subtest 'an order that nobody paid' => sub {
    is $shop->sql("SELECT expires_at - created_at FROM orders WHERE id = '" . order()->{id} . "'"), '03:00:00', 'it has as long as the setting says';
    my ($order, $asked, $young) = (order(), order(), order());
    my $ref = intent($asked);
    $shop->sql("UPDATE orders SET expires_at = now() - interval '1 minute' WHERE id IN ('$order->{id}', '$asked->{id}')");
    is run_now('expire_orders'), 'done', 'the clock looks';
    is row($order), 'cancelled', 'it ends';
    is row($asked), 'cancelled', 'also one that was to be paid';
    is row($young), 'pending', 'a young one does not';
    ok $shop->until_so(20, sub { $shop->sandbox->get("/v1/payment_intents/$ref", @form)->json->{status} eq 'canceled' }), 'and its intent is called off';
    is $ada->post("/orders/$order->{id}/reorder")->data->{itemCount}, 1, 'its lines can be put back';
    $ada->delete('/cart/clear');
};

subtest 'an order whose webhook was lost' => sub {
    $shop->sandbox->delete('/_sandbox/faults');
    my $order = order();
    my $ref = intent($order);
    # Stripe charges while nobody listens.
    kill 'STOP', $_ for my @deaf = $shop->workers('fast');
    charge($ref);
    $shop->sql("UPDATE orders SET expires_at = now() - interval '1 minute' WHERE id = '$order->{id}'");
    is run_now('expire_orders'), 'done', 'the clock asks Stripe first';
    kill 'CONT', $_ for @deaf;
    is row($order), 'paid', 'and the order is paid, not ended';
    is $shop->sql("SELECT points FROM point_transactions WHERE reference_id = '$order->{id}'"), 20, 'with all that follows';
};

subtest 'reconciling' => sub {
    my $order = order();
    my $ref = intent($order);
    kill 'STOP', $_ for my @deaf = $shop->workers('fast');
    charge($ref);
    $shop->sql("ALTER TABLE payments DISABLE TRIGGER payments_guard; UPDATE payments SET updated_at = now() - interval '10 minutes' WHERE order_id = '$order->{id}';
        ALTER TABLE payments ENABLE TRIGGER payments_guard");
    is run_now('reconcile_payments'), 'done', 'the books are compared';
    kill 'CONT', $_ for @deaf;
    is row($order), 'paid', 'what was paid there is paid here';
    $shop->settle;
    $shop->sandbox->post('/v1/refunds', "payment_intent=$ref&amount=250", @form);
    is run_now('reconcile_payments'), 'done', 'again';
    is $shop->sql("SELECT refunded_amount FROM orders WHERE id = '$order->{id}'"), 250, 'what was given back there is given back here';
    is $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'"), 1, 'once';
};

subtest 'a refund that Stripe does not know' => sub {
    my ($order, $other) = (order(), order());
    for ($order, $other) {
        charge(intent($_));
        my $id = $_->{id};
        $shop->until_so(20, sub { row($_) eq 'paid' });
        $shop->admin->post("/orders/$id/refund", { amount => 5, reason => 'Torn' });
        ok $shop->until_so(20, sub { $shop->sql("SELECT status FROM refunds WHERE order_id = '$id'") eq 'succeeded' }), 'it was given back';
    }
    is run_now('reconcile_payments'), 'done', 'both books agree';
    is $shop->sql("SELECT count(*) FROM cases WHERE kind LIKE 'refund%'"), 0, 'and nobody is told of anything';
    my ($gone, $theirs) = map { $shop->sql("SELECT provider_ref FROM refunds WHERE order_id = '$_->{id}'") } $order, $other;
    my $forget = sub {
        $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', match => "GET /v1/refunds/$gone", status => 404, count => 9,
            body => '{"error":{"type":"invalid_request_error","code":"resource_missing"}}' });
        $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', match => 'GET /v1/refunds[?]', status => 200, count => 9,
            body => '{"object":"list","data":[],"has_more":false}' });
    };
    $forget->();
    my $at = $shop->sandbox->get("/v1/refunds/$theirs", @form)->json;
    $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', match => "GET /v1/refunds/$theirs", status => 200, count => 9,
        body => JSON::PP->new->encode({ %$at, amount => 300 }) });
    is run_now('reconcile_payments'), 'done', 'the books are compared';
    $shop->sandbox->delete('/_sandbox/faults');
    is $shop->sql("SELECT kind FROM cases WHERE order_id = '$order->{id}' AND kind LIKE 'refund%'"), 'refund-missing', 'one is missing there';
    is $shop->sql("SELECT kind || ' ' || (detail ->> 'theirs') FROM cases WHERE order_id = '$other->{id}' AND kind LIKE 'refund%'"),
        'refund-differs 3.00', 'and one is of another sum';
    $forget->();
    is run_now('reconcile_payments'), 'done', 'again';
    is $shop->sql("SELECT count(*) FROM cases WHERE kind = 'refund-missing'"), 1, 'a case is one case';
    is cases($other, 'refund-differs'), 'closed', 'the sums agree, and theirs is over';
    $shop->sandbox->delete('/_sandbox/faults');
    is run_now('reconcile_payments'), 'done', 'and the other one is there after all';
    is cases($order, 'refund-missing'), 'closed', 'which is over, too';
};

subtest 'more given back here than at Stripe' => sub {
    my $order = order();
    charge(intent($order));
    ok $shop->until_so(20, sub { row($order) eq 'paid' }), 'an order is paid';
    $shop->settle;
    my $phantom = sub ($do) { $shop->sql("ALTER TABLE refunds DISABLE TRIGGER refunds_guard; $do; ALTER TABLE refunds ENABLE TRIGGER refunds_guard") };
    $phantom->("INSERT INTO refunds (order_id, payment_id, key, amount, currency, status, source, requested_by, updated_at)
        SELECT order_id, id, 'phantom', 300, currency, 'succeeded', 'provider', 'stripe', now() - interval '6 minutes' FROM payments WHERE order_id = '$order->{id}'");
    is run_now('reconcile_payments'), 'done', 'the books are compared';
    is cases($order, 'refund-differs'), 'open', 'a case tells of it';
    $phantom->("UPDATE refunds SET status = 'failed' WHERE key = 'phantom'");
    is run_now('reconcile_payments'), 'done', 'somebody has seen to it';
    is cases($order, 'refund-differs'), 'closed', 'and it is over';
};

subtest 'money that no attempt of ours asked for' => sub {
    my $take = sub ($more) {
        return $shop->sandbox->post('/v1/payment_intents', "amount=1234&currency=usd&confirm=true&payment_method=pm_card_visa&return_url=https://shop.example/$more", @form)->json->{id};
    };
    my $ours = $take->('&metadata[order_id]=7a000000-0000-4000-8000-00000000dead');
    $take->('') for 1 .. 2;    # somebody else's, at the same account
    ok $ours, 'it was taken';
    is run_now('reconcile_payments'), 'done', 'the books are compared';
    is $shop->sql("SELECT string_agg((detail ->> 'intentId') || ' ' || (detail ->> 'amount'), ',') FROM cases WHERE kind = 'paid-without-order'"),
        "$ours 12.34", 'and a case tells of it';
    is run_now('reconcile_payments'), 'done', 'again';
    is $shop->sql("SELECT count(*) FROM cases WHERE kind = 'paid-without-order'"), 1, 'it is one case';
};

subtest 'many letters' => sub {
    my $order = order();
    charge(intent($order));
    ok $shop->until_so(20, sub { row($order) eq 'paid' }), 'an order is paid';
    # More than leave in minutes, all of them due before.
    $shop->sql("SELECT order_mail(o, 'order-paid', 'flood:' || n) FROM orders o, generate_series(1, 600) n WHERE o.id = '$order->{id}'");
    $ada->post("/orders/$order->{id}/cancel", {});
    ok $shop->until_so(8, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") }), 'do not keep its money waiting';
    $shop->sql("DELETE FROM jobs WHERE dedupe_key LIKE 'flood:%' AND state = 'queued'");
};

subtest 'print files' => sub {
    my $design = $shop->design($ada);
    $ada->post('/cart/items', { %$tee, quantity => 1, designId => $design->{id} });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address })->data;
    ok $shop->until_so(60, sub { $shop->sql("SELECT state FROM jobs WHERE kind = 'render_order' AND order_id = '$order->{id}'") =~ /done|dead/ }), 'are drawn at checkout';
    is $shop->sql("SELECT string_agg(provider || ' ' || width || 'x' || height, ', ' ORDER BY provider) FROM print_files f
        JOIN order_items i ON i.id = f.order_item_id WHERE i.order_id = '$order->{id}'"), 'printful 1800x2400, printify 3951x4650', 'for each printer';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
