# A page past the end is empty, and tells how many there are all the same.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use TShop::Till;

my $till = TShop::Till->boot;
my ($shop, $ada, $admin) = ($till->shop, $till->ada, $till->shop->admin);
my $design = $shop->design($ada);
$ada->put("/designs/$design->{id}", { public => JSON::PP::true() });
$ada->post("/designs/$design->{id}/report", { reason => 'other' });
my $order = $till->charged;
$ada->post('/payments/confirm', { orderId => $order->{id} });
$shop->sandbox->get($ada->post('/subscriptions/checkout', {})->data->{url});
ok $shop->until_so(20, sub { @{ $ada->get('/subscriptions/invoices')->data } }), 'somebody subscribes';
$shop->sql("INSERT INTO cases (kind, key) VALUES ('test', 'test')");
$admin->post('/coupons', { code => 'PAGES', kind => 'free_shipping' });

my @lists = map { [ $ada, $_ ] } qw(/products /gallery/designs /designs /orders /points/history /subscriptions/invoices /leaderboard),
    "/products/$till->{tee}{productId}/variants";
push @lists, map { [ $admin, $_ ] } qw(/users /orders /coupons /products /jobs /webhooks /audit /cases /reports);
for (@lists) {
    my ($who, $path) = @$_;
    my $name = ($who == $admin ? '/admin' : '') . $path;
    my $first = $who->get("$path?limit=1")->meta->{pagination}{total};
    my $r = $who->get("$path?page=999");
    ok $first, "$name: there are some" or diag $who->get($path)->brief;
    is_deeply [ $r->data, $r->meta->{pagination}{total}, $r->meta->{pagination}{page} ], [ [], $first, 999 ], 'and on page 999 as many' or diag $r->brief;
}
done_testing;
