# Rate limits: exact over all workers, by who calls, never by what is called.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot(settings => { TSHOP_RATE_API_GENERAL => '100/15m', TSHOP_RATE_API_AUTH => '20/15m' });

# 'n' calls at once from one address; how many had which status.
sub storm ($n, $from, @paths) {
    my (%seen, @pipes, @pids);
    for my $k (0 .. 7) {
        pipe my $in, my $out;
        push @pids, my $pid = fork // die;
        if (!$pid) {
            my $guest = $shop->guest(from => $from);
            print $out join(' ', map { $guest->get($paths[$_ % @paths])->status }
                grep { $_ % 8 == $k } 0 .. $n - 1), "\n";
            close $out;
            require POSIX;
            POSIX::_exit(0);
        }
        close $out;
        push @pipes, $in;
    }
    for my $in (@pipes) { $seen{$_}++ for split ' ', <$in> }
    waitpid $_, 0 for @pids;
    return \%seen;
}

subtest 'general' => sub {
    my $r = $shop->guest(from => '127.0.0.2')->get('/products');
    is $r->header('RateLimit-Limit'), 100, 'the limit';
    is $r->header('RateLimit-Remaining'), 99, 'what is left';
    cmp_ok $r->header('RateLimit-Reset'), '<=', 900, 'when it begins anew';

    my $seen = storm(160, '127.0.0.3', '/products', '/products?page=2', '/products?x=1', '/leaderboard', '/nowhere/../products', '//products', '/%70roducts', '/./products');
    is $seen->{200}, 100, 'of 160 calls at once exactly 100 pass';
    is $seen->{429}, 60, 'the rest is told to wait';

    $r = $shop->guest(from => '127.0.0.3')->get('/products');
    is $r->code, 'RATE_LIMIT_EXCEEDED', 'and so is the next';
    is $r->error->{details}{scope}, 'api_general', 'by the general limit';
    is $r->error->{details}{limit}, 100, 'of 100';
    is $r->error->{details}{windowSeconds}, 900, 'in 15 minutes';
    cmp_ok $r->header('Retry-After'), '>', 0, 'with Retry-After';
    is $shop->guest(from => '127.0.0.4')->get('/products')->status, 200, 'another address is not concerned';
};

subtest 'users' => sub {
    my $ada = $shop->shopper;
    my $bob = $shop->shopper;
    $_->{from} = '127.0.0.5' for $ada, $bob;
    $ada->get('/users/me') for 1 .. 100;
    is $ada->get('/users/me')->status, 429, 'a user has a limit';
    is $bob->get('/users/me')->status, 200, 'of their own, at one address';
    is $shop->guest(from => '127.0.0.5')->get('/products')->status, 200, "and the address's is apart";
};

subtest 'guests with a cart' => sub {
    my $eve = $shop->guest(from => '127.0.0.16');
    my $r = $eve->post('/cart');
    my %cart = ('X-Cart-Token' => $r->data->{cartToken});
    is $r->header('RateLimit-Remaining'), 99, 'a cart is one call of the address';
    is $eve->get('/cart', %cart)->header('RateLimit-Remaining'), 98, 'looking at it the next';
    is $eve->get('/cart', 'X-Cart-Token' => 'x')->header('RateLimit-Remaining'), 97, 'guessing counts like that';
    $eve->post('/cart') for 1 .. 97;
    is $eve->post('/cart')->status, 429, 'nobody makes carts for ever';
    is $eve->delete('/cart/clear', undef, %cart)->status, 429, 'or changes one';
};

subtest 'a bad token counts on its address' => sub {
    my $guesser = $shop->guest(from => '127.0.0.6', token => 'a.b.c');
    is $guesser->get('/users/me')->code, 'INVALID_TOKEN', 'it is refused';
    $guesser->get('/users/me') for 1 .. 99;
    is $guesser->get('/users/me')->status, 429, 'a hundred times';
};

subtest 'sign-in' => sub {
    my $guest = $shop->guest(from => '127.0.0.7');
    is $guest->post('/auth/login', { email => "n$_\@example.com", password => 'wrong password' })->status, 401,
        "login $_" for 1 .. 20;
    my $r = $guest->post('/auth/login', { email => 'n@example.com', password => 'wrong password' });
    is $r->status, 429, 'login 21 waits';
    is $r->error->{details}{scope}, 'api_auth', 'by the limit of sign-in';
    is $guest->post('/auth/forgot-password', { email => 'n@example.com' })->status, 429, 'all sign-in calls share it';
    is $guest->get('/products')->status, 200, 'reading goes on';
};

subtest 'whatever comes of it' => sub {
    my $guest = $shop->guest(from => '127.0.0.11');
    my ($product) = map { $_->{id} } @{ $guest->get('/products?limit=1')->data };
    my $left = $guest->get("/products/$product")->header('RateLimit-Remaining');
    is $left, 98, 'the second call';
    my $tag = $guest->get("/products/$product")->header('ETag');
    my @calls = (['HEAD', "/products/$product", 200], ['GET', "/products/$product", 304, 'If-None-Match' => $tag], ['GET', '/products/nonsense', 404],
        ['GET', '/products?limit=0', 422], ['GET', '/products?q=%zz', 400], ['GET', '/users/me', 401], ['PUT', '/users/me', 401], ['POST', '/auth/refresh', 401],
        ['GET', '/nowhere', 404], ['GET', '/nowhere/at/all?x=1', 404], ['PUT', '/products', 405], ['POST', '/users/me', 405]);
    my $n = 3;
    for (@calls) {
        my ($method, $path, $status, @headers) = @$_;
        my $r = $guest->request($method, $path, undef, @headers);
        is $r->status, $status, "$method $path: $status";
        is $r->header('RateLimit-Remaining'), 100 - ++$n, 'is counted';
    }
    $guest->get('/nowhere') for $n + 1 .. 100;
    my $r = $guest->get('/nowhere');
    is $r->status, 404, 'nowhere stays nowhere';
    is $r->header('RateLimit-Remaining'), 0, 'when nothing is left';
    is $guest->get('/products')->status, 429, 'for anything else';
    is $guest->get('/admin/nowhere')->header('RateLimit-Limit'), undef, 'the admin is not counted';
    is $guest->post('/payments/webhooks/nobody', {})->header('RateLimit-Limit'), undef, 'nor who tells us things';
};

subtest 'not counted' => sub {
    my $guest = $shop->at(from => '127.0.0.8');
    $guest->get('/healthz') for 1 .. 110;
    is $guest->get('/healthz')->status, 200, 'health is not counted';
    is $guest->get('/healthz')->header('RateLimit-Limit'), undef, 'and says nothing of limits';
};

subtest 'a read that fails is counted all the same' => sub {
    my $shop = TShop->boot;
    my $guest = $shop->guest;
    $guest->get('/gallery/designs');
    $shop->sql(q{CREATE OR REPLACE FUNCTION gallery_total(p_category text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
        BEGIN RAISE EXCEPTION 'broken on purpose'; END $$});
    my @answers = map { $guest->get('/gallery/designs') } 1 .. 3;
    is join(' ', map { $_->status } @answers), '500 500 500', 'three fail';
    my @left = map { $_->header('RateLimit-Remaining') } @answers;
    is join(' ', map { $left[0] - $_ } @left), '0 1 2', 'each is one call less';
    is $guest->get('/products')->header('RateLimit-Remaining'), $left[2] - 1, 'and the next goes on from there';
};

done_testing;
