--: rate_hit(key text, seconds int)
--: one row  hits int, reset_s int
-- Counts one call in its window and says how many it had and when it ends.
INSERT INTO rate_limits AS r (key, hits, reset_at)
VALUES ($1, 1, now() + make_interval(secs => $2))
    ON CONFLICT (key) DO UPDATE SET
       hits = CASE WHEN r.reset_at <= now() THEN 1 ELSE r.hits + 1 END,
       window_start = CASE WHEN r.reset_at <= now() THEN now() ELSE r.window_start END,
       reset_at = CASE WHEN r.reset_at <= now() THEN excluded.reset_at ELSE r.reset_at END
RETURNING hits, ceil(date_part('epoch', reset_at - now()))::int;

--: rate_lease(key text, seconds int, count int)
--: one row  hits int, reset_s int
-- Counts several calls before they come.
INSERT INTO rate_limits AS r (key, hits, reset_at)
VALUES ($1, $3, now() + make_interval(secs => $2))
    ON CONFLICT (key) DO UPDATE SET
       hits = CASE WHEN r.reset_at <= now() THEN $3 ELSE r.hits + $3 END,
       window_start = CASE WHEN r.reset_at <= now() THEN now() ELSE r.window_start END,
       reset_at = CASE WHEN r.reset_at <= now() THEN excluded.reset_at ELSE r.reset_at END
RETURNING hits, ceil(date_part('epoch', reset_at - now()))::int;

--: admit(key text, seconds int, user id?, session id?, guest bytes)
--: one row  hits int, reset_s int, alive bool, tier text?
-- The same, and whether the caller's session lives, or the cart of the guest
-- is there: one round trip for all.
WITH hit AS (
	INSERT INTO rate_limits AS r (key, hits, reset_at)
	VALUES ($1, 1, now() + make_interval(secs => $2))
	    ON CONFLICT (key) DO UPDATE SET
	       hits = CASE WHEN r.reset_at <= now() THEN 1 ELSE r.hits + 1 END,
	       window_start = CASE WHEN r.reset_at <= now() THEN now() ELSE r.window_start END,
	       reset_at = CASE WHEN r.reset_at <= now() THEN excluded.reset_at ELSE r.reset_at END
	RETURNING hits, ceil(date_part('epoch', reset_at - now()))::int AS reset_s)
SELECT hit.hits, hit.reset_s, u.id IS NOT NULL OR c.id IS NOT NULL, u.tier
  FROM hit
  LEFT JOIN sessions s ON s.id = $4 AND s.user_id = $3 AND s.revoked_at IS NULL
                      AND s.absolute_expires_at > now()
  LEFT JOIN users u ON u.id = s.user_id AND u.deleted_at IS NULL
                   AND u.disabled_at IS NULL
  LEFT JOIN carts c ON c.guest_hash = $5;

--: once_claim(owner text, key text, route text, body_sha256 bytes)
--: one row  claimed bool, same bool, status int?, headers text?, body text?
-- Takes an idempotency key, or tells what became of it. A key older than a
-- day, or whose holder died (its lease ran out), is free again.
WITH taken AS (
	INSERT INTO idempotency_keys AS k (owner, key, route, body_sha256, lease_until)
	VALUES ($1, $2, $3, $4, now() + interval '60 seconds')
	    ON CONFLICT (owner, key) DO UPDATE SET
	       route = excluded.route, body_sha256 = excluded.body_sha256,
	       state = 'running', lease_until = excluded.lease_until,
	       status = NULL, headers = NULL, body = NULL, created_at = now()
	     WHERE k.created_at < now() - interval '24 hours'
	        OR (k.state = 'running' AND k.lease_until < now()
	            AND k.route = excluded.route AND k.body_sha256 = excluded.body_sha256)
	RETURNING true AS claimed)
SELECT coalesce((SELECT claimed FROM taken), false),
       coalesce(k.route = $3 AND k.body_sha256 = $4, true),
       k.status::int, k.headers #>> '{}', k.body
  FROM (SELECT 1) one
  LEFT JOIN idempotency_keys k ON k.owner = $1 AND k.key = $2;

--: once_store(owner text, key text, status int, headers text, body text)
-- Remembers the answer; in the transaction of what it tells of.
UPDATE idempotency_keys
   SET state = 'done', status = $3, headers = to_jsonb($4::text), body = $5
 WHERE owner = $1 AND key = $2;

--: once_release(owner text, key text)
-- Nothing came of it: the key may be used again at once.
DELETE FROM idempotency_keys
 WHERE owner = $1 AND key = $2 AND state = 'running';
