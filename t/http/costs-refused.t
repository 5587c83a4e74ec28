# A shop that does not sell at a loss.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_REFUSE_LOSS => 'on' });
my $ada  = $shop->shopper;
my $tee  = $shop->variant(price => '10.00');

$shop->sql("UPDATE provider_variants SET cost = 1100 WHERE variant_id = '$tee->{variantId}'");
$ada->post('/cart/items', { %$tee, quantity => 1 });
for my $what (qw(quote create)) {
    my $r = $ada->post("/orders/$what", { shippingAddress => $shop->address });
    is $r->status, 409, "$what: it is refused" or diag $r->brief;
    is $r->code, 'CONFLICT', 'by its code';
    unlike $r->body, qr/11\.00|loss|margin/i, 'which does not tell what it costs us';
}
is $ada->get('/cart')->data->{itemCount}, 1, 'the cart is as it was';
$shop->sql("UPDATE provider_variants SET cost = 1000 WHERE variant_id = '$tee->{variantId}'");
is $ada->post('/orders/create', { shippingAddress => $shop->address })->status, 201, 'without gain is no loss';
done_testing;
