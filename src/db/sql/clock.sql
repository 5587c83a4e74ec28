--: clock_job(kind text, every_s int, attempts int)
--: touched
-- The clock of this runner says that it is time for 'kind'. Whichever runner
-- comes first in a period queues it; there is one row for each kind, and it is
-- left alone while it waits or runs.
WITH due AS (
	INSERT INTO clock_jobs (kind, last_run_at) VALUES ($1, now())
	    ON CONFLICT (kind) DO UPDATE SET last_run_at = now()
	 WHERE clock_jobs.last_run_at <= now() - make_interval(secs => $2)
	RETURNING kind)
INSERT INTO jobs (kind, dedupe_key, max_attempts)
SELECT kind, 'clock/' || kind, $3 FROM due
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO UPDATE
   SET state = 'queued', attempts = 0, run_at = now(), last_error = NULL
 WHERE jobs.state IN ('done', 'dead');

--: sweep_rate_limits(most int)
--: touched
-- Counters whose window has passed count nothing.
DELETE FROM rate_limits WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM rate_limits WHERE reset_at < now() LIMIT $1));

--: sweep_one_time_tokens(most int)
--: touched
-- Spent ones stay until they would have expired: a second use is an answer.
DELETE FROM one_time_tokens WHERE id IN (
    SELECT id FROM one_time_tokens WHERE expires_at < now() - interval '1 day'
     LIMIT $1);

--: sweep_sessions(most int)
--: touched
-- A session that ended a month ago takes its refresh tokens along.
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE absolute_expires_at < now() - interval '30 days'
     LIMIT $1);

--: sweep_idempotency_keys(most int)
--: touched
DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys
     WHERE created_at < now() - interval '24 hours' LIMIT $1));

--: sweep_jobs(most int)
--: touched
-- The clock's own rows stay: they are one for each kind.
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
     WHERE state = 'done' AND created_at < now() - interval '30 days'
       AND updated_at < now() - interval '30 days'
       AND dedupe_key IS DISTINCT FROM 'clock/' || kind
     ORDER BY created_at LIMIT $1);

--: sweep_webhook_events(most int)
--: touched
-- What a provider may still repeat is younger than a month by far.
DELETE FROM webhook_events WHERE id IN (
    SELECT id FROM webhook_events
     WHERE received_at < now() - interval '90 days'
       AND state IN ('processed', 'ignored')
     ORDER BY received_at LIMIT $1);

--: sweep_guest_carts(most int, life_s int)
--: touched
-- What a guest has left; the token is worth nothing from then on. The index
-- has when a cart was made, for it must not hold what each change writes.
DELETE FROM carts WHERE id IN (
    SELECT id FROM carts
     WHERE guest_hash IS NOT NULL AND created_at < now() - make_interval(secs => $2)
       AND updated_at < now() - make_interval(secs => $2)
     LIMIT $1);

--: count_gallery()
-- The gallery's totals, so that no page counts a million rows.
WITH counted AS (
	SELECT product_category AS category, count(*) AS n FROM designs
	 WHERE public AND status = 'ready' AND deleted_at IS NULL
	 GROUP BY product_category)
INSERT INTO counters (name, n, counted_at)
SELECT 'gallery/' || c.slug, coalesce(n, 0), now()
  FROM categories c LEFT JOIN counted ON category = c.slug
 UNION ALL
SELECT 'gallery', coalesce(sum(n), 0), now() FROM counted
    ON CONFLICT (name) DO UPDATE SET n = EXCLUDED.n, counted_at = now();

--: refresh_tiers()
--: touched
-- Subscriptions that ran out without a word from Stripe, days of grace
-- included: the trigger derives the tier of the user anew.
SELECT user_tier_refresh(u.id) FROM users u
 WHERE u.tier = 'premium' AND u.tier_override IS NULL AND u.deleted_at IS NULL
   AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.user_id = u.id
        AND s.status IN ('trialing', 'active')
        AND s.current_period_end > now())
 ORDER BY u.updated_at LIMIT 1000;
