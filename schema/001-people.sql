-- People: accounts, how they sign in, and what they chose.
--
-- A user's row is never deleted: erasing a person empties it and sets
-- deleted_at, so that ledgers (points, AI cost, orders) keep their sums.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;

-- Functions are nobody's by default.  Each role that runs statements may call
-- them; the few that write on behalf of the owner take readonly out again.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO tshop_app, tshop_jobs, tshop_readonly;

-- The one keeper of updated_at.  A trigger names the columns that count, so
-- that counters (likes, points) do not make a row look edited.
CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	NEW.updated_at := now();
	RETURN NEW;
END
$$;

CREATE TABLE settings (
	name        text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
	value       jsonb NOT NULL,
	updated_by  text CHECK (char_length(updated_by) <= 100), -- null: as shipped
	updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER settings_touch BEFORE UPDATE ON settings
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

INSERT INTO settings (name, value) VALUES
--   name                 value            what it decides
    ('currency',          '"USD"'),     -- the currency of prices and rates
    ('time_zone',         '"UTC"'),     -- where the shop's day begins
    ('rewards', '{"purchase_completed": 1, "design_shared": 5,
                  "design_used": 20, "email_verified": 10,
                  "first_design": 10, "pending_days": 0}'),
    ('redeem', '{"points": 100, "amount": 100, "currency": "USD",
                 "days": 365}');        -- 100 points are 1.00 USD

-- The shop's time zone: what the session says, else what the table says.
CREATE FUNCTION shop_time_zone() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(nullif(current_setting('tshop.time_zone', true), ''),
	    (SELECT value #>> '{}' FROM settings WHERE name = 'time_zone'), 'UTC'));
END
$$;

CREATE TABLE users (
	id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	email              text NOT NULL CHECK (octet_length(email) BETWEEN 3 AND 254),
	password_hash      text CHECK (char_length(password_hash) <= 255), -- null: signs in elsewhere
	first_name         text CHECK (char_length(first_name) <= 100),
	last_name          text CHECK (char_length(last_name) <= 100),
	phone              text CHECK (phone ~ '^\+[0-9]{7,15}$'),
	tier               text NOT NULL DEFAULT 'free'
	                   CHECK (tier IN ('free', 'registered', 'premium')),
	tier_override      text CHECK (tier_override IN ('free', 'registered', 'premium')), -- an admin's word
	permissions        text[] NOT NULL DEFAULT '{}' CHECK (cardinality(permissions) <= 32),
	total_points       integer NOT NULL DEFAULT 0 CHECK (total_points >= 0),
	level              integer NOT NULL DEFAULT 1 CHECK (level >= 1),
	token_version      integer NOT NULL DEFAULT 0,
	email_verified_at  timestamptz,     -- null: not verified
	stripe_customer_id text CHECK (char_length(stripe_customer_id) <= 255),
	email_undeliverable_at timestamptz, -- null, or when a letter to it came back for good
	disabled_at        timestamptz,     -- null: may sign in
	deleted_at         timestamptz,     -- null: a living account
	created_at         timestamptz NOT NULL DEFAULT now(),
	updated_at         timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN users.total_points IS
    'the balance of point_balances, written by points_add() alone';

-- ai_generations_today and ai_generations_month are functions of the row (see
-- views/designs.sql), written u.ai_generations_today like a column: a stored
-- count would have to be reset at midnight by somebody.

CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_stripe_customer_key ON users (stripe_customer_id);
CREATE INDEX users_created ON users (created_at DESC, id DESC);
CREATE INDEX users_tier ON users (tier, created_at DESC, id DESC);
CREATE INDEX users_search ON users USING gin
    (lower(email || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '')) gin_trgm_ops);

CREATE TRIGGER users_touch
    BEFORE UPDATE OF email, password_hash, first_name, last_name, phone, tier,
        tier_override, permissions, email_verified_at, disabled_at, deleted_at
    ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE user_profiles (
	id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id               uuid NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
	avatar_url            text CHECK (char_length(avatar_url) <= 2048),
	bio                   text CHECK (char_length(bio) <= 2000),
	preferred_language    text NOT NULL DEFAULT 'en'
	                      CHECK (preferred_language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'
	                      AND char_length(preferred_language) <= 35),
	preferred_currency    text NOT NULL DEFAULT 'USD' CHECK (preferred_currency ~ '^[A-Z]{3}$'),
	newsletter_subscribed boolean NOT NULL DEFAULT false, -- consent is given, not assumed
	design_gallery_public boolean NOT NULL DEFAULT false,
	created_at            timestamptz NOT NULL DEFAULT now(),
	updated_at            timestamptz NOT NULL DEFAULT now()
);

-- Nothing is written of somebody who has been erased, though the call began
-- before: it waits for an erasure under way, and an erasure for it.
CREATE FUNCTION owner_lives() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	PERFORM FROM users WHERE id = NEW.user_id AND deleted_at IS NULL FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INVALID_TOKEN';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER user_profiles_owner BEFORE UPDATE ON user_profiles
    FOR EACH ROW WHEN (NEW.bio IS NOT NULL OR NEW.avatar_url IS NOT NULL)
    EXECUTE FUNCTION owner_lives();

CREATE TRIGGER user_profiles_touch BEFORE UPDATE ON user_profiles
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- How somebody else vouches for a user: never keyed by e-mail.
CREATE TABLE identities (
	provider      text NOT NULL CHECK (provider IN ('google')),
	subject       text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
	user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	email         text CHECK (octet_length(email) <= 254), -- as it was when linked
	created_at    timestamptz NOT NULL DEFAULT now(),
	last_login_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (provider, subject),
	UNIQUE (user_id, provider)
);

CREATE TRIGGER identities_owner BEFORE INSERT ON identities
    FOR EACH ROW EXECUTE FUNCTION owner_lives();

-- A session is a family of refresh tokens; access tokens name it as sid.
CREATE TABLE sessions (
	id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id             uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	absolute_expires_at timestamptz NOT NULL DEFAULT now() + interval '180 days',
	revoked_at          timestamptz,     -- null: alive
	revoke_reason       text CHECK (revoke_reason IN ('logout', 'reuse', 'password_change',
	                    'password_reset', 'email_change', 'deleted', 'linked', 'admin')),
	cookie_mode         boolean NOT NULL DEFAULT false, -- the token comes by cookie only
	user_agent          text CHECK (char_length(user_agent) <= 500),
	ip                  inet,
	created_at          timestamptz NOT NULL DEFAULT now(),
	last_used_at        timestamptz NOT NULL DEFAULT now(),
	CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
	UNIQUE (id, user_id)
);

CREATE INDEX sessions_user ON sessions (user_id) WHERE revoked_at IS NULL;
CREATE INDEX sessions_user_all ON sessions (user_id, created_at DESC);
CREATE INDEX sessions_end ON sessions (absolute_expires_at);

CREATE TABLE refresh_tokens (
	id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	session_id  uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
	parent_id   uuid REFERENCES refresh_tokens ON DELETE SET NULL, -- null: the first of its family
	issued_at   timestamptz NOT NULL DEFAULT now(),
	expires_at  timestamptz NOT NULL DEFAULT now() + interval '30 days',
	used_at     timestamptz,             -- null: not spent
	voided_at   timestamptz,             -- null, or when a lost answer gave the place to a sibling
	mercy_at    timestamptz,             -- null, or when the one mercy for a lost answer was given
	replaced_by uuid REFERENCES refresh_tokens ON DELETE SET NULL,
	CHECK (replaced_by IS NULL OR used_at IS NOT NULL)
);

-- Never are two tokens of a family alive.
CREATE UNIQUE INDEX refresh_tokens_alive ON refresh_tokens (session_id)
    WHERE used_at IS NULL AND voided_at IS NULL;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_parent ON refresh_tokens (parent_id);
CREATE INDEX refresh_tokens_replaced ON refresh_tokens (replaced_by);

CREATE TABLE one_time_tokens (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
	purpose    text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password',
	           'email_change_old', 'email_change_new', 'oauth_state', 'google_credential')),
	user_id    uuid REFERENCES users ON DELETE CASCADE, -- null: nobody yet (what Google knows)
	email      text CHECK (octet_length(email) <= 254), -- the address it was sent to
	payload    jsonb,                    -- null; nonce, PKCE verifier and redirect; or the new address
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	used_at    timestamptz,              -- null: not spent
	CHECK (purpose IN ('oauth_state', 'google_credential') OR (user_id IS NOT NULL AND email IS NOT NULL))
);

CREATE TRIGGER one_time_tokens_owner BEFORE INSERT ON one_time_tokens
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION owner_lives();

CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id, purpose) WHERE used_at IS NULL;
CREATE INDEX one_time_tokens_user_all ON one_time_tokens (user_id);
CREATE INDEX one_time_tokens_end ON one_time_tokens (expires_at);

-- What is sold as a subscription.  Its figures never change: a new price is a
-- new row under the same code, and the old one is retired.  Stripe's ids are
-- null until it has been told of the plan.
CREATE TABLE plans (
	id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	code              text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,63}$'), -- also Stripe's look-up key
	name              text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 250),
	amount            bigint NOT NULL CHECK (amount > 0),
	currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	period            text NOT NULL DEFAULT 'month' CHECK (period IN ('day', 'week', 'month', 'year')),
	tier              text NOT NULL DEFAULT 'premium' CHECK (tier IN ('premium')),
	position          integer NOT NULL DEFAULT 0, -- the first is what a checkout sells by default
	stripe_product_id text CHECK (char_length(stripe_product_id) <= 255),
	stripe_price_id   text UNIQUE CHECK (char_length(stripe_price_id) <= 255),
	active            boolean NOT NULL DEFAULT true, -- false: retired; who has it keeps it
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX plans_code ON plans (code) WHERE active;

CREATE TRIGGER plans_touch BEFORE UPDATE ON plans
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE plan_translations (
	plan_id  uuid NOT NULL REFERENCES plans ON DELETE CASCADE,
	language text NOT NULL CHECK (language ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$'),
	name     text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 250),
	PRIMARY KEY (plan_id, language)
);

-- Who subscribes, sold through Stripe.  The object is fetched anew at each
-- event, so the row is Stripe's latest word.
CREATE TABLE subscriptions (
	id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id                uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	stripe_subscription_id text UNIQUE CHECK (char_length(stripe_subscription_id) <= 255),
	stripe_customer_id     text CHECK (char_length(stripe_customer_id) <= 255),
	plan                   text CHECK (char_length(plan) <= 255), -- Stripe's price id
	status                 text NOT NULL CHECK (status IN ('incomplete', 'incomplete_expired',
	                       'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused')),
	tier                   text NOT NULL DEFAULT 'premium' CHECK (tier IN ('premium')),
	current_period_start   timestamptz,
	current_period_end     timestamptz,
	cancel_at_period_end   boolean NOT NULL DEFAULT false,
	past_due_at            timestamptz,  -- null, or since when a renewal is owed: grace counts from here
	event_at               timestamptz,  -- null, or when Stripe was asked for what stands here
	created_at             timestamptz NOT NULL DEFAULT now(),
	updated_at             timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX subscriptions_user ON subscriptions (user_id, created_at DESC);
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (user_id)
    WHERE status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused');
CREATE INDEX subscriptions_ending ON subscriptions (current_period_end)
    WHERE status IN ('trialing', 'active', 'past_due');

CREATE TRIGGER subscriptions_touch BEFORE UPDATE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Stripe moves the period on although the renewal was not paid: the end of the
-- period cannot say how long somebody has been owing.
CREATE FUNCTION subscriptions_owe() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	NEW.past_due_at := CASE WHEN NEW.status = 'past_due' THEN coalesce(NEW.past_due_at, now()) END;
	RETURN NEW;
END
$$;

CREATE TRIGGER subscriptions_owe BEFORE INSERT OR UPDATE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION subscriptions_owe();

-- Stripe's bills, as they stood when it was last asked.
CREATE TABLE subscription_invoices (
	id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id                uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	stripe_invoice_id      text NOT NULL UNIQUE CHECK (char_length(stripe_invoice_id) <= 255),
	stripe_subscription_id text CHECK (char_length(stripe_subscription_id) <= 255),
	number                 text CHECK (char_length(number) <= 100),
	status                 text NOT NULL CHECK (char_length(status) BETWEEN 1 AND 50), -- their word
	total                  bigint NOT NULL,
	amount_paid            bigint NOT NULL,
	currency               text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	period_start           timestamptz, -- of what is billed
	period_end             timestamptz,
	hosted_url             text CHECK (char_length(hosted_url) <= 2048),
	pdf_url                text CHECK (char_length(pdf_url) <= 2048),
	issued_at              timestamptz NOT NULL,
	asked_at               timestamptz NOT NULL, -- when Stripe said so
	created_at             timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX subscription_invoices_user ON subscription_invoices (user_id, issued_at DESC, id DESC);

-- How long a renewal may be owed, or Stripe be silent, before premium ends.
CREATE FUNCTION subscription_grace() RETURNS interval
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(nullif(current_setting('tshop.subscription_grace', true), ''), '3 days')::interval
$$;

-- Tier is derived: an admin's word, else a running subscription, else a
-- verified address.  Nobody writes the column itself.
CREATE FUNCTION users_tier() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	NEW.tier := CASE
	    WHEN NEW.tier_override IS NOT NULL THEN NEW.tier_override
	    WHEN EXISTS (SELECT FROM subscriptions s WHERE s.user_id = NEW.id
	        AND (s.status = 'past_due' AND s.past_due_at > now() - subscription_grace()
	            OR s.status IN ('trialing', 'active') AND (s.current_period_end IS NULL
	                OR s.current_period_end > now() - subscription_grace())))
	        THEN 'premium'
	    WHEN NEW.email_verified_at IS NOT NULL THEN 'registered'
	    ELSE 'free' END;
	RETURN NEW;
END
$$;

CREATE TRIGGER users_tier
    BEFORE INSERT OR UPDATE OF email_verified_at, tier, tier_override ON users
    FOR EACH ROW EXECUTE FUNCTION users_tier();

-- Derives a user's tier anew; the sweeper calls it when a period has run out.
CREATE FUNCTION user_tier_refresh(p_user uuid) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
	UPDATE users SET tier_override = tier_override WHERE id = p_user
	RETURNING tier
$$;
REVOKE EXECUTE ON FUNCTION user_tier_refresh FROM tshop_readonly;

CREATE FUNCTION subscriptions_tier() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		PERFORM user_tier_refresh(OLD.user_id);
	END IF;
	IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id) THEN
		PERFORM user_tier_refresh(NEW.user_id);
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER subscriptions_tier AFTER INSERT OR UPDATE OR DELETE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION subscriptions_tier();

-- One row per counted key, in a fixed window.  A crash of the server forgets
-- the counts, and that is a fair price for not flushing them.  No CHECK: each
-- request writes a row, and PostgreSQL would parse the check for each anew;
-- the keys are made by the workers, of a letter and an address or an id.
CREATE UNLOGGED TABLE rate_limits (
	key          text PRIMARY KEY,
	hits         integer NOT NULL DEFAULT 1,
	window_start timestamptz NOT NULL DEFAULT now(),
	reset_at     timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What others publish and change now and then (Google's addresses and keys):
-- fetched by one worker for all of them, and fetched anew if it is lost.
CREATE UNLOGGED TABLE outside_documents (
	name       text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
	body       text,                     -- null: never got
	fetched_at timestamptz,
	expires_at timestamptz,              -- theirs; a stale one serves a day more
	tried_at   timestamptz NOT NULL DEFAULT now()
);

-- What was asked with an Idempotency-Key, and the answer once there is one.
CREATE TABLE idempotency_keys (
	owner       text NOT NULL,           -- a user's id, or "admin:" and the admin's name
	key         text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
	route       text NOT NULL CHECK (char_length(route) <= 200),
	body_sha256 bytea NOT NULL CHECK (octet_length(body_sha256) = 32),
	state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
	lease_until timestamptz NOT NULL,    -- a running key may be taken over after this
	status      smallint CHECK (status BETWEEN 200 AND 499),
	headers     jsonb,                   -- those of the answer that are its own
	body        text,                    -- null while running; sealed where others outside have answered
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (owner, key),
	CHECK (state = 'running' OR (status IS NOT NULL AND body IS NOT NULL))
);

CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Every change an admin made.  Rows are added, never changed by a program.
CREATE TABLE audit_log (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	admin      text NOT NULL CHECK (char_length(admin) <= 100),
	action     text NOT NULL CHECK (char_length(action) <= 100),
	target     text CHECK (char_length(target) <= 255), -- an id, or a setting's name
	before     jsonb,
	after      jsonb
);

CREATE INDEX audit_log_created ON audit_log (created_at DESC, id DESC);
CREATE INDEX audit_log_target ON audit_log (target, created_at DESC, id DESC);
CREATE INDEX audit_log_admin ON audit_log (admin, created_at DESC, id DESC);
