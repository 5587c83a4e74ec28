--: trending_score(per_like big, per_share big, per_use big)
--: touched
-- What people turn to just now. Each person counts once for a design and way
-- of liking it, at the last time: verified, alive, and not its author. An event
-- weighs w * 2^(t/3 days), so that fresh ones outweigh old ones by as much at
-- any time and a score need not be written anew while nothing happens; what
-- is kept is its logarithm, from a fixed day on, 0 without any.
WITH events AS (
    SELECT l.design_id, l.user_id, 'like' AS way, l.created_at AS at, $1::bigint AS weight
      FROM design_likes l WHERE l.created_at > now() - interval '14 days'
    UNION ALL
    SELECT s.design_id, s.shared_by, 'share', max(s.created_at), $2
      FROM design_shares s
     WHERE s.created_at > now() - interval '14 days' AND s.shared_by IS NOT NULL
     GROUP BY s.design_id, s.shared_by
    UNION ALL
    SELECT u.design_id, o.user_id, 'use', max(u.created_at), $3
      FROM design_uses u JOIN orders o ON o.id = u.order_id
     WHERE u.created_at > now() - interval '14 days' AND o.user_id IS NOT NULL
     GROUP BY u.design_id, o.user_id),
scores AS (
    SELECT e.design_id, log(2.0, sum(e.weight * power(2::double precision,
        extract(epoch FROM e.at - timestamptz '2026-01-01 00:00:00Z')::double precision
            / 259200 - extract(epoch FROM now() - timestamptz '2026-01-01 00:00:00Z')::double precision
            / 259200))::numeric)::double precision
        + extract(epoch FROM now() - timestamptz '2026-01-01 00:00:00Z')::double precision / 259200
        AS score
      FROM events e
      JOIN users u ON u.id = e.user_id
      JOIN designs d ON d.id = e.design_id
     WHERE u.email_verified_at IS NOT NULL AND u.deleted_at IS NULL AND u.disabled_at IS NULL
       AND d.user_id <> e.user_id
     GROUP BY e.design_id)
UPDATE designs d SET trending_score = greatest(coalesce(s.score, 0), 0)
  FROM (SELECT x.id FROM designs x WHERE x.trending_score <> 0 UNION SELECT design_id FROM scores) x
  LEFT JOIN scores s ON s.design_id = x.id
 WHERE d.id = x.id AND abs(d.trending_score - greatest(coalesce(s.score, 0), 0)) > 0.000001;
