--: job_claim(runner text, lease_s int, full_kinds text)
--: one row  id id, kind text, order id?, ref id?, payload json,
--:   attempts int, max_attempts int, request_id text?
-- The job that has been due longest becomes this runner's. What another one
-- has its hands on is passed over, and so are the kinds of which this one has
-- its share; 'full_kinds' is an array in PostgreSQL's own writing. The attempt counts from here on, so that a
-- job that kills its runner dies one day, too.
UPDATE jobs SET state = 'running', attempts = attempts + 1,
       leased_by = $1, lease_until = now() + make_interval(secs => $2)
 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND run_at <= now()
                AND kind <> ALL ($3::text[])
              ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, order_id, ref, payload, attempts, max_attempts, request_id;

--: job_extend(runner text, ids text, lease_s int)
--: touched
-- This runner lives and works on these; 'ids' is an array in PostgreSQL's own
-- writing.
UPDATE jobs SET lease_until = now() + make_interval(secs => $3)
 WHERE id = ANY($2::uuid[]) AND leased_by = $1 AND state = 'running';

--: job_reclaim()
--: touched
-- What a runner left behind that was killed goes back into the queue, or dies
-- if that was its last attempt.
UPDATE jobs SET
       state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'queued' END,
       last_error = 'its runner vanished', run_at = now(),
       lease_until = NULL, leased_by = NULL
 WHERE id IN (SELECT id FROM jobs
               WHERE state = 'running' AND lease_until < now()
                 FOR UPDATE SKIP LOCKED);

--: job_give_back(runner text)
--: touched
-- This runner stops and cannot finish these; they cost no attempt.
UPDATE jobs SET state = 'queued', attempts = greatest(attempts - 1, 0),
       run_at = now(), lease_until = NULL, leased_by = NULL
 WHERE leased_by = $1 AND state = 'running';

--: job_done(id id, runner text, attempts int, scrub bool)
--: touched
-- Ended well. Nothing happens if the lease has run out and somebody else has
-- the job by now.
UPDATE jobs SET state = 'done', lease_until = NULL, leased_by = NULL,
       last_error = NULL, payload = CASE WHEN $4 THEN '{}' ELSE payload END
 WHERE id = $1 AND leased_by = $2 AND attempts = $3 AND state = 'running';

--: job_again(id id, runner text, attempts int, free bool, backoff_s int,
--:   wait_s int, error text?)
--: one row  state text
-- Once more, after min(1 h, backoff * 2^n) times 0.5 to 1 at random, and not
-- before wait_s; or never, if that was the last attempt. What is free costs no
-- attempt.
UPDATE jobs SET
       state = CASE WHEN NOT $4 AND attempts >= max_attempts
                    THEN 'dead' ELSE 'queued' END,
       attempts = attempts - CASE WHEN $4 THEN 1 ELSE 0 END,
       run_at = now() + make_interval(secs => CASE WHEN $4 AND $6 > 0 THEN $6
           ELSE greatest($6, (0.5 + random() / 2) * least(3600,
               $5 * 2 ^ least(greatest(attempts, 1) - 1, 20))) END),
       lease_until = NULL, leased_by = NULL,
       last_error = coalesce(left($7, 500), last_error)
 WHERE id = $1 AND leased_by = $2 AND attempts = $3 AND state = 'running'
RETURNING state;

--: job_dead(id id, runner text, attempts int, error text?)
--: touched
-- Nothing that waiting could heal.
UPDATE jobs SET state = 'dead', lease_until = NULL, leased_by = NULL,
       last_error = coalesce(left($4, 500), last_error)
 WHERE id = $1 AND leased_by = $2 AND attempts = $3 AND state = 'running';
