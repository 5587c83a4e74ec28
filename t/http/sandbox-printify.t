# The stand-in for Printify: on hold until it is sent to production.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop     = TShop->boot;
my $away     = $shop->sandbox;
my $printify = $away->with(token => $shop->setting('PRINTIFY_API_KEY'));
my $at       = '/v1/shops/' . $shop->setting('PRINTIFY_SHOP_ID');
my %order    = (external_id => 'SANDBOX-1', shipping_method => 1,
    line_items => [ { blueprint_id => 12, print_provider_id => 29, variant_id => 18052, quantity => 2,
        print_areas => { front => 'https://shop.example/a.png' } } ],
    address_to => { first_name => 'Ada', last_name => '-', country => 'US', region => 'CA', address1 => '1 Main St',
        city => 'Chatsworth', zip => '91311' });

is $away->get('/v1/shops.json')->status, 401, 'a token is needed';
is $printify->get('/v1/shops/1/orders.json')->status, 404, 'and the shop must be ours';
is $printify->post("$at/orders.json", { %order, address_to => { %{ $order{address_to} }, zip => '' } })->json->{code}, 8103,
    'addresses are whole';
is $printify->post("$at/orders.json", { %order, line_items => [ { %{ $order{line_items}[0] },
    print_areas => { moon => 'https://shop.example/a.png' } } ] })->status, 400, 'positions are known';

my $made = $printify->post("$at/orders.json", \%order)->json;
is_deeply [ keys %$made ], ['id'], 'an order is answered by its id';
is $printify->post("$at/orders.json", \%order)->status, 400, 'and made once';
my $order = $printify->get("$at/orders/$made->{id}.json")->json;
is $order->{status}, 'on-hold';
is $order->{metadata}{shop_order_id}, 'SANDBOX-1';

$away->post('/_sandbox/prices', { provider => 'printify', item => '7.25', shipping => '2.00' });
my ($tee) = grep { $_->{blueprint_id} == 12 } @{ $printify->get("$at/products.json?limit=50")->json->{data} };
is $tee->{variants}[0]{cost}, 725, 'a piece costs what the panel says';
is $printify->post("$at/orders/shipping.json", \%order)->json->{standard}, 200, 'and so does a parcel';

is $printify->post("$at/orders/$made->{id}/send_to_production.json")->json->{status}, 'sending-to-production';
is $printify->post("$at/orders/$made->{id}/cancel.json")->status, 400, 'then it is too late to cancel';
is $away->post('/_sandbox/printify/orders/@SANDBOX-1/deliver', { trackingNumber => 'T-1', carrier => 'UPS' })->status, 200;
is $printify->get("$at/orders/$made->{id}.json")->json->{shipments}[0]{number}, 'T-1', 'delivering ships it first';

my %seen;
ok $shop->until_so(10, sub {
    %seen = map { $_->{type} => $_ } grep { @{ $_->{attempts} } } @{ $away->get('/_sandbox/webhooks?provider=printify')->json };
    return $seen{'order:shipment:delivered'};
}), 'its events come';
like $seen{'order:shipment:delivered'}{headers}{'X-Pfy-Signature'}, qr/^sha256=[0-9a-f]{64}$/, 'signed';

done_testing;
