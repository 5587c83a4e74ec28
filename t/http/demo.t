# scripts/demo: one command up, one command down, and nothing left over.
use v5.36;
use Test::More;
use lib 't/lib';
use TShop;
use TShop::Run qw(read_file pid_of is_alive);

my $bench  = TShop::Bench->get(TShop->source);
my $state  = File::Temp::tempdir('tshop-demo-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $source = TShop->source;
my ($port) = TShop::_free_ports(1);
my $more   = "$state.env";
$port = 20000 + $port % 20000;

# Run it; what it printed and how it ended.
sub demo (@words) {
    local $ENV{BUILD} = $bench->build;
    my $pid = open(my $out, '-|') // die;
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec "$source/scripts/demo", '--state', $state, '--port', $port, '--no-install', @words;
    }
    local $/;
    my $text = <$out> // '';
    close $out;
    return ($? >> 8, $text);
}

sub left_over () { grep { is_alive($_, $state) && $_ != $$ } map { m{/(\d+)/} } glob '/proc/[0-9]*/cmdline' }

TShop::Run::write_file($more, "TSHOP_RATE_API_GENERAL=100000/1m\n# a comment\nTSHOP_HOLD_MINUTES=\"3\"\n");
END { my $status = $?; demo('--stop') if $state && left_over(); unlink $more if $more; $? = $status }

my %env;
subtest 'up' => sub {
    my ($status, $text) = demo('--detach', '--no-journey', '--env', $more);
    is $status, 0, 'it starts' or diag $text;
    like $text, qr{https://127\.0\.0\.1:$port}, 'and says where';
    %env = %{ TShop::Stand->parse_settings(read_file("$state/demo.env")) };
    is sprintf('%04o', (stat "$state/demo.env")[2] & 07777), '0600', 'demo.env is for its owner';
    ok $env{$_}, $_ for qw(BASE_URL CA_CERT DATABASE_URL ADMIN_USER ADMIN_PASSWORD SANDBOX_URL RUN_DIR LOG_DIR
        STRIPE_WEBHOOK_SECRET TSHOP_JWT_KEYS TSHOP_CURRENCIES);
    is $env{TSHOP_HOLD_MINUTES}, 3, '--env overrides';
    is $env{TSHOP_RATE_API_AUTH}, '5/15m', 'and defaults are there too';
    is system('sh', '-c', ". '$state/demo.env' && [ \"\$TSHOP_MAIL_FROM\" = '$env{TSHOP_MAIL_FROM}' ]"), 0, 'a shell can read it';
};

my $client = TShop::Client->new(base => $env{BASE_URL}, ca => $env{CA_CERT});

subtest 'it serves' => sub {
    is $client->get('/readyz')->status, 200, 'ready';
    ok @{ $client->get('/api/v1/products?limit=100')->data } >= 12, 'a dozen products';
    ok is_alive(pid_of("$env{RUN_DIR}/$_.pid")), "$_.pid" for qw(pool-fast pool-hash pool-patient jobs nginx sandbox);
    ok is_alive(pid_of("$state/pg/postmaster.pid")), 'postmaster.pid';
    my ($status, $text) = demo('--detach', '--no-journey');
    isnt $status, 0, 'a second one in the same folder does not start';
    is $client->get('/readyz')->status, 200, 'and does no harm';
};

subtest 'what dies is replaced' => sub {
    for my $name (qw(jobs sandbox)) {
        my $old = pid_of("$env{RUN_DIR}/$name.pid");
        kill 'KILL', $old;
        ok TShop::Run::wait_for(5, sub { my $new = pid_of("$env{RUN_DIR}/$name.pid"); $new && $new != $old && is_alive($new) }),
            "$name has another process";
    }
    my $manager = pid_of("$env{RUN_DIR}/pool-fast.pid");
    my $workers = sub { map { split ' ', read_file("/proc/$_/task/$_/children") // '' }
        split ' ', read_file("/proc/$manager/task/$manager/children") // '' };
    my @old = $workers->();
    kill 'KILL', $old[0];
    ok TShop::Run::wait_for(5, sub { my @new = $workers->(); @new == @old && !grep { $_ == $old[0] } @new }), 'a worker, too';

    my ($asked, $lost) = (0, 0);
    my @before = $workers->();
    kill 'HUP', $manager;
    my $end = time + 40;
    my %was = map { $_ => 1 } @before;
    while (time < $end) {
        $asked++;
        $lost++ if $client->get('/api/v1/products?q=' . $asked)->status != 200;
        my @now = $workers->();
        last if @now == @before && !grep { $was{$_} } @now;
    }
    ok !(grep { $was{$_} } $workers->()), 'SIGHUP replaces all workers';
    is $lost, 0, "and loses none of $asked requests";
};

subtest 'down, and up again with its data' => sub {
    my $count = sub { TShop::Run::capture({}, TShop::Run::as_account(), 'psql', '-XAtqc', 'UPDATE products SET name = name; SELECT count(*) FROM products', $env{DATABASE_URL}) };
    my $before = $count->();
    my ($status, $text) = demo('--stop');
    is $status, 0, 'it stops' or diag $text;
    is scalar(left_over()), 0, 'nothing is left running';
    ok !-e "$state/demo.env", 'nor is demo.env';
    ($status, $text) = demo('--detach', '--no-journey');
    is $status, 0, 'it starts again' or diag $text;
    is $count->(), $before, 'with what it had';
    is $client->get('/readyz')->status, 200, 'ready';
    is((demo('--stop'))[0], 0, 'and stops');
};

subtest 'what cannot start says why and leaves nothing' => sub {
    TShop::Run::write_file($more, "TSHOP_RATE_API_GENERAL=many\n");
    my ($status, $text) = demo('--detach', '--no-journey', '--env', $more);
    isnt $status, 0, 'a wrong setting';
    like $text, qr/log/, 'it says where to look';
    is scalar(left_over()), 0, 'nothing is left running';
};

done_testing;
