--: user_register(email text, password_hash text, first_name text?, last_name text?, phone text?)
--: one row  id id
--: breach   users_email_key EMAIL_TAKEN
-- A new account; its profile and its balance come by trigger.
INSERT INTO users (email, password_hash, first_name, last_name, phone)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

--: user_email_is_taken(email text)
--: one row  taken bool
--: reads
-- Asked before the hash is computed, which a taken address need not cost; the
-- unique index has the last word.
SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL);

--: login_find(email text)
--: one row  id id?, password_hash text?
--: reads
-- Who may sign in with this address. Always a row: nobody costs as much as
-- somebody.
SELECT u.id, u.password_hash
  FROM (SELECT 1) one
  LEFT JOIN users u ON lower(u.email) = lower($1) AND u.deleted_at IS NULL
                   AND u.disabled_at IS NULL;

--: password_upgrade(user id, old_hash text, new_hash text)
-- The same password under the parameters in force; not if it was changed
-- meanwhile.
UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2;

--: session_open(user id, password_hash text?, cookie bool, agent text?, ip text?,
--:   token_hash bytes, refresh_s int, session_s int)
--: one row  session id, email text, tier text, permissions json, user json, strange bool
--: no row   INVALID_CREDENTIALS
-- A session with its first refresh token. The lock makes it wait for a change
-- of password, and the hash that was verified must still be the one that
-- counts: else a thief's session would outlive the change. 'strange': the user
-- has signed in before, but never by this program nor from this address.
WITH u AS (SELECT id FROM users
            WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL
              AND ($2::text IS NULL OR password_hash = $2) FOR SHARE),
s AS (INSERT INTO sessions (user_id, cookie_mode, user_agent, ip, absolute_expires_at)
      SELECT u.id, $3, $4, $5::inet, now() + make_interval(secs => $8) FROM u
      RETURNING id),
t AS (INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
      SELECT s.id, $6, now() + make_interval(secs => $7) FROM s)
SELECT s.id, w.email, w.tier, to_json(user_permissions(w)), user_json(w),
       EXISTS (SELECT FROM sessions x WHERE x.user_id = u.id)
       AND NOT EXISTS (SELECT FROM sessions x WHERE x.user_id = u.id
                          AND (x.user_agent = $4 OR x.ip = $5::inet))
  FROM s, u JOIN users w ON w.id = u.id;

--: refresh_spend(hash bytes, child bytes, cookie bool, mercy_s int, life_s int)
--: one row  verdict text, session id?, user id?, email text?, tier text?, permissions json?
-- Spends a refresh token; schema/views/people.sql has the rules.
SELECT r.verdict, r.session_id, r.user_id, u.email, u.tier, to_json(user_permissions(u))
  FROM refresh_spend($1, $2, $3, $4, $5) r
  LEFT JOIN users u ON u.id = r.user_id;

--: logout(hash bytes)
-- Ends the family of a refresh token, spent or not.
UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout'
 WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)
   AND revoked_at IS NULL;

--: reset_ask(email text)
-- A letter with a way back in. Whether there is such a user is found out by
-- the job: here the same row is written for everybody.
INSERT INTO jobs (kind, ref, payload)
VALUES ('send_mail', (SELECT id FROM users WHERE lower(email) = lower($1)
                         AND deleted_at IS NULL AND disabled_at IS NULL),
        '{"mail": "reset-password"}');

--: account_exists_tell(email text)
-- Somebody has tried to register with a user's address: once a day is enough.
INSERT INTO jobs (kind, ref, payload, dedupe_key)
SELECT 'send_mail', id, '{"mail": "account-exists"}',
       'account-exists/' || id || '/' || (now() AT TIME ZONE 'UTC')::date
  FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;

--: verification_ask(user id)
-- Another letter to confirm the address, if that is still to be done.
INSERT INTO jobs (kind, ref, payload)
SELECT 'send_mail', id, '{"mail": "verify-email"}'
  FROM users WHERE id = $1 AND email_verified_at IS NULL;

--: token_find(hash bytes, purpose text)
--: one row  user id, email text, current_email text, payload json?
--: no row   INVALID_TOKEN
--: reads
-- A one-time token that is good, without using it.
SELECT t.user_id, t.email, u.email, t.payload
  FROM one_time_tokens t JOIN users u ON u.id = t.user_id
 WHERE t.token_hash = $1 AND t.purpose = $2 AND t.used_at IS NULL
   AND t.expires_at > now() AND u.deleted_at IS NULL AND u.disabled_at IS NULL;

--: token_use(hash bytes, purpose text)
--: one row  user id, email text, payload json?
--: no row   INVALID_TOKEN
-- Uses it up. Of many at once one gets it.
UPDATE one_time_tokens SET used_at = now()
 WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
RETURNING user_id, email, payload;

--: token_end(user id, purpose text)
-- Its siblings end with it.
DELETE FROM one_time_tokens
 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL;

--: token_end_all(user id)
-- Whoever has changed the password or the address leaves no door behind.
DELETE FROM one_time_tokens
 WHERE user_id = $1 AND used_at IS NULL
   AND purpose IN ('reset_password', 'email_change_old', 'email_change_new');

--: email_verify(user id, email text)
--: touched
--: no row   INVALID_TOKEN
-- The mailbox is theirs, if it is still the one that the token went to; the
-- first time it is worth points.
UPDATE users SET email_verified_at = coalesce(email_verified_at, now()),
       email_undeliverable_at = NULL
 WHERE id = $1 AND lower(email) = lower($2) AND deleted_at IS NULL;

--: email_verified_reward(user id)
--: one row  granted bool
-- Points, once for ever, and what they bring.
SELECT points_add($1, 'earned', 'email_verified',
    coalesce((SELECT (value ->> 'email_verified')::int FROM settings WHERE name = 'rewards'), 0),
    NULL, NULL, 'Verified the e-mail address') IS NOT NULL;

--: password_reset(user id, password_hash text)
-- The new password; tokens that name the old version are worth nothing.
UPDATE users SET password_hash = $2, token_version = token_version + 1
 WHERE id = $1 AND deleted_at IS NULL;

--: sessions_end(user id, reason text, but id?)
-- All of a user's sessions end, but one.
UPDATE sessions SET revoked_at = now(), revoke_reason = $2
 WHERE user_id = $1 AND revoked_at IS NULL AND ($3::uuid IS NULL OR id <> $3);
