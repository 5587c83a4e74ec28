--: admin_job_list(state text?, stuck bool, cursor text?, fetch int, skip int)
--: rows  id id, kind text, state text, order_id id?, attempts int,
--:   max_attempts int, last_error text?, run_at time, created_at time,
--:   updated_at time, key_ text, total_ big
--: reads
--: anew
-- Jobs, newest first; of one state, or of all; or only those that are stuck.
WITH page AS (
	SELECT * FROM jobs j
	 WHERE ($1::text IS NULL OR j.state = $1)
	   AND (NOT $2 OR (j.state IN ('queued', 'running') AND job_is_stuck(j))) AND (j.created_at, j.id) <
	       (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	        coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	 ORDER BY j.created_at DESC, j.id DESC LIMIT $4 OFFSET $5)
SELECT p.id, p.kind, p.state, p.order_id, p.attempts, p.max_attempts, p.last_error,
       p.run_at, p.created_at, p.updated_at,
       concat_ws('|', p.created_at, p.id),
       (SELECT count(*) FROM (SELECT FROM jobs n
         WHERE ($1::text IS NULL OR n.state = $1)
           AND (NOT $2 OR (n.state IN ('queued', 'running') AND job_is_stuck(n))) LIMIT 10001) counted)
  FROM page p ORDER BY p.created_at DESC, p.id DESC;

--: admin_job_retry(id id, admin text)
--: one row  job json
--: no row   CONFLICT
-- A dead job lives again, with all its attempts; one that waits need not wait.
-- One that runs, or is done, is left alone.
WITH old AS (
	SELECT * FROM jobs WHERE id = $1 AND state IN ('dead', 'queued') FOR UPDATE),
again AS (
	UPDATE jobs j SET state = 'queued', attempts = 0, run_at = now()
	  FROM old WHERE j.id = old.id
	RETURNING j.*),
told AS (
	INSERT INTO audit_log (admin, action, target, before, after)
	SELECT $2, 'job.retry', $1::text, job_json(old)::jsonb,
	       job_json(again::jobs)::jsonb FROM old, again)
SELECT job_json(again::jobs) FROM again;

--: admin_job_exists(id id)
--: one row  state text
--: reads
SELECT state FROM jobs WHERE id = $1;

--: admin_webhook_list(state text?, provider text?, cursor text?, fetch int, skip int)
--: rows  id id, provider text, event_id text, type text, order_id id?,
--:   state text, attempts int, error text?, received_at time,
--:   processed_at time?, key_ text, total_ big
--: reads
--: anew
-- What was received, newest first; never the bodies.
WITH page AS (
	SELECT w.id, w.provider, w.event_id, w.type, w.order_id, w.state, w.attempts,
	       w.error, w.received_at, w.processed_at FROM webhook_events w
	 WHERE ($1::text IS NULL OR w.state = $1) AND ($2::text IS NULL OR w.provider = $2)
	   AND (w.received_at, w.id) <
	       (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	        coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	 ORDER BY w.received_at DESC, w.id DESC LIMIT $4 OFFSET $5)
SELECT p.id, p.provider, p.event_id, p.type, p.order_id, p.state, p.attempts, p.error,
       p.received_at, p.processed_at,
       concat_ws('|', p.received_at, p.id),
       (SELECT count(*) FROM (SELECT FROM webhook_events n
         WHERE ($1::text IS NULL OR n.state = $1)
           AND ($2::text IS NULL OR n.provider = $2) LIMIT 10001) counted)
  FROM page p ORDER BY p.received_at DESC, p.id DESC;

--: admin_case_list(state text?, kind text?, cursor text?, fetch int, skip int)
--: rows  id id, kind text, order_id id?, severity text, state text, detail json,
--:   created_at time, closed_at time?, closed_by text?, key_ text, total_ big
--: reads
--: anew
-- What a human should look at, newest first.
WITH page AS (
	SELECT * FROM cases c
	 WHERE ($1::text IS NULL OR c.state = $1) AND ($2::text IS NULL OR c.kind = $2)
	   AND (c.created_at, c.id) <
	       (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	        coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	 ORDER BY c.created_at DESC, c.id DESC LIMIT $4 OFFSET $5)
SELECT p.id, p.kind, p.order_id, p.severity, p.state, p.detail,
       p.created_at, p.closed_at, p.closed_by,
       concat_ws('|', p.created_at, p.id),
       (SELECT count(*) FROM (SELECT FROM cases n
         WHERE ($1::text IS NULL OR n.state = $1)
           AND ($2::text IS NULL OR n.kind = $2) LIMIT 10001) counted)
  FROM page p ORDER BY p.created_at DESC, p.id DESC;

--: admin_case_resolve(id id, admin text)
--: one row  resolved json
-- Seen and dealt with; a second time changes nothing.
WITH old AS (
	SELECT * FROM cases WHERE id = $1 FOR UPDATE),
closed AS (
	UPDATE cases c SET state = 'closed', closed_at = now(), closed_by = left($2, 100)
	  FROM old WHERE c.id = old.id AND old.state = 'open'
	RETURNING c.*),
told AS (
	INSERT INTO audit_log (admin, action, target, before, after)
	SELECT $2, 'case.resolve', $1::text, case_json(old)::jsonb,
	       case_json(closed::cases)::jsonb FROM old, closed)
SELECT case_json(closed::cases) FROM closed
 UNION ALL
SELECT case_json(old::cases) FROM old WHERE old.state = 'closed';

--: admin_audit_list(admin text?, target text?, cursor text?, fetch int, skip int)
--: rows  id id, created_at time, admin text, action text, target text?,
--:   before json?, after json?, key_ text, total_ big
--: reads
--: anew
-- Who changed what, newest first.
WITH page AS (
	SELECT * FROM audit_log a
	 WHERE ($1::text IS NULL OR a.admin = $1) AND ($2::text IS NULL OR a.target = $2)
	   AND (a.created_at, a.id) <
	       (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	        coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	 ORDER BY a.created_at DESC, a.id DESC LIMIT $4 OFFSET $5)
SELECT p.id, p.created_at, p.admin, p.action, p.target, p.before, p.after,
       concat_ws('|', p.created_at, p.id),
       (SELECT count(*) FROM (SELECT FROM audit_log n
         WHERE ($1::text IS NULL OR n.admin = $1)
           AND ($2::text IS NULL OR n.target = $2) LIMIT 10001) counted)
  FROM page p ORDER BY p.created_at DESC, p.id DESC;
