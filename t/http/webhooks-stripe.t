# What Stripe tells us: proven, kept, and done once.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'hmac_sha256_hex';
use JSON::PP ();
use TShop;

my $old = 'whsec_' . 'o' x 24;
my $new = 'whsec_' . 'n' x 24;
my $shop = TShop->boot(settings => { STRIPE_WEBHOOK_SECRET => "$new,$old", TSHOP_HOLD_MINUTES => 60 });
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '20.00');
my $n = 0;

# An order with an open attempt that Stripe calls by that name.
sub order {
    $ada->post('/cart/items', { %$tee, quantity => 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address })->data;
    my $ref = 'pi_test' . ++$n . "x$$";
    $shop->sql("INSERT INTO payments (order_id, provider, idempotency_key, provider_ref, amount, currency)
        SELECT id, 'stripe', 'key-' || id, '$ref', total_amount, currency FROM orders WHERE id = '$order->{id}'");
    return { %$order, ref => $ref, minor => int $order->{totalAmount} * 100 + 0.5 };
}

sub event ($type, $object, %o) {
    return JSON::PP->new->canonical->pretty->encode({ id => 'evt_' . ++$n . "x$$", object => 'event', created => time,
        type => $type, livemode => JSON::PP::false(), data => { object => $object }, %o });
}
sub intent ($order, $status, %o) {
    return { id => $order->{ref}, object => 'payment_intent', amount => $order->{minor}, currency => 'usd', status => $status,
        amount_received => $status eq 'succeeded' ? $order->{minor} : 0, latest_charge => "ch_$order->{ref}",
        metadata => { order_id => $order->{id} }, %o };
}
sub signed ($body, $secret = $new, $at = time) { "t=$at,v1=" . hmac_sha256_hex("$at.$body", $secret) }
sub send_it ($body, $header = signed($body)) {
    $shop->guest->post('/payments/webhooks/stripe', $body, 'Stripe-Signature' => $header, 'Content-Type' => 'application/json; charset=utf-8');
}
sub stored { $shop->sql('SELECT count(*) FROM webhook_events') }
sub row ($order) { $shop->sql("SELECT status FROM orders WHERE id = '$order->{id}'") }
sub points ($order) { $shop->sql("SELECT coalesce(sum(points), 0) FROM point_transactions WHERE reference_id = '$order->{id}'") }

subtest 'signatures' => sub {
    my $order = order();
    my $body = event('payment_intent.processing', intent($order, 'processing'));
    my $now = time;
    my %bad = (
        'none' => undef,
        'of another body' => signed("$body "),
        'by another secret' => signed($body, 'whsec_' . 'x' x 24),
        'too old' => signed($body, $new, $now - 302),
        'too far ahead' => signed($body, $new, $now + 330),
        'of no time' => 'v1=' . hmac_sha256_hex("$now.$body", $new),
        'of version 0' => "t=$now,v0=" . hmac_sha256_hex("$now.$body", $new),
        'in capitals' => "t=$now,v1=" . uc hmac_sha256_hex("$now.$body", $new),
        'cut' => substr(signed($body), 0, -1),
        'with a space' => "t=$now, v1=" . hmac_sha256_hex("$now.$body", $new),
    );
    for my $how (sort keys %bad) {
        my $r = send_it($body, $bad{$how});
        is $r->status . ' ' . $r->code, '400 INVALID_SIGNATURE', "one $how";
    }
    is stored(), 0, 'nothing of it is stored';
    my $r = send_it($body, signed($body, $old));
    is $r->status, 200, 'the old secret is good as well' or diag $r->brief;
    is_deeply $r->data, { received => 1 }, 'it is received';
    my $two = event('payment_intent.processing', intent($order, 'processing'));
    is send_it($two, "t=$now,v1=" . '0' x 64 . ',v1=' . hmac_sha256_hex("$now.$two", $new) . ',v0=00')->status, 200, 'one of several is enough';
    is stored(), 2, 'both are kept';
    is $shop->sql("SELECT status FROM payments WHERE order_id = '$order->{id}'"), 'processing', 'the attempt goes on';
};

subtest 'paid, twenty times at once' => sub {
    my $order = order();
    my $body = event('payment_intent.succeeded', intent($order, 'succeeded'));
    my @children = map { my $pid = fork; if (!$pid) { require POSIX; POSIX::_exit(send_it($body)->status == 200 ? 0 : 1) } $pid } 1 .. 20;
    my $good = 0;
    for (@children) { waitpid $_, 0; $good += $? == 0 }
    is $good, 20, 'each is answered 200';
    is row($order), 'paid', 'the order is paid';
    is points($order), 20, 'its points counted once';
    is $shop->sql("SELECT count(*) FROM jobs WHERE order_id = '$order->{id}' AND kind = 'submit_order'"), 1, 'one job';
    is $shop->sql("SELECT count(*) FROM order_events WHERE order_id = '$order->{id}' AND to_status = 'paid'"), 1, 'one move';
    is send_it(event('payment_intent.succeeded', intent($order, 'succeeded')))->status, 200, 'another event of the same';
    is points($order), 20, 'changes nothing';
};

subtest 'in every order' => sub {
    my $order_of = sub (@kinds) {
        my $order = order();
        my %make = (
            created => sub { event('payment_intent.created', intent($order, 'requires_payment_method')) },
            processing => sub { event('payment_intent.processing', intent($order, 'processing')) },
            failed => sub { event('payment_intent.payment_failed', intent($order, 'requires_payment_method',
                last_payment_error => { code => 'card_declined', decline_code => 'insufficient_funds', message => 'x' })) },
            succeeded => sub { event('payment_intent.succeeded', intent($order, 'succeeded')) },
            disputed => sub { event('charge.dispute.created', { id => "dp_$order->{ref}", object => 'dispute', amount => $order->{minor},
                currency => 'usd', charge => "ch_$order->{ref}", payment_intent => $order->{ref}, reason => 'fraudulent', status => 'needs_response' }) },
        );
        for (@kinds) { my $r = send_it($make{$_}->()); return "$_: " . $r->brief if $r->status != 200 }
        return join ' ', row($order), points($order), $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$order->{id}' AND kind = 'dispute'"),
            $shop->sql("SELECT status FROM payments WHERE order_id = '$order->{id}'");
    };
    my @all = ([]);
    for my $kind (qw(created processing failed succeeded disputed)) {
        @all = map { my $list = $_; map { my @l = @$list; splice @l, $_, 0, $kind; \@l } 0 .. @$list } @all;
    }
    my %ends;
    push @{ $ends{ $order_of->(@$_) } }, "@$_" for @all;
    is_deeply [ keys %ends ], ['paid 20 1 succeeded'], 'the end is the same: all ' . @all or diag explain \%ends;
};

subtest 'a decline' => sub {
    my $order = order();
    send_it(event('payment_intent.payment_failed', intent($order, 'requires_payment_method',
        last_payment_error => { code => 'card_declined', decline_code => 'insufficient_funds', message => 'Your card has insufficient funds.' })));
    is row($order), 'pending', 'leaves the order payable';
    like $shop->sql("SELECT decline_reason FROM payments WHERE order_id = '$order->{id}'"), qr/insufficient funds/, 'and says why';
};

subtest 'the wrong sum' => sub {
    for my $wrong ({ amount_received => 1 }, { currency => 'eur' }, { metadata => { order_id => order()->{id} } }) {
        my $order = order();
        is send_it(event('payment_intent.succeeded', intent($order, 'succeeded', %$wrong)))->status, 200, join ' ', 'received:', %$wrong;
        is row($order), 'pending', 'pays nothing';
        is $shop->sql("SELECT severity FROM cases WHERE order_id = '$order->{id}' AND kind = 'amount-differs'"), 'alarm', 'and the admin is told';
    }
    my $order = order();
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded'), livemode => JSON::PP::true()));
    is row($order), 'pending', 'nor does an event of the other mode';
};

subtest 'refunds' => sub {
    my $order = order();
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    my $charge = sub ($sum) { event('charge.refunded', { id => "ch_$order->{ref}", object => 'charge', amount => $order->{minor}, amount_captured => $order->{minor},
        amount_refunded => $sum, currency => 'usd', payment_intent => $order->{ref}, refunded => $sum == $order->{minor} ? JSON::PP::true() : JSON::PP::false() }) };
    my $refund = sub ($id, $sum, $status = 'succeeded') { event('charge.refund.updated', { id => $id, object => 'refund', amount => $sum,
        currency => 'usd', status => $status, charge => "ch_$order->{ref}", payment_intent => $order->{ref}, metadata => {} }) };
    send_it($charge->(500));
    send_it($refund->("re_1$order->{ref}", 500));
    send_it($refund->("re_1$order->{ref}", 500, 'pending'));
    is $shop->sql("SELECT refunded_amount FROM orders WHERE id = '$order->{id}'"), 500, 'two words for one refund count once';
    is row($order), 'paid', 'a part leaves the order paid';
    send_it($refund->("re_2$order->{ref}", $order->{minor} - 500));
    send_it($charge->($order->{minor}));
    is row($order), 'refunded', 'all of it ends it';
    is points($order), 0, 'and takes the points back';
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    is row($order), 'refunded', 'late news change nothing';
    send_it($refund->("re_2$order->{ref}", $order->{minor} - 500, 'failed'));
    is $shop->sql("SELECT count(*) FROM cases WHERE order_id = '$order->{id}' AND kind = 'refund-failed'"), 1, 'one that fails days later is told';
    send_it($charge->($order->{minor}));
    is $shop->sql("SELECT refunded_amount FROM orders WHERE id = '$order->{id}'"), 500, 'and is not believed again, when the charge was told late';
    is $shop->sql("SELECT count(*) FROM jobs WHERE order_id = '$order->{id}' AND kind = 'settle_webhook'"), 1, 'but asked for';
};

subtest 'disputes' => sub {
    my $order = order();
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    my $dispute = sub ($type, $status) { send_it(event("charge.dispute.$type", { id => "dp_$order->{ref}", object => 'dispute', amount => $order->{minor},
        currency => 'usd', charge => "ch_$order->{ref}", payment_intent => $order->{ref}, reason => 'fraudulent', status => $status })) };
    my $case = sub { $shop->sql("SELECT state FROM cases WHERE order_id = '$order->{id}' AND kind = 'dispute'") };
    $dispute->('created', 'needs_response');
    is $case->(), 'open', 'are cases';
    my $held = sub { $shop->sql("SELECT run_at > now() + interval '30 days' FROM jobs WHERE kind = 'submit_order' AND order_id = '$order->{id}'") };
    is $held->(), 't', 'that hold the order back';
    $dispute->('closed', 'won');
    is $case->(), 'closed', 'until they are won';
    is $held->(), 'f', 'and it goes on';
    $dispute->('created', 'needs_response');
    is $case->(), 'closed', 'late news do not open them again';

    $order = order();
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    $dispute->('created', 'needs_response');
    $dispute->('closed', 'lost') for 1 .. 2;
    is $case->(), 'open', 'one that is lost stays open';
    is $shop->sql("SELECT lost_amount FROM payments WHERE order_id = '$order->{id}'"), $order->{minor}, 'and its money is gone, once';
};

subtest 'two disputes about one payment' => sub {
    my $order = order();
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    my $dispute = sub ($n, $type, $status) { send_it(event("charge.dispute.$type", { id => "dp_$n$order->{ref}", object => 'dispute', amount => $order->{minor},
        currency => 'usd', charge => "ch_$order->{ref}", payment_intent => $order->{ref}, reason => 'fraudulent', status => $status })) };
    my $held = sub { $shop->sql("SELECT (run_at > now() + interval '30 days') || ' ' || (SELECT disputed_at IS NOT NULL FROM payments p WHERE p.order_id = j.order_id)
        FROM jobs j WHERE kind = 'submit_order' AND order_id = '$order->{id}'") };
    $dispute->($_, 'created', 'needs_response') for 1 .. 3;
    $dispute->(1, 'closed', 'won');
    is $held->(), 'true true', 'one is won: the others hold the order';
    # An admin puts the second one aside; the bank does not.
    $shop->sql("UPDATE cases SET state = 'closed', closed_by = 'admin', closed_at = now() WHERE key = 'stripe:dp_2$order->{ref}'");
    $dispute->(3, 'closed', 'won');
    is $held->(), 'true true', 'also one that an admin has put aside';
    $dispute->(2, 'closed', 'warning_closed');
    is $held->(), 'false false', 'all are over: it goes on';
};

subtest 'a review' => sub {
    my $order = order();
    my $review = sub ($open, $end = undef) { send_it(event('review.' . ($open ? 'opened' : 'closed'), { id => "prv_$order->{ref}", object => 'review',
        open => $open ? JSON::PP::true() : JSON::PP::false(), reason => 'rule', closed_reason => $end, charge => "ch_$order->{ref}", payment_intent => $order->{ref} })) };
    my $case = sub { $shop->sql("SELECT state || ' ' || (detail ->> 'amount') || ' ' || (detail ->> 'reason') FROM cases WHERE order_id = '$order->{id}' AND kind = 'review'") };
    my $held = sub { $shop->sql("SELECT disputed_at IS NOT NULL FROM payments WHERE order_id = '$order->{id}'") };
    my $total = sprintf '%.2f', $order->{totalAmount};
    $review->(1);    # before anybody told that it is paid
    is $case->(), "open $total rule", 'is a case';
    send_it(event('payment_intent.succeeded', intent($order, 'succeeded')));
    is row($order), 'paid', 'the order is paid';
    is $held->(), 't', 'and held back';
    $review->(0, 'approved');
    is $case->(), "closed $total rule", 'it is over';
    is $held->(), 'f', 'and the order goes on';
    is $shop->sql("SELECT lost_amount FROM payments WHERE order_id = '$order->{id}'"), 0, 'nothing is lost';
};

subtest 'what means nothing to us' => sub {
    my %odd = (
        'an unknown kind' => event('radar.early_fraud_warning.created', { id => 'issfr_1', object => 'radar.early_fraud_warning' }),
        'an intent of somebody else' => event('payment_intent.succeeded', { id => 'pi_else', object => 'payment_intent', amount => 1, amount_received => 1,
            currency => 'usd', status => 'succeeded', metadata => {} }),
        'no event at all' => '{"hello": 1}',
        'an array' => '[1, 2, 3]',
        'not even JSON' => "not JSON at all \xff",
        'a refund of nobody' => event('refund.updated', { id => 're_else', object => 'refund', amount => 5, currency => 'usd', status => 'succeeded', metadata => {} }),
        'an intent with nonsense inside' => event('payment_intent.succeeded', { id => [], object => 'payment_intent', amount => 'x', currency => 5, status => {} }),
    );
    my $before = stored();
    for my $what (sort keys %odd) {
        my $r = send_it($odd{$what});
        is $r->status, 200, $what or diag $r->brief;
    }
    is stored() - $before, scalar keys %odd, 'is kept';
    is $shop->sql("SELECT count(*) FROM webhook_events WHERE state = 'failed'"), 0, 'and none of it failed';
    is $shop->guest->get('/payments/webhooks/stripe')->status, 405, 'by POST only';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
