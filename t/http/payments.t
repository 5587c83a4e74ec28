# Paying by card: intents, confirming, declines, refunds, and lost answers.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my $ada  = $shop->shopper;
my $bob  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');
my $to   = { shippingAddress => $shop->address };
my @form = ('Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));

sub order ($who, %o) {
    $who->post('/cart/items', { %$tee, quantity => 1 });
    my $r = $who->post('/orders/create', { %$to, %o });
    $r->status == 201 or die $r->brief;
    return $r->data;
}
sub intent ($who, $order, %o) { $who->post('/payments/create-intent', { orderId => $order->{id}, %o }) }
sub charge ($intent, $card = 'pm_card_visa') {
    $shop->sandbox->post("/v1/payment_intents/$intent->{paymentIntentId}/confirm", "payment_method=$card&return_url=https://shop.example/", @form);
}
sub at ($who, $order) { $who->get("/orders/$order->{id}")->data }
sub until_is ($who, $order, $state) { $shop->until_so(20, sub { at($who, $order)->{status} eq $state }); at($who, $order)->{status} }
sub paid ($who, %o) { my $o = order($who, %o); charge(intent($who, $o)->data); until_is($who, $o, 'paid'); return $o }
sub calls ($like) { grep { "$_->{method} $_->{path}" =~ $like } @{ $shop->sandbox->get('/_sandbox/calls?provider=stripe')->json } }
sub fault (%o) { $shop->sandbox->post('/_sandbox/faults', { provider => 'stripe', count => 1, %o }) }

subtest 'an intent' => sub {
    my $order = order($ada);
    my $r = intent($ada, $order);
    is $r->status, 201, 'is made' or diag $r->brief;
    my $it = $r->data;
    is $it->{provider}, 'stripe', 'at Stripe';
    like $it->{paymentIntentId}, qr/^pi_/, 'with its id';
    ok $it->{clientSecret}, 'the browser\'s secret';
    is $it->{publishableKey}, $shop->setting('STRIPE_PUBLISHABLE_KEY'), 'and the key that goes with it';
    is $it->{amount}, $order->{totalAmount}, 'over the total of the order';
    is intent($ada, $order)->data->{paymentIntentId}, $it->{paymentIntentId}, 'asked again, it is the same';
    is scalar(calls(qr{^POST /v1/payment_intents$})), 1, 'Stripe was asked for one';
    is intent($bob, $order)->status, 404, 'nobody pays for another';
    is intent($ada, { id => 'x' })->wrong->{orderId}, 'format', 'no id';
    is intent($ada, $order, provider => 'cash')->wrong->{provider}, 'enum', 'no cash';
    unlike $shop->sql('SELECT p::text FROM payments p'), qr/_secret_/, 'the secret is nowhere stored';
    charge($it);
    is until_is($ada, $order, 'paid'), 'paid', 'the webhook pays the order';
    is at($ada, $order)->{payment}{status}, 'succeeded', 'by a payment that succeeded';
    is intent($ada, $order)->code, 'INVALID_ORDER_STATE', 'what is paid is not paid again';
    my @points = grep { $_->{action} eq 'purchase_completed' } @{ $ada->get('/points/history')->data };
    is_deeply [ map { $_->{points} } @points ], [20], 'twenty points for twenty dollars of goods';
    is $shop->sql("SELECT count(*) FROM jobs WHERE order_id = '$order->{id}' AND kind = 'submit_order'"), 1, 'one job to have it printed';
};

subtest 'confirming' => sub {
    my $order = order($ada);
    my $ask = sub { $ada->post('/payments/confirm', { orderId => $order->{id} }) };
    is $ask->()->data->{order}{status}, 'pending', 'before there is an intent: as it is';
    my $it = intent($ada, $order)->data;
    is $ask->()->status, 200, 'an unpaid one is no failure';
    is $ask->()->data->{order}{status}, 'pending', 'it is as it is';
    charge($it, 'pm_card_chargeDeclined');
    my $r = $ask->();
    is $r->status, 402, 'a declined card';
    is $r->code, 'PAYMENT_FAILED', 'is a failed payment';
    is at($ada, $order)->{status}, 'pending', 'the order can still be paid';
    charge($it);
    $r = $ask->();
    is $r->data->{order}{status}, 'paid', 'and is, by another card' or diag $r->brief;
    is $ask->()->data->{order}{status}, 'paid', 'once';
    is $bob->post('/payments/confirm', { orderId => $order->{id} })->status, 404, 'not by others';
};

subtest 'an answer that was lost' => sub {
    my $order = order($ada);
    fault(match => '^POST /v1/payment_intents$', drop => 'after');
    my $r = intent($ada, $order);
    like $r->status, qr/^50[24]$/, 'is a failure of theirs' or diag $r->brief;
    is $r->error->{details}{provider}, 'stripe', 'and named so';
    $r = intent($ada, $order);
    is $r->status, 201, 'asked again, it is found';
    is $shop->sql("SELECT count(*) FROM payments WHERE order_id = '$order->{id}'"), 1, 'one attempt';
    my %keys = map { ($_->{headers}{'idempotency-key'} // $_->{headers}{'Idempotency-Key'}) => 1 } calls(qr{^POST /v1/payment_intents$});
    is_deeply [ sort keys %keys ], [ split /\n/, $shop->sql('SELECT idempotency_key FROM payments ORDER BY idempotency_key') ], 'each with a key of its own';
};

subtest 'Stripe is down' => sub {
    my $order = order($ada);
    fault(match => '^POST /v1/payment_intents$', status => 500, body => '{}');
    is intent($ada, $order)->code, 'PROVIDER_ERROR', 'it is said';
    fault(match => '^POST /v1/payment_intents$', status => 200, body => 'garbage');
    is intent($ada, $order)->status, 502, 'nonsense is no answer';
    $shop->sql('DELETE FROM provider_states');
};

subtest 'a failure that Stripe keeps' => sub {
    my $order = order($ada);
    my $before = () = calls(qr{^POST /v1/payment_intents$});
    # It answers the same key with it for a day.
    fault(match => '^POST /v1/payment_intents$', status => 500, body => { error => { type => 'api_error' } }, headers => { 'Stripe-Should-Retry' => 'false' });
    my $r = intent($ada, $order);
    is $r->status, 201, 'another attempt is made' or diag $r->brief;
    my @keys = map { $_->{headers}{'idempotency-key'} } calls(qr{^POST /v1/payment_intents$});
    splice @keys, 0, $before;
    is scalar(@keys), 2, 'Stripe is asked twice';
    isnt $keys[0], $keys[1], 'with another key';
    charge($r->data);
    is until_is($ada, $order, 'paid'), 'paid', 'and that one pays';
    $shop->sql('DELETE FROM provider_states');
};

subtest 'too little for Stripe' => sub {
    my $order = order($ada);
    fault(match => '^POST /v1/payment_intents$', status => 400, body => { error => { type => 'invalid_request_error', code => 'amount_too_small' } });
    my $r = intent($ada, $order);
    is $r->status . ' ' . $r->code, '409 AMOUNT_TOO_SMALL', 'in the currency of our account there' or diag $r->brief;
    fault(match => '^POST /v1/payment_intents$', status => 424, body => { error => { type => 'api_error' } });
    is intent($ada, $order)->status, 201, 'what failed behind Stripe is tried with another key';
};

subtest 'cancelled, and then paid' => sub {
    my $order = order($ada);
    my $it = intent($ada, $order)->data;
    $shop->sql("UPDATE jobs SET run_at = now() + interval '1 hour' WHERE kind = 'cancel_intent'");
    fault(match => '/cancel$', status => 500, body => '{}', count => 50);
    $ada->post("/orders/$order->{id}/cancel", {});
    is charge($it)->status, 200, 'a buyer who is slow';
    ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") eq '1' }), 'gets the money back';
    is at($ada, $order)->{status}, 'cancelled', 'the order stays cancelled';
    $shop->sandbox->delete('/_sandbox/faults');
    $shop->sql('DELETE FROM provider_states');
};

subtest 'cancelling what is paid' => sub {
    my $order = paid($bob);
    my $points = $bob->get('/points/balance')->data->{balance};
    my $r = $bob->post("/orders/$order->{id}/cancel", { reason => 'Wrong size' });
    is $r->data->{status}, 'cancelled', 'before production' or diag $r->brief;
    is $bob->get('/points/balance')->data->{balance}, $points - 20, 'takes the points back';
    ok $shop->until_so(20, sub { $shop->sql("SELECT sum(amount) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") eq sprintf '%.0f', $order->{totalAmount} * 100 }), 'and gives the money back';
    is $bob->post("/orders/$order->{id}/cancel", {})->code, 'INVALID_ORDER_STATE', 'once';
};

subtest 'refunds by the admin' => sub {
    my $order = paid($bob);
    my $admin = $shop->admin;
    my $back = sub (%o) { $admin->post("/orders/$order->{id}/refund", { reason => 'Torn', %o }) };
    is $back->(amount => 5)->status, 200, 'a part of it';
    ok $shop->until_so(20, sub { $admin->get("/orders/$order->{id}")->data->{refundedAmount} == 5 }), 'goes back';
    is at($bob, $order)->{status}, 'paid', 'the order is still paid';
    is $back->(amount => 1000)->wrong->{amount}, 'too_large', 'more than was paid';
    is $back->(amount => $order->{totalAmount})->code, 'CONFLICT', 'more than is left';
    is $back->(amount => 0.001)->wrong->{amount}, 'format', 'tenths of a cent';
    is $back->(amount => 0)->wrong->{amount}, 'too_small', 'nothing';
    is $admin->post("/orders/$order->{id}/refund", {})->wrong->{reason}, 'required', 'no reason';
    is $back->()->status, 200, 'all that is left';
    is until_is($bob, $order, 'refunded'), 'refunded', 'ends the order';
    is $back->()->code, 'INVALID_ORDER_STATE', 'for good';
    is $shop->sql("SELECT points FROM point_transactions WHERE reference_id = '$order->{id}' AND type = 'reversed'"), -20, 'the points are taken back';
    my $unpaid = order($bob);
    is $admin->post("/orders/$unpaid->{id}/refund", { reason => 'x' })->code, 'INVALID_ORDER_STATE', 'what is unpaid has nothing to give back';
    is $shop->sql("SELECT count(*) FROM audit_log WHERE action = 'order.refund'"), 2, 'both are in the audit log';
};

subtest 'a refund made at Stripe' => sub {
    my $order = paid($bob);
    my $ref = at($bob, $order)->{payment}{intentId};
    my $r = $shop->sandbox->post('/v1/refunds', "payment_intent=$ref&amount=300", @form);
    is $r->status, 200, 'a part of it' or diag $r->brief;
    ok $shop->until_so(20, sub { $shop->sql("SELECT refunded_amount FROM orders WHERE id = '$order->{id}'") eq '300' }), 'counts alike';
    $shop->sandbox->post('/v1/refunds', "payment_intent=$ref", @form);
    is until_is($bob, $order, 'refunded'), 'refunded', 'the rest ends the order';
    is $shop->sql("SELECT count(*) || ' ' || sum(amount) FROM refunds WHERE order_id = '$order->{id}'"),
        '2 ' . sprintf('%.0f', $order->{totalAmount} * 100), 'each is counted once';
};

subtest 'a refund whose answer was lost' => sub {
    my $order = paid($bob);
    fault(match => '^POST /v1/refunds$', drop => 'after');
    $bob->post("/orders/$order->{id}/cancel", {});
    ok $shop->until_so(30, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") eq '1' }), 'is given once';
    is $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'"), 1, 'and no more';
};

subtest 'a refusal that nothing explains' => sub {
    my $order = paid($bob);
    fault(match => '^POST /v1/refunds$', count => 2, status => 400,
        body => '{"error":{"type":"invalid_request_error","param":"amount","message":"Refund amount is greater than unrefunded amount on charge."}}');
    $bob->post("/orders/$order->{id}/cancel", {});
    ok $shop->until_so(30, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") eq '1' }), 'is tried again';
    is $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'"), 1, 'and not asked for as another one';
};

subtest 'cancel against pay' => sub {
    for my $try (1 .. 3) {
        my $order = order($bob);
        my $it = intent($bob, $order)->data;
        my @children = map { my $call = $_; my $pid = fork; if (!$pid) { $call->(); require POSIX; POSIX::_exit(0) } $pid }
            sub { charge($it) }, sub { $bob->with->post("/orders/$order->{id}/cancel", {}) };
        waitpid $_, 0 for @children;
        is until_is($bob, $order, 'cancelled'), 'cancelled', 'it ends cancelled';
        $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM refunds WHERE status = 'pending'") eq '0' });
        is $shop->sql("SELECT coalesce(sum(captured_amount) - sum(refunded_amount), 0) FROM payments WHERE order_id = '$order->{id}'"), 0, 'and no money is kept';
    }
};

subtest 'switched off' => sub {
    is intent($ada, order($ada), provider => 'stripe')->status, 201, 'what is on is on';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
