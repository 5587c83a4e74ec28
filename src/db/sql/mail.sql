--: mail_add(to id?, kind text, payload json?, dedupe text?)
-- Asks for a letter to a user in the transaction of the fact that causes it;
-- 'kind' is a file of mail/<language>/. The payload holds what its template's
-- placeholders name; an "orderId" in it ties the job to that order, a
-- "mailTo" sends it to another address than the user's. Nobody: no letter.
INSERT INTO jobs (kind, order_id, ref, payload, dedupe_key)
SELECT 'send_mail', nullif($3::jsonb ->> 'orderId', '')::uuid, $1,
       coalesce($3::jsonb, '{}') || jsonb_build_object('mail', $2::text), $4
 WHERE $1::uuid IS NOT NULL
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;

--: mail_to(user id)
--: one row  email text, name text?, language text, verified bool, dead bool
--: reads
-- Who gets the letter, and in which language. NOT_FOUND: erased since.
SELECT u.email, u.first_name, p.preferred_language, u.email_verified_at IS NOT NULL,
       u.email_undeliverable_at IS NOT NULL
  FROM users u JOIN user_profiles p ON p.user_id = u.id
 WHERE u.id = $1 AND u.deleted_at IS NULL AND u.disabled_at IS NULL;

--: mail_token(hash bytes, purpose text, user id, email text, payload json?, life_s int, most int)
--: one row  good bool
-- The token that a letter carries, known by its hash alone. The same job makes
-- the same token again. Not good: it has been used, its time is over, or there
-- were too many of them in an hour.
WITH made AS (
	INSERT INTO one_time_tokens (token_hash, purpose, user_id, email, payload, expires_at)
	SELECT $1, $2, $3, $4, $5::jsonb, now() + make_interval(secs => $6)
	 WHERE (SELECT count(*) FROM one_time_tokens WHERE user_id = $3 AND purpose = $2
	           AND created_at > now() - interval '1 hour') < $7
	    ON CONFLICT (token_hash) DO NOTHING
	RETURNING 1)
SELECT EXISTS (SELECT FROM made)
    OR EXISTS (SELECT FROM one_time_tokens WHERE token_hash = $1 AND used_at IS NULL
                  AND expires_at > now());

--: mail_items(ordered id)
--: one row  items text?
--: reads
-- What was ordered, a line each.
SELECT string_agg(quantity || ' × ' || product_name ||
           CASE WHEN variant_label <> '' THEN ' (' || variant_label || ')' ELSE '' END,
           E'\n' ORDER BY position, id)
  FROM order_items WHERE order_id = $1;
