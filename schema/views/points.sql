-- Points, achievements and boards as the API shows them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

CREATE OR REPLACE FUNCTION balance_json(b point_balances) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('balance', b.balance, 'lifetime', b.lifetime,
	    'level', points_level(b.lifetime), 'nextLevelAt', points_next_level_at(b.lifetime))
$$;

CREATE OR REPLACE FUNCTION point_transaction_json(t point_transactions) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', t.id, 'type', t.type, 'action', t.action,
	    'points', t.points, 'referenceId', t.reference_id, 'description', t.description,
	    'availableAt', time_json(t.available_at), 'createdAt', time_json(t.created_at))
$$;

-- earnedAt is the viewer's; null for a stranger.
CREATE OR REPLACE FUNCTION achievement_json(a achievements, viewer uuid) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', a.id, 'name', a.name, 'description', a.description,
	    'icon', a.icon, 'badgeType', a.badge_type, 'pointsRequired', a.points_required,
	    'earnedAt', (SELECT time_json(x.earned_at) FROM user_achievements x
	        WHERE x.user_id = viewer AND x.achievement_id = a.id)));
END
$$;

-- The first day of the running period ('month', 'week') of the shop; null for
-- the board of all time, which has none.
CREATE OR REPLACE FUNCTION period_starts_on(period text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN period IN ('month', 'week')
	    THEN date_trunc(period, now() AT TIME ZONE shop_time_zone())::date END
$$;

-- The top of a board ('all', 'month', 'week'), ties sharing a rank; from deep
-- in the list on, counting ranks costs as much as the rows before.
CREATE OR REPLACE FUNCTION leaderboard(p_period text, p_limit integer, p_offset integer DEFAULT 0)
RETURNS TABLE (rank bigint, user_id uuid, points integer, level integer)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF p_period = 'all' THEN
		RETURN QUERY SELECT rank() OVER (ORDER BY t.lifetime DESC), t.user_id, t.lifetime, t.level
		  FROM (SELECT b.user_id, b.lifetime, u.level FROM point_balances b JOIN users u ON u.id = b.user_id
		         WHERE b.lifetime > 0 AND u.deleted_at IS NULL
		         ORDER BY b.lifetime DESC, b.user_id LIMIT p_limit + p_offset) t
		 ORDER BY t.lifetime DESC, t.user_id LIMIT p_limit OFFSET p_offset;
	ELSE
		RETURN QUERY SELECT rank() OVER (ORDER BY t.points DESC), t.user_id, t.points, t.level
		  FROM (SELECT b.user_id, b.points, u.level FROM point_periods b JOIN users u ON u.id = b.user_id
		         WHERE b.period = p_period AND b.starts_on = period_starts_on(p_period)
		           AND b.points > 0 AND u.deleted_at IS NULL
		         ORDER BY b.points DESC, b.user_id LIMIT p_limit + p_offset) t
		 ORDER BY t.points DESC, t.user_id LIMIT p_limit OFFSET p_offset;
	END IF;
END
$$;

-- {rank,points} of one user on a board; null without points there.
CREATE OR REPLACE FUNCTION leaderboard_me_json(p_period text, p_user uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	mine integer;
	above bigint;
BEGIN
	IF p_period = 'all' THEN
		SELECT b.lifetime INTO mine FROM point_balances b WHERE b.user_id = p_user;
		SELECT count(*) INTO above FROM point_balances b JOIN users u ON u.id = b.user_id
		 WHERE b.lifetime > 0 AND b.lifetime > mine AND u.deleted_at IS NULL;
	ELSE
		SELECT b.points INTO mine FROM point_periods b WHERE b.period = p_period
		   AND b.starts_on = period_starts_on(p_period) AND b.user_id = p_user;
		SELECT count(*) INTO above FROM point_periods b JOIN users u ON u.id = b.user_id
		 WHERE b.period = p_period AND b.starts_on = period_starts_on(p_period)
		   AND b.points > 0 AND b.points > mine AND u.deleted_at IS NULL;
	END IF;
	RETURN CASE WHEN mine > 0 THEN json_build_object('rank', above + 1, 'points', mine) END;
END
$$;

-- Turns points into a coupon of their worth, its owner's alone and used once.
-- INSUFFICIENT_POINTS: not so many are there, or available yet.
CREATE OR REPLACE FUNCTION points_to_coupon(p_user uuid, p_points integer) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	r jsonb := (SELECT value FROM settings WHERE name = 'redeem');
	c coupons%ROWTYPE;
	new_id uuid := gen_random_uuid();
BEGIN
	IF p_points <= 0 OR p_points % (r ->> 'points')::integer <> 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'VALIDATION_ERROR';
	END IF;
	PERFORM points_add(p_user, 'redeemed', 'points_redeemed', -p_points, 'coupon', new_id,
	    'Redeemed for a coupon');
	INSERT INTO coupons (id, code, kind, user_id, amount, currency, max_uses, expires_at)
	VALUES (new_id, 'P-' || substr(order_number_new(), 9) || substr(order_number_new(), 9), 'points',
	    p_user, (r ->> 'amount')::bigint * (p_points / (r ->> 'points')::integer), r ->> 'currency',
	    1, now() + make_interval(days => (r ->> 'days')::integer))
	RETURNING * INTO c;
	RETURN json_build_object('coupon', coupon_json(c), 'balance',
	    (SELECT b.balance FROM point_balances b WHERE b.user_id = p_user));
END
$$;
