# What the providers have in their books and nobody told us of.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;

my $till = TShop::Till->boot(muted => 1);
my ($shop, $ada) = ($till->shop, $till->ada);

sub reconcile {
    my $id = $shop->sql("INSERT INTO jobs (kind) VALUES ('reconcile_payments') RETURNING id") =~ s/\s//gr;
    $shop->until_so(20, sub { $shop->sql("SELECT state FROM jobs WHERE id = '$id'") =~ /done|dead/ });
    return $shop->sql("SELECT state FROM jobs WHERE id = '$id'");
}
sub cases ($kind) { $shop->sql("SELECT string_agg((detail ->> 'intentId') || ' ' || (detail ->> 'amount'), ',') FROM cases WHERE kind = '$kind'") }
# So long ago that it is not asked about by itself.
sub aged ($order, $set = '') {
    $shop->sql("ALTER TABLE payments DISABLE TRIGGER payments_guard; UPDATE payments SET $set updated_at = now() - interval '9 days' WHERE order_id = '$order->{id}';
        ALTER TABLE payments ENABLE TRIGGER payments_guard");
}
sub capture ($order) { $shop->sql("SELECT capture_ref FROM payments WHERE order_id = '$order->{id}'") }
sub given_back ($order) { $shop->sql("SELECT string_agg(status || ' ' || amount, ',') FROM refunds WHERE order_id = '$order->{id}'") }

my %give = (
    stripe => sub ($order) { $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=250")->status },
    paypal => sub ($order) { $till->paypal->post('/v2/payments/captures/' . capture($order) . '/refund', { amount => { currency_code => 'USD', value => '2.50' } })->status },
);
for my $provider (sort keys %give) {
    subtest "$provider: a part of an old payment, given back there" => sub {
        my $order = $till->charged($provider);
        $ada->post('/payments/confirm', { orderId => $order->{id} });
        is $till->state($order), 'paid', 'it is paid';
        like $give{$provider}->($order), qr/^20[01]$/, 'and somebody gives back';
        aged($order);
        is reconcile(), 'done', 'the books are compared';
        is given_back($order), 'succeeded 250', 'it is given back here, too';
        aged($order);
        is reconcile(), 'done', 'again';
        is given_back($order), 'succeeded 250', 'once';
    };
}

subtest 'what Stripe does not have' => sub {
    my $order = $till->charged;
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    my $case = sub { $shop->sql("SELECT string_agg(state, ',') FROM cases WHERE order_id = '$order->{id}' AND kind = 'not-paid-there'") };
    my %look = (provider => 'stripe', match => "^GET /v1/payment_intents/$order->{ref}");
    my $is = $till->stripe(GET => "/v1/payment_intents/$order->{ref}")->json;
    for ([ 404, { error => { type => 'invalid_request_error', code => 'resource_missing' } } ], [ 200, { %$is, status => 'canceled', amount_received => 0 } ]) {
        $till->fault(%look, status => $_->[0], body => $_->[1]);
        is reconcile(), 'done', 'the books are compared';
        is $case->(), 'open', "a case tells of it: $_->[0]";
    }
    is $till->state($order), 'paid', 'and nothing is done before somebody has looked';
    is reconcile(), 'done', 'it is there after all';
    is $case->(), 'closed', 'and the case is over';
};

subtest 'more than are asked about at once' => sub {
    my $order = $till->charged;
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    # Two hundred that were settled before it, all of today.
    $shop->sql("ALTER TABLE payments DISABLE TRIGGER payments_guard;
        INSERT INTO payments (order_id, provider, attempt, idempotency_key, provider_ref, amount, currency, status, updated_at)
        SELECT order_id, 'paypal', 100 + n, 'many-' || n, 'MANY' || n, amount, currency, 'canceled', now() - interval '1 hour'
          FROM payments, generate_series(1, 200) n WHERE order_id = '$order->{id}';
        ALTER TABLE payments ENABLE TRIGGER payments_guard");
    my $before = $shop->sql("SELECT updated_at FROM payments WHERE idempotency_key = 'many-1'");
    my $unasked = sub { $shop->sql("SELECT count(*) FROM payments WHERE asked_at IS NULL AND updated_at > now() - interval '1 day'") };
    $shop->sql("UPDATE payments SET asked_at = NULL WHERE asked_at IS NOT NULL");
    my $waits = $unasked->();
    cmp_ok $waits, '>', 200, "$waits wait";
    reconcile();
    is $unasked->(), $waits - 200, 'two hundred are asked about';
    is $shop->sql("SELECT updated_at FROM payments WHERE idempotency_key = 'many-1'"), $before, 'which is no news about them';
    reconcile();
    is $unasked->(), 0, 'then the others';
    $shop->sql("DELETE FROM payments WHERE idempotency_key LIKE 'many-%'");
};

subtest 'an attempt that was given up, and paid all the same' => sub {
    my $order = $till->charged;
    aged($order, q{status = 'canceled',});
    is reconcile(), 'done', 'the books are compared';
    is $till->state($order), 'paid', 'the order is paid';
};

subtest 'PayPal: money that no attempt of ours asked for' => sub {
    my $take = sub ($for) {
        my $made = $till->paypal->post('/v2/checkout/orders', { intent => 'CAPTURE',
            purchase_units => [ { custom_id => $for, amount => { currency_code => 'USD', value => '12.34' } } ] })->json;
        $shop->sandbox->get("/checkoutnow?token=$made->{id}");
        is $till->paypal->post("/v2/checkout/orders/$made->{id}/capture", {})->status, 201, "taken for $for";
        return $made->{id};
    };
    my $ours = $take->('7a000000-0000-4000-8000-00000000dead');
    $take->('another shop at the same account');
    is reconcile(), 'done', 'the books are compared';
    is cases('paid-without-order'), "$ours 12.34", 'a case tells of ours';
    is reconcile(), 'done', 'again';
    is cases('paid-without-order'), "$ours 12.34", 'once';
};

subtest 'PayPal: pages' => sub {
    $till->fault(provider => 'paypal', match => '^GET /v1/notifications/webhooks-events', status => 200, body => { count => 1,
        events => [ { id => 'WH-1', event_type => 'CHECKOUT.ORDER.APPROVED', resource => {} } ],
        links => [ { rel => 'next', href => 'https://paypal.example/v1/notifications/webhooks-events?page_token=p2&page_size=100' } ] });
    is reconcile(), 'done', 'the books are compared';
    ok scalar(grep { $_->{path} eq '/v1/notifications/webhooks-events?page_token=p2&page_size=100' } $till->calls('paypal')), 'the next page is asked for, at the place that we know';
    $till->fault(provider => 'paypal', match => '^GET /v1/notifications/webhooks-events', status => 200, body => { count => 0, links => [] });
    is reconcile(), 'done', 'a day without any';
    for my $garbage ('{"events":7', '[]', '{"links":[{"rel":"next","href":7}],"events":[7,{"event_type":"PAYMENT.CAPTURE.COMPLETED"}]}') {
        $till->fault(provider => 'paypal', match => '^GET /v1/notifications/webhooks-events', status => 200, body => $garbage);
        ok reconcile(), "garbage: $garbage";
    }
};

is $till->invariants, '', 'nothing is broken';
done_testing;
