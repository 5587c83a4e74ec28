# Points, coupons, achievements and boards.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop = TShop->boot;
my $ada  = $shop->shopper(firstName => 'Ada');
my $bob  = $shop->shopper(firstName => 'Bob');
my $tee  = $shop->variant(price => '20.00');

sub give ($who, $points, $action = 'gift') {
    $shop->sql("SELECT points_add('$who->{user}{id}', 'earned', '$action', $points, 'test', gen_random_uuid())");
}
sub balance ($who) { $who->get('/points/balance')->data }

subtest 'a balance' => sub {
    is_deeply balance($ada), { balance => 0, lifetime => 0, level => 1, nextLevelAt => 100 }, 'begins with nothing';
    give($ada, 250);
    is_deeply balance($ada), { balance => 250, lifetime => 250, level => 2, nextLevelAt => 300 }, 'grows';
    is $ada->get('/users/me')->data->{totalPoints}, 250, 'the user shows the same';
    is $shop->guest->get('/points/balance')->status, 401, 'a stranger has none';
};

subtest 'redeeming' => sub {
    my $r = $ada->post('/points/redeem', { points => 200 });
    is $r->status, 201, 'points become a coupon' or diag $r->brief;
    is $r->data->{coupon}{amount}, 2, 'of two dollars';
    is $r->data->{coupon}{currency}, 'USD', 'in dollars';
    is $r->data->{balance}, 50, 'fifty are left';
    is balance($ada)->{lifetime}, 250, 'the lifetime stays';
    is $ada->post('/points/redeem', { points => 100 })->code, 'INSUFFICIENT_POINTS', 'not more than there is';
    is $ada->post('/points/redeem', { points => 50 })->wrong->{points}, 'format', 'by the hundred';
    is $ada->post('/points/redeem', { points => $_ })->wrong->{points}, 'too_small', "not $_" for 0, -100;
    is $ada->post('/points/redeem', {})->wrong->{points}, 'required', 'not nothing';
    my $code = $r->data->{coupon}{code};
    $bob->post('/cart/items', { %$tee, quantity => 1 });
    is $bob->post('/orders/quote', { shippingAddress => $shop->address, couponCode => $code })->wrong->{couponCode}, 'unknown_reference', 'it is hers alone';
    $ada->post('/cart/items', { %$tee, quantity => 1 });
    my $order = $ada->post('/orders/create', { shippingAddress => $shop->address, couponCode => $code });
    is $order->data->{discountAmount}, 2, 'she spends it' or diag $order->brief;
    $ada->post('/cart/items', { %$tee, quantity => 1 });
    is $ada->post('/orders/quote', { shippingAddress => $shop->address, couponCode => $code })->wrong->{couponCode}, 'unknown_reference', 'once';
};

subtest 'twenty at once' => sub {
    my $eve = $shop->shopper;
    give($eve, 500);
    my @children = map { my $pid = fork; if (!$pid) { require POSIX; POSIX::_exit($eve->with->post('/points/redeem', { points => 100 })->status == 201 ? 0 : 1) } $pid } 1 .. 20;
    my $good = 0;
    for (@children) { waitpid $_, 0; $good += $? == 0 }
    is $good, 5, 'five hundred points are five coupons';
    is balance($eve)->{balance}, 0, 'and none is left';
};

subtest 'history' => sub {
    my $r = $ada->get('/points/history');
    is $r->status, 200, 'is told';
    my $sum = 0;
    $sum += $_->{points} for @{ $r->data };
    is $sum, balance($ada)->{balance}, 'and sums to the balance';
    is_deeply [ sort keys %{ $r->data->[0] } ], [qw(action availableAt createdAt description id points referenceId type)], 'with all there is to say';
    my @seen;
    for (my $next = ''; defined $next;) {
        $r = $ada->get("/points/history?limit=1$next");
        push @seen, map { $_->{id} } @{ $r->data };
        $next = defined $r->meta->{pagination}{nextCursor} ? "&cursor=$r->{json}{meta}{pagination}{nextCursor}" : undef;
    }
    is scalar @seen, $r->meta->{pagination}{total}, 'page by page';
};

subtest 'orders' => sub {
    my ($author, $buyer) = ($shop->shopper, $shop->shopper);
    my $design = $shop->sql("INSERT INTO designs (user_id, title, product_category, status, design_data, public)
        VALUES ('$author->{user}{id}', 'Worn', 't-shirt', 'ready', '{}', true) RETURNING id") =~ s/\s//gr;
    my $ordered = sub ($who) {
        $who->post('/cart/items', { %$tee, quantity => 3, designId => $design });
        my $id = $who->post('/orders/create', { shippingAddress => $shop->address })->data->{id};
        $shop->sql("INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status, captured_amount)
            SELECT id, 'stripe', 'k' || id, total_amount, currency, 'succeeded', total_amount FROM orders WHERE id = '$id';
            SELECT order_paid('$id', 3600)");
        return $id;
    };
    my $before = balance($buyer)->{balance};
    my $id = $ordered->($buyer);
    is balance($buyer)->{balance} - $before, 60, 'a point a dollar of goods';
    $shop->sql("SELECT order_paid('$id', 3600)");
    is balance($buyer)->{balance} - $before, 60, 'once';
    is balance($author)->{balance}, 20, 'twenty to the author';
    is $shop->sql("SELECT usage_count FROM designs WHERE id = '$design'"), 1, 'it was used once';
    $ordered->($author);
    is $shop->sql("SELECT usage_count FROM designs WHERE id = '$design'"), 1, 'one\'s own order does not count';
    is balance($author)->{balance}, 80, 'and brings no reward but the purchase\'s';
    is $buyer->post("/orders/$id/cancel", {})->data->{status}, 'cancelled', 'an order that is cancelled';
    is balance($buyer)->{balance}, $before, 'takes back what it gave';
    is $shop->sql("SELECT usage_count FROM designs WHERE id = '$design'"), 0, 'to everybody';
};

subtest 'achievements' => sub {
    my $r = $shop->guest->get('/achievements');
    is $r->status, 200, 'are open to all' or diag $r->brief;
    is scalar(grep { $_->{earnedAt} } @{ $r->data }), 0, 'a stranger has earned none';
    like $r->header('Cache-Control'), qr/public/, 'and may keep the list';
    $r = $ada->get('/achievements');
    ok scalar(grep { $_->{earnedAt} && $_->{name} eq 'Hundred' } @{ $r->data }), 'she has';
    like $r->header('Cache-Control'), qr/no-store/, 'hers is hers';
    is_deeply [ sort keys %{ $r->data->[0] } ], [qw(badgeType description earnedAt icon id name pointsRequired)], 'with all there is to say';
};

subtest 'boards' => sub {
    give($bob, 250);
    my $r = $ada->get('/leaderboard');
    is $r->status, 200, 'the board of all time' or diag $r->brief;
    my @rows = @{ $r->data };
    is_deeply [ map { $_->{points} } @rows ], [ sort { $b <=> $a } map { $_->{points} } @rows ], 'most points first';
    my %rank = map { $_->{user}{id} => $_->{rank} } @rows;
    is $rank{ $ada->{user}{id} }, $rank{ $bob->{user}{id} }, 'equal points share a rank';
    is_deeply $r->meta->{me}, { rank => $rank{ $ada->{user}{id} }, points => 250 }, 'and she sees her own';
    is $rows[0]{user}{firstName}, undef, 'nobody is named who did not ask for it';
    for my $period (qw(month week)) {
        is $shop->guest->get("/leaderboard?period=$period")->data->[0]{points} > 0, 1, "of the $period";
    }
    is $ada->get('/leaderboard?period=year')->status, 422, 'there is no board of the year';
    my ($one) = @{ $ada->get('/leaderboard?limit=1')->data };
    my $next = $ada->get('/leaderboard?limit=1')->meta->{pagination}{nextCursor};
    isnt $ada->get("/leaderboard?limit=1&cursor=$next")->data->[0]{user}{id}, $one->{user}{id}, 'a page on, somebody else';
};

is $shop->sql(do { local (@ARGV, $/) = $shop->source . '/schema/invariants.sql'; <> }), '', 'nothing is broken';
done_testing;
