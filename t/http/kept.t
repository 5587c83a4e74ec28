#!/usr/bin/perl
# Kept connections: a worker that holds many of them starves nobody, loses
# nothing when it is told to go, and is not led astray by what it was not
# asked to read.
use v5.36;
use Test::More;
use Time::HiRes qw(sleep time);
use TShop;
use TShop::Crowd;
use TShop::Fcgi;

my $shop   = TShop->boot;
my $guest  = $shop->guest;
my $ada    = $shop->shopper;
my $design = $shop->design($ada, public => 1);
my $port   = $shop->stand->{plain_port};
my $socket = $shop->stand->run_dir . '/fast.sock';
my @bearer = ("Authorization: Bearer $ada->{token}");
my $pid    = sub ($file) { TShop::Run::pid_of($shop->stand->run_dir . "/$file") };
my $list   = TShop::Crowd->request(GET => '/api/v1/products?limit=1');
# A write that adds a row for each time, and takes its time to be prepared.
my $share  = TShop::Crowd->request(POST => "/api/v1/designs/$design->{id}/share", '{"platform":"link"}', @bearer);
my $shares = sub { $shop->sql('SELECT count(*) FROM design_shares') };

# POSTs without a pause, while something happens.
sub under_posts ($seconds, $act, $fresh = 0) {
    my $before = $shares->();
    my $figures = TShop::Crowd->start(port => $port, clients => 8, seconds => $seconds, fresh => $fresh,
        request => sub { $share });
    $act->();
    my $crowd = $figures->();
    my $made = delete $crowd->{status}{201} // 0;
    ok $made > 50, "$made POSTs" or diag $crowd->{error} // '';
    is_deeply $crowd->{status}, {}, 'none failed';
    is $shares->() - $before, $made, 'and each that was acknowledged is there, once';
}

subtest 'more kept connections than workers' => sub {
    is scalar(my @two = $shop->workers('fast')), 2, 'two workers';
    my $crowd = TShop::Crowd->run(port => $port, clients => 64, seconds => 1.5, request => sub { $list });
    my @sorted = sort { $a <=> $b } @{ $crowd->{answers} };
    is_deeply [ keys %{ $crowd->{status} } ], [200], 'each is answered';
    ok $sorted[0] > 0, "nobody is starved: from $sorted[0] to $sorted[-1] answers";
};

subtest 'without nginx: connections that lie idle' => sub {
    my @idle = map { TShop::Fcgi->connect($socket) } 1 .. 40;
    is join(' ', sort map { $_->ask(GET => '/healthz') } @idle), join(' ', (200) x 40), 'forty are kept open by two workers';
    is TShop::Fcgi->connect($socket)->ask(GET => '/healthz'), 200, 'one more is served';
    is scalar(grep { $_->is_closed } @idle), 0, 'and none was closed for it';
    is join(' ', sort map { $_->ask(GET => '/healthz') } @idle), join(' ', (200) x 40), 'each is served again';
};

subtest 'workers are told to stop under POSTs' => sub {
    under_posts(2, sub {
        for (1 .. 4) {
            kill TERM => ($shop->workers('fast'))[0] // next;
            sleep 0.5;
        }
    });
};

subtest 'the pool is reloaded under POSTs' => sub {
    my %before = map { $_ => 1 } $shop->workers('fast');
    under_posts(4, sub {
        kill HUP => $shop->manager('fast');
        ok $shop->until_so(20, sub {
            my @now = $shop->workers('fast');
            @now == 2 && !grep { $before{$_} } @now;
        }), 'all workers are new';
    });
};

# At a reload nginx closes the connections of clients that lie idle, as it may
# at any time: a client whose next request meets that asks again. Hence a
# connection for each.
subtest 'nginx is reloaded under POSTs' => sub {
    under_posts(3, sub {
        for (1 .. 5) {
            kill HUP => $pid->('nginx.pid');
            sleep 0.5;
        }
    }, 1);
    is $guest->get('/products')->status, 200, 'and goes on';
};

subtest 'a worker that is told to stop closes nothing that is kept' => sub {
    my @kept = map { TShop::Fcgi->connect($socket) } 1 .. 20;
    $_->ask(GET => '/healthz') for @kept;
    my @old = $shop->workers('fast');
    kill TERM => @old;
    sleep 0.3;
    is scalar(grep { $_->is_closed } @kept), 0, 'none is closed';
    my $post = sub ($c) {
        $c->ask(POST => "/api/v1/designs/$design->{id}/share", '{"platform":"link"}',
            parameters => { HTTP_AUTHORIZATION => "Bearer $ada->{token}" });
    };
    is join(' ', map { $post->($_) } @kept), join(' ', (201) x 20), 'a POST on each is answered';
    my %old = map { $_ => 1 } @old;
    is scalar(grep { $old{$_} } $shop->workers('fast')), 2, 'they wait for the other side';
    @kept = ();
    ok $shop->until_so(5, sub { my @now = $shop->workers('fast'); @now == 2 && !grep { $old{$_} } @now }),
        'which lets go, and they are gone';
};

subtest 'bodies that nobody reads' => sub {
    my $kept = TShop::Fcgi->connect($socket);
    my $large = '{"a":"' . 'x' x 100_000 . '"}';
    my %refused = (
        'by its route'        => [ 404, POST => '/api/v1/nothing', $large ],
        'by its method'       => [ 405, POST => '/api/v1/products', $large ],
        'for want of a token' => [ 401, POST => '/api/v1/cart/items', $large ],
        'for its size'        => [ 413, POST => '/api/v1/cart/items', $large, length => 2_000_000 ],
        'as no JSON'          => [ 400, POST => '/api/v1/auth/refresh', substr $large, 0, -2 ],
        'as too much'         => [ 422, POST => '/api/v1/auth/refresh', $large =~ s/"a"/"refreshToken"/r ],
    );
    for my $how (sort keys %refused) {
        my ($status, @words) = @{ $refused{$how} };
        is $kept->ask(@words), $status, "refused $how";
        is $kept->ask(GET => '/healthz'), 200, 'the next request on the connection is itself';
    }
    is $kept->ask(GET => '/healthz', $large), 200, 'a GET with a body';
    is $kept->ask(GET => '/healthz'), 200, 'and the next';
    is $kept->ask(POST => '/api/v1/nothing', $large, length => 10), 404, 'more than was said';
    is $kept->ask(GET => '/healthz'), 200, 'and the next';
    is TShop::Crowd->run(port => $port, clients => 8, seconds => 1, request => sub ($c, $n) {
        my $body = $n % 2 ? $large : undef;
        TShop::Crowd->request($n % 2 ? 'GET' : 'HEAD', '/api/v1/products/nonsense', undef,
            $n % 2 ? ('Content-Length: ' . length $large) : ()) . ($body // '');
    })->{status}{0} // 0, 0, 'nor does it matter through nginx';
};

subtest 'a peer that vanishes' => sub {
    my $half = sub ($c, $part) { my $all = $c->bytes(POST => '/api/v1/auth/refresh', '{"a":"' . 'x' x 50_000 . '"}'); substr $all, 0, length($all) * $part };
    for my $part (0.0001, 0.01, 0.5, 0.99) {
        for my $kept (0, 1) {
            my $c = TShop::Fcgi->connect($socket);
            $c->ask(GET => '/healthz') if $kept;
            $c->send($half->($c, $part));
            close $c->{socket};
        }
    }
    my $c = TShop::Fcgi->connect($socket);
    $c->send($c->bytes(GET => '/api/v1/products'));
    close $c->{socket};
    my $began = time;
    is TShop::Fcgi->connect($socket)->ask(GET => '/healthz'), 200, 'the next is served';
    ok time - $began < 1, 'at once';
    is scalar(my @two = $shop->workers('fast')), 2, 'by workers that live';
};

subtest 'a worker is killed under GETs' => sub {
    my $figures = TShop::Crowd->start(port => $port, clients => 16, seconds => 3, request => sub { $list });
    my @slow;
    for (1 .. 3) {
        sleep 0.5;
        my ($victim) = $shop->workers('fast');
        kill KILL => $victim;
        push @slow, 1 unless $shop->until_so(5, sub {
            my @now = $shop->workers('fast');
            @now == 2 && !grep { $_ == $victim } @now;
        });
    }
    my $crowd = $figures->();
    my $good = delete $crowd->{status}{200} // 0;
    ok $good > 50, "$good GETs";
    is_deeply $crowd->{status}, {}, 'all answered, though three workers died';
    is scalar @slow, 0, 'each was replaced within 5 s';
};

# A connection that says half a word and then nothing ends when its time is
# over; whoever has come in the meantime is served, and goes on being served.
subtest 'a peer that falls silent' => sub {
    my ($other) = $shop->workers('fast');
    kill STOP => $other;
    $shop->until_so(5, sub { (TShop::Run::read_file("/proc/$other/stat") // '') =~ /\) T / });
    my $b = time;
    my $silent = TShop::Fcgi->connect($socket);
    is $silent->ask(GET => '/healthz'), 200, 'it is served once';
    $silent->send("\x01\x01");
    sleep 0.2;
    my @later = map { TShop::Fcgi->connect($socket) } 1 .. 4;
    $_->send($_->bytes(GET => '/healthz')) for @later;
    is join(' ', map { $_->answer(12) } @later), join(' ', (200) x 4), 'others are served';
    ok $silent->is_closed(1), 'it has been let go' or diag time - $b, " $other: ", length $silent->{got}, " $!";
    is join(' ', map { $_->ask(GET => '/healthz') } @later), join(' ', (200) x 4), 'and again on their connections';
    kill CONT => $other;
};

done_testing;
