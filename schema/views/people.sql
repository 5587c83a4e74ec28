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

-- With what they generated today and this month; see user_json().
CREATE OR REPLACE FUNCTION user_counted_json(u users, today integer, month integer) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', u.id, 'email', u.email,
	    'firstName', u.first_name, 'lastName', u.last_name, 'phone', u.phone,
	    'tier', u.tier, 'emailVerified', u.email_verified_at IS NOT NULL,
	    'aiGenerationsToday', today, 'aiGenerationsMonth', month,
	    'totalPoints', u.total_points, 'level', u.level,
	    'createdAt', time_json(u.created_at), 'updatedAt', time_json(u.updated_at))
$$;

CREATE OR REPLACE FUNCTION user_json(u users) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT user_counted_json(u, ai_generations_today(u), ai_generations_month(u))
$$;

-- What a client may show: the tier's rights and those given by hand.  Nothing
-- is decided by them; the tier is read anew at every call.
CREATE OR REPLACE FUNCTION user_permissions(u users) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE u.tier
	    WHEN 'premium' THEN '{shop:order,design:create,ai:registered,ai:premium}'
	    WHEN 'registered' THEN '{shop:order,design:create,ai:registered}'
	    ELSE '{shop:order,design:create,ai:free}' END::text[] || u.permissions
$$;

-- Spends a refresh token for its child, in one step.  The session's row is
-- locked, so of many at once one comes first.  What the verdict says:
--   spent     the child lives
--   mercy     so does it; the first child, never used, is void: an answer was lost
--   late      nothing happened: neither child of a spent token has been used yet
--   reuse     the family has ended: somebody has a token that is not his
--   unknown   nothing happened: no such token, or its time or its session is over
CREATE OR REPLACE FUNCTION refresh_spend(p_hash bytea, p_child bytea, p_cookie boolean,
    p_mercy_s integer, p_life_s integer,
    OUT verdict text, OUT session_id uuid, OUT user_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	t refresh_tokens%ROWTYPE;
	child refresh_tokens%ROWTYPE;
	s sessions%ROWTYPE;
	child_id constant uuid := gen_random_uuid();
	soon boolean;
BEGIN
	verdict := 'unknown';
	SELECT x.* INTO s FROM sessions x JOIN refresh_tokens r ON r.session_id = x.id
	 WHERE r.token_hash = p_hash FOR NO KEY UPDATE OF x;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO t FROM refresh_tokens r WHERE r.token_hash = p_hash;
	IF NOT FOUND OR s.revoked_at IS NOT NULL OR s.absolute_expires_at <= clock_timestamp()
	    OR t.expires_at <= clock_timestamp() OR s.cookie_mode <> p_cookie
	    OR NOT EXISTS (SELECT FROM users u WHERE u.id = s.user_id
	        AND u.deleted_at IS NULL AND u.disabled_at IS NULL) THEN
		RETURN;
	END IF;
	session_id := s.id;
	user_id := s.user_id;

	IF t.used_at IS NOT NULL OR t.voided_at IS NOT NULL THEN
		SELECT r.* INTO child FROM refresh_tokens r
		  JOIN refresh_tokens p ON p.replaced_by = r.id
		 WHERE p.id = CASE WHEN t.voided_at IS NULL THEN t.id ELSE t.parent_id END;
		soon := child.id IS NOT NULL AND child.used_at IS NULL
		    AND (t.voided_at IS NOT NULL
		        OR t.used_at > clock_timestamp() - make_interval(secs => p_mercy_s));
		IF NOT soon THEN
			UPDATE sessions SET revoked_at = now(), revoke_reason = 'reuse' WHERE id = s.id;
			verdict := 'reuse';
			RETURN;
		END IF;
		IF t.voided_at IS NOT NULL OR t.mercy_at IS NOT NULL THEN
			verdict := 'late';
			RETURN;
		END IF;
		UPDATE refresh_tokens SET voided_at = now() WHERE id = child.id;
		verdict := 'mercy';
	ELSE
		verdict := 'spent';
	END IF;

	UPDATE refresh_tokens SET used_at = coalesce(used_at, clock_timestamp()),
	    mercy_at = CASE WHEN verdict = 'mercy' THEN clock_timestamp() END WHERE id = t.id;
	INSERT INTO refresh_tokens (id, session_id, token_hash, parent_id, expires_at)
	VALUES (child_id, s.id, p_child, t.id,
	    least(now() + make_interval(secs => p_life_s), s.absolute_expires_at));
	UPDATE refresh_tokens SET replaced_by = child_id WHERE id = t.id;
	UPDATE sessions SET last_used_at = now() WHERE id = s.id;
END
$$;
REVOKE EXECUTE ON FUNCTION refresh_spend FROM tshop_readonly, tshop_jobs;

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
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', u.id,
	    'firstName', CASE WHEN p.design_gallery_public THEN u.first_name END,
	    'avatarUrl', CASE WHEN p.design_gallery_public THEN p.avatar_url END)
	  FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id
	 WHERE u.id = p_user);
END
$$;

CREATE OR REPLACE FUNCTION subscription_json(s subscriptions) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('status', s.status, 'tier', s.tier,
	    'cancelAtPeriodEnd', s.cancel_at_period_end,
	    'currentPeriodEnd', time_json(s.current_period_end))
$$;

-- Stripe's word on a subscription, fetched at p_asked_ms.  Nothing is granted
-- or taken but by this: the tier follows the row.
--
-- heard    it stands in the table now
-- old      we know better: something fetched later is here
-- second   its owner has one that lives already: this one ends, and what was
--          paid for it goes back, by a job that asks again before it acts
-- late     its owner is gone: the same
-- foreign  nobody's here
CREATE OR REPLACE FUNCTION subscription_heard(p_ref text, p_customer text, p_user_said text,
    p_status text, p_plan text, p_until_s bigint, p_ends boolean, p_asked_ms bigint,
    OUT verdict text, OUT user_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	u users%ROWTYPE;
	was subscriptions%ROWTYPE;
	living constant text[] := '{trialing,active,past_due,unpaid,paused}';
	asked constant timestamptz := to_timestamp(p_asked_ms / 1000.0);
BEGIN
	SELECT x.* INTO u FROM users x
	 WHERE x.stripe_customer_id = p_customer OR x.id = uuid_or_null(p_user_said)
	 ORDER BY x.stripe_customer_id = p_customer DESC NULLS LAST LIMIT 1 FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		verdict := 'foreign';
		RETURN;
	END IF;
	user_id := u.id;
	SELECT s.* INTO was FROM subscriptions s WHERE s.stripe_subscription_id = p_ref;
	verdict := CASE
	    WHEN was.event_at > asked THEN 'old'
	    WHEN p_status = ANY (living) AND u.deleted_at IS NOT NULL AND was.id IS NULL THEN 'late'
	    WHEN p_status = ANY (living) AND EXISTS (SELECT FROM subscriptions s WHERE s.user_id = u.id
	        AND s.status = ANY (living) AND s.stripe_subscription_id <> p_ref) THEN 'second'
	    ELSE 'heard' END;
	IF verdict IN ('second', 'late') THEN
		PERFORM case_open('second-subscription', NULL, p_ref, 'alarm',
		    jsonb_build_object('customer', p_customer, 'userId', u.id, 'why', verdict));
		PERFORM job_ask('stop_subscription', NULL, u.id, 'stop:' || p_ref, 0,
		    jsonb_build_object('subscription', p_ref));
	END IF;
	IF verdict <> 'heard' THEN
		RETURN;
	END IF;
	INSERT INTO subscriptions AS s (user_id, stripe_subscription_id, stripe_customer_id, plan,
	    status, current_period_end, cancel_at_period_end, event_at)
	VALUES (u.id, p_ref, p_customer, p_plan, p_status, to_timestamp(nullif(p_until_s, 0)), p_ends, asked)
	ON CONFLICT (stripe_subscription_id) DO UPDATE SET
	    plan = excluded.plan, status = excluded.status,
	    current_period_end = excluded.current_period_end,
	    cancel_at_period_end = excluded.cancel_at_period_end, event_at = excluded.event_at;
	IF p_status = 'canceled' AND was.status = ANY (living) AND u.deleted_at IS NULL THEN
		PERFORM job_ask('send_mail', NULL, u.id, 'mail:plan-ended:' || p_ref, 0, '{"mail": "plan-ended"}');
	END IF;
END
$$;

-- A bill as its owner sees it.
CREATE OR REPLACE FUNCTION invoice_json(i subscription_invoices) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', i.id, 'number', i.number, 'status', i.status,
	    'total', money_json(i.total, i.currency), 'amountPaid', money_json(i.amount_paid, i.currency),
	    'currency', i.currency, 'periodStart', time_json(i.period_start),
	    'periodEnd', time_json(i.period_end), 'url', i.hosted_url, 'pdfUrl', i.pdf_url,
	    'issuedAt', time_json(i.issued_at))
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
	tasks uuid[];
	targets text[];
	nothing constant jsonb := '{"erased": true}';
BEGIN
	SELECT lower(email) INTO was FROM users
	 WHERE id = p_user AND deleted_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT coalesce(array_agg(id), '{}') INTO theirs FROM orders WHERE user_id = p_user;
	SELECT coalesce(array_agg(id), '{}') INTO tasks FROM jobs
	 WHERE ref = p_user OR order_id = ANY (theirs) OR ref = ANY (theirs)
	    OR ref IN (SELECT d.id FROM designs d WHERE d.user_id = p_user);
	targets := p_user::text || theirs::text[] || tasks::text[]
	    || ARRAY(SELECT c.id::text FROM cases c WHERE c.order_id = ANY (theirs))
	    || ARRAY(SELECT r.id::text FROM design_reports r WHERE r.user_id = p_user);

	UPDATE users SET email = p_user || '@deleted.invalid', password_hash = NULL,
	    first_name = NULL, last_name = NULL, phone = NULL, stripe_customer_id = NULL,
	    permissions = '{}', tier_override = NULL, email_verified_at = NULL,
	    email_undeliverable_at = NULL,
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
	DELETE FROM carts WHERE user_id = p_user;
	DELETE FROM rate_limits WHERE strpos(lower(key), was) > 0 OR strpos(key, p_user::text) > 0
	    OR key = 'e:' || encode(sha256(convert_to(was, 'UTF8')), 'hex');

	DELETE FROM order_canvases WHERE order_item_id IN (SELECT i.id FROM order_items i
	    JOIN orders o ON o.id = i.order_id
	    WHERE i.order_id = ANY (theirs) AND o.status NOT IN ('pending', 'paid', 'processing'));
	DELETE FROM media_refs WHERE kind = 'design'
	    AND ref IN (SELECT id FROM designs WHERE user_id = p_user);
	DELETE FROM design_renders WHERE design_id IN (SELECT id FROM designs WHERE user_id = p_user);
	UPDATE designs SET deleted_at = coalesce(deleted_at, now()), public = false, title = NULL,
	    description = NULL, prompt = NULL, style = NULL, design_data = NULL, print_checks = NULL,
	    image_url = NULL, thumbnail_url = NULL, image_sha256 = NULL, thumbnail_sha256 = NULL
	 WHERE user_id = p_user;
	UPDATE ai_calls SET answer = NULL, picture = NULL, error = NULL
	 WHERE design_id IN (SELECT id FROM designs WHERE user_id = p_user);
	DELETE FROM design_likes WHERE user_id = p_user;
	UPDATE design_shares SET shared_by = NULL WHERE shared_by = p_user;
	UPDATE design_reports SET user_id = NULL, details = NULL WHERE user_id = p_user;
	UPDATE ai_usage_logs SET user_id = NULL, error_message = NULL WHERE user_id = p_user;
	DELETE FROM point_periods WHERE user_id = p_user;
	UPDATE subscription_invoices SET hosted_url = NULL, pdf_url = NULL, number = NULL
	 WHERE user_id = p_user;

	UPDATE orders SET user_id = NULL, email = NULL, cancel_reason = NULL, vat_number = NULL,
	    shipping_address = jsonb_build_object('country', shipping_address -> 'country'),
	    billing_address = CASE WHEN billing_address IS NOT NULL
	        THEN jsonb_build_object('country', billing_address -> 'country') END
	 WHERE id = ANY (theirs);
	UPDATE order_items SET customization_data = NULL WHERE order_id = ANY (theirs);
	UPDATE order_events SET detail = '{}' WHERE order_id = ANY (theirs) AND detail <> '{}';
	UPDATE refunds SET reason = NULL WHERE order_id = ANY (theirs);
	UPDATE fulfillments SET reason = NULL, quotes = (SELECT coalesce(jsonb_agg(q - 'why'), '[]')
	        FROM jsonb_array_elements(quotes) q)
	 WHERE order_id = ANY (theirs);
	UPDATE coupon_uses SET user_id = NULL WHERE user_id = p_user;
	UPDATE cases SET detail = '{}' WHERE order_id = ANY (theirs);
	UPDATE webhook_events SET body = '' WHERE order_id = ANY (theirs);

	-- Last what a call writes last.  What an admin was answered about an order
	-- shows its buyer; the key stays, so that nothing is done twice.
	DELETE FROM idempotency_keys WHERE owner = p_user::text;
	UPDATE idempotency_keys SET status = 409, headers = '""',
	    body = '{"success":false,"error":{"code":"CONFLICT","message":"It was answered before the buyer was erased.","details":null}}'
	 WHERE state = 'done' AND owner LIKE 'admin:%'
	   AND lower(split_part(route, '/', 4)) = ANY (theirs::text[]);

	-- A letter that still waits has nowhere to go; other work goes on, and its
	-- payload names things, not people. What others said of a failure may.
	UPDATE jobs SET last_error = NULL,
	    payload = CASE WHEN kind = 'send_mail' OR state = 'done' THEN '{}' ELSE payload END,
	    state = CASE WHEN kind = 'send_mail' AND state = 'queued' THEN 'done' ELSE state END
	 WHERE id = ANY (tasks);

	UPDATE audit_log SET before = CASE WHEN before IS NOT NULL THEN nothing END,
	    after = CASE WHEN after IS NOT NULL THEN nothing END
	 WHERE target = ANY (targets);
END
$$;
REVOKE EXECUTE ON FUNCTION user_erase FROM tshop_readonly, tshop_jobs;
