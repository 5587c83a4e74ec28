# The queue: claimed once, given back, taken over, killed off.
use v5.36;
use Test::More;
use TShop;
use TShop::Queue;
use Time::HiRes qw(sleep time);

my $q = TShop::Queue->new(TShop->source);

sub add ($kind, %o) {
    my $columns = join '', map { ", $_" } sort keys %o;
    my $values  = join '', map { ", $o{$_}" } sort keys %o;
    return $q->sql("INSERT INTO jobs (kind$columns) VALUES ('$kind'$values) RETURNING id");
}
sub job ($id) { [ split /\|/, $q->sql("SELECT state, attempts, coalesce(last_error, '') FROM jobs WHERE id = '$id'"), -1 ] }

# ---- before anybody is there ----
my $strange = add('no_such_kind');
my $left = add('count_gallery', state => "'running'", attempts => 1, lease_until => "now() - interval '1 second'",
    leased_by => "'somebody who died'");
my $spent = add('count_gallery', state => "'running'", attempts => 12, lease_until => "now() - interval '1 second'",
    leased_by => "'somebody who died'");
my $alive = add('count_gallery', state => "'running'", attempts => 1, lease_until => "now() + interval '1 hour'",
    leased_by => "'somebody else'");
my $later = add('count_gallery', run_at => "now() + interval '1 hour'");

my $first = $q->runner;
ok $q->until_so(10, sub { job($left)->[0] eq 'done' }), 'what a killed runner had is taken over';
is job($left)->[1], 2, 'and that counts as an attempt';
is_deeply job($spent), [ 'dead', 12, 'its runner vanished' ], 'after the last attempt it is dead';
is job($alive)->[0], 'running', 'what another one works on is left alone';
is job($later)->[0], 'queued', 'what is not due waits';
ok $q->until_so(5, sub { job($strange)->[2] ne '' }), 'an unknown kind is looked at';
is_deeply [ @{ job($strange) }[0, 1] ], [ 'queued', 0 ], 'and stays, at no cost';

# ---- news travel fast ----
my $began = time;
my $quick = add('count_gallery');
ok $q->until_so(5, sub { job($quick)->[0] eq 'done' }), 'a new job is done';
cmp_ok time - $began, '<', 2, 'soon';

# ---- two runners, one queue ----
my $second = $q->runner;
$q->sql(q{INSERT INTO jobs (kind, dedupe_key) SELECT 'count_gallery', 'many/' || n FROM generate_series(1, 400) n});
ok $q->until_so(30, sub { $q->sql(q{SELECT count(*) FROM jobs WHERE dedupe_key LIKE 'many/%' AND state <> 'done'}) eq '0' }),
    'all of many jobs are done';
is $q->sql(q{SELECT count(*) FROM jobs WHERE dedupe_key LIKE 'many/%' AND attempts <> 1}), 0, 'each once';

# ---- the clock ----
ok $q->until_so(10, sub { $q->sql(q{SELECT count(*) FROM jobs WHERE dedupe_key = 'clock/sweep' AND state = 'done'}) eq '1' }),
    'the clock sweeps';
is $q->sql(q{SELECT count(*) FROM jobs WHERE kind = 'sweep'}), 1, 'one row, whoever has a clock';
is $q->sql(q{SELECT n FROM counters WHERE name = 'gallery/cap'}), 0, 'totals of the gallery are counted';
$q->sql(q{INSERT INTO rate_limits (key, reset_at) VALUES ('old', now() - interval '1 hour'), ('new', now() + interval '1 hour');
    INSERT INTO jobs (id, kind, state, created_at, updated_at, payload) VALUES
        (gen_random_uuid(), 'sweep', 'done', now() - interval '40 days', now() - interval '40 days', '{"old": 1}')});
add('sweep');
ok $q->until_so(10, sub { $q->sql(q{SELECT string_agg(key, ',') FROM rate_limits}) eq 'new' }), 'old counters are swept';
ok $q->until_so(10, sub { $q->sql(q{SELECT count(*) FROM jobs WHERE payload ? 'old'}) eq '0' }), 'and old jobs';

# ---- the database goes away ----
$q->sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tshop-jobs%'
    AND datname = current_database()}, 'postgres');
my $after = add('count_gallery');
ok $q->until_so(10, sub { job($after)->[0] eq 'done' }), 'a lost connection is made again';

# ---- the end ----
is $q->end($second), 0, 'SIGTERM ends a runner well';
is $q->end($first), 0, 'and the other';
is $q->sql(q{SELECT count(*) FROM jobs WHERE state = 'running' AND leased_by <> 'somebody else'}), 0, 'nothing is left behind';

done_testing;
