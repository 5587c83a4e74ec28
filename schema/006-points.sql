-- Points, levels, achievements and the boards.
--
-- points_add() is the only writer of everything here but the rules.

CREATE TABLE point_transactions (
	id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	type            text NOT NULL CHECK (type IN ('earned', 'redeemed', 'reversed', 'adjusted', 'expired')),
	action          text NOT NULL CHECK (char_length(action) BETWEEN 1 AND 100),
	points          integer NOT NULL,    -- signed; sums to the balance
	lifetime_points integer NOT NULL,    -- signed; sums to the lifetime
	reference_type  text CHECK (char_length(reference_type) <= 50), -- what reference_id is; 'design/facebook' for a share
	reference_id    uuid,
	description     text CHECK (char_length(description) <= 500),
	available_at    timestamptz NOT NULL DEFAULT now(), -- may be redeemed from then on
	created_at      timestamptz NOT NULL DEFAULT now(),
	CHECK (CASE type WHEN 'earned' THEN points >= 0
	    WHEN 'redeemed' THEN points <= 0 WHEN 'expired' THEN points <= 0 ELSE true END),
	-- A reason counts once for its user; one without a reference once for ever.
	UNIQUE NULLS NOT DISTINCT (user_id, action, reference_type, reference_id)
);

CREATE INDEX point_transactions_user ON point_transactions (user_id, created_at DESC, id DESC);
CREATE INDEX point_transactions_pending ON point_transactions (user_id, available_at) WHERE type = 'earned';
CREATE INDEX point_transactions_reference ON point_transactions (reference_id);

CREATE TABLE point_balances (
	user_id  uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
	balance  integer NOT NULL DEFAULT 0 CONSTRAINT point_balances_balance CHECK (balance >= 0),
	lifetime integer NOT NULL DEFAULT 0 CHECK (lifetime >= 0)
);

-- The board of all time; those below the top are counted, not sorted.
CREATE INDEX point_balances_board ON point_balances (lifetime DESC, user_id) WHERE lifetime > 0;

-- Points earned in a calendar week (from Monday) or month of the shop, so that
-- a board is one index scan.
CREATE TABLE point_periods (
	period    text NOT NULL CHECK (period IN ('month', 'week')),
	starts_on date NOT NULL,
	user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	points    integer NOT NULL DEFAULT 0 CHECK (points >= 0),
	PRIMARY KEY (period, starts_on, user_id)
);

CREATE INDEX point_periods_board ON point_periods (period, starts_on, points DESC, user_id) WHERE points > 0;
CREATE INDEX point_periods_user ON point_periods (user_id);

-- A rule is a lifetime to reach, a number of rewards for one action, or both.
CREATE TABLE achievements (
	id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	name            text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 100),
	description     text CHECK (char_length(description) <= 500),
	icon            text CHECK (char_length(icon) <= 100),
	points_required integer CHECK (points_required >= 0), -- null: points do not matter
	rule_action     text CHECK (char_length(rule_action) <= 100), -- null: no action matters
	rule_count      integer NOT NULL DEFAULT 1 CHECK (rule_count > 0),
	badge_type      text NOT NULL DEFAULT 'bronze' CHECK (badge_type IN ('bronze', 'silver', 'gold', 'platinum')),
	position        integer NOT NULL DEFAULT 0,
	active          boolean NOT NULL DEFAULT true,
	created_at      timestamptz NOT NULL DEFAULT now(),
	CHECK (points_required IS NOT NULL OR rule_action IS NOT NULL)
);

CREATE TABLE user_achievements (
	id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	achievement_id uuid NOT NULL REFERENCES achievements ON DELETE CASCADE,
	earned_at      timestamptz NOT NULL DEFAULT now(),
	UNIQUE (user_id, achievement_id)
);

CREATE INDEX user_achievements_achievement ON user_achievements (achievement_id);

INSERT INTO achievements (id, position, name, description, icon, badge_type, points_required, rule_action, rule_count) VALUES
--   id                                      pos name              description                                     icon        badge       points action               times
    ('ac000000-0000-4000-8000-000000000001', 1,  'First stroke',   'Made a first design.',                         'brush',    'bronze',   NULL,  'first_design',       1),
    ('ac000000-0000-4000-8000-000000000002', 2,  'Real person',    'Verified the e-mail address.',                 'envelope', 'bronze',   NULL,  'email_verified',     1),
    ('ac000000-0000-4000-8000-000000000003', 3,  'First order',    'Wears what was ordered here.',                 'parcel',   'bronze',   NULL,  'purchase_completed', 1),
    ('ac000000-0000-4000-8000-000000000004', 4,  'Town crier',     'Shared ten times.',                            'horn',     'silver',   NULL,  'design_shared',      10),
    ('ac000000-0000-4000-8000-000000000005', 5,  'Worn by others', 'Somebody else ordered a design of yours.',     'shirt',    'silver',   NULL,  'design_used',        1),
    ('ac000000-0000-4000-8000-000000000006', 6,  'House designer', 'Twenty-five orders of others use your designs.', 'crown',  'gold',     NULL,  'design_used',        25),
    ('ac000000-0000-4000-8000-000000000007', 7,  'Regular',        'Ten orders.',                                  'heart',    'gold',     NULL,  'purchase_completed', 10),
    ('ac000000-0000-4000-8000-000000000008', 8,  'Hundred',        'A hundred points in all.',                     'star',     'bronze',   100,   NULL,                 1),
    ('ac000000-0000-4000-8000-000000000009', 9,  'Thousand',       'A thousand points in all.',                    'star',     'silver',   1000,  NULL,                 1),
    ('ac000000-0000-4000-8000-00000000000a', 10, 'Five thousand',  'Five thousand points in all.',                 'star',     'gold',     5000,  NULL,                 1),
    ('ac000000-0000-4000-8000-00000000000b', 11, 'Legend',         'Twenty-five thousand points in all.',          'comet',    'platinum', 25000, NULL,                 1);

-- Level n needs 50 * n * (n - 1) points of lifetime: 0, 100, 300, 600 …  The
-- root is exact where a level begins.
CREATE FUNCTION points_level(lifetime integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT floor((1 + sqrt((25 + 2 * lifetime::bigint)::double precision / 25)) / 2)::integer
$$;

-- The lifetime at which the level after this one begins.
CREATE FUNCTION points_next_level_at(lifetime integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT 50::bigint * (points_level(lifetime) + 1) * points_level(lifetime)
$$;

-- Gives a user each achievement whose rule is met; earned once, kept for ever.
CREATE FUNCTION achievements_grant(p_user uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
	WITH granted AS (
		INSERT INTO user_achievements (user_id, achievement_id)
		SELECT p_user, a.id FROM achievements a
		 WHERE a.active
		   AND NOT EXISTS (SELECT FROM user_achievements x
		        WHERE x.user_id = p_user AND x.achievement_id = a.id)
		   AND (a.points_required IS NULL OR a.points_required <=
		        (SELECT b.lifetime FROM point_balances b WHERE b.user_id = p_user))
		   AND (a.rule_action IS NULL OR a.rule_count <=
		        (SELECT count(*) FROM point_transactions t
		          WHERE t.user_id = p_user AND t.action = a.rule_action AND t.type = 'earned'))
		ON CONFLICT DO NOTHING RETURNING 1)
	SELECT count(*)::integer FROM granted
$$;
REVOKE EXECUTE ON FUNCTION achievements_grant FROM tshop_readonly;

-- Adds signed points for a reason, once: the id of the row, or null when that
-- reason has counted before or there is no such user any more.
--
-- type      points  balance                          lifetime, boards
-- earned    >= 0    grows                            grow
-- redeemed  <= 0    shrinks, else INSUFFICIENT_POINTS -
-- reversed  < 0     shrinks, not below 0             shrink, not below 0
-- reversed  > 0     grows (a redemption undone)      -
-- adjusted  any     as reversed, as earned           as the points say
-- expired   <= 0    shrinks, not below 0             -
--
-- What is redeemed must be available already.  A reversal takes from the
-- periods in which the same reference had earned.
CREATE FUNCTION points_add(p_user uuid, p_type text, p_action text, p_points integer,
    p_ref_type text DEFAULT NULL, p_ref_id uuid DEFAULT NULL,
    p_description text DEFAULT NULL, p_available_at timestamptz DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	b point_balances%ROWTYPE;
	delta integer := p_points;
	life integer := 0;
	at timestamptz := now();
	new_id uuid;
BEGIN
	-- The writers of one user's points wait for each other here.  The user's
	-- row comes first, as in ai_reserve(): two orders of locking would deadlock.
	PERFORM FROM users WHERE id = p_user FOR NO KEY UPDATE;
	SELECT * INTO b FROM point_balances WHERE user_id = p_user FOR NO KEY UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM point_transactions t
	    WHERE t.user_id = p_user AND t.action = p_action
	      AND t.reference_type IS NOT DISTINCT FROM p_ref_type
	      AND t.reference_id IS NOT DISTINCT FROM p_ref_id) THEN
		RETURN NULL;
	END IF;

	IF p_type = 'redeemed' AND b.balance + p_points < (SELECT coalesce(sum(t.points), 0)
	    FROM point_transactions t WHERE t.user_id = p_user AND t.type = 'earned'
	      AND t.available_at > now()) THEN
		RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INSUFFICIENT_POINTS';
	END IF;
	delta := greatest(delta, -b.balance);
	IF p_type IN ('earned', 'adjusted') OR (p_type = 'reversed' AND p_points < 0) THEN
		life := greatest(p_points, -b.lifetime);
	END IF;

	INSERT INTO point_transactions (user_id, type, action, points, lifetime_points,
	    reference_type, reference_id, description, available_at)
	VALUES (p_user, p_type, p_action, delta, life, p_ref_type, p_ref_id, p_description,
	    coalesce(p_available_at, now())) RETURNING id INTO new_id;

	UPDATE point_balances SET balance = balance + delta, lifetime = lifetime + life
	 WHERE user_id = p_user;
	UPDATE users SET total_points = b.balance + delta, level = points_level(b.lifetime + life)
	 WHERE id = p_user;

	IF life <> 0 AND p_type <> 'adjusted' THEN
		IF life < 0 THEN
			SELECT coalesce(min(t.created_at), at) INTO at FROM point_transactions t
			 WHERE t.user_id = p_user AND t.type = 'earned'
			   AND t.reference_type = p_ref_type AND t.reference_id = p_ref_id;
		END IF;
		INSERT INTO point_periods AS p (period, starts_on, user_id, points)
		SELECT k.period, date_trunc(k.period, at AT TIME ZONE shop_time_zone())::date,
		    p_user, greatest(life, 0)
		  FROM (VALUES ('month'), ('week')) AS k (period)
		ON CONFLICT (period, starts_on, user_id)
		DO UPDATE SET points = greatest(p.points + life, 0);
	END IF;

	PERFORM achievements_grant(p_user);
	RETURN new_id;
END
$$;
REVOKE EXECUTE ON FUNCTION points_add FROM tshop_readonly;

-- Each user has a profile and a balance from the first moment.
CREATE FUNCTION users_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	INSERT INTO user_profiles (user_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
	INSERT INTO point_balances (user_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
	RETURN NULL;
END
$$;

CREATE TRIGGER users_made AFTER INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION users_made();
