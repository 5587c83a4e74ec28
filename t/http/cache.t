# What is kept of answers: in the worker, and by nginx in front of it. Quick,
# never old beyond two seconds, never old after new, never somebody else's.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use Time::HiRes qw(sleep time);
use TShop;

# A product for whom nobody else asks, and the way its price is changed.
sub product ($shop) {
    return $shop->variant(price => '10.00', name => 'Kept')->{productId};
}

sub dear ($shop, $id, $price) {
    return $shop->admin->put("/products/$id", { basePrice => $price });
}

# Ask in turn over connections of one's own, until the time is over; prices as
# they came, with the moment each was asked for.
sub watch ($shop, $path, $seconds, $clients, $act) {
    my (@pipes, @pids);
    for my $k (1 .. $clients) {
        pipe my $in, my $out;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            my ($guest, $end, @seen) = ($shop->guest(from => "127.0.1.$k"), time + $seconds);
            while (time < $end) {
                my $at = time;
                my $r = $guest->get($path);
                push @seen, $at, $r->status == 200 ? $r->data->{basePrice} : "status-" . $r->status;
            }
            print $out "@seen\n";
            close $out;
            require POSIX;
            POSIX::_exit(0);
        }
        close $out;
        push @pipes, $in;
        push @pids, $pid;
    }
    my $changed = $act->();
    my @all = map { [ split ' ', <$_> // '' ] } @pipes;
    waitpid $_, 0 for @pids;
    return ($changed, @all);
}

# All that 'watch' promises, of prices that only rise.
sub is_never_old ($what, $changed, @all) {
    my ($asked, $flips, $late, $bad) = (0, 0, 0, 0);
    for my $seen (@all) {
        my $last = 0;
        while (my ($at, $price) = splice @$seen, 0, 2) {
            $asked++;
            $bad++, next if $price =~ /status/;
            $flips++ if $price < $last;
            $last = $price;
            my ($due) = map { $_->[1] } grep { $_->[0] + 2 < $at } reverse @$changed;
            $late++ if defined $due && $price < $due;
        }
    }
    ok $asked > 100, "$what: asked $asked times";
    is $bad, 0, "$what: each time answered";
    is $flips, 0, "$what: nobody sees the old after the new";
    is $late, 0, "$what: nobody sees what is older than two seconds";
}

for my $case ([ 'the worker keeps', 'on', 'off' ], [ 'nginx keeps', 'off', 'on' ], [ 'both keep', 'on', 'on' ]) {
    my ($what, $l1, $l2) = @$case;
    subtest $what => sub {
        my $shop = TShop->boot(settings => { TSHOP_CACHE_L1 => $l1, TSHOP_CACHE_L2 => $l2, TSHOP_WORKERS_FAST => 4 });
        my $id = product($shop);
        is_never_old("by the API, $what", watch($shop, "/products/$id", 7, 4, sub {
            my @changed;
            for my $price (11 .. 14) {
                sleep 0.9;
                dear($shop, $id, $price)->status == 200 or die 'no change';
                push @changed, [ time, $price ];
            }
            return \@changed;
        }));
        $shop->sql("UPDATE products SET base_price = 2000 WHERE id = '$id'");
        sleep 2;
        my %seen = map { $shop->guest->get("/products/$id")->data->{basePrice} => 1 } 1 .. 20;
        is join(' ', keys %seen), 20, "by SQL: seen by every worker";
        is_never_old("a rate, $what", watch($shop, "/products/$id?currency=EUR", 5, 4, sub {
            my @changed;
            for my $rate (1 .. 3) {
                sleep 0.9;
                my @rates = map { { currency => $_->{currency}, rate => $_->{currency} eq 'EUR' ? $rate : $_->{rate} } }
                    @{ $shop->admin->get('/settings/exchange-rates')->data };
                $shop->admin->put('/settings/exchange-rates', \@rates)->status == 200 or die 'no change';
                push @changed, [ time, 20 * $rate ];
            }
            return \@changed;
        })) if $l1 eq $l2;
        $shop->shut;
    };
}

my $shop = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_WORKERS_FAST => 1 });

subtest 'what the worker keeps' => sub {
    my $guest = $shop->guest;
    my $id = product($shop);
    my $from = sub ($path, %headers) {
        my ($line, $answer);
        # On a busy machine a second may pass between two calls.
        for (1 .. 3) {
            $guest->get($path, %headers);
            $answer = $guest->get($path, %headers);
            sleep 0.1;
            ($line) = grep { ($_->{event} // '') eq 'request' } reverse $shop->log('pool-fast');
            last if $line->{from} eq 'cache';
        }
        return ($line->{from}, $answer);
    };
    my ($how, $second) = $from->("/products/$id");
    is $how, 'cache', 'a product';
    my $first = $guest->get("/products/$id?fresh=1");
    is $second->body, $first->body, 'byte for byte';
    is $second->header($_), $first->header($_), $_
        for qw(ETag Content-Type Content-Language Cache-Control Vary Content-Length);
    is $guest->get("/products/$id", 'If-None-Match' => $second->header('ETag'))->status, 304, 'known again by its tag';
    is $guest->head("/products/$id")->header('Content-Length'), length $second->body, 'HEAD tells its length';
    like $second->header('RateLimit-Remaining') // '', qr/^\d+$/, 'it is counted';

    is(($from->('/products?limit=2'))[0], 'cache', 'a list');
    my %by = map { $_ => $guest->get('/products?limit=1', 'Accept-Language' => $_)->header('Content-Language') } qw(de en);
    my %again = map { $_ => $guest->get('/products?limit=1', 'Accept-Language' => $_)->header('Content-Language') } qw(de en);
    is_deeply \%again, \%by, 'each language apart';
    is $guest->get("/products/$id?currency=EUR")->data->{currency}, 'EUR', 'each currency apart';
    is $guest->get("/products/$id?currency=ZZZ")->status, 422, 'nothing that failed' for 1 .. 2;

    my ($gallery) = $from->('/gallery/designs');
    is $gallery, 'work', 'not the gallery: no notification empties it';
    my $ada = $shop->shopper;
    $ada->get('/users/me') for 1 .. 2;
    is $ada->get('/users/me')->header('Cache-Control'), 'no-store', 'nothing about a person';
};

subtest 'the worker hears what has changed' => sub {
    my $guest = $shop->guest;
    my $id = product($shop);
    my $late = 0;
    for my $price (1001 .. 1030) {
        $guest->get("/products/$id") for 1 .. 2;
        $shop->sql("UPDATE products SET base_price = $price WHERE id = '$id'");
        sleep 0.02;
        $late++ if $guest->get("/products/$id")->data->{basePrice} != $price / 100;
    }
    is $late, 0, 'thirty changes, each seen 20 ms later';
    $guest->get("/products/$id");
    $shop->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tshop' AND datname = current_database()", 'postgres');
    $shop->sql("UPDATE products SET base_price = 5000 WHERE id = '$id'");
    sleep 0.1;
    is $guest->get("/products/$id")->data->{basePrice}, 50, 'also what was said while nobody listened';
};

subtest 'the limit holds in front of kept answers' => sub {
    my $small = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_RATE_API_GENERAL => '100/15m', TSHOP_WORKERS_FAST => 4 });
    my %seen;
    $seen{ $small->guest(from => '127.0.0.2')->get('/products')->status }++ for 1 .. 120;
    is_deeply \%seen, { 200 => 100, 429 => 20 }, 'a small one to the last call';
    $small->shut;
    my $large = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_RATE_API_GENERAL => '2000/15m', TSHOP_WORKERS_FAST => 4 });
    my $guest = $large->guest(from => '127.0.0.2');
    %seen = ();
    $seen{ $guest->get('/products')->status }++ for 1 .. 2200;
    ok $seen{200} <= 2000, 'a large one is never passed' or diag $seen{200};
    ok $seen{200} >= 1850, 'and nearly reached' or diag $seen{200};
    is $seen{200} + $seen{429}, 2200, 'nothing else is said';
    $large->shut;
};
$shop->shut;

subtest 'while PostgreSQL is away' => sub {
    my $shop = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_CACHE_L2 => 'on' });
    my $guest = $shop->guest;
    my $ada = $shop->shopper;
    my @paths = ('/products', '/products?limit=3', '/gallery/designs', '/leaderboard');
    my %before = map { $_ => $guest->get($_)->body } @paths;
    my $block = "ALTER DATABASE $shop->{database} ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$shop->{database}'";
    my $psql = sub ($sql) { $shop->{bench}->cluster->psql('postgres', 'postgres', $sql) };
    $psql->($block);
    sleep 2.2;
    for my $path (@paths) {
        my $answer = $guest->get($path);
        is $answer->status, 200, "$path is served";
        is $answer->body, $before{$path}, 'as it was';
        is $answer->header('X-Cache'), 'STALE', 'and marked';
        like $answer->header('Warning') // '', qr/^110 /, 'in two ways';
    }
    is $guest->get('/products?limit=7')->status, 503, 'what was never asked for is 503';
    is $ada->get('/users/me')->status, 503, 'what is about a person is 503';
    is $ada->get('/gallery/designs')->status, 503, 'and so is a list with their likes in it';
    $psql->("ALTER DATABASE $shop->{database} ALLOW_CONNECTIONS true");
    ok $shop->until_so(3, sub { ($guest->get('/products')->header('X-Cache') // '') ne 'STALE' }), 'it comes back by itself';
    is $guest->get('/products?limit=7')->status, 200, 'whole';
    $shop->shut;
};

subtest 'nobody gets what is another person\'s' => sub {
    my $shop = TShop->boot(settings => { TSHOP_CACHE_L1 => 'on', TSHOP_CACHE_L2 => 'on' });
    my ($ada, $bob) = ($shop->shopper(firstName => 'Ada'), $shop->shopper(firstName => 'Bob'));
    my $guest = $shop->guest;
    my $design = $shop->design($ada, public => 1);
    $bob->post("/designs/$design->{id}/like");
    my $liked = sub ($who) {
        my ($d) = grep { $_->{id} eq $design->{id} } @{ $who->get('/gallery/designs')->data };
        return $d->{likedByMe};
    };
    for (1 .. 3) {
        is $liked->($bob), 1, 'Bob likes it';
        is $liked->($ada), 0, 'Ada does not';
        is $liked->($guest), 0, 'nobody in particular does not';
    }
    for my $path (qw(/users/me /cart /orders /designs /points)) {
        my $r = $ada->get($path);
        next if $r->status == 404;
        is $r->header('Cache-Control'), 'no-store', "$path is not stored";
        unlike $r->header('X-Cache') // '', qr/HIT|STALE|MISS/, 'nor looked for in a cache';
        is $guest->get($path)->status, 401, 'and nobody else gets it';
    }
    $shop->shut;
};

done_testing;
