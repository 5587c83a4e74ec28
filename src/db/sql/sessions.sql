--: session_list(user id, mine id, most int, skip int, cursor text?)
--: rows     id id, current bool, user_agent text?, ip text?, created_at time,
--:   last_used_at time, expires_at time, key_ text
--: reads
-- The sessions that live, newest first: neither ended nor run out of tokens.
SELECT s.id, s.id = $2, s.user_agent, host(s.ip), s.created_at,
       s.last_used_at, least(s.absolute_expires_at, t.expires_at),
       s.created_at || '|' || s.id
  FROM sessions s
  JOIN refresh_tokens t ON t.session_id = s.id AND t.used_at IS NULL
                       AND t.voided_at IS NULL AND t.expires_at > now()
 WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.absolute_expires_at > now()
   AND ($5::text IS NULL OR (s.created_at, s.id) <
        (split_part($5, '|', 1)::timestamptz, split_part($5, '|', 2)::uuid))
 ORDER BY s.created_at DESC, s.id DESC
 LIMIT $3 OFFSET $4;

--: session_count(user id)
--: one row  count big
--: reads
SELECT count(*)
  FROM sessions s
  JOIN refresh_tokens t ON t.session_id = s.id AND t.used_at IS NULL
                       AND t.voided_at IS NULL AND t.expires_at > now()
 WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.absolute_expires_at > now();

--: session_end(user id, session id)
--: touched
--: no row   NOT_FOUND
UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout'
 WHERE id = $2 AND user_id = $1 AND revoked_at IS NULL;

--: session_end_others(user id, mine id)
--: touched
UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout'
 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL;
