# Providers that take longer than we wait, and do the work all the same: the
# caller is told in time, and asking again finds what was done.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop::Till;

my $till = TShop::Till->boot(muted => 1);
my ($shop, $ada) = ($till->shop, $till->ada);
my %late = (delayMs => 21_500);    # we wait for 20 s

sub confirm ($order) { $ada->with->post('/payments/confirm', { orderId => $order->{id} }) }

my $started = $till->order;
my $taken   = $till->charged('paypal');
my $back    = $till->charged;
is confirm($back)->data->{order}{status}, 'paid', 'one is paid';
$till->fault(provider => 'stripe', match => '^POST /v1/payment_intents$', %late);
$till->fault(provider => 'stripe', match => '^POST /v1/refunds$', %late);
$till->fault(provider => 'paypal', match => '/capture$', %late);
$ada->post("/orders/$back->{id}/cancel", {});

my @said = TShop::Till->at_once(
    sub { my $r = $till->intent($started); join ' ', $r->status, $r->code, $r->error->{details}{provider} // '', int $r->seconds / 5 },
    sub { my $r = confirm($taken); join ' ', $r->status, $r->code, $r->error->{details}{provider} // '', int $r->seconds / 5 },
    # The rest goes on meanwhile.
    sub { my $r = $ada->with->get('/cart'); $r->status . ($r->seconds < 5 ? '' : ' late') });
like $said[0], qr/^504 \w+ stripe 4$/, 'an intent is not waited for longer than that';
like $said[1], qr/^504 \w+ paypal 4$/, 'nor is the taking';
is $said[2], '200', 'others are served meanwhile';

# The work is done by now, or very soon.
ok $shop->until_so(10, sub { my $r = confirm($taken); $r->status == 200 && $r->data->{order}{status} eq 'paid' }), 'asked again, the money is taken';
is scalar @{ $till->paypal->get("/v2/checkout/orders/$taken->{ref}")->json->{purchase_units}[0]{payments}{captures} }, 1, 'once';
my $it;
ok $shop->until_so(10, sub { $it = $till->intent($started)->data }), 'and the intent is made';
my @intents = grep { $_->{metadata}{order_id} eq $started->{id} } $till->stripe_list('/v1/payment_intents');
is_deeply [ map { $_->{id} } @intents ], [ $it->{paymentIntentId} ], 'which is the one that was made';
ok $shop->until_so(40, sub { $shop->sql("SELECT count(*) FROM refunds WHERE order_id = '$back->{id}' AND status = 'succeeded'") }), 'the refund comes to its end';
is_deeply [ map { $_->{amount} } $till->stripe_list('/v1/refunds') ], [ int 100 * $back->{totalAmount} + 0.5 ], 'once';
is $till->invariants, '', 'nothing is broken';
done_testing;
