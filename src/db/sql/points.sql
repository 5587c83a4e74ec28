--: points_balance(user id)
--: one row  said json
--: reads
SELECT balance_json(b) FROM point_balances b WHERE b.user_id = $1;

--: points_history(user id, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
-- Every row of the user's ledger, newest first.
SELECT point_transaction_json(t), concat_ws('|', t.created_at, t.id),
       (SELECT count(*) FROM (SELECT FROM point_transactions n WHERE n.user_id = $1 LIMIT 10001) x)
  FROM point_transactions t
 WHERE t.user_id = $1
   AND (t.created_at, t.id) <
       (coalesce(nullif(split_part($2, '|', 1), '')::timestamptz, 'infinity'),
        coalesce(nullif(split_part($2, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY t.created_at DESC, t.id DESC LIMIT $3 OFFSET $4;

--: points_redeem(user id, points int)
--: one row  said json
-- Turns points into a coupon that is its owner's alone.
-- INSUFFICIENT_POINTS: not so many are available.
SELECT points_to_coupon($1, $2);

--: achievement_list(viewer id?)
--: rows  said json
--: reads
SELECT achievement_json(a, $1) FROM achievements a WHERE a.active ORDER BY a.position, a.id;

--: leaderboard(period text, fetch int, skip int)
--: rows  rank big, user json, points int, level int, key_ text, total_ big
--: reads
-- A board's rows; its place in the list is the key, for boards move.
SELECT l.rank, author_json(l.user_id), l.points, l.level,
       ($3 + row_number() OVER (ORDER BY l.points DESC, l.user_id))::text,
       (SELECT count(*) FROM (
           SELECT FROM point_balances b WHERE $1 = 'all' AND b.lifetime > 0
           UNION ALL
           SELECT FROM point_periods p WHERE p.period = $1 AND p.starts_on = period_starts_on($1)
              AND p.points > 0 LIMIT 10001) x)
  FROM leaderboard($1, $2, $3) l
 ORDER BY l.points DESC, l.user_id;

--: leaderboard_me(period text, user id)
--: one row  said json?
--: reads
-- The caller's own place; null: no points there.
SELECT leaderboard_me_json($1, $2);
