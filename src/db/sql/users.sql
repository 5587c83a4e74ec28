--: user_show(owner id)
--: one row  user json
--: reads
-- As user_json(u) has it, with what they generated counted in one go.
SELECT user_counted_json(u, g.today, g.month) FROM users u
 CROSS JOIN LATERAL (
    SELECT (count(*) FILTER (WHERE r.created_at >= date_trunc('day', now(), 'UTC')))::integer AS today,
        count(*)::integer AS month
      FROM ai_reservations r
     WHERE r.user_id = $1 AND r.state <> 'returned'
       AND r.created_at >= date_trunc('month', now(), 'UTC')) g
 WHERE u.id = $1 AND u.deleted_at IS NULL;

--: user_update(owner id, has_first bool, first_name text?, has_last bool, last_name text?,
--:   has_phone bool, phone text?)
--: one row  user json
-- Writes what was given and leaves the rest.
UPDATE users u SET
       first_name = CASE WHEN $2 THEN $3 ELSE first_name END,
       last_name = CASE WHEN $4 THEN $5 ELSE last_name END,
       phone = CASE WHEN $6 THEN $7 ELSE phone END
 WHERE id = $1 AND deleted_at IS NULL
RETURNING user_json(u);

--: profile_show(user id)
--: one row  profile json
--: reads
SELECT profile_json(p) FROM user_profiles p WHERE user_id = $1;

--: profile_update(user id, has_avatar bool, avatar_url text?, has_bio bool, bio text?,
--:   language text?, currency text?, newsletter bool?, gallery bool?)
--: one row  profile json
-- Writes what was given and leaves the rest; what cannot be null is left alone
-- by null.
UPDATE user_profiles p SET
       avatar_url = CASE WHEN $2 THEN $3 ELSE avatar_url END,
       bio = CASE WHEN $4 THEN $5 ELSE bio END,
       preferred_language = coalesce($6, preferred_language),
       preferred_currency = coalesce($7, preferred_currency),
       newsletter_subscribed = coalesce($8, newsletter_subscribed),
       design_gallery_public = coalesce($9, design_gallery_public)
 WHERE user_id = $1
RETURNING profile_json(p);

--: user_analytics(user id)
--: one row  designs json, orders json, points int, achievements json
--: reads
-- What became of a user's designs and orders. Money of delivered orders, in
-- the shop's currency at today's rates.
SELECT (SELECT json_build_object('count', count(*),
            'usageCount', coalesce(sum(usage_count), 0),
            'likesCount', coalesce(sum(likes_count), 0))
          FROM designs WHERE user_id = $1 AND deleted_at IS NULL),
       (SELECT json_build_object('count', count(*),
            'totalAmount', money_json(coalesce(sum(price_in(total_amount, currency,
                shop_currency())), 0)::bigint, shop_currency()),
            'currency', shop_currency())
          FROM orders WHERE user_id = $1 AND status = 'delivered'),
       u.total_points,
       (SELECT coalesce(json_agg(achievement_json(a, $1) ORDER BY x.earned_at, a.id), '[]')
          FROM user_achievements x JOIN achievements a ON a.id = x.achievement_id
         WHERE x.user_id = $1)
  FROM users u WHERE u.id = $1;

--: password_find(user id, session id)
--: one row  password_hash text?, email text, verified bool, session_age_s int
-- What a user proves who they are with; without a password, that they have
-- signed in just now.
SELECT u.password_hash, u.email, u.email_verified_at IS NOT NULL,
       extract(epoch FROM now() - s.created_at)::int
  FROM users u JOIN sessions s ON s.id = $2 AND s.user_id = u.id
 WHERE u.id = $1 AND u.deleted_at IS NULL;

--: password_change(user id, old_hash text, new_hash text)
--: touched
--: no row   FORBIDDEN
-- The old hash must still be the one that was verified.
UPDATE users SET password_hash = $3, token_version = token_version + 1
 WHERE id = $1 AND password_hash = $2 AND deleted_at IS NULL;

--: email_change_use(hash bytes)
--: one row  user id, both bool, changing text, next text, session id?
--: no row   INVALID_TOKEN
-- Uses up one of the two tokens of a change of address; 'both' if the other
-- one is wanted, too.
UPDATE one_time_tokens t SET used_at = now()
 WHERE token_hash = $1 AND purpose IN ('email_change_old', 'email_change_new')
   AND used_at IS NULL AND expires_at > now()
RETURNING user_id, NOT coalesce((payload ->> 'alone')::boolean, false),
       payload ->> 'change', payload ->> 'to', (payload ->> 'session')::uuid;

--: user_lock(user id)
--: one row  email text
-- Of two confirmations at once, the second sees the first.
SELECT email FROM users WHERE id = $1 AND deleted_at IS NULL FOR UPDATE;

--: email_change(user id, next text, changing text, both bool)
--: touched
--: breach   users_email_key EMAIL_TAKEN
-- The new address, verified by its token; 0 if the other token is not used.
UPDATE users SET email = $2, email_verified_at = now(), email_undeliverable_at = NULL,
       token_version = token_version + 1
 WHERE id = $1
   AND (NOT $4 OR (SELECT count(DISTINCT purpose) FROM one_time_tokens
                    WHERE user_id = $1 AND used_at IS NOT NULL
                      AND payload ->> 'change' = $3) = 2);

--: user_erase(user id)
--: one row  done text
-- schema/views/people.sql says what is erased and what stays.
SELECT user_erase($1)::text;

--: purge_add(user id)
-- What must be asked of others when a person is erased: it needs names that
-- the erasing takes away, so it is written before.
INSERT INTO jobs (kind, ref, payload, dedupe_key)
SELECT 'purge_user', u.id, jsonb_strip_nulls(jsonb_build_object(
           'customer', coalesce(u.stripe_customer_id, s.stripe_customer_id),
           'subscription', s.stripe_subscription_id)), 'purge/' || u.id
  FROM users u
  LEFT JOIN subscriptions s ON s.user_id = u.id
        AND s.status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete')
 WHERE u.id = $1
 ORDER BY s.created_at DESC LIMIT 1
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;

--: email_bounce(email text)
--: touched
-- A letter to this address came back for good, or was called spam.
UPDATE users SET email_undeliverable_at = coalesce(email_undeliverable_at, now())
 WHERE lower(email) = lower($1) AND deleted_at IS NULL;

--: orders_let_go(owner id)
--: one row  ended big
-- What is not at a printer yet can be sent to nobody once the address is gone:
-- it is cancelled, and what was paid for it goes back by job.
SELECT count(order_cancel($1, id, 'The account was deleted.', 'shopper'))
  FROM orders WHERE user_id = $1 AND status IN ('pending', 'paid');
