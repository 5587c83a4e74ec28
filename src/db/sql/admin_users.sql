--: admin_user_list(query text?, tier text?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
--: anew
-- Who has an account, newest first; 'query' is part of a name or an address.
-- As in gallery_search_newest(), what is seldom is looked through whole.
WITH fits AS MATERIALIZED (
	SELECT u.created_at, u.id FROM users u
	 WHERE u.deleted_at IS NULL AND ($2::text IS NULL OR u.tier = $2)
	   AND ($1::text IS NULL OR u.id = uuid_or_null($1)
	        OR lower(u.email || ' ' || coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, ''))
	           LIKE like_pattern($1))
	 LIMIT 10001),
total AS MATERIALIZED (SELECT count(*) AS n FROM fits),
page AS (
	(SELECT s.created_at, s.id FROM fits s
	  WHERE (SELECT n FROM total) <= 10000 AND (s.created_at, s.id) <
	        (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	         coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	  ORDER BY s.created_at DESC, s.id DESC LIMIT $4 OFFSET $5)
	UNION ALL
	(SELECT u.created_at, u.id FROM users u
	  WHERE (SELECT n FROM total) > 10000 AND u.deleted_at IS NULL AND ($2::text IS NULL OR u.tier = $2)
	   AND ($1::text IS NULL OR u.id = uuid_or_null($1)
	        OR lower(u.email || ' ' || coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, ''))
	           LIKE like_pattern($1))
	   AND (u.created_at, u.id) <
	        (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
	         coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	  ORDER BY u.created_at DESC, u.id DESC LIMIT $4 OFFSET $5))
SELECT user_json(u)::jsonb || jsonb_build_object('disabledAt', time_json(u.disabled_at)),
       concat_ws('|', u.created_at, u.id), (SELECT n FROM total)
  FROM page JOIN users u ON u.id = page.id
 ORDER BY u.created_at DESC, u.id DESC;
