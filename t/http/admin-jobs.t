# The queue, what came in, the cases and the audit log, as the admin sees them.
use v5.36;
use Test::More;
use TShop;
use TShop::Paid qw(paid_order);

my $shop = TShop->boot;
my $admin = $shop->admin;

# ---- who ----
for my $path (qw(jobs webhooks cases audit)) {
    my $answer = $shop->guest->get("/admin/$path");
    is $answer->status, 401, "/admin/$path without credentials";
    is $answer->code, 'UNAUTHENTICATED', 'in our envelope';
}
is $shop->shopper->get('/admin/jobs')->status, 401, 'a shopper\'s token is none';

# ---- jobs ----
$shop->sql(q{INSERT INTO jobs (kind, state, attempts, last_error, created_at, run_at)
    SELECT 'no_such_kind', CASE WHEN n % 2 = 0 THEN 'dead' ELSE 'done' END, 12, 'it went wrong', now() - n * interval '1 minute', now()
      FROM generate_series(1, 30) n});
my $answer = $admin->get("/jobs?state=dead&limit=10");
is $answer->status, 200, 'dead jobs';
my @rows = @{ $answer->data };
is @rows, 10, 'a page of them';
is_deeply [ sort keys %{ $rows[0] } ], [ sort qw(id kind state orderId attempts maxAttempts lastError runAt createdAt updatedAt) ],
    'rows as the contract says';
is_deeply [ @{ $rows[0] }{qw(kind state orderId attempts maxAttempts lastError)} ],
    [ 'no_such_kind', 'dead', undef, 12, 12, 'it went wrong' ], 'and what they hold';
like $rows[0]{createdAt}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'times';
is $answer->meta->{pagination}{total}, 15, 'the total';
my %seen = map { $_->{id} => 1 } @rows;
my $next = $admin->get('/jobs?state=dead&limit=10&cursor=' . $answer->meta->{pagination}{nextCursor});
is @{ $next->data }, 5, 'the next page by cursor';
is scalar(grep { $seen{ $_->{id} } } @{ $next->data }), 0, 'no row twice';
is $next->meta->{pagination}{nextCursor}, undef, 'and the end';
is $admin->get('/jobs?state=lost')->status, 422, 'a wrong state';
is_deeply $admin->get('/jobs?state=dead&page=9')->data, [], 'a page past the end is empty';

# ---- stuck: nobody takes it, its runner is gone, or it has failed again and again ----
sub size ($what) { ($shop->at->get('/metrics')->body =~ /^tshop_queue_size\{what="$what"\} (\d+)$/m)[0] }
is_deeply [ map { size($_) } qw(jobs_stuck orders_stuck) ], [ 0, 0 ], 'nothing is stuck';
is size('jobs_dead'), 15, 'but some are dead';
$shop->sql(q{INSERT INTO jobs (kind, state, attempts, run_at) SELECT 'no_such_kind', 'queued', n, now() + interval '9 minutes'
    FROM generate_series(1, 5) n});
@rows = @{ $admin->get('/jobs?stuck=true')->data };
is_deeply [ sort map { $_->{attempts} } @rows ], [ 4, 5 ], 'the stuck ones';
is size('jobs_stuck'), 2, 'are counted';
for my $case ([ f => 'queued', '4 minutes' ], [ t => 'queued', '6 minutes' ], [ f => 'running', '50 s' ], [ t => 'running', '70 s' ], [ f => 'done', '1 day' ]) {
    my ($is, $state, $ago) = @$case;
    is $shop->sql("SELECT job_is_stuck(jsonb_populate_record(NULL::jobs, jsonb_build_object('state', '$state', 'attempts', 1,
        'run_at', now() - interval '$ago', 'lease_until', now() - interval '$ago')))"), $is, "$state, due $ago ago";
}
is $admin->get('/jobs?stuck=true&state=dead')->meta->{pagination}{total}, 0, 'what is dead is not stuck';
is $admin->get('/jobs?stuck=perhaps')->status, 422, 'yes or no';
$shop->sql(q{DELETE FROM jobs WHERE kind = 'no_such_kind' AND state = 'queued'});
@rows = @{ $admin->get('/jobs?state=dead&limit=10')->data };
# A paid order that nobody prints, whatever became of its job.
my ($stuck) = paid_order($shop, held => 1);
$shop->sql("UPDATE orders SET status = 'paid', paid_at = now() - interval '1 hour' WHERE id = '$stuck'");
is size('orders_stuck'), 1, 'an order that waits too long is counted';
is_deeply [ map { $_->{id} } @{ $admin->get('/orders?stuck=true')->data } ], [$stuck], 'and listed';
is $admin->get('/orders?stuck=perhaps')->status, 422, 'yes or no';

# ---- retry ----
my $id = $rows[0]{id};
$answer = $admin->post("/jobs/$id/retry");
is $answer->status, 200, 'a dead job is tried again';
is $answer->data->{state}, 'queued', 'it waits';
is $answer->data->{attempts}, 0, 'with all its attempts';
my $done = $shop->sql(q{SELECT id FROM jobs WHERE state = 'done' AND kind = 'no_such_kind' LIMIT 1});
is $admin->post("/jobs/$done/retry")->status, 409, 'one that is done is not';
is $admin->post('/jobs/00000000-0000-4000-8000-000000000000/retry')->status, 404, 'one that is not there';
is $admin->post('/jobs/nonsense/retry')->status, 404, 'a malformed id';
my ($told) = grep { $_->{target} eq $id } @{ $admin->get('/audit')->data };
is $told->{action}, 'job.retry', 'it is in the audit log';
ok $told->{admin}, 'with a name';
is $told->{before}{state}, 'dead', 'as it was';
is $told->{after}{state}, 'queued', 'and as it is';
is_deeply [ sort keys %$told ], [ sort qw(id createdAt admin action target before after) ], 'rows as the contract says';

# ---- cases ----
my $case = $shop->sql(q{INSERT INTO cases (kind, key, severity, detail) VALUES ('print_impossible', 'x', 'alarm', '{"reason": "why"}') RETURNING id});
my @cases = @{ $admin->get('/cases?state=open')->data };
is @cases, 1, 'an open case';
is $cases[0]{detail}{reason}, 'why', 'with its reason';
$answer = $admin->post("/cases/$case/resolve");
is $answer->status, 200, 'resolved';
is $answer->data->{state}, 'closed', 'it is closed';
ok $answer->data->{closedBy}, 'by somebody';
is $admin->post("/cases/$case/resolve")->status, 200, 'twice is harmless';
is_deeply $admin->get('/cases?state=open')->data, [], 'none is open';
is $admin->get('/audit?target=' . $case)->meta->{pagination}{total}, 1, 'one change, one row';
is $admin->post('/cases/00000000-0000-4000-8000-000000000000/resolve')->status, 404, 'one that is not there';

# ---- webhooks ----
$shop->sql(q{INSERT INTO webhook_events (provider, event_id, type, body, state) VALUES ('printful', 'e1', 'order_created', '\x', 'ignored')});
my @hooks = @{ $admin->get('/webhooks?provider=printful')->data };
is @hooks, 1, 'what came in';
is_deeply [ @{ $hooks[0] }{qw(provider eventId type state)} ], [qw(printful e1 order_created ignored)], 'and what it was';
ok !exists $hooks[0]{body}, 'never its body';

done_testing;
