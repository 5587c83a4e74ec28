# tshopctl: the schema gets there once, whole, and unchanged.
use v5.36;
use Test::More;
use lib 't/lib';
use TShop;
use TShop::Run qw(as_account owned read_file wait_for write_file);
use Time::HiRes qw(time);

my $bench  = TShop::Bench->get(TShop->source);
my $source = TShop->source;
my $name   = "ctl_$$";
my $folder = File::Temp::tempdir('tshop-ctl-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $schema = "$folder/schema";
my $url    = $bench->cluster->url('tshop_owner', $name);

system('cp', '-R', "$source/schema", $schema);
system('chmod', '-R', 'a+rX', $folder);
END { my $status = $?; $bench->drop($name) if $bench; $? = $status }

# What it printed, good and bad, and its status.
sub ctl (@words) {
    my $env = ref $words[0] ? shift @words : { DATABASE_URL => $url };
    my $log = "$folder/said";
    unlink $log;
    my $good = eval { TShop::Run::run_quietly($log, $env, as_account(), $bench->build . '/tshopctl', @words); 1 };
    return ($good ? 0 : 1, read_file($log) // '');
}
sub sql ($sql) { $bench->cluster->psql('tshop_owner', $name, $sql) }
sub is_good ($words, @ctl) { my ($status, $said) = ctl(@ctl); is $status, 0, $words or diag $said; return $said }
sub is_bad ($words, @ctl) { my ($status, $said) = ctl(@ctl); is $status, 1, $words or diag $said; return $said }

subtest 'from nothing' => sub {
    my $superuser = $bench->cluster->url('postgres', 'postgres');
    like is_good('setup makes a database', 'setup', '--schema', $schema, '--database', $name, $superuser), qr/made database $name/;
    unlike is_good('setup again', 'setup', '--schema', $schema, '--database', $name, $superuser), qr/made database/, 'makes none';
    is $bench->cluster->psql('postgres', $name, 'SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()'),
        'tshop_owner', 'it belongs to tshop_owner';
    like is_good('migrate', 'migrate', '--schema', $schema), qr/applied .*001-people\.sql/, 'applies the first';
    like is_good('migrate again', 'migrate', '--schema', $schema), qr/^nothing to do$/m, 'does nothing';
    is_good('the catalogue is loaded', 'catalog', 'load', "$schema/demo.sql") for 1 .. 2;
    ok sql('SELECT count(*) FROM products') >= 12, 'a dozen products, loaded twice or not';
};

subtest 'what has been applied stays as it was' => sub {
    my $first = "$schema/001-people.sql";
    my $text = read_file($first);
    write_file($first, "$text\n-- one line more\n");
    like is_bad('a changed migration is refused', 'migrate', '--schema', $schema), qr/has changed since it was applied/, 'by name';
    write_file($first, $text);
    is_good('the old text is fine', 'migrate', '--schema', $schema);
};

subtest 'a migration that fails leaves nothing' => sub {
    my $next = "$schema/900-broken.sql";
    write_file($next, "CREATE TABLE half_done (n int);\nSELECT 1/0;\n");
    like is_bad('it fails', 'migrate', '--schema', $schema), qr/900-broken\.sql: .*division by zero/, 'saying where';
    is sql(q{SELECT to_regclass('half_done') IS NULL}), 't', 'its table is not there';
    is sql('SELECT count(*) FROM schema_migrations WHERE number = 900'), 0, 'nor its row';
    write_file($next, "CREATE TABLE half_done (n int);\n");
    is_good('mended, it is applied', 'migrate', '--schema', $schema);
    is sql('SELECT name FROM schema_migrations WHERE number = 900'), '900-broken', 'and recorded';
};

subtest 'views are replayed when they change' => sub {
    my $views = "$schema/views/people.sql";
    write_file($views, read_file($views) . "\nCREATE OR REPLACE FUNCTION just_one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n");
    my $said = is_good('migrate', 'migrate', '--schema', $schema);
    like $said, qr{applied .*views/people\.sql}, 'the changed file';
    unlike $said, qr{views/carts\.sql}, 'and no other';
    is sql('SELECT just_one()'), 1;
};

subtest 'ten at once apply each migration once' => sub {
    write_file("$schema/901-slow.sql", "CREATE TABLE only_once (n int);\nSELECT pg_sleep(0.3);\n");
    my @children = map {
        my $pid = fork // die;
        if (!$pid) {
            $bench = undef;
            exec 'env', "DATABASE_URL=$url", as_account(), TShop::Bench->_new($source, $ENV{BENCH} // $folder)->build . '/tshopctl',
                'migrate', '--schema', $schema;
        }
        $pid;
    } 1 .. 10;
    my $bad = grep { waitpid $_, 0; $? } @children;
    is $bad, 0, 'none of them fails';
    is sql('SELECT count(*) FROM schema_migrations WHERE number = 901'), 1, 'it is there once';
};

subtest 'settings and secrets' => sub {
    my %env = (DATABASE_URL => $url, STRIPE_SECRET_KEY => 'sk_test_hidden', TSHOP_MAIL_FROM => "It's <me\@example.com>");
    my $shown = is_good('conf', \%env, 'conf');
    unlike $shown, qr/sk_test_hidden/, 'a secret is not shown';
    like $shown, qr/^TSHOP_CURRENCY = USD$/m, 'a default is';
    my $file = is_good('conf --env', \%env, 'conf', '--env');
    like $file, qr/^STRIPE_SECRET_KEY=sk_test_hidden$/m, 'the file for programs has all';
    write_file("$folder/env", $file);
    is system('sh', '-c', ". $folder/env && [ \"\$TSHOP_MAIL_FROM\" = \"$env{TSHOP_MAIL_FROM}\" ]"), 0, 'and a shell reads it';
    like is_good('secret new', 'secret', 'new'), qr/^\w+:[\w-]{43}$/m, 'a key of 32 bytes with its name';
    is_bad('what there is not', 'frobnicate');
};

subtest 'workers that die of starting' => sub {
    my $room = "$folder/pool";
    mkdir $room;
    owned($room, write_file("$room/dies", "#!/bin/sh\necho >> $room/starts\necho 'its own words' >&2\nexit 1\n", 0755));
    my $began = time;
    my $pid = TShop::Run::spawn_daemon("$room/log", {}, as_account(), $bench->build . '/tshopctl', 'pool', 'run', 'loop',
        '--socket', "$room/sock", '--workers', 2, '--pid', "$room/pid", '--', "$room/dies");
    my $starts = sub { () = (read_file("$room/starts") // '') =~ /\n/g };
    ok wait_for(20, sub { $starts->() > 4 }), 'are started again';
    ok time - $began > 0.9, 'but not for ever at once: after four they wait';
    like read_file("$room/log"), qr/^its own words$/m, 'and write their log themselves';
    TShop::Run::end_process($pid, 'pool');
    ok !TShop::Run::is_alive($pid), 'until the pool is ended';
};

done_testing;
