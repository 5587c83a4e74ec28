-- People as the API shows them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- RFC 3339, UTC, milliseconds; folded into the statement that calls it.
CREATE OR REPLACE FUNCTION time_json(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- A LIKE pattern for "contains q", q being any characters at all.
CREATE OR REPLACE FUNCTION like_pattern(q text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT '%' || replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;

CREATE OR REPLACE FUNCTION user_json(u users) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', u.id, 'email', u.email,
	    'firstName', u.first_name, 'lastName', u.last_name, 'phone', u.phone,
	    'tier', u.tier, 'emailVerified', u.email_verified_at IS NOT NULL,
	    'aiGenerationsToday', ai_generations_today(u),
	    'aiGenerationsMonth', ai_generations_month(u),
	    'totalPoints', u.total_points, 'level', u.level,
	    'createdAt', time_json(u.created_at), 'updatedAt', time_json(u.updated_at))
$$;

CREATE OR REPLACE FUNCTION profile_json(p user_profiles) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('avatarUrl', p.avatar_url, 'bio', p.bio,
	    'preferredLanguage', p.preferred_language,
	    'preferredCurrency', p.preferred_currency,
	    'newsletterSubscribed', p.newsletter_subscribed,
	    'designGalleryPublic', p.design_gallery_public,
	    'updatedAt', time_json(p.updated_at))
$$;

-- Somebody as strangers may see them: nameless unless they chose otherwise.
CREATE OR REPLACE FUNCTION author_json(p_user uuid) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', u.id,
	    'firstName', CASE WHEN p.design_gallery_public THEN u.first_name END,
	    'avatarUrl', CASE WHEN p.design_gallery_public THEN p.avatar_url END)
	  FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id
	 WHERE u.id = p_user
$$;

CREATE OR REPLACE FUNCTION subscription_json(s subscriptions) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('status', s.status, 'tier', s.tier,
	    'cancelAtPeriodEnd', s.cancel_at_period_end,
	    'currentPeriodEnd', time_json(s.current_period_end))
$$;

CREATE OR REPLACE FUNCTION audit_json(a audit_log) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', a.id, 'createdAt', time_json(a.created_at),
	    'admin', a.admin, 'action', a.action, 'target', a.target,
	    'before', a.before, 'after', a.after)
$$;

-- Erases a person and keeps the shop's books.  The row of the user stays,
-- empty, for the ledgers; orders keep their country and amounts.  What must be
-- asked of others first (ending a subscription at Stripe) is the caller's
-- business, and what needs an address to be sent must have been sent.
CREATE OR REPLACE FUNCTION user_erase(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	was text;
	theirs uuid[];
	targets text[];
	nothing constant jsonb := '{"erased": true}';
BEGIN
	SELECT lower(email) INTO was FROM users
	 WHERE id = p_user AND deleted_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT coalesce(array_agg(id), '{}') INTO theirs FROM orders WHERE user_id = p_user;
	targets := theirs::text[] || p_user::text;

	UPDATE users SET email = p_user || '@deleted.invalid', password_hash = NULL,
	    first_name = NULL, last_name = NULL, phone = NULL, stripe_customer_id = NULL,
	    permissions = '{}', tier_override = NULL, email_verified_at = NULL,
	    token_version = token_version + 1, deleted_at = now()
	 WHERE id = p_user;
	UPDATE user_profiles SET avatar_url = NULL, bio = NULL, newsletter_subscribed = false,
	    design_gallery_public = false WHERE user_id = p_user;
	DELETE FROM identities WHERE user_id = p_user;
	DELETE FROM one_time_tokens WHERE user_id = p_user OR lower(email) = was;
	DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = p_user);
	UPDATE sessions SET revoked_at = coalesce(revoked_at, now()),
	    revoke_reason = coalesce(revoke_reason, 'deleted'), user_agent = NULL, ip = NULL
	 WHERE user_id = p_user;
	DELETE FROM idempotency_keys WHERE user_id = p_user;
	DELETE FROM carts WHERE user_id = p_user;
	DELETE FROM rate_limits WHERE strpos(lower(key), was) > 0 OR strpos(key, p_user::text) > 0;

	DELETE FROM media_refs WHERE kind = 'design'
	    AND ref IN (SELECT id FROM designs WHERE user_id = p_user);
	DELETE FROM design_renders WHERE design_id IN (SELECT id FROM designs WHERE user_id = p_user);
	UPDATE designs SET deleted_at = coalesce(deleted_at, now()), public = false, title = NULL,
	    description = NULL, prompt = NULL, style = NULL, design_data = NULL, print_checks = NULL,
	    image_url = NULL, thumbnail_url = NULL, image_sha256 = NULL, thumbnail_sha256 = NULL
	 WHERE user_id = p_user;
	DELETE FROM design_likes WHERE user_id = p_user;
	UPDATE design_shares SET shared_by = NULL WHERE shared_by = p_user;
	UPDATE design_reports SET user_id = NULL, details = NULL WHERE user_id = p_user;
	UPDATE ai_usage_logs SET user_id = NULL, error_message = NULL WHERE user_id = p_user;
	DELETE FROM point_periods WHERE user_id = p_user;

	UPDATE orders SET user_id = NULL, email = NULL, cancel_reason = NULL,
	    shipping_address = jsonb_build_object('country', shipping_address -> 'country'),
	    billing_address = CASE WHEN billing_address IS NOT NULL
	        THEN jsonb_build_object('country', billing_address -> 'country') END
	 WHERE id = ANY (theirs);
	UPDATE order_items SET customization_data = NULL WHERE order_id = ANY (theirs);
	UPDATE order_events SET detail = '{}' WHERE order_id = ANY (theirs) AND detail <> '{}';
	UPDATE refunds SET reason = NULL WHERE order_id = ANY (theirs);
	UPDATE coupon_uses SET user_id = NULL WHERE user_id = p_user;
	UPDATE cases SET detail = '{}' WHERE order_id = ANY (theirs);
	UPDATE webhook_events SET body = '' WHERE order_id = ANY (theirs);

	-- A letter that still waits has nowhere to go; other work goes on, and its
	-- payload names things, not people.
	UPDATE jobs SET payload = '{}', last_error = NULL,
	    state = CASE state WHEN 'queued' THEN 'done' ELSE state END
	 WHERE (ref = p_user OR order_id = ANY (theirs)) AND kind LIKE 'mail%';
	UPDATE jobs SET payload = '{}', last_error = NULL
	 WHERE (ref = p_user OR order_id = ANY (theirs)) AND state IN ('done', 'dead');

	UPDATE audit_log SET before = CASE WHEN before IS NOT NULL THEN nothing END,
	    after = CASE WHEN after IS NOT NULL THEN nothing END
	 WHERE target = ANY (targets);
END
$$;
REVOKE EXECUTE ON FUNCTION user_erase FROM tshop_readonly, tshop_jobs;
