# The admin's orders and users: found, looked into, retried.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot(settings => { TSHOP_HOLD_MINUTES => 60 });
my $admin = $shop->admin;
my $ada   = $shop->shopper(firstName => 'Ada', lastName => 'Lovelace', email => "ada.$$\@example.com");
my $tee   = $shop->variant(price => '20.00');

sub order ($who) {
    $who->post('/cart/items', { %$tee, quantity => 1 });
    return $who->post('/orders/create', { shippingAddress => $shop->address })->data;
}
sub ids ($r) { [ map { $_->{id} } @{ $r->data } ] }

my @made = map { order($ada) } 1 .. 3;
$shop->sql("INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
    SELECT id, 'stripe', 'k' || id, total_amount, currency, 'succeeded', total_amount FROM orders WHERE id = '$made[2]{id}';
    SELECT order_paid('$made[2]{id}', 3600)");

subtest 'who may' => sub {
    my $r = $shop->guest->get('/admin/orders');
    is $r->status, 401, 'nobody without a password';
    like $r->header('WWW-Authenticate'), qr/^Basic/, 'which is asked for';
    is $ada->get('/admin/orders')->status, 401, 'no shopper';
};

subtest 'a list' => sub {
    is_deeply ids($admin->get('/orders')), [ map { $_->{id} } reverse @made ], 'of all, newest first';
    is_deeply ids($admin->get('/orders?status=paid')), [ $made[2]{id} ], 'by state';
    is_deeply ids($admin->get("/orders?q=$made[1]{orderNumber}")), [ $made[1]{id} ], 'by number';
    is_deeply ids($admin->get('/orders?q=' . lc substr $made[1]{orderNumber}, 9)), [ $made[1]{id} ], 'by a part of it';
    is scalar @{ $admin->get("/orders?q=ada.$$")->data }, 3, 'by an address';
    is scalar @{ $admin->get('/orders?q=%25')->data }, 0, 'a percent sign is a percent sign';
    is scalar @{ $admin->get('/orders?from=2000-01-01&to=2000-02-01')->data }, 0, 'by time';
    is scalar @{ $admin->get('/orders?from=2000-01-01')->data }, 3, 'open at one end';
    is $admin->get('/orders?from=2026-02-30')->wrong->{from}, 'format', 'no such day';
    is $admin->get('/orders?to=yesterday')->wrong->{to}, 'format', 'no such word';
    is $admin->get('/orders?status=lost')->wrong->{status}, 'enum', 'no such state';
    my $r = $admin->get('/orders?limit=2');
    is $r->meta->{pagination}{total}, 3, 'three in all';
    is_deeply ids($admin->get("/orders?limit=2&cursor=$r->{json}{meta}{pagination}{nextCursor}")), [ $made[0]{id} ], 'page by page';
    is $r->data->[0]{user}{email}, $ada->{email}, 'with whose it is';
};

subtest 'one of them' => sub {
    my $r = $admin->get("/orders/$made[2]{id}");
    is $r->status, 200, 'is shown whole' or diag $r->brief;
    my $o = $r->data;
    is_deeply [ map { $_->{to} } grep { $_->{kind} eq 'status' } @{ $o->{events} } ], [qw(pending paid)], 'with its history';
    is $o->{payments}[0]{status}, 'succeeded', 'its payments';
    ok ref $o->{$_} eq 'ARRAY', "and $_" for qw(refunds fulfillments printFiles cases);
    is $admin->get('/orders/00000000-0000-4000-8000-000000000000')->status, 404, 'if it is there';
    is $admin->get('/orders/x')->status, 404, 'no id is no order';
};

subtest 'having it printed again' => sub {
    is $admin->post("/orders/$made[0]{id}/retry-fulfillment")->code, 'INVALID_ORDER_STATE', 'not before it is paid';
    my $job = "kind = 'submit_order' AND order_id = '$made[2]{id}'";
    is $shop->sql("SELECT count(*) FROM jobs WHERE $job AND state = 'queued'"), 1, 'one job waits';
    is $admin->post("/orders/$made[2]{id}/retry-fulfillment")->status, 200, 'a paid one is submitted';
    is $shop->sql("SELECT count(*) FROM jobs WHERE $job"), 1, 'by the job that there is';
    is $shop->sql("SELECT action || ' ' || target FROM audit_log"), "order.retry-fulfillment $made[2]{id}", 'and the audit log knows';
};

subtest 'users' => sub {
    my $bob = $shop->shopper(firstName => 'Bob', lastName => 'Babbage', tier => 'premium');
    is_deeply ids($admin->get('/users?q=babb')), [ $bob->{user}{id} ], 'by name';
    is_deeply ids($admin->get("/users?q=ADA.$$")), [ $ada->{user}{id} ], 'by address, in any case';
    is_deeply ids($admin->get('/users?tier=premium')), [ $bob->{user}{id} ], 'by tier';
    is $admin->get('/users?tier=gold')->status, 422, 'there is no gold';
    is $admin->get('/users')->meta->{pagination}{total}, 2, 'two in all';
    unlike $admin->get('/users')->body, qr/password|hash/i, 'and no secrets';
};

done_testing;
