# Money that is neither there nor refused: the buyer's bank asks, a transfer is
# under way, PayPal looks twice. The order tells so, and waits.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;

my $till = TShop::Till->boot(muted => 1);
my ($shop, $ada) = ($till->shop, $till->ada);

sub confirm ($order) { $ada->post('/payments/confirm', { orderId => $order->{id} }) }
sub shown ($order) { my $o = $ada->get("/orders/$order->{id}")->data; join ' ', $o->{status}, $o->{payment}{status} }
# What the clock does when the order's time is over.
sub expire ($order) {
    $shop->sql("UPDATE orders SET expires_at = now() - interval '1 minute' WHERE id = '$order->{id}' AND status = 'pending'");
    my $id = $shop->sql("INSERT INTO jobs (kind) VALUES ('expire_orders') RETURNING id") =~ s/\s//gr;
    $shop->until_so(20, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$id'") =~ /done|dead/ });
    return $till->state($order);
}
sub begun ($provider, $card = undef) {
    my $order = $till->order;
    $order->{intent} = $till->intent($order, $provider)->data;
    $order->{ref} = $order->{intent}{paymentIntentId} // $order->{intent}{paypalOrderId};
    $order->{there} = $till->charge($order->{intent}, $card)->json;
    return $order;
}
# From now on Stripe says of the intent what it would later.
sub becomes ($order, %o) {
    my $is = $till->stripe(GET => "/v1/payment_intents/$order->{ref}")->json;
    $till->fault(provider => 'stripe', match => "^GET /v1/payment_intents/$order->{ref}", status => 200, count => 99, body => { %$is, %o });
}

subtest 'the bank asks the buyer' => sub {
    my $order = begun('stripe', 'pm_card_authenticationRequired');
    is $order->{there}{status}, 'requires_action', 'it has to be confirmed at the bank';
    my $r = confirm($order);
    is $r->status . ' ' . $r->data->{order}{status}, '200 pending', 'that is no failure';
    is shown($order), 'pending requires_action', 'and is shown';
    $r = $till->intent($order);
    is $r->data->{paymentIntentId} . ' ' . $r->data->{status}, "$order->{ref} requires_action", 'asked again it is the same intent';
    $shop->sandbox->get($order->{there}{next_action}{redirect_to_url}{url} =~ s{^https?://[^/]+}{}r);
    is confirm($order)->data->{order}{status}, 'paid', 'the buyer has confirmed it';
};

subtest 'nobody answers the bank' => sub {
    my $order = begun('stripe', 'pm_card_authenticationRequired');
    confirm($order);
    is expire($order), 'cancelled', 'the order ends in its time';
    ok $shop->until_so(20, sub { $till->stripe(GET => "/v1/payment_intents/$order->{ref}")->json->{status} eq 'canceled' }), 'and the intent is called off';
};

subtest 'a transfer' => sub {
    my $order = begun('stripe', 'pm_usBankAccount_processing');
    is confirm($order)->status, 200, 'is under way';
    is shown($order), 'pending processing', 'which is shown';
    is expire($order), 'pending', 'the order waits beyond its time';
    is $shop->sql("SELECT expires_at > now() + interval '5 minutes' FROM orders WHERE id = '$order->{id}'"), 't', 'and does not stand in the way of others';
    becomes($order, status => 'succeeded', amount_received => $order->{there}{amount}, latest_charge => "ch_$order->{ref}");
    is expire($order), 'paid', 'until the money is there';
    $till->mend;
};

subtest 'a transfer that comes to nothing' => sub {
    my $order = begun('stripe', 'pm_usBankAccount_processing');
    confirm($order);
    becomes($order, status => 'requires_payment_method', last_payment_error => { type => 'invalid_request_error', code => 'payment_intent_payment_attempt_failed', message => 'It failed' });
    is confirm($order)->status . ' ' . shown($order), '402 pending requires_payment_method', 'leaves the order to be paid';
    $till->mend;
};

subtest 'cancelled while a transfer is under way' => sub {
    my $order = begun('stripe', 'pm_usBankAccount_processing');
    confirm($order);
    is $ada->post("/orders/$order->{id}/cancel", {})->data->{status}, 'cancelled', 'it can be';
    ok $till->settle, 'Stripe is told, and cannot stop it';
    becomes($order, status => 'succeeded', amount_received => $order->{there}{amount}, latest_charge => "ch_$order->{ref}");
    $shop->sql("INSERT INTO jobs (kind) VALUES ('reconcile_payments')");
    ok $shop->until_so(20, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$order->{id}'") }), 'what comes all the same goes back';
    is $till->state($order), 'cancelled', 'and the order stays cancelled';
    $till->mend;
};

subtest 'PayPal looks twice' => sub {
    my $order = begun('paypal');
    my %amount = (currency_code => 'USD', value => sprintf '%.2f', $order->{totalAmount});
    my $pending = { id => $order->{ref}, status => 'COMPLETED', links => [], purchase_units => [ { custom_id => $order->{id}, amount => \%amount,
        payments => { captures => [ { id => 'CAPTURE2', status => 'PENDING', status_details => { reason => 'PENDING_REVIEW' }, custom_id => $order->{id}, amount => \%amount } ] } } ] };
    $till->fault(provider => 'paypal', match => '/capture$', status => 201, body => $pending);
    is confirm($order)->status, 200, 'it has taken the money, and does not give it yet';
    is shown($order), 'pending processing', 'which is shown';
    is $shop->sql("SELECT count(*) FROM jobs WHERE order_id = '$order->{id}' AND kind = 'submit_order'"), 0, 'nothing is made';
    $till->fault(provider => 'paypal', match => "^GET /v2/checkout/orders/$order->{ref}", status => 200, body => $pending);
    is expire($order), 'pending', 'the order waits beyond its time';
    my $done = { %$pending, purchase_units => [ { %{ $pending->{purchase_units}[0] }, payments => { captures => [ { id => 'CAPTURE2', status => 'COMPLETED', custom_id => $order->{id}, amount => \%amount } ] } } ] };
    $till->fault(provider => 'paypal', match => "^GET /v2/checkout/orders/$order->{ref}", status => 200, count => 2, body => $done);
    is confirm($order)->data->{order}{status}, 'paid', 'until it is content';
    is shown($order), 'paid succeeded', 'which is shown';
    $till->mend;
};

is $till->invariants, '', 'nothing is broken';
done_testing;
