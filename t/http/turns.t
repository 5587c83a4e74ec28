#!/usr/bin/perl
# Requests that are ready together share a worker's connection to the database.
# Each gets its own answer and none another's, whatever becomes of the others.
use v5.36;
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use TShop;
use TShop::Fcgi;

my $shop    = TShop->boot(settings => { TSHOP_RATE_API_GENERAL => '100000/15m' });
my @people  = map { $shop->shopper } 1 .. 5;
my @designs = map { $shop->design($people[ $_ % 5 ], public => 1) } 0 .. 9;
my $tee     = $shop->variant;
my $socket  = $shop->stand->run_dir . '/fast.sock';

# One worker alone, and connections that it has.
my ($other, $worker) = $shop->workers('fast');
kill STOP => $other;
$shop->until_so(5, sub { (TShop::Run::read_file("/proc/$other/stat") // '') =~ /\) T / });
my @kept = map { TShop::Fcgi->connect($socket) } 1 .. 30;
$_->ask(GET => '/healthz') for @kept;

# Let the worker find all of them ready when it wakes. A question is
# [ method, path, person or undef, body ].
sub at_once (@questions) {
    kill STOP => $worker;
    $shop->until_so(5, sub { (TShop::Run::read_file("/proc/$worker/stat") // '') =~ /\) T / });
    for my $i (0 .. $#questions) {
        my ($method, $path, $person, $body) = @{ $questions[$i] };
        my $query = $path =~ s/\?(.*)// ? $1 : '';
        $kept[$i]->send($kept[$i]->bytes($method, "/api/v1$path", $body // '', parameters => {
            QUERY_STRING => $query, TSHOP_REQUEST_ID => sprintf('%032x', $i),
            $person ? (HTTP_AUTHORIZATION => "Bearer $person->{token}") : (),
        }));
    }
    kill CONT => $worker;
    return map { { status => $kept[$_]->answer(20), json => eval { decode_json($kept[$_]->body) } } } 0 .. $#questions;
}

sub told ($a) { join ' ', $a->{status}, $a->{json}{data}{id} // $a->{json}{error}{code} // '' }
my $nobody = '00000000-0000-4000-8000-000000000000';
my @read = (
    (map { [ [ GET => '/users/me', $_ ], "200 $_->{user}{id}" ] } @people),
    (map { [ [ GET => "/designs/$_->{id}" ], "200 $_->{id}" ] } @designs),
    [ [ GET => '/users/me' ],                     '401 UNAUTHENTICATED' ],
    [ [ GET => "/designs/$nobody" ],              '404 NOT_FOUND' ],
    [ [ GET => '/gallery/designs?limit=x' ],      '422 VALIDATION_ERROR' ],
    [ [ GET => '/nothing' ],                      '404 NOT_FOUND' ],
);
my $hits = sub { $shop->sql(q{SELECT coalesce(sum(hits), 0) FROM rate_limits WHERE key LIKE 'g:%'}) };

subtest 'thirty reads at once' => sub {
    for my $round (1 .. 5) {
        my @asked = map { $read[ ($_ * 7 + $round) % @read ] } 1 .. 30;
        my $before = $hits->();
        my @got = at_once(map { $_->[0] } @asked);
        is_deeply [ map { told($_) } @got ], [ map { $_->[1] } @asked ], "round $round: each has its own answer";
        is $hits->() - $before, 30, 'and is counted';
    }
    at_once(map { [ GET => '/users/me', $people[ $_ % 5 ] ] } 0 .. 9);
    ok $shop->until_so(5, sub {
        my @lines = grep { ($_->{event} // '') eq 'request' && $_->{route} eq '/users/me' } $shop->log('pool-fast');
        @lines > 10 && 10 == grep { $_->{user} eq $people[ hex($_->{request}) % 5 ]{user}{id} } @lines[ -10 .. -1 ];
    }), 'the log knows who asked what';
};

subtest 'writes among them' => sub {
    my @line = map { encode_json({ productId => $tee->{productId}, variantId => $tee->{variantId},
        designId => $_->{id}, quantity => 1 }) } @designs;
    my @asked = map { ([ GET => '/users/me', $people[ $_ % 5 ] ], [ POST => '/cart/items', $people[ $_ % 5 ], $line[$_] ],
        [ GET => "/designs/$designs[$_]{id}" ]) } 0 .. 9;
    my @got = at_once(@asked);
    is_deeply [ map { $_->{status} } @got ], [ (200, 201, 200) x 10 ], 'all are answered';
    is_deeply [ map { $got[ 3 * $_ ]{json}{data}{id} } 0 .. 9 ], [ map { $people[ $_ % 5 ]{user}{id} } 0 .. 9 ], 'each reader';
    is_deeply [ map { $got[ 3 * $_ + 2 ]{json}{data}{id} } 0 .. 9 ], [ map { $_->{id} } @designs ], 'and each other';
    is $shop->sql('SELECT count(*) FROM cart_items'), 10, 'and each writer has his line';
};

# What they read is locked until somebody waits for it and that is done to him.
sub while_waiting ($what) {
    my $pid = fork // die;
    if (!$pid) {
        $shop->sql(qq{BEGIN; LOCK TABLE designs; DO \$\$ BEGIN
            FOR i IN 1 .. 400 LOOP
                PERFORM pg_stat_clear_snapshot(), pg_sleep(0.02);
                EXIT WHEN (SELECT count($what(a.pid)) FROM pg_stat_activity a
                    WHERE a.application_name = 'tshop' AND a.datname = current_database() AND a.wait_event_type = 'Lock') > 0;
            END LOOP; END \$\$; COMMIT}, 'postgres');
        POSIX::_exit(0);
    }
    ok $shop->until_so(5, sub {
        $shop->sql(q{SELECT count(*) FROM pg_locks WHERE relation = 'designs'::regclass AND mode = 'AccessExclusiveLock'}) > 0;
    }), 'locked';
    return $pid;
}

subtest 'the connection is cut' => sub {
    my @asked = map { $read[ $_ % 15 ] } 1 .. 30;
    $shop->sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tshop' AND datname = current_database()}, 'postgres');
    my @got = at_once(map { $_->[0] } @asked);
    is_deeply [ map { told($_) } @got ], [ map { $_->[1] } @asked ], 'before they ask';

    my $lock = while_waiting('pg_terminate_backend');
    @got = at_once(map { $_->[0] } @asked);
    waitpid $lock, 0;
    is_deeply [ map { told($_) } @got ], [ map { $_->[1] } @asked ], 'while they wait';
};

subtest 'one fails' => sub {
    my $lock = while_waiting('pg_cancel_backend');
    my $before = $hits->();
    my @asked = ([ GET => "/designs/$designs[0]{id}" ], map { [ GET => '/users/me', $_ ] } @people);
    my @got = at_once(@asked);
    waitpid $lock, 0;
    is $got[0]{status}, 504, 'its statement was cancelled';
    is_deeply [ map { told($_) } @got[ 1 .. 5 ] ], [ map { "200 $_->{user}{id}" } @people ], 'the others know nothing of it';
    is $hits->() - $before, 6, 'and all are counted';
};

kill CONT => $other;
done_testing;
