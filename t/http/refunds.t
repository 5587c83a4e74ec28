# Money that goes back, when the provider will not, cannot, or does not say.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use TShop::Till;

my $till = TShop::Till->boot;
my ($shop, $ada, $admin) = ($till->shop, $till->ada, $till->shop->admin);
my %stored = (provider => 'stripe', match => '^POST /v1/refunds$', status => 500,
    body => { error => { type => 'api_error', message => 'Sorry' } }, headers => { 'Stripe-Should-Retry' => 'false' });

sub paid ($provider = 'stripe', $card = 'pm_card_visa') {
    my $order = $till->order;
    my $it = $till->intent($order, $provider)->data;
    $order->{ref} = $it->{paymentIntentId} // $it->{paypalOrderId};
    $till->charge($it, $card);
    $ada->post('/payments/confirm', { orderId => $order->{id} });
    $till->state($order) eq 'paid' or die "not paid\n";
    return $order;
}
sub back ($order, %o) { $admin->post("/orders/$order->{id}/refund", { reason => 'Torn', %o })->status }
sub rows ($order) { $shop->sql("SELECT string_agg(status || ' ' || amount, ', ' ORDER BY created_at, id) FROM refunds WHERE order_id = '$order->{id}'") }
sub at_stripe ($order) { join ', ', map { $_->{amount} } @{ $till->stripe(GET => "/v1/refunds?payment_intent=$order->{ref}")->json->{data} } }
sub asked ($order) { grep { $_->{method} eq 'POST' && $_->{path} eq '/v1/refunds' && $_->{body} =~ /$order->{ref}/ } $till->calls('stripe') }
sub job ($order, $what) { $shop->sql("SELECT $what FROM jobs WHERE order_id = '$order->{id}' AND kind = 'refund_payment' ORDER BY created_at DESC LIMIT 1") }
sub waits ($order) { $shop->until_so(20, sub { job($order, "attempts > 0 AND state = 'queued'") eq 't' }) }
sub hurry ($order) { $shop->sql("UPDATE jobs SET run_at = now() WHERE order_id = '$order->{id}' AND kind = 'refund_payment' AND state = 'queued'") }
sub stuck ($order) { $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$order->{id}' AND kind = 'refund-stuck'") }

subtest 'a failure that Stripe keeps' => sub {
    my $order = paid();
    $till->fault(%stored);
    back($order, amount => 5);
    ok waits($order), 'is not believed';
    cmp_ok job($order, 'extract(epoch FROM run_at - now()) / 3600'), '>', 2, 'nor asked for again at once: for a day the answer would be the same';
    cmp_ok job($order, 'extract(epoch FROM run_at - now()) / 3600 * (max_attempts - 1)'), '>', 24, 'but beyond the day';
    hurry($order);
    ok $shop->until_so(20, sub { rows($order) eq 'succeeded 500' }), 'then it is given' or diag rows($order);
    is at_stripe($order), 500, 'once';
    my @keys = map { $_->{headers}{'idempotency-key'} } asked($order);
    is_deeply \@keys, [ @keys[0, 0] ], 'with the same key: with another it might be given twice';
};

subtest 'one that was no failure at all' => sub {
    my $order = paid();
    $till->fault(%stored);
    back($order, amount => 5);
    ok waits($order), 'nobody knows';
    my $id = $shop->sql("SELECT id FROM refunds WHERE order_id = '$order->{id}'");
    # As if the answer alone had failed; its key has been forgotten since.
    $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=500&metadata[refund_id]=$id");
    my $before = asked($order);
    hurry($order);
    ok $shop->until_so(20, sub { job($order, 'state') eq 'done' }), 'it is looked for';
    is scalar(asked($order)), $before, 'before it is asked for again';
    is rows($order), 'succeeded 500', 'and found';
    is at_stripe($order), 500, 'given once';
};

subtest 'an old one that an admin has tried again' => sub {
    my $order = paid();
    kill STOP => $shop->runner;
    back($order, amount => 5);
    my $id = $shop->sql("UPDATE refunds SET created_at = now() - interval '2 days' WHERE order_id = '$order->{id}' RETURNING id") =~ s/\s.*//sr;
    $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}&amount=500&metadata[refund_id]=$id");
    kill CONT => $shop->runner;
    ok $till->settle, 'it is at its first try';
    is at_stripe($order), 500, 'and yet not given twice';
    is rows($order), 'succeeded 500', 'but found';
};

subtest 'refused for good' => sub {
    my $order = paid();
    $till->fault(%stored, status => 400, headers => {}, body => { error => { type => 'invalid_request_error', code => 'something_new' } });
    back($order);
    ok $shop->until_so(20, sub { job($order, 'state') eq 'dead' }), 'it is not tried again';
    is job($order, 'attempts'), 1, 'once is enough';
    is stuck($order), 1, 'the admin is told';
};

subtest 'the last try' => sub {
    my $order = paid();
    $till->fault(%stored, headers => {});
    kill STOP => $shop->runner;
    back($order);
    $shop->sql("UPDATE jobs SET attempts = max_attempts - 1 WHERE order_id = '$order->{id}' AND kind = 'refund_payment'");
    kill CONT => $shop->runner;
    ok $shop->until_so(20, sub { job($order, 'state') eq 'dead' }), 'is the last';
    is stuck($order), 1, 'and the admin is told';
    $shop->sql('DELETE FROM provider_states');
    $admin->post('/jobs/' . job($order, 'id') . '/retry', {});
    ok $shop->until_so(20, sub { rows($order) =~ /^succeeded/ }), 'who has it tried again';
    is $shop->sql("SELECT state FROM cases WHERE order_id = '$order->{id}' AND kind = 'refund-stuck'"), 'closed', 'and then it is over';
};

subtest 'our key is wrong' => sub {
    my $order = paid();
    $till->fault(%stored, status => 401, headers => {}, body => { error => { type => 'invalid_request_error', message => 'Invalid API Key' } });
    back($order);
    ok $shop->until_so(20, sub { rows($order) =~ /succeeded/ }), 'it is tried again, until somebody has mended it';
};

subtest 'given back, and failed days later' => sub {
    my $order = paid('stripe', 'pm_card_refundFail');
    is back($order), 200, 'all of it goes back';
    ok $shop->until_so(20, sub { rows($order) =~ /^failed/ }), 'and fails' or diag rows($order);
    is $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$order->{id}' AND kind = 'refund-failed'"), 1, 'the admin is told';
    is back($order), 200, 'and can give it again';
    ok $shop->until_so(20, sub { asked($order) == 2 }), 'Stripe is asked';
    my @keys = map { $_->{headers}{'idempotency-key'} } asked($order);
    isnt $keys[0], $keys[1], 'with another key';
};

subtest 'asked twice, with a key' => sub {
    my $order = paid();
    my $ask = sub ($who, $key, %o) { $who->post("/orders/$order->{id}/refund", { reason => 'Torn', amount => 5, %o }, $key ? ('Idempotency-Key' => $key) : ()) };
    my $first = $ask->($admin, 'part');
    is $first->status, 200, 'a part is given back' or diag $first->brief;
    is $first->header('Idempotent-Replayed'), undef, 'at first';
    my $again = $ask->($admin, 'part');
    is $again->body, $first->body, 'asked again, the answer is the same';
    is $again->header('Idempotent-Replayed'), 'true', 'and says so';
    is rows($order) =~ s/[^,\d]//gr, '500', 'it is given back once';
    is $ask->($admin, 'part', amount => 6)->code, 'IDEMPOTENCY_KEY_REUSED', 'the key is for one amount';

    is $ask->($admin, 'wrong', amount => 0)->code, 'VALIDATION_ERROR', 'a wrong amount';
    is $ask->($admin, 'wrong')->status, 200, 'does not use the key up';
    is $ask->($admin, 'much', amount => 20)->code, 'CONFLICT', 'more than is left';
    is $ask->($admin, 'much', amount => 20)->header('Idempotent-Replayed'), 'true', 'is remembered';

    my $zoe = $shop->admin(user => 'zoe');
    is $ask->($zoe, 'part')->header('Idempotent-Replayed'), undef, 'the key of one admin is not another\'s';
    is $shop->shopper->post('/points/redeem', { points => 100 }, 'Idempotency-Key' => 'part')->code, 'INSUFFICIENT_POINTS', 'nor a user\'s';
    is $ask->($admin, undef)->status, 200, 'without a key' for 1 .. 2;
    is rows($order) =~ s/[^,\d]//gr, join(',', (500) x 5), 'each is one more';
    is $shop->sql("SELECT string_agg(admin, ' ' ORDER BY created_at) FROM audit_log WHERE target = '$order->{id}'"),
        join(' ', map { $_ eq 'zoe' ? $_ : $shop->stand->{admin_user} } qw(1 2 zoe 3 4)), 'and in the log as often';
    ok $till->settle, 'all is asked for';
    is at_stripe($order), join(', ', (500) x 5), 'of Stripe';
};

subtest 'PayPal' => sub {
    my $refund = '^POST /v2/payments/captures/.*/refund$';
    my %refused = (provider => 'paypal', match => $refund, status => 422);
    my $order = paid('paypal');
    $till->fault(%refused, body => { name => 'UNPROCESSABLE_ENTITY', details => [ { issue => 'TRANSACTION_DISPUTED' } ] });
    back($order);
    ok $shop->until_so(20, sub { job($order, 'state') eq 'dead' }), 'gives nothing back of what is disputed';
    is stuck($order), 1, 'the admin is told';
    for my $issue (qw(PENDING_CAPTURE REFUND_FAILED_INSUFFICIENT_FUNDS)) {
        $order = paid('paypal');
        $till->fault(%refused, body => { name => 'UNPROCESSABLE_ENTITY', details => [ { issue => $issue } ] });
        back($order);
        ok $shop->until_so(20, sub { rows($order) =~ /^succeeded \d+$/ }), "$issue heals" or diag rows($order);
    }
};

is $till->invariants, '', 'nothing is broken';
done_testing;
