--: document_get(name text)
--: one row  body text?, fresh bool, usable bool
--: reads
-- What somebody outside publishes, as it was fetched last; stale it serves a
-- day more if they cannot be asked.
SELECT body, coalesce(expires_at > now(), false),
       coalesce(expires_at > now() - interval '1 day', false)
  FROM outside_documents WHERE name = $1;

--: document_claim(name text, pause_s int)
--: one row  mine bool
--: no row   CONFLICT
-- One worker in so many seconds may ask for it: what a stranger sends must not
-- make us ask without end.
INSERT INTO outside_documents AS d (name) VALUES ($1)
    ON CONFLICT (name) DO UPDATE SET tried_at = now()
          WHERE d.tried_at < now() - make_interval(secs => $2)
RETURNING true;

--: document_put(name text, body text, lasts_s int)
INSERT INTO outside_documents (name, body, fetched_at, expires_at)
VALUES ($1, $2, now(), now() + make_interval(secs => $3))
    ON CONFLICT (name) DO UPDATE SET body = excluded.body,
       fetched_at = excluded.fetched_at, expires_at = excluded.expires_at;

--: oauth_begin(state_hash bytes, payload json)
-- A way to Google and back, open for ten minutes.
INSERT INTO one_time_tokens (token_hash, purpose, payload, expires_at)
VALUES ($1, 'oauth_state', $2::jsonb, now() + interval '10 minutes');

--: oauth_end(state_hash bytes)
--: one row  nonce text, verifier text, browser text, target text
--: no row   BAD_REQUEST
-- Comes back once.
UPDATE one_time_tokens SET used_at = now()
 WHERE token_hash = $1 AND purpose = 'oauth_state' AND used_at IS NULL
   AND expires_at > now()
RETURNING payload ->> 'nonce', payload ->> 'verifier', payload ->> 'browser',
          payload ->> 'target';

--: credential_spend(hash bytes, lasts_s int)
--: touched
--: no row   INVALID_TOKEN
-- An ID token that a page hands over signs in once.
INSERT INTO one_time_tokens (token_hash, purpose, expires_at, used_at)
VALUES ($1, 'google_credential', now() + make_interval(secs => $2), now())
    ON CONFLICT (token_hash) DO NOTHING;

--: identity_use(subject text, email text)
--: one row  user id, disabled bool
-- Whom this Google account signs in; the address it has there is noted.
UPDATE identities i SET last_login_at = now(), email = $2
  FROM users u
 WHERE i.provider = 'google' AND i.subject = $1 AND u.id = i.user_id
   AND u.deleted_at IS NULL
RETURNING u.id, u.disabled_at IS NOT NULL;

--: identity_owner(email text)
--: one row  user id, verified bool, disabled bool, paid bool
-- Who has this address, and whether it was ever proven.
SELECT u.id, u.email_verified_at IS NOT NULL, u.disabled_at IS NOT NULL,
       EXISTS (SELECT FROM orders o WHERE o.user_id = u.id
                  AND o.status NOT IN ('pending', 'cancelled'))
  FROM users u
 WHERE lower(u.email) = lower($1) AND u.deleted_at IS NULL
   FOR UPDATE;

--: identity_register(email text, first_name text?, last_name text?)
--: one row  user id
--: breach   users_email_key TRY_AGAIN
INSERT INTO users (email, first_name, last_name, email_verified_at)
VALUES ($1, $2, $3, now())
RETURNING id;

--: identity_link(subject text, user id, email text)
--: breach   identities_user_id_provider_key CONFLICT
--: breach   identities_pkey TRY_AGAIN
INSERT INTO identities (provider, subject, user_id, email)
VALUES ('google', $1, $2, $3);

--: identity_strip(user id)
-- Everything by which whoever opened the account could come back is gone; the
-- address is proven now.
WITH i AS (DELETE FROM identities WHERE user_id = $1),
     t AS (DELETE FROM one_time_tokens WHERE user_id = $1),
     c AS (DELETE FROM carts WHERE user_id = $1)
UPDATE users SET password_hash = NULL, first_name = NULL, last_name = NULL, phone = NULL,
       token_version = token_version + 1, email_verified_at = now(),
       email_undeliverable_at = NULL
 WHERE id = $1;
