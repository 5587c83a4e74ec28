# Providers that drop, stall, fail and talk nonsense at each of the calls that
# money needs: whoever asks again gets there, nothing is charged, given back or
# made twice, and the providers' own books say so.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;

my $till = TShop::Till->boot(muted => 1);
my ($shop, $ada) = ($till->shop, $till->ada);
my @FAULTS = (
    [ 'dropped before' => { drop => 'before' } ],
    [ 'dropped after'  => { drop => 'after' } ],
    [ slow             => { delayMs => 700 } ],
    [ failing          => { status => 500, body => { error => { type => 'api_error' } } } ],
    [ garbage          => { status => 200, body => '<html>Welcome</html>' } ],
    [ 'half an answer' => { status => 200, body => '{"id": "pi_x", "object": "payment_int' } ],
    [ 'another answer' => { status => 200, body => { id => 'x', object => 'teapot', status => 'succeeded' } } ],
);
my $n = 0;

# The breaker has tests of its own; here it shall not hide a fault.
sub rest { $shop->sql('DELETE FROM provider_states') }

# Ask until it is done, as a client does: with one key. A failure is told as
# the provider's.
sub insistently ($call) {
    for my $try (1 .. 8) {
        rest();
        my $r = $call->();
        return $r if $r->status < 500;
        return $r unless $r->status =~ /^50[234]$/ && ($r->error->{details}{provider} // '') =~ /^(?:stripe|paypal)$/;
    }
    return $shop->guest->get('/nowhere');
}

# Each fault at one call, for a new thing each.
sub each_fault ($provider, $name, $match, $make, $call, $good) {
    my @wrong;
    for (@FAULTS) {
        my ($how, $fault) = @$_;
        my $it = $make->();
        $till->fault(provider => $provider, match => $match, %$fault);
        my $key = 'fault-' . ++$n;
        my $r = insistently(sub { $call->($it, 'Idempotency-Key' => $key) });
        push @wrong, "$how: " . $r->brief unless $r->status =~ /^20/ && $good->($it, $r);
        $till->mend;
    }
    is_deeply \@wrong, [], "$provider: $name";
}

# The same where a job asks: all faults wait there for it, some twice.
sub each_fault_of_job ($provider, $name, $match, $make, $do, $good) {
    my @all = map { $make->() } @FAULTS;
    $till->fault(provider => $provider, match => $match, %{ $_->[1] }) for @FAULTS;
    $do->($_) for @all;
    my @left = @all;
    $shop->until_so(30, sub { rest(); @left = grep { !$good->($_) } @left; !@left });
    is_deeply [ map { $_->{orderNumber} // $_->{email} } @left ], [], "$provider: $name, by a job";
    $till->mend;
}

sub confirm ($it, @headers) { $ada->post('/payments/confirm', { orderId => $it->{id} }, @headers) }
sub is_paid ($it, $r) { $r->data->{order}{status} eq 'paid' }
sub cancel ($it) { $ada->post("/orders/$it->{id}/cancel", {}) }
sub given_back ($it) { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$it->{id}' AND status = 'succeeded'") }

# ---- what the providers have in their books ----

my $paypal = $till->paypal;

# "charged 1 of 1, given back 1", in cents.
sub stripe_books {
    my %of;
    for my $i ($till->stripe_list('/v1/payment_intents')) { $of{ $i->{metadata}{order_id} }{intents}{ $i->{id} } = $i }
    my %back;
    push @{ $back{ $_->{payment_intent} } }, $_->{amount} for $till->stripe_list('/v1/refunds');
    $_->{back} = [ map { @{ $back{$_} // [] } } keys %{ $_->{intents} } ] for values %of;
    return \%of;
}

sub books_wrong ($provider, @orders) {
    my @wrong;
    my $stripe = $provider eq 'stripe' ? stripe_books() : undef;
    for my $order (@orders) {
        my $total = sprintf '%.0f', 100 * $order->{totalAmount};
        my (@charged, @back);
        if ($stripe) {
            my $of = $stripe->{ $order->{id} };
            @charged = map { $_->{amount_received} || () } values %{ $of->{intents} };
            @back = @{ $of->{back} };
        } else {
            my $payments = $paypal->get("/v2/checkout/orders/$order->{ref}")->json->{purchase_units}[0]{payments};
            @charged = map { $_->{amount}{value} =~ s/\.//r } @{ $payments->{captures} };
            @back = map { $_->{amount}{value} =~ s/\.//r } @{ $payments->{refunds} };
        }
        push @wrong, "$order->{orderNumber} of $total: charged @charged, gave back @back"
            unless "@charged" eq $total && "@back" eq ($order->{back} ? $total : '');
    }
    return @wrong;
}

# ---- orders ----

for my $provider (qw(stripe paypal)) {
    my %at = $provider eq 'stripe'
        ? (start => '^POST /v1/payment_intents$', look => '^GET /v1/payment_intents/', cancel => '^POST /v1/payment_intents/.*/cancel', refund => '^POST /v1/refunds$')
        : (start => '^POST /v2/checkout/orders$', look => '^GET /v2/checkout/orders/', refund => '^POST /v2/payments/captures/.*/refund');
    my @paid;
    my $start = sub ($it, @headers) { $till->intent($it, $provider, @headers) };
    my $started = sub ($it, $r) {
        $it->{ref} = $r->data->{paymentIntentId} // $r->data->{paypalOrderId};
        $till->charge($r->data);
        push @paid, $it;
        return is_paid($it, confirm($it));
    };
    each_fault($provider, 'starting to pay', $at{start}, sub { $till->order }, $start, $started);
    each_fault($provider, 'starting once more', $at{look}, sub { my $it = $till->order; $start->($it); $it }, $start, $started);
    each_fault($provider, 'confirming', $at{look}, sub { my $it = $till->charged($provider); push @paid, $it; $it }, \&confirm, \&is_paid);
    if ($provider eq 'paypal') {
        each_fault('paypal', 'taking the money', '/capture$', sub { my $it = $till->charged('paypal'); push @paid, $it; $it }, \&confirm, \&is_paid);
        # A token that is refused makes the worker ask for another one.
        each_fault('paypal', 'asking for a token', '^POST /v1/oauth2/token', sub {
            $till->fault(provider => 'paypal', match => $at{look}, status => 401, body => { error => 'invalid_token' });
            my $it = $till->charged('paypal');
            push @paid, $it;
            return $it;
        }, \&confirm, \&is_paid);
        each_fault('paypal', 'proving a message', 'verify-webhook-signature', sub { my $it = $till->charged('paypal'); push @paid, $it; $it->{hook} = $till->hook($it, 'CHECKOUT.ORDER.APPROVED'); $it },
            sub ($it, @) { $till->deliver($it->{hook}) }, sub ($it, $r) { 1 });
        each_fault_of_job('paypal', 'taking the money', '/capture$', sub { my $it = $till->charged('paypal'); push @paid, $it; $it->{hook} = $till->hook($it, 'CHECKOUT.ORDER.APPROVED'); $it },
            sub ($it) { $till->deliver($it->{hook}) }, sub ($it) { $till->state($it) eq 'paid' });
    }
    ok $shop->until_so(20, sub { rest(); !grep { $till->state($_) ne 'paid' } @paid }), "$provider: " . @paid . ' orders are paid';
    is_deeply [ books_wrong($provider, @paid) ], [], "$provider: each is charged once";

    each_fault_of_job($provider, 'giving it back', $at{refund}, sub { my $it = pop @paid; $it->{back} = 1; unshift @paid, $it; $it }, \&cancel, \&given_back);
    is_deeply [ books_wrong($provider, @paid) ], [], "$provider: what is given back is given back once";
    next unless $at{cancel};
    each_fault_of_job($provider, 'calling it off', $at{cancel}, sub { my $it = $till->order; $it->{ref} = $till->intent($it, $provider)->data->{paymentIntentId}; $it },
        \&cancel, sub ($it) { $till->stripe(GET => "/v1/payment_intents/$it->{ref}")->json->{status} eq 'canceled' });
}

# ---- subscriptions ----

my @readers;
for (@FAULTS) {
    my ($how, $fault) = @$_;
    my $me = $shop->shopper;
    push @readers, $me;
    my @at = ('^POST /v1/customers$', '^GET /v1/prices', '^POST /v1/checkout/sessions$');
    # Product and price are made once for all.
    push @at, '^POST /v1/products$', '^POST /v1/prices$' if @readers == 1;
    $till->fault(provider => 'stripe', match => $_, %$fault) for @at;
    my $r = insistently(sub { $me->post('/subscriptions/checkout', {}, 'Idempotency-Key' => "premium-$how" =~ tr/ /-/r) });
    is $r->status, 201, "premium: $how" or diag $r->brief;
    $till->mend;
    $shop->sandbox->get($r->data->{url});
    $me->{hook} = $till->hook({ ref => $me->{user}{id}, id => $me->{user}{id} }, 'customer.subscription.created');
}
each_fault_of_job('stripe', 'what a subscription is', '^GET /v1/subscriptions/', sub { $readers[ $n++ % @readers ] },
    sub ($me) { $till->deliver($me->{hook}) }, sub ($me) { $me->get('/users/me')->data->{tier} eq 'premium' });
my $next = sub { push @readers, shift @readers; $readers[-1] };
each_fault('stripe', 'the portal', '^POST /v1/billing_portal', $next, sub ($me, @h) { $me->post('/subscriptions/portal', {}, @h) }, sub ($me, $r) { $r->data->{url} });
each_fault('stripe', 'ending a subscription', '^POST /v1/subscriptions/', $next, sub ($me, @h) { $me->post('/subscriptions/cancel', {}, @h) },
    sub ($me, $r) { $r->data->{cancelAtPeriodEnd} && $r->data->{status} eq 'active' });
my %made = map { my $what = $_; ($what => scalar @{ [ $till->stripe_list("/v1/$what") ] }) } qw(customers subscriptions products prices);
is_deeply \%made, { customers => scalar @FAULTS, subscriptions => scalar @FAULTS, products => 1, prices => 1 }, 'everything at Stripe is there once';

ok $till->settle, 'nothing is left to do';
is $shop->sql("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0, 'nothing was given up';
is $till->invariants, '', 'nothing is broken';
done_testing;
