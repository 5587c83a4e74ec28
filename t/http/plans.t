#!/usr/bin/perl
# Every list costs the same however large the shop is: in a large one, each
# list statement, with each filter and sort that the API offers, is planned
# without a scan or a sort of anything that grows.
use v5.36;
use Test::More;
use JSON::PP ();
use TShop;

# What a statement may find: a total is counted up to here (and one more),
# beside a page or two; and what it may read to find one row, where most of the
# table fits and no index would be quicker.
my $MOST = 10_001;
my $MARGIN = 500;
my $FOR_ONE = 5;

my $shop = TShop->boot;
my %grows = map { $_ => 1 } qw(users user_profiles sessions designs design_likes design_shares design_reports
    orders order_items order_events payments jobs webhook_events cases audit_log point_transactions
    point_balances point_periods fulfillments shipments coupons subscription_invoices);

# ---- a large shop ----

# Nobody else moves it: a job would score each design anew.
kill STOP => $shop->runner;
$shop->sql(<<"END", 'postgres');
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO users (id, email, first_name, last_name, tier, email_verified_at, created_at)
SELECT ('a0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'u' || n || '\@example.com', 'Ada ' || md5(n::text),
    'Number' || n, (ARRAY['free', 'registered', 'registered', 'premium'])[n % 4 + 1], now(), now() - n * interval '1 minute'
  FROM generate_series(1, 20000) n;
INSERT INTO user_profiles (user_id, design_gallery_public) SELECT id, true FROM users ON CONFLICT DO NOTHING;
INSERT INTO point_balances (user_id, balance, lifetime) SELECT id, n % 997, n % 997
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users) u ON CONFLICT DO NOTHING;
INSERT INTO point_periods (user_id, period, starts_on, points)
SELECT u.id, p.period, period_starts_on(p.period), (hashtext(u.id::text) & 1023) + 1
  FROM users u CROSS JOIN (VALUES ('week'), ('month')) p (period) ON CONFLICT DO NOTHING;
-- One author in seven designs, so that a page of one's own must be found too.
INSERT INTO designs (id, user_id, title, description, prompt, product_category, status, design_data, public, likes_count,
    usage_count, trending_score, created_at)
SELECT ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    ('a0000000-0000-4000-8000-' || lpad((CASE WHEN n % 7 = 0 THEN 1 ELSE n % 20000 + 1 END)::text, 12, '0'))::uuid,
    'Design ' || md5(n::text) || CASE WHEN n % 2000 = 0 THEN ' heliotrope' ELSE '' END, 'drawn at leisure', 'a thing',
    (ARRAY['t-shirt', 'cap', 'tote-bag'])[n % 3 + 1], CASE WHEN n % 11 = 0 THEN 'failed' ELSE 'ready' END, '{}',
    n % 5 <> 0, n % 50, n % 13, (n * 7919 % 10007) / 100.0, now() - n * interval '30 seconds'
  FROM generate_series(1, 60000) n;
INSERT INTO design_likes (user_id, design_id, created_at)
SELECT ('a0000000-0000-4000-8000-' || lpad((n * 31 % 20000 + 1)::text, 12, '0'))::uuid,
    ('d0000000-0000-4000-8000-' || lpad((n % 60000 + 1)::text, 12, '0'))::uuid, now() - n * interval '10 seconds'
  FROM generate_series(1, 60000) n ON CONFLICT DO NOTHING;
INSERT INTO design_reports (design_id, user_id, reason, state, created_at)
SELECT ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, ('a0000000-0000-4000-8000-' || lpad((n % 20000 + 1)::text, 12, '0'))::uuid,
    'other', CASE WHEN n % 1000 = 0 THEN 'open' WHEN n % 2 = 0 THEN 'upheld' ELSE 'dismissed' END, now() - n * interval '1 minute'
  FROM generate_series(1, 30000) n;
INSERT INTO orders (id, order_number, user_id, email, status, currency, subtotal, discount_amount, tax_amount, shipping_amount,
    total_amount, shipping_address, billing_address, tracking_number, created_at, expires_at)
SELECT ('e0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'T' || upper(substr(md5(n::text), 1, 12)),
    ('a0000000-0000-4000-8000-' || lpad((CASE WHEN n % 9 = 0 THEN 1 ELSE n % 20000 + 1 END)::text, 12, '0'))::uuid,
    'u' || n || '\@example.com', (ARRAY['pending', 'paid', 'processing', 'shipped', 'delivered', 'cancelled', 'refunded'])[
        CASE WHEN n % 100 = 0 THEN 1 WHEN n % 100 = 1 THEN 2 WHEN n % 100 = 2 THEN 7 ELSE n % 4 + 3 END],
    'USD', 2000, 0, 0, 500, 2500, '{}', '{}', CASE WHEN n % 4 < 2 THEN 'TRACK' || n END, now() - n * interval '1 minute', now() + interval '1 hour'
  FROM generate_series(1, 40000) n;
INSERT INTO jobs (kind, state, attempts, max_attempts, payload, created_at)
SELECT 'send_mail', CASE WHEN n % 2000 = 0 THEN 'dead' ELSE 'done' END, 1, 5, '{}', now() - n * interval '20 seconds'
  FROM generate_series(1, 40000) n;
INSERT INTO webhook_events (provider, event_id, type, state, body, received_at)
SELECT CASE WHEN n % 1000 = 0 THEN 'paypal' ELSE 'stripe' END, 'evt_' || n, 'x', CASE WHEN n % 3000 = 0 THEN 'failed' ELSE 'processed' END,
    '{}', now() - n * interval '1 minute' FROM generate_series(1, 40000) n;
INSERT INTO cases (kind, key, severity, state, detail, created_at)
SELECT CASE WHEN n % 900 = 0 THEN 'print_failed' ELSE 'design_report' END, n::text, 'warning',
    CASE WHEN n % 1100 = 0 THEN 'open' ELSE 'closed' END, '{}', now() - n * interval '1 minute' FROM generate_series(1, 30000) n;
INSERT INTO audit_log (admin, action, target, created_at)
SELECT CASE WHEN n % 1500 = 0 THEN 'eve' ELSE 'admin' END, 'x', 'target-' || n % 3000, now() - n * interval '1 minute'
  FROM generate_series(1, 30000) n;
INSERT INTO point_transactions (user_id, type, action, points, lifetime_points, reference_id, created_at)
SELECT ('a0000000-0000-4000-8000-' || lpad((CASE WHEN n % 3 = 0 THEN 1 ELSE n % 20000 + 1 END)::text, 12, '0'))::uuid,
    'earned', 'x', 1, 1, gen_random_uuid(), now() - n * interval '1 minute' FROM generate_series(1, 30000) n;
INSERT INTO coupons (code, kind, amount, currency, user_id, active, created_at)
SELECT 'P-' || upper(substr(md5(n::text), 1, 10)), 'amount', 500, 'USD',
    ('a0000000-0000-4000-8000-' || lpad((n % 20000 + 1)::text, 12, '0'))::uuid, n % 1500 <> 0, now() - n * interval '1 minute'
  FROM generate_series(1, 30000) n;
INSERT INTO subscription_invoices (user_id, stripe_invoice_id, status, total, amount_paid, currency, issued_at, asked_at)
SELECT ('a0000000-0000-4000-8000-' || lpad((n % 2000 + 1)::text, 12, '0'))::uuid, 'in_' || n, 'paid', 900, 900, 'USD',
    now() - n * interval '1 hour', now() FROM generate_series(1, 20000) n;
INSERT INTO sessions (user_id, absolute_expires_at, created_at)
SELECT ('a0000000-0000-4000-8000-' || lpad((n % 20000 + 1)::text, 12, '0'))::uuid, now() + interval '30 days', now() - n * interval '1 minute'
  FROM generate_series(1, 40000) n;
INSERT INTO products (name, description, category, base_price, created_at)
SELECT 'Large ' || md5(n::text), 'of cotton', 't-shirt', 1000 + n * 37 % 900, now() - n * interval '1 hour' FROM generate_series(1, 200) n;
INSERT INTO product_variants (product_id, size, color, position)
SELECT p.id, 'S' || n, 'C' || n, n FROM products p CROSS JOIN generate_series(1, 20) n WHERE p.name LIKE 'Large %';
INSERT INTO counters (name, n) VALUES ('gallery', 43000), ('gallery/t-shirt', 14400), ('gallery/cap', 14400), ('gallery/tote-bag', 14400)
    ON CONFLICT (name) DO UPDATE SET n = excluded.n;
END
$shop->sql('VACUUM ANALYZE', 'postgres');
ok $shop->sql('SELECT count(*) FROM designs') > 50_000, 'a large shop';

# ---- what can be asked for ----

my $ada = 'a0000000-0000-4000-8000-000000000001';
my $large = $shop->sql(q{SELECT id FROM products WHERE name LIKE 'Large %' LIMIT 1});

# By statement or for all: the values of a parameter. Nothing is always among
# those of an optional one, and is not said here. Of each filter what few rows
# fit, and what most do.
my %ask = (
    category => ['t-shirt'], currency => [ 'USD', 'EUR' ], languages => [ '{}', '{de,en}' ], sort => [qw(price_asc price_desc name)],
    fetch => [21], skip => [ 0, 40 ], most => [21], owner => [$ada], 'user' => [$ada], viewer => [$ada], mine => [$ada],
    active => ['true'], open => [ 'true', 'false' ], available => ['true'], size => ['S1'], color => ['C1'],
    since => ['2020-01-01'], till => ['2099-01-01'], period => [qw(all week month)], tier => [ 'premium', 'registered' ],
    'admin_product_list.query'  => [ 'cotton', 'large c4ca' ],
    'product_list_newest.query' => [ 'cotton', 'large c4ca' ],
    'product_list_sorted.query' => [ 'cotton', 'large c4ca' ],
    'admin_user_list.query'  => [ 'number1234', 'ada', 'u77@example.com', $ada ],
    'admin_order_list.query' => [ 'T0A', 'u77@', 'track77', 'example.com', 'e0000000-0000-4000-8000-000000000007' ],
    'admin_order_list.status' => [ 'pending', 'shipped' ], 'admin_order_list.stuck' => [ 'true', 'false' ],
    'admin_coupon_list.query' => [ 'c81e728d9d', 'p-', 'nothing' ],
    'admin_job_list.state' => [ 'dead', 'done' ], 'admin_webhook_list.state' => [ 'failed', 'processed' ],
    'admin_webhook_list.provider' => [ 'paypal', 'stripe' ],
    'admin_case_list.state' => [ 'open', 'closed' ], 'admin_case_list.kind' => [ 'print_failed', 'design_report' ],
    'admin_audit_list.admin' => [ 'eve', 'admin' ], 'admin_audit_list.target' => ['target-7'],
    'report_list.state' => [ 'open', 'upheld' ], 'order_list.status' => [ 'pending', 'shipped' ],
    'design_list.status' => [ 'failed', 'ready' ], 'variant_list.product' => [$large],
    'gallery_asked.query' => [ 'heliotrope', 'leisure', 'nothing like it', 'zq', '!!' ], 'product_asked.query' => ['cotton'],
    'variant_asked.product' => [$large], 'design_asked.status' => [ 'failed', 'ready' ],
    (map { ("gallery_$_\_skip.skip" => [ 1, 40 ]) } map { ("all_$_", "category_$_") } qw(newest popular trending)),
    near => [ 'false', 'true' ], stuck => [ 'false', 'true' ],
    (map { ("gallery_search_$_.query" => [ 'heliotrope', 'heliotropes at leisure', 'heliotrpe', 'leisure', 'sign 0a1b', 'nothing like it', 'zq', '!!', 'at' ]) } qw(newest popular trending)),
);
# Its number of rows is the shop's own choice.
my %small = map { $_ => 1 } qw(achievement_list currency_list);

# The list statements: those that are asked for a page, or where one begins, or
# why one is empty.
sub statements () {
    my @all;
    for my $file (sort glob $shop->source . '/src/db/sql/*.sql') {
        my $text = TShop::Run::read_file($file);
        for my $piece (split /^(?=--: \w+\()/m, $text) {
            my ($head) = $piece =~ /\A((?:--:.*\n)+)/ or next;
            $head =~ s/\n--: (?=\s)//g;
            my ($name, $params) = $head =~ /^--: (\w+)\((.*)\)/;
            my ($columns) = $head =~ /^--: (?:rows|one row)\s+(.*)/m or next;
            next unless ($params =~ /\b(?:fetch|skip) int/ || $name =~ /_asked$/) && !$small{$name};
            my @columns = map { (split ' ')[0] } split /,\s*/, $columns;
            my ($key) = grep { $columns[$_ - 1] eq 'key_' } 1 .. @columns;
            push @all, { name => $name, key => $key, columns => scalar @columns, anew => $head =~ /^--: anew/m ? 1 : 0,
                text => $piece =~ s/^--.*\n//mgr, params => [ map { [ split ' ' ] } split /,\s*/, $params ] };
        }
    }
    return @all;
}

# All combinations of the values of the parameters but the cursor.
sub combinations ($statement) {
    my @some = ([]);
    for my $param (@{ $statement->{params} }) {
        my ($name, $type) = @$param;
        my $values = $ask{"$statement->{name}.$name"} // $ask{$name} // [];
        my @values = ($type =~ /\?$/ ? undef : (), $name eq 'cursor' ? () : @$values);
        die "what is $statement->{name}'s $name?\n" unless @values;
        @some = map { my $old = $_; map { [ @$old, $_ ] } @values } @some;
    }
    return grep { fits($statement, $_) } @some;
}

# gallery.c chooses a statement by what is asked for.
sub fits ($statement, $values) {
    my ($which) = $statement->{name} =~ /^gallery_(all|category|search)_/ or return 1;
    my ($category, $query) = @$values;
    return $which eq 'search' ? defined $query : !defined $query && ($which eq 'all') == !defined $category;
}

sub literal ($value) { defined $value ? "'" . $value =~ s/'/''/gr . "'" : 'NULL' }
sub execute ($values) { 'EXECUTE p(' . join(', ', map { literal($_) } @$values) . ')' }

# What is wrong with a plan: of each node what it read, in rows. Of what is the
# caller's own all may be looked at.
sub faults ($plan, $own, $under_limit = 0) {
    my @bad;
    my $type = $plan->{'Node Type'};
    my $table = $plan->{'Relation Name'} // '';
    my $loops = $plan->{'Actual Loops'};
    my $read = $loops * ($plan->{'Actual Rows'} + ($plan->{'Rows Removed by Filter'} // 0)
        + ($plan->{'Rows Removed by Index Recheck'} // 0));

    my $found = $loops * $plan->{'Actual Rows'};
    push @bad, "$type on $table reads $read rows for $found"
        if $grows{$table} && ($found > $MOST + $MARGIN || (!$own && $read > $FOR_ONE * $found + $MARGIN)
            || $read > $FOR_ONE * $MOST + $MARGIN);
    push @bad, "$type on $table" if $grows{$table} && $type eq 'Seq Scan' && !$under_limit;
    if ($type =~ /Sort$/) {
        my ($below) = @{ $plan->{Plans} };
        my $sorted = $below->{'Actual Rows'} * $below->{'Actual Loops'};
        push @bad, "$type of $sorted rows" if $sorted > $MOST + $MARGIN;
    }
    my $limited = $type eq 'Limit' || ($under_limit && $type =~ /Subquery Scan|Result|Nested Loop|Append/);
    return @bad, map { faults($_, $own, $limited) } @{ $plan->{Plans} // [] };
}

my $reader = JSON::PP->new;

sub plans ($statement, $mode, @asks) {
    my $said = $shop->sql("SET plan_cache_mode = $mode; SET ROLE tshop_app; PREPARE p AS $statement->{text}"
        . join('', map { 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' . execute($_) . ';' } @asks), 'postgres');
    return map { $_->{Plan} } map { @{ $reader->decode($_) } } split /(?<=^\])\n/m, $said;
}

# Where a page ends, and so the next begins.
sub key_of ($statement, $values) {
    my $columns = join ', ', map { "c$_" } 1 .. $statement->{columns};
    return $shop->sql("PREPARE p AS $statement->{text}CREATE TEMP TABLE page ($columns) AS " . execute($values)
        . "; SELECT c$statement->{key} FROM page ORDER BY ctid DESC LIMIT 1", 'postgres');
}

for my $statement (statements()) {
    my @asks = combinations($statement);
    my ($cursor) = grep { $statement->{params}[$_][0] eq 'cursor' } 0 .. $#{ $statement->{params} };
    my $key = defined $cursor ? key_of($statement, $asks[0]) : '';
    push @asks, map { my @copy = @$_; $copy[$cursor] = $key; \@copy } @asks if $key;
    # What is prepared is planned for its values five times, and then for any.
    my $own = grep { $_->[0] =~ /^(?:owner|user)$/ } @{ $statement->{params} };
    my @modes = ('force_custom_plan', $statement->{anew} ? () : 'force_generic_plan');
    my (%bad, $count);
    for my $mode (@modes) {
        my @plans = plans($statement, $mode, @asks);
        $count += @plans;
        for my $k (0 .. $#plans) {
            push @{ $bad{$_} }, $asks[$k] for faults($plans[$k], $own);
        }
    }
    is $count, @asks * @modes, "$statement->{name}: $count plans";
    my @bad = sort keys %bad;
    is join("\n", @bad), '', "$statement->{name} reads little, whatever is asked"
        or diag map { "  $_: " . join(', ', map { $_ // 'NULL' } @{ $bad{$_}[0] }) . "\n" } splice @bad, 0, 5;
}

subtest 'totals are counted so far, and guessed beyond' => sub {
    my $total = sub ($path) { my $p = $shop->guest->get($path)->meta->{pagination}; "$p->{total}" . ($p->{totalIsEstimate} ? ' or so' : '') };
    is $total->('/gallery/designs?q=heliotrope'),
        $shop->sql(q{SELECT count(*) FROM designs WHERE public AND status = 'ready' AND title LIKE '%heliotrope%'}), 'few';
    like $total->('/gallery/designs?q=leisure'), qr/^\d{5} or so$/, 'many';
    is $total->('/gallery/designs'), '43000 or so', 'all';
    my $by = sub ($query) { [ map { $_->{id} } @{ $shop->guest->get("/gallery/designs?q=leisure&sortBy=popular&$query")->data } ] };
    my $cursor = $shop->guest->get('/gallery/designs?q=leisure&sortBy=popular&limit=50')->meta->{pagination}{nextCursor};
    is_deeply $by->("limit=50&cursor=$cursor"), $by->('limit=50&page=2'), 'the second page of many';
    is_deeply $by->('limit=100'), [ split ' ', $shop->sql(q{SELECT id FROM designs WHERE public AND status = 'ready' AND deleted_at IS NULL
        AND search_text LIKE '%leisure%' ORDER BY likes_count DESC, created_at DESC, id DESC LIMIT 100}) ], 'in their order';
};

kill CONT => $shop->runner;
done_testing;
