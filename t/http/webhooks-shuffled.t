# The news of a payment in any order, some of it twice, all of it at once: the
# end is the same, and what follows from it happens once.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'hmac_sha256_hex';
use JSON::PP ();
use List::Util 'shuffle';
use TShop::Till;

# All 720 where nobody waits for it.
my $most = $ENV{SHUFFLES} // ($ENV{CI} ? 720 : 120);
my $seed = $ENV{SHUFFLE_SEED} // time;
srand $seed;
note "SHUFFLE_SEED=$seed";

my $till = TShop::Till->boot(muted => 1);
my ($shop, $ada) = ($till->shop, $till->ada);
my $json = JSON::PP->new->canonical;
my ($true, $false) = (JSON::PP::true(), JSON::PP::false());
my $n = 0;

sub permutations (@of) {
    return [] unless @of;
    return map { my $i = $_; my @rest = @of; my ($one) = splice @rest, $i, 1; map { [ $one, @$_ ] } permutations(@rest) } 0 .. $#of;
}

# All that has come of these orders, one line for each way to end.
sub ends (@orders) {
    my $ids = join ',', map { "'$_->{id}'" } @orders;
    return $shop->sql(qq{
        SELECT DISTINCT concat_ws(', ', o.status,
            'payments ' || (SELECT string_agg(p.status || CASE WHEN p.captured_amount = o.total_amount THEN '' ELSE '?' END, ' ') FROM payments p WHERE p.order_id = o.id),
            'refunds ' || (SELECT count(*) || CASE WHEN sum(r.amount) = o.total_amount AND o.refunded_amount = o.total_amount THEN ' whole' ELSE ' ' || sum(r.amount) END FROM refunds r WHERE r.order_id = o.id AND r.status = 'succeeded'),
            'points ' || (SELECT string_agg(t.points::text, ' ' ORDER BY t.points DESC) FROM point_transactions t WHERE t.reference_id = o.id),
            'moves ' || (SELECT string_agg(e.to_status, ' ' ORDER BY e.created_at, e.id) FROM order_events e WHERE e.order_id = o.id AND e.kind = 'status'),
            'jobs ' || (SELECT count(*) FROM jobs j WHERE j.order_id = o.id AND j.kind = 'submit_order'),
            'letters ' || (SELECT string_agg(split_part(j.dedupe_key, ':', 2), ' ' ORDER BY j.dedupe_key) FROM jobs j WHERE j.order_id = o.id AND j.kind = 'send_mail'),
            'cases ' || (SELECT coalesce(string_agg(c.kind, ' '), 'none') FROM cases c WHERE c.order_id = o.id))
        FROM orders o WHERE o.id IN ($ids)});
}
my $END = 'refunded, payments succeeded, refunds 1 whole, points 20 -20, moves pending paid refunded, jobs 1, letters order-paid order-refunded, cases';

# ---- Stripe ----

# An order that Stripe has charged and given back, and all that it says of it.
sub at_stripe {
    my $order = $till->charged;
    my $refund = $till->stripe(POST => '/v1/refunds', "payment_intent=$order->{ref}")->json;
    my $minor = int 100 * $order->{totalAmount} + 0.5;
    my %sum = (amount => $minor, currency => 'usd');
    my $charge = $refund->{charge};
    my $event = sub ($type, %object) {
        my $body = $json->encode({ id => 'evt_' . ++$n . "x$$", object => 'event', created => time, type => $type, livemode => $false, data => { object => {%object} } });
        return $body;
    };
    my $intent = sub ($type, $status, %more) {
        $event->("payment_intent.$type", id => $order->{ref}, object => 'payment_intent', %sum, status => $status,
            amount_received => $status eq 'succeeded' ? $minor : 0, metadata => { order_id => $order->{id} }, %more);
    };
    $order->{news} = {
        created    => [ $intent->('created', 'requires_payment_method') ],
        processing => [ $intent->('processing', 'processing') ],
        failed     => [ $intent->('payment_failed', 'requires_payment_method',
            last_payment_error => { code => 'card_declined', decline_code => 'insufficient_funds', message => 'x' }) ],
        succeeded  => [ $intent->('succeeded', 'succeeded', latest_charge => $charge) ],
        refunded   => [ shuffle
            $event->('charge.refunded', id => $charge, object => 'charge', %sum, amount_captured => $minor, amount_refunded => $minor,
                payment_intent => $order->{ref}, refunded => $true),
            $event->('refund.created', %$refund) ],
        disputed   => [ $event->('charge.dispute.created', id => "dp_$order->{ref}", object => 'dispute', %sum, charge => $charge,
            payment_intent => $order->{ref}, reason => 'fraudulent', status => 'needs_response') ],
    };
    return $order;
}

sub to_stripe ($body) {
    my $at = time;
    my $r = $shop->guest->post('/payments/webhooks/stripe', $body, 'Content-Type' => 'application/json; charset=utf-8',
        'Stripe-Signature' => "t=$at,v1=" . hmac_sha256_hex("$at.$body", $shop->setting('STRIPE_WEBHOOK_SECRET')));
    return $r->status;
}

my @kinds = qw(created processing failed succeeded refunded disputed);

subtest 'Stripe, in every order' => sub {
    my @all = shuffle permutations(@kinds);
    splice @all, $most if @all > $most;
    my (@orders, %said);
    for my $way (@all) {
        push @orders, my $order = at_stripe();
        $order->{way} = "@$way";
        my @news = map { @{ $order->{news}{$_} } } @$way;
        # One of them comes once more, some time later.
        my $again = int rand @news;
        splice @news, $again + 1 + int rand(@news - $again), 0, $news[$again];
        $said{$_}++ for map { to_stripe($_) } @news;
    }
    is_deeply [ keys %said ], [200], 'each is answered 200';
    ok $till->settle(180), 'what had to be asked for is asked for';
    is ends(@orders), "$END dispute", 'the end is the same: ' . @all . ' ways'
        or diag map { "$_->{way}: " . ends($_) . "\n" } @orders;
};

subtest 'Stripe, all at once' => sub {
    my $order = at_stripe();
    my @news = map { @$_ } values %{ $order->{news} };
    my @calls = shuffle map { my $body = $_; (sub { to_stripe($body) }) x 4 } @news;
    my %said = map { $_ => 1 } TShop::Till->at_once(@calls);
    is_deeply [ keys %said ], [200], scalar(@calls) . ' copies are answered';
    ok $till->settle, 'all is done';
    is ends($order), "$END dispute", 'the end is the same';
};

# Twenty copies of one, when what it waits for is there.
subtest 'Stripe, twenty copies' => sub {
    my $order = at_stripe();
    for my $kind (@kinds) {
        for my $body (@{ $order->{news}{$kind} }) {
            my %said = map { $_ => 1 } TShop::Till->at_once((sub { to_stripe($body) }) x 20);
            is_deeply [ keys %said ], [200], "$kind: are answered";
        }
    }
    ok $till->settle, 'all is done';
    is ends($order), "$END dispute", 'the end is the same';
};

# ---- PayPal ----

my $paypal = $till->paypal;

# Our own call to take the money did its work, and nobody heard the answer.
sub at_paypal {
    my $order = $till->charged('paypal');
    my $taken = $paypal->post("/v2/checkout/orders/$order->{ref}/capture", {}, 'PayPal-Request-Id' => "proof-$order->{ref}")->json;
    my $capture = $taken->{purchase_units}[0]{payments}{captures}[0]{id};
    $paypal->post("/v2/payments/captures/$capture/refund", {}, 'PayPal-Request-Id' => "proof-$capture");
    my %type = (approved => 'CHECKOUT.ORDER.APPROVED', completed => 'PAYMENT.CAPTURE.COMPLETED', refunded => 'PAYMENT.CAPTURE.REFUNDED');
    $order->{news} = { map { $_ => $till->hook({ %$order, ref => $_ eq 'approved' ? $order->{ref} : $capture }, $type{$_}) } keys %type };
    # It did not pend: this is how it would have said so.
    my %pending = %{ $order->{news}{completed} };
    my $said = $json->decode($pending{body});
    @$said{qw(id event_type)} = ("WH-$order->{ref}", 'PAYMENT.CAPTURE.PENDING');
    @{ $said->{resource} }{qw(status status_details)} = ('PENDING', { reason => 'PENDING_REVIEW' });
    $order->{news}{pending} = { %pending, body => $json->encode($said), unsigned => 1 };
    return $order;
}

sub to_paypal ($hook) {
    $till->fault(provider => 'paypal', match => 'verify-webhook-signature', status => 200, body => { verification_status => 'SUCCESS' }) if $hook->{unsigned};
    return $till->deliver($hook)->status;
}

subtest 'PayPal, in every order' => sub {
    my (@orders, %said);
    for my $way (permutations(qw(approved pending completed refunded))) {
        push @orders, my $order = at_paypal();
        $order->{way} = "@$way";
        my @news = @{ $order->{news} }{@$way};
        $said{$_}++ for map { to_paypal($_) } @news, $news[ rand @news ];
    }
    is_deeply [ keys %said ], [200], 'each is answered 200';
    ok $till->settle, 'what had to be asked for is asked for';
    is ends(@orders), "$END none", 'the end is the same: ' . @orders . ' ways'
        or diag map { "$_->{way}: " . ends($_) . "\n" } @orders;
};

subtest 'PayPal, twenty copies' => sub {
    my $order = at_paypal();
    for my $kind (qw(approved completed refunded)) {
        my %said = map { $_ => 1 } TShop::Till->at_once((sub { to_paypal($order->{news}{$kind}) }) x 20);
        is_deeply [ keys %said ], [200], "$kind: are answered";
    }
    ok $till->settle, 'all is done';
    is ends($order), "$END none", 'the end is the same';
};

is $till->invariants, '', 'nothing is broken';
done_testing;
