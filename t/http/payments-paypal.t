# Paying by PayPal: approved by the buyer, taken by us, given back.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');

sub order ($who) {
    $who->post('/cart/items', { %$tee, quantity => 1 });
    return $who->post('/orders/create', { shippingAddress => $shop->address })->data;
}
sub intent ($order, %o) { $ada->post('/payments/create-intent', { orderId => $order->{id}, provider => 'paypal', %o }) }
sub approve ($it) { $shop->sandbox->get($it->{approveUrl}) }
sub at ($order) { $ada->get("/orders/$order->{id}")->data }
sub until_is ($order, $state) { $shop->until_so(20, sub { at($order)->{status} eq $state }); at($order)->{status} }

subtest 'an order is paid' => sub {
    my $order = order($ada);
    my $r = intent($order);
    is $r->status, 201, 'an order at PayPal is made' or diag $r->brief;
    my $it = $r->data;
    is $it->{provider}, 'paypal', 'at PayPal';
    ok $it->{paypalOrderId}, 'with its id';
    like $it->{approveUrl}, qr/^http/, 'and where to agree';
    is $it->{amount}, $order->{totalAmount}, 'over the total';
    is intent($order)->data->{paypalOrderId}, $it->{paypalOrderId}, 'asked again, it is the same';
    is $ada->post('/payments/confirm', { orderId => $order->{id} })->data->{order}{status}, 'pending', 'nothing is taken before the buyer agrees';
    approve($it);
    is until_is($order, 'paid'), 'paid', 'then it is';
    is at($order)->{payment}{status}, 'succeeded', 'in Stripe\'s words';
    is $shop->sql("SELECT points FROM point_transactions WHERE reference_id = '$order->{id}'"), 20, 'points alike';
    my $r2 = $shop->admin->post("/orders/$order->{id}/refund", { amount => 5, reason => 'Torn' });
    is $r2->status, 200, 'a part is given back' or diag $r2->brief;
    ok $shop->until_so(20, sub { $shop->sql("SELECT refunded_amount FROM orders WHERE id = '$order->{id}'") eq '500' }), 'by PayPal';
    $ada->post("/orders/$order->{id}/cancel", {});
    ok $shop->until_so(20, sub { $shop->sql("SELECT sum(amount) FROM refunds WHERE order_id = '$order->{id}' AND status = 'succeeded'") eq sprintf '%.0f', 100 * $order->{totalAmount} }), 'and the rest';
};

subtest 'confirmed by the buyer\'s browser' => sub {
    my $order = order($ada);
    my $it = intent($order)->data;
    $shop->sandbox->post('/_sandbox/faults', { provider => 'none', count => 1 });
    approve($it);
    my $r = $ada->post('/payments/confirm', { orderId => $order->{id} });
    is $r->data->{order}{status}, 'paid', 'the money is taken' or diag $r->brief;
    is $shop->sql("SELECT count(*) FROM payments WHERE order_id = '$order->{id}' AND status = 'succeeded'"), 1, 'once';
};

subtest 'another way to pay' => sub {
    my $order = order($ada);
    my $paypal = intent($order)->data;
    my $stripe = intent($order, provider => 'stripe');
    is $stripe->status, 201, 'the buyer chooses a card after all' or diag $stripe->brief;
    is $shop->sql("SELECT count(*) FROM payments WHERE order_id = '$order->{id}' AND status NOT IN ('succeeded', 'canceled')"), 1, 'one attempt is open';
    $shop->sandbox->post("/v1/payment_intents/@{[ $stripe->data->{paymentIntentId} ]}/confirm", 'payment_method=pm_card_visa',
        'Content-Type' => 'application/x-www-form-urlencoded', Authorization => 'Bearer ' . $shop->setting('STRIPE_SECRET_KEY'));
    is until_is($order, 'paid'), 'paid', 'which pays';
};

sub fault (%o) { $shop->sandbox->post('/_sandbox/faults', { provider => 'paypal', count => 1, %o }) }

subtest 'taken, and declined after all' => sub {
    my $order = order($ada);
    my $it = intent($order)->data;
    fault(match => "^GET /v2/checkout/orders/$it->{paypalOrderId}", status => 200, body => { id => $it->{paypalOrderId}, status => 'COMPLETED',
        purchase_units => [ { custom_id => $order->{id}, amount => { currency_code => 'USD', value => "$it->{amount}" },
            payments => { captures => [ { id => 'CAPTURE1', status => 'DECLINED', amount => { currency_code => 'USD', value => "$it->{amount}" } } ] } } ] });
    my $r = intent($order);
    is $r->status, 201, 'the buyer can try again' or diag $r->brief;
    isnt $r->data->{paypalOrderId}, $it->{paypalOrderId}, 'with another order: PayPal takes one only once';
    approve($r->data);
    is until_is($order, 'paid'), 'paid', 'and pays';
};

subtest 'we may not take it' => sub {
    my $order = order($ada);
    my $it = intent($order)->data;
    fault(match => '/capture$', count => 2, status => 422, body => { name => 'UNPROCESSABLE_ENTITY', details => [ { issue => 'PAYEE_ACCOUNT_RESTRICTED' } ] });
    approve($it);
    my $case = sub { $shop->sql("SELECT string_agg(detail ->> 'code', ',') FROM cases WHERE order_id = '$order->{id}' AND kind = 'capture-refused'") };
    ok $shop->until_so(20, sub { $case->() eq 'PAYEE_ACCOUNT_RESTRICTED' }), 'the admin is told, whoever tried';
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    is $case->(), 'PAYEE_ACCOUNT_RESTRICTED', 'once';
    is at($order)->{status}, 'pending', 'nothing is paid';
    $shop->sandbox->delete('/_sandbox/faults');
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    is at($order)->{status}, 'paid', 'until we may';
    is $shop->sql("SELECT state FROM cases WHERE order_id = '$order->{id}' AND kind = 'capture-refused'"), 'closed', 'and that is over';
};

subtest 'webhooks' => sub {
    my $body = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"X"}}';
    my $r = $shop->guest->post('/payments/webhooks/paypal', $body);
    is $r->code, 'INVALID_SIGNATURE', 'without a signature';
    $r = $shop->guest->post('/payments/webhooks/paypal', $body, 'PayPal-Transmission-Id' => 'a', 'PayPal-Transmission-Time' => '2026-11-22T00:00:00Z',
        'PayPal-Transmission-Sig' => 'AAAA', 'PayPal-Cert-Url' => 'https://api.paypal.com.evil.example/v1/notifications/certs/x', 'PayPal-Auth-Algo' => 'SHA256withRSA');
    is $r->code, 'INVALID_SIGNATURE', 'with a certificate from elsewhere';
    is $shop->sql("SELECT count(*) FROM webhook_events WHERE event_id = 'WH-1'"), 0, 'nothing is kept';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
