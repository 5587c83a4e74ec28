--: admin_user_list(query text?, tier text?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
-- Who has an account, newest first; 'query' is part of a name or an address.
WITH found AS NOT MATERIALIZED (
	SELECT u.id, u.created_at FROM users u
	 WHERE u.deleted_at IS NULL AND ($2::text IS NULL OR u.tier = $2)
	   AND ($1::text IS NULL OR u.id = uuid_or_null($1)
	        OR lower(u.email || ' ' || coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, ''))
	           LIKE like_pattern($1)))
SELECT user_json(u)::jsonb || jsonb_build_object('disabledAt', time_json(u.disabled_at)),
       concat_ws('|', u.created_at, u.id),
       (SELECT count(*) FROM (SELECT FROM found LIMIT 10001) x)
  FROM (SELECT f.id FROM found f
         WHERE (f.created_at, f.id) <
               (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
                coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         ORDER BY f.created_at DESC, f.id DESC LIMIT $4 OFFSET $5) page
  JOIN users u ON u.id = page.id
 ORDER BY u.created_at DESC, u.id DESC;
