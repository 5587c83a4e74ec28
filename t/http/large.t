# The large shop of scripts/bench: the same each time, whole, and in use.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $state = $shop->state_dir;
TShop::Run::write_file("$state/demo.env", 'DATABASE_URL=' . $shop->database_url . "\nLOG_DIR=" . $shop->stand->log_dir . "\n");
my $load = sub { qx(BENCH_SCALE=0.01 $^X '@{[ $shop->source ]}/scripts/bench' load '$state' 2>&1) };

like $load->(), qr/^The shop is large/, 'it is loaded';
my $count = sub { join ' ', map { $shop->sql("SELECT count(*) FROM $_") } qw(products product_variants users designs design_likes) };
my $first = $count->();
is $first, '73 ' . $shop->sql('SELECT count(*) FROM product_variants') . ' 200 2000 9400', 'of its size';
$load->();
is $count->(), $first, 'twice is once';
is $shop->sql(TShop::Run::read_file($shop->source . '/schema/invariants.sql'), 'tshop_owner'), '', 'with all that must be true';
is $shop->sql("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"), 0, 'and every trigger on again';

my $r = $shop->guest->post('/auth/login', { email => 'large.7@example.com', password => 'large password' });
is $r->status, 200, 'its people sign in' or diag $r->brief;
my $me = $shop->guest(token => $r->data->{accessToken});
my $card = $me->get('/gallery/designs?sortBy=popular&limit=1')->data->[0];
cmp_ok $card->{likesCount}, '>', 10, 'see what people like';
my $before = $me->get("/designs/$card->{id}")->data;
is $me->post("/designs/$card->{id}/like")->data->{likesCount}, $card->{likesCount} + ($before->{likedByMe} ? 0 : 1), 'like it';
my $product = $me->get('/products?q=Product%207&limit=1')->data->[0];
my ($variant) = grep { $_->{available} } @{ $me->get("/products/$product->{id}/variants")->data };
is $me->post('/cart/items', { productId => $product->{id}, variantId => $variant->{id}, designId => $card->{id}, quantity => 1 })->status, 201, 'and buy it';

done_testing;
