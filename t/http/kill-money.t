# A worker killed at each of the statements that order and pay: whoever asks
# again gets done what was asked, and all of it once.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;

my $till = TShop::Till->boot(muted => 1, wired => 1, settings => { map { ("TSHOP_WORKERS_$_" => 4) } qw(FAST PATIENT) });
my ($shop, $ada) = ($till->shop, $till->ada);
my $n = 0;
my @paid;

# One thing after the other: make() what it needs, do() it under fire at the
# first statement, the second, … until it survives; then do() it once more and
# see whether it is done(). Where nobody outside is asked, a statement that was
# never sent is as the answer before it that was never heard.
sub sweep ($name, $pool, $make, $do, $done) {
    for my $how ($pool eq 'patient' ? 'unsent' : (), 'unheard') {
        my ($nth, $killed, @wrong) = (0, 1);
        while ($killed && $nth < 40) {
            my $it = $make->();
            $shop->until_so(5, sub { 4 == grep { 1 } $shop->workers($pool) });
            $shop->wire->arm($how, ++$nth, $shop->workers($pool));
            my $first = $do->($it);
            $killed = $shop->wire->killed;
            push @wrong, "$nth: survived, and said " . $first->brief if !$killed && $first->status !~ /^20/;
            push @wrong, "$nth: was killed, and said " . $first->brief if $killed && $first->status < 500;
            # As a minute later, when the dead worker's claim on the key is over.
            $shop->sql("UPDATE idempotency_keys SET lease_until = now() - interval '1 s' WHERE state = 'running'");
            my $again = $do->($it);
            my $said = $done->($it, $again);
            push @wrong, "$nth: $said, " . $again->brief if $said;
        }
        is_deeply \@wrong, [], "$name: each statement $how, " . ($nth - 1) . ' of them';
        cmp_ok $nth, '>', 3, 'and there are some';
    }
}

sub orders { $shop->sql("SELECT count(*) FROM orders WHERE user_id = '$ada->{user}{id}'") }
sub key { 'key-' . ++$n }

sweep('an order', 'fast',
    sub { $till->fill; { key => key(), before => orders() } },
    sub ($it) { $ada->post('/orders/create', $till->where, 'Idempotency-Key' => $it->{key}) },
    sub ($it, $r) {
        return 'it is not made' if $r->status != 201;
        return 'there are ' . (orders() - $it->{before}) if orders() != $it->{before} + 1;
        return 'the cart is not empty' if $ada->get('/cart')->data->{itemCount};
        return;
    });

for my $provider (qw(stripe paypal)) {
    sweep("an intent at $provider", 'patient',
        sub { { key => key(), order => $till->order } },
        sub ($it) { $till->intent($it->{order}, $provider, 'Idempotency-Key' => $it->{key}) },
        sub ($it, $r) {
            return 'it is not made' if $r->status != 201;
            my $order = { %{ $it->{order} }, intent => $r->data, ref => $r->data->{paymentIntentId} // $r->data->{paypalOrderId} };
            $till->charge($order->{intent});
            return 'it is not paid' if $ada->post('/payments/confirm', { orderId => $order->{id} })->data->{order}{status} ne 'paid';
            push @paid, $order;
            return;
        });
    sweep("confirming what $provider has", 'patient',
        sub { { key => key(), order => $till->charged($provider) } },
        sub ($it) { $ada->post('/payments/confirm', { orderId => $it->{order}{id} }, 'Idempotency-Key' => $it->{key}) },
        sub ($it, $r) {
            push @paid, $it->{order};
            return $r->status == 200 && $r->data->{order}{status} eq 'paid' ? undef : 'it is not paid';
        });
}

sweep('what Stripe tells', 'fast',
    sub { my $order = $till->charged; { order => $order, hook => $till->hook($order, 'payment_intent.succeeded') } },
    sub ($it) { $till->deliver($it->{hook}) },
    sub ($it, $r) { push @paid, $it->{order}; $r->status == 200 && $till->state($it->{order}) eq 'paid' ? undef : 'it is not paid' });

sweep('what PayPal tells', 'patient',
    sub { my $order = $till->charged('paypal'); { order => $order, hook => $till->hook($order, 'CHECKOUT.ORDER.APPROVED') } },
    sub ($it) { $till->deliver($it->{hook}) },
    sub ($it, $r) {
        push @paid, $it->{order};
        return 'it is not heard' if $r->status != 200;
        return $shop->until_so(15, sub { $till->state($it->{order}) eq 'paid' }) ? undef : 'it is not paid';
    });

ok $till->settle(60, 'send_mail'), 'all jobs are done';
cmp_ok scalar @paid, '>', 60, scalar(@paid) . ' orders are paid';
is_deeply [ $till->wrong_with(@paid) ], [], 'each was charged once, and is paid with all that follows, once';

# ---- and what takes it back ----

my @back;
sweep('cancelling', 'fast',
    sub { pop @paid },
    sub ($it) { $ada->post("/orders/$it->{id}/cancel", { reason => 'Changed my mind' }) },
    sub ($it, $r) {
        push @back, $it;
        return $till->state($it) eq 'cancelled' && $r->status =~ /^(?:200|409)$/ ? undef : 'it is not cancelled';
    });
ok $till->settle, 'all jobs are done';
my %given;
$given{ $_->{payment_intent} } += $_->{amount} for $till->stripe_list('/v1/refunds');
my @kept = grep { !$_->{intent}{paypalOrderId} && ($given{ $_->{ref} } // 0) != sprintf '%.0f', 100 * $_->{totalAmount} } @back;
is_deeply [ map { $_->{orderNumber} } @kept ], [], 'each is given back, once and whole';
is $shop->sql(q{SELECT count(*) FROM orders o WHERE status = 'cancelled' AND 1 <> (SELECT count(*) FROM refunds r WHERE r.order_id = o.id AND r.status = 'succeeded' AND r.amount = o.total_amount)}), 0, 'by one refund';

is $till->invariants, '', 'nothing is broken';
done_testing;
