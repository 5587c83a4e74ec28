# Parts that die: nobody gets an answer outside the envelope, and everything
# comes back by itself.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use TShop;

my $shop  = TShop->boot;
my $guest = $shop->guest;
my $ops   = $shop->at;
my $db    = $shop->sql('SELECT current_database()');

subtest 'a worker is killed' => sub {
    for my $round (1 .. 3) {
        my ($victim) = $shop->workers('fast');
        kill KILL => $victim;
        my @seen = map { $guest->get('/products')->status } 1 .. 20;
        is scalar(grep { $_ == 200 } @seen), 20, "round $round: reads go on";
        ok $shop->until_so(5, sub { !grep { $_ == $victim } $shop->workers('fast') }), 'it is gone';
        ok $shop->until_so(5, sub { 2 == grep { 1 } $shop->workers('fast') }), 'and replaced';
    }
};

subtest 'workers are told to stop under load' => sub {
    my $pid = fork // die;
    if (!$pid) {
        my $me = $shop->guest;
        my $lost = grep { $me->post('/auth/login', '{')->status != 400 } 1 .. 600;
        require POSIX;
        POSIX::_exit($lost ? 1 : 0);
    }
    for (1 .. 6) {
        kill TERM => ($shop->workers('fast'), $shop->workers('hash'));
        select undef, undef, undef, 0.3;
    }
    waitpid $pid, 0;
    is $? >> 8, 0, 'no POST is lost';
};

subtest 'the database goes away' => sub {
    my $ada = $shop->shopper;
    # Its connections are cut and no new one is let in.
    $shop->{bench}->cluster->psql('postgres', 'postgres', "ALTER DATABASE $db ALLOW_CONNECTIONS false;"
        . "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$db'");
    for my $r ($guest->get('/products'), $ada->get('/users/me'), $guest->post('/auth/login',
            { email => 'a@example.com', password => 'some password' })) {
        is $r->status, 503, 'unavailable';
        is $r->code, 'SERVICE_UNAVAILABLE', 'in the envelope';
        ok $r->header('Retry-After'), 'with Retry-After';
        cmp_ok $r->seconds, '<', 3, 'soon';
    }
    is $ops->get('/healthz')->status, 200, 'the worker still answers';
    is $ops->get('/readyz')->status, 503, 'and is not ready';
    $shop->{bench}->cluster->psql('postgres', 'postgres', "ALTER DATABASE $db ALLOW_CONNECTIONS true");
    ok $shop->until_so(2, sub { $guest->get('/products')->status == 200 }), 'right again within 2 s';
    is $ada->get('/users/me')->status, 200, 'for all';
    is $ops->get('/readyz')->status, 200, 'ready again';
};

subtest 'connections are cut' => sub {
    for (1 .. 5) {
        $shop->{bench}->cluster->psql('postgres', $db, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
            . " WHERE datname = current_database() AND application_name = 'tshop'");
        is $guest->get('/products')->status, 200, 'a read is asked again on a fresh connection';
    }
};

subtest 'every line of the log is one object' => sub {
    my @lines = $shop->log('pool-fast');
    ok @lines > 50, scalar(@lines) . ' lines';
    is scalar(grep { $_->{broken} } @lines), 0, 'none is broken';
    my ($one) = grep { ($_->{event} // '') eq 'request' } @lines;
    ok $one->{time} && $one->{request} =~ /^[0-9a-f]{32}$/ && exists $one->{status}, 'time, request, status';
};

done_testing;
