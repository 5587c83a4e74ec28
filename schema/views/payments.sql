-- What it means that money came, went back, or is fought over.
--
-- Replayed whole whenever it changes; nothing here holds data.  Webhook,
-- confirm and reconciler all end in these functions, so that an order is paid
-- or refunded in one way only.  The order's row is locked first, always.
SET LOCAL check_function_bodies = off;

-- Asks for an effect in the transaction that causes it.
CREATE OR REPLACE FUNCTION job_ask(p_kind text, p_order uuid, p_ref uuid, p_dedupe text,
    p_delay_s integer DEFAULT 0, p_payload jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
	INSERT INTO jobs (kind, order_id, ref, payload, dedupe_key, run_at)
	VALUES (p_kind, p_order, p_ref, p_payload, p_dedupe, now() + make_interval(secs => p_delay_s))
	ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING
$$;

-- A letter about an order to whoever ordered; nobody there: no letter.
CREATE OR REPLACE FUNCTION order_mail(o orders, p_mail text, p_dedupe text, p_more jsonb DEFAULT '{}')
RETURNS void
LANGUAGE sql AS $$
	SELECT job_ask('send_mail', o.id, o.user_id, p_dedupe, 0, jsonb_build_object('mail', p_mail,
	    'orderId', o.id, 'orderNumber', o.order_number, 'currency', o.currency,
	    'total', money_json(o.total_amount, o.currency)::text) || p_more)
	 WHERE o.user_id IS NOT NULL
$$;

-- Tells the admin of a difference, once while the case is open.
CREATE OR REPLACE FUNCTION case_open(p_kind text, p_order uuid, p_key text, p_severity text,
    p_detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
	INSERT INTO cases (kind, order_id, key, severity, detail)
	VALUES (p_kind, p_order, left(p_key, 255), p_severity, p_detail)
	ON CONFLICT (kind, key) WHERE state = 'open' DO NOTHING
$$;

-- What the cases were about is over; false: none was open.
CREATE OR REPLACE FUNCTION case_close(p_kinds text[], p_key text, p_by text DEFAULT 'system') RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE cases SET state = 'closed', closed_at = now(), closed_by = left(p_by, 100)
	 WHERE kind = ANY (p_kinds) AND key = left(p_key, 255) AND state = 'open';
	RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION uuid_or_null(t text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN t ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN t::uuid END
$$;

-- The points of a paid order: whole units of the base currency in goods, net
-- of discount and tax, to the buyer; a reward to each author it uses.  The
-- people are locked in one order, so that two orders never wait for each other.
CREATE OR REPLACE FUNCTION order_reward(o orders) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	r jsonb := (SELECT value FROM settings WHERE name = 'rewards');
	ready timestamptz := now() + make_interval(days => coalesce((r ->> 'pending_days')::integer, 0));
	goods numeric;
	author uuid;
BEGIN
	PERFORM FROM users u WHERE u.id = o.user_id OR u.id IN (SELECT d.user_id
	    FROM order_items i JOIN designs d ON d.id = i.design_id WHERE i.order_id = o.id)
	 ORDER BY u.id FOR NO KEY UPDATE;

	goods := o.subtotal - o.discount_amount - CASE WHEN o.tax_inclusive
	    THEN (SELECT sum(i.tax_amount) FROM order_items i WHERE i.order_id = o.id) ELSE 0 END;
	PERFORM points_add(o.user_id, 'earned', 'purchase_completed',
	    floor(floor(money_json(goods::bigint, o.currency) / o.exchange_rate)
	        * (r ->> 'purchase_completed')::numeric)::integer,
	    'order', o.id, 'Order ' || o.order_number, ready);

	INSERT INTO design_uses (design_id, order_id)
	SELECT DISTINCT d.id, o.id FROM order_items i JOIN designs d ON d.id = i.design_id
	 WHERE i.order_id = o.id AND d.user_id <> o.user_id ORDER BY d.id
	ON CONFLICT DO NOTHING;
	FOR author IN SELECT DISTINCT d.user_id FROM design_uses x JOIN designs d ON d.id = x.design_id
	    JOIN users u ON u.id = d.user_id AND u.deleted_at IS NULL
	    WHERE x.order_id = o.id ORDER BY d.user_id LOOP
		PERFORM points_add(author, 'earned', 'design_used', (r ->> 'design_used')::integer,
		    'order', o.id, 'A design of yours was ordered', ready);
	END LOOP;
END
$$;

-- Takes back what order_reward() gave.
CREATE OR REPLACE FUNCTION order_unreward(o orders) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT x.user_id, x.action, x.points FROM point_transactions x
	    WHERE x.reference_id = o.id AND x.reference_type = 'order' AND x.type = 'earned'
	      AND x.points > 0 ORDER BY x.user_id LOOP
		PERFORM points_add(t.user_id, 'reversed', t.action || '_reversed', -t.points,
		    'order', o.id, 'Order ' || o.order_number || ' was taken back');
	END LOOP;
	DELETE FROM design_uses WHERE order_id = o.id;
END
$$;

-- This order is paid.  False: it was not waiting for that.
CREATE OR REPLACE FUNCTION order_paid(p_order uuid, p_hold_s integer) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
	other payments%ROWTYPE;
BEGIN
	UPDATE orders SET status = 'paid', hold_until = now() + make_interval(secs => p_hold_s)
	 WHERE id = p_order AND status = 'pending' RETURNING * INTO o;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	FOR other IN SELECT * FROM payments WHERE order_id = o.id AND status NOT IN ('succeeded', 'canceled') LOOP
		PERFORM payment_give_up(other);
	END LOOP;
	PERFORM order_reward(o);
	PERFORM order_mail(o, 'order-paid', 'mail:order-paid:' || o.id,
	    jsonb_strip_nulls(jsonb_build_object('vatNumber', o.vat_number)));
	IF order_margin(o) < 0 THEN
		PERFORM case_open('loss', o.id, o.id::text, 'warning', jsonb_build_object(
		    'cost', money_json(o.cost_estimate, o.currency),
		    'margin', money_json(order_margin(o), o.currency), 'currency', o.currency));
	END IF;
	PERFORM job_ask('submit_order', o.id, NULL, 'submit:' || o.id, p_hold_s);
	IF EXISTS (SELECT FROM payments x WHERE x.order_id = o.id AND x.disputed_at IS NOT NULL) THEN
		PERFORM order_submit_at(o.id, now() + interval '1 year');
	END IF;
	RETURN true;
END
$$;

-- Asks for money to be given back: the whole rest of an order's payments, or
-- so much of it; of one payment, or all.  The rows stand before the provider
-- is asked; their keys are what it is asked with.  Gives how much that is.
DROP FUNCTION IF EXISTS order_refund_ask(uuid, bigint, text, text);
CREATE OR REPLACE FUNCTION order_refund_ask(p_order uuid, p_amount bigint, p_reason text, p_by text,
    p_payment uuid DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	p record;
	asked bigint := 0;
	one bigint;
	new_id uuid;
BEGIN
	FOR p IN SELECT x.id, x.currency, x.captured_amount - (SELECT coalesce(sum(r.amount), 0)
	        FROM refunds r WHERE r.payment_id = x.id AND r.status NOT IN ('failed', 'canceled')) AS rest
	    FROM payments x WHERE x.order_id = p_order AND x.status = 'succeeded' AND x.provider <> 'none'
	      AND (p_payment IS NULL OR x.id = p_payment)
	    ORDER BY x.attempt LOOP
		one := least(p.rest, p_amount - asked); -- no amount: all of it
		CONTINUE WHEN one <= 0;
		new_id := gen_random_uuid();
		INSERT INTO refunds (id, order_id, payment_id, key, amount, currency, reason, requested_by)
		VALUES (new_id, p_order, p.id, 'refund-' || new_id, one, p.currency,
		    p_reason, left(p_by, 100));
		PERFORM job_ask('refund_payment', p_order, new_id, 'refund:' || new_id);
		asked := asked + one;
	END LOOP;
	RETURN asked;
END
$$;

-- Drops a refund that was never made, and that the provider will not make: what
-- it wanted was given back by somebody else.
CREATE OR REPLACE FUNCTION refund_drop(p_refund uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM orders o WHERE o.id = (SELECT r.order_id FROM refunds r WHERE r.id = p_refund)
	   FOR NO KEY UPDATE;
	UPDATE refunds SET status = 'canceled'
	 WHERE id = p_refund AND provider_ref IS NULL AND status IN ('pending', 'requires_action');
END
$$;

-- Asks for what is left after a refund was dropped, where nothing may be kept:
-- of an order that was cancelled, of a payment that no order had a use for.
-- False: as much is left as the dropped one wanted, so that nobody knows why
-- the provider would not make it.
CREATE OR REPLACE FUNCTION refund_rest(p_refund uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	r refunds%ROWTYPE;
	o orders%ROWTYPE;
BEGIN
	SELECT x.* INTO r FROM refunds x WHERE x.id = p_refund;
	SELECT x.* INTO o FROM orders x WHERE x.id = r.order_id FOR NO KEY UPDATE;
	IF r.status = 'canceled' AND r.amount <= (SELECT p.captured_amount - (SELECT coalesce(sum(x.amount), 0)
	    FROM refunds x WHERE x.payment_id = p.id AND x.status NOT IN ('failed', 'canceled'))
	    FROM payments p WHERE p.id = r.payment_id) THEN
		RETURN false;
	ELSIF o.status = 'cancelled' THEN
		PERFORM order_refund_ask(o.id, NULL, coalesce(o.cancel_reason, r.reason), 'system');
	ELSIF r.key = 'back-' || r.payment_id THEN
		PERFORM order_refund_ask(o.id, NULL, r.reason, 'system', r.payment_id);
	END IF;
	RETURN true;
END
$$;

-- What follows from money that went back: all of it ends the order.
CREATE OR REPLACE FUNCTION order_refunded(p_order uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
BEGIN
	UPDATE orders SET status = 'refunded'
	 WHERE id = p_order AND refunded_amount = total_amount AND total_amount > 0
	   AND status IN ('paid', 'processing', 'fulfilled', 'shipped', 'delivered')
	RETURNING * INTO o;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM order_unreward(o);
	-- What failed at a printer may still be there, for somebody to mend.
	IF EXISTS (SELECT FROM fulfillments f WHERE f.order_id = o.id AND CASE f.status
	    WHEN 'failed' THEN f.provider_order_id IS NOT NULL
	    ELSE f.status NOT IN ('cancelled', 'shipped', 'delivered', 'returned') END) THEN
		PERFORM job_ask('cancel_print', o.id, NULL, 'cancel_print:' || o.id);
	END IF;
	RETURN true;
END
$$;

-- A provider's word on an attempt to pay, whoever heard it.
--
-- paid      the order is paid by it now
-- known     we knew all that already
-- open      the attempt goes on, or may be tried again
-- back      the order did not want it any more: it is given back
-- differs   not the sum, currency or order that was asked: a case, and none paid
-- foreign   none of our attempts
CREATE OR REPLACE FUNCTION payment_heard(p_provider text, p_ref text, p_order_said text, p_status text,
    p_minor bigint, p_currency text, p_charge text, p_declined text, p_hold_s integer,
    OUT verdict text, OUT order_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	p payments%ROWTYPE;
	o orders%ROWTYPE;
BEGIN
	SELECT x.order_id INTO order_id FROM payments x
	 WHERE x.provider = p_provider AND x.provider_ref = p_ref;
	IF NOT FOUND THEN
		-- An answer that was lost: the attempt waits without its reference.
		SELECT x.order_id INTO order_id FROM payments x
		 WHERE x.provider = p_provider AND x.provider_ref IS NULL
		   AND x.order_id = uuid_or_null(p_order_said) AND x.status NOT IN ('succeeded', 'canceled');
	END IF;
	SELECT x.* INTO o FROM orders x WHERE x.id = order_id FOR NO KEY UPDATE;
	SELECT x.* INTO p FROM payments x
	 WHERE x.order_id = o.id AND x.provider = p_provider
	   AND (x.provider_ref = p_ref OR (x.provider_ref IS NULL AND x.status NOT IN ('succeeded', 'canceled')))
	 ORDER BY x.provider_ref NULLS LAST LIMIT 1 FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		verdict := 'foreign';
		SELECT x.id INTO order_id FROM orders x WHERE x.id = uuid_or_null(p_order_said);
		IF order_id IS NOT NULL AND p_status = 'succeeded' THEN
			PERFORM case_open('paid-without-attempt', order_id, p_provider || ':' || p_ref, 'alarm',
			    jsonb_build_object('amount', money_json(p_minor, p_currency), 'currency', p_currency));
		END IF;
		RETURN;
	END IF;

	IF p.status = 'succeeded' OR (p.status = 'canceled' AND p_status <> 'succeeded') THEN
		verdict := 'known';
		IF p_status = 'succeeded' THEN
			PERFORM case_close('{not-paid-there}', p.id::text);
		END IF;
	ELSIF p_status <> 'succeeded' THEN
		verdict := 'open';
		UPDATE payments x SET provider_ref = coalesce(x.provider_ref, p_ref),
		    status = CASE WHEN p_status IN ('requires_confirmation', 'requires_action', 'processing',
		        'requires_capture', 'canceled') THEN p_status ELSE 'requires_payment_method' END,
		    decline_reason = coalesce(left(nullif(p_declined, ''), 255), x.decline_reason)
		 WHERE x.id = p.id;
	ELSIF p_minor <> p.amount OR p_currency <> p.currency OR uuid_or_null(p_order_said) <> o.id THEN
		verdict := 'differs';
		PERFORM case_open('amount-differs', o.id, p_provider || ':' || p_ref, 'alarm',
		    jsonb_build_object('asked', money_json(p.amount, p.currency), 'askedCurrency', p.currency,
		        'came', money_json(p_minor, p_currency), 'currency', p_currency, 'orderSaid', p_order_said));
	ELSE
		PERFORM set_config('tshop.actor', p_provider, true);
		UPDATE payments x SET status = 'succeeded', provider_ref = coalesce(x.provider_ref, p_ref),
		    capture_ref = coalesce(nullif(p_charge, ''), x.capture_ref), captured_amount = p_minor,
		    decline_reason = NULL
		 WHERE x.id = p.id;
		PERFORM case_close('{capture-refused}', p.id::text);
		UPDATE orders x SET payment_intent_id = p_ref
		 WHERE x.id = o.id AND o.status = 'pending';
		verdict := CASE WHEN order_paid(o.id, p_hold_s) THEN 'paid' ELSE 'back' END;
		IF verdict = 'back' THEN
			PERFORM payment_back(p.id, 'The order had been ' || CASE o.status
			    WHEN 'cancelled' THEN 'cancelled.' ELSE 'paid already.' END);
		END IF;
	END IF;
END
$$;

-- Gives back the whole of one payment that its order has no use for.
CREATE OR REPLACE FUNCTION payment_back(p_payment uuid, p_reason text) RETURNS void
LANGUAGE sql AS $$
	WITH asked AS (
		INSERT INTO refunds (order_id, payment_id, key, amount, currency, reason)
		SELECT p.order_id, p.id, 'back-' || p.id, p.captured_amount, p.currency, p_reason
		  FROM payments p WHERE p.id = p_payment
		ON CONFLICT (key) DO NOTHING RETURNING id, order_id)
	SELECT job_ask('refund_payment', a.order_id, a.id, 'refund:' || a.id) FROM asked a
$$;

-- A provider's word on a refund, ours or one made at the provider itself.
-- What was given back may still fail days later; nothing else moves back.
CREATE OR REPLACE FUNCTION refund_heard(p_provider text, p_id_said text, p_ref text, p_intent text,
    p_charge text, p_minor bigint, p_currency text, p_status text, p_failure text,
    OUT verdict text, OUT order_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	p payments%ROWTYPE;
	r refunds%ROWTYPE;
	o orders%ROWTYPE;
	rank constant text[] := ARRAY['pending', 'requires_action', 'succeeded', 'canceled', 'failed'];
BEGIN
	SELECT x.* INTO p FROM payments x
	  LEFT JOIN refunds y ON y.payment_id = x.id AND (y.provider_ref = p_ref OR y.id = uuid_or_null(p_id_said))
	 WHERE x.provider = p_provider AND (y.id IS NOT NULL OR x.provider_ref = nullif(p_intent, '')
	    OR x.capture_ref = nullif(p_charge, ''))
	 ORDER BY y.id IS NULL LIMIT 1;
	SELECT x.* INTO o FROM orders x WHERE x.id = p.order_id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		verdict := 'foreign';
		RETURN;
	END IF;
	order_id := o.id;
	-- By its reference or our id; else one that waits for just that sum, where
	-- the provider does not tell our id.
	SELECT x.* INTO r FROM refunds x WHERE x.payment_id = p.id AND (x.provider_ref = p_ref
	    OR (x.provider_ref IS NULL AND (x.id = uuid_or_null(p_id_said)
	        OR (x.amount = p_minor AND x.status <> 'failed'
            AND (x.source = 'provider' OR p_provider = 'paypal')))))
	 ORDER BY x.provider_ref = p_ref DESC NULLS LAST, x.id = uuid_or_null(p_id_said) DESC NULLS LAST,
	    x.created_at LIMIT 1 FOR NO KEY UPDATE;
	PERFORM set_config('tshop.actor', p_provider, true);
	IF r.id IS NULL THEN
		IF p_status IN ('failed', 'canceled') OR p.status <> 'succeeded' THEN
			verdict := CASE p.status WHEN 'succeeded' THEN 'known' ELSE 'early' END;
			RETURN;
		ELSIF p_currency <> p.currency OR p_minor > p.captured_amount - (SELECT coalesce(sum(x.amount), 0)
		    FROM refunds x WHERE x.payment_id = p.id AND x.status NOT IN ('failed', 'canceled')) THEN
			verdict := 'differs';
			PERFORM case_open('refund-differs', o.id, p_provider || ':' || p_ref, 'alarm', jsonb_build_object(
			    'amount', money_json(p_minor, p_currency), 'currency', p_currency, 'paymentId', p.id));
			RETURN;
		END IF;
		INSERT INTO refunds (order_id, payment_id, key, provider_ref, amount, currency, status, source, requested_by)
		VALUES (o.id, p.id, p_provider || ':' || p_ref, p_ref, p_minor, p_currency, p_status, 'provider', p_provider)
		RETURNING * INTO r;
	ELSE
		IF r.provider_ref IS NULL THEN
			UPDATE refunds x SET provider_ref = p_ref WHERE x.id = r.id;
		END IF;
		IF (p_minor, p_currency) = (r.amount, r.currency) THEN
			PERFORM case_close('{refund-missing,refund-differs}', r.id::text);
		END IF;
		IF array_position(rank, p_status) <= array_position(rank, r.status) THEN
			verdict := 'known';
			RETURN;
		END IF;
		UPDATE refunds x SET status = p_status, failure = left(nullif(p_failure, ''), 255) WHERE x.id = r.id;
	END IF;
	verdict := refund_settle(o, r.id, p_status);
END
$$;

-- What a refund's new state means for its order.
CREATE OR REPLACE FUNCTION refund_settle(o orders, p_refund uuid, p_status text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	r refunds%ROWTYPE;
BEGIN
	SELECT * INTO r FROM refunds WHERE id = p_refund;
	IF p_status IN ('failed', 'canceled') THEN
		PERFORM case_open('refund-failed', o.id, r.id::text, 'alarm', jsonb_build_object(
		    'amount', money_json(r.amount, r.currency), 'currency', r.currency, 'failure', r.failure));
		RETURN 'failed';
	ELSIF p_status <> 'succeeded' THEN
		RETURN 'open';
	ELSIF NOT EXISTS (SELECT FROM refunds x WHERE x.payment_id = r.payment_id AND x.status = 'pending') THEN
		PERFORM case_close('{refund-stuck}', r.payment_id::text);
	END IF;
	INSERT INTO order_events (order_id, kind, actor, detail)
	VALUES (o.id, 'refund', left(r.requested_by, 100), jsonb_build_object(
	    'amount', money_json(r.amount, r.currency), 'currency', r.currency));
	PERFORM order_mail(o, 'order-refunded', 'mail:order-refunded:' || r.id, jsonb_build_object(
	    'amount', money_json(r.amount, r.currency)::text));
	RETURN CASE WHEN order_refunded(o.id) THEN 'refunded' ELSE 'partly' END;
END
$$;

-- The provider says how much of a charge has gone back in all.  What we do
-- not know of was given back there; or it has failed since, and the message
-- is late: then it has to be asked for (p_asked), and an answer is behind by
-- moments only.  When the sums agree, what was told of them before is over.
DROP FUNCTION IF EXISTS charge_heard(text, text, text, bigint, text);
CREATE OR REPLACE FUNCTION charge_heard(p_provider text, p_intent text, p_charge text, p_refunded bigint,
    p_currency text, p_asked boolean, OUT verdict text, OUT order_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	p payments%ROWTYPE;
	o orders%ROWTYPE;
	known bigint;
	done bigint;
	failed bigint;
	gone boolean;
	new_id uuid;
BEGIN
	SELECT x.order_id INTO order_id FROM payments x WHERE x.provider = p_provider
	   AND (x.provider_ref = nullif(p_intent, '') OR x.capture_ref = nullif(p_charge, '')) LIMIT 1;
	SELECT x.* INTO o FROM orders x WHERE x.id = order_id FOR NO KEY UPDATE;
	SELECT x.* INTO p FROM payments x WHERE x.order_id = o.id AND x.provider = p_provider
	   AND (x.provider_ref = nullif(p_intent, '') OR x.capture_ref = nullif(p_charge, ''))
	 LIMIT 1 FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		verdict := 'foreign';
		RETURN;
	END IF;
	SELECT coalesce(sum(r.amount) FILTER (WHERE r.status NOT IN ('failed', 'canceled')), 0),
	    coalesce(sum(r.amount) FILTER (WHERE r.status = 'succeeded'), 0),
	    coalesce(sum(r.amount) FILTER (WHERE r.status = 'failed' AND r.provider_ref IS NOT NULL
	        AND (NOT p_asked OR r.updated_at > now() - interval '5 minutes')), 0),
	    -- Those that have a name there are asked for by it.
	    coalesce(bool_or(r.provider_ref IS NULL AND r.updated_at < now() - interval '5 minutes')
	        FILTER (WHERE r.status = 'succeeded'), false)
	  INTO known, done, failed, gone FROM refunds r WHERE r.payment_id = p.id;
	IF p_asked AND gone AND p_refunded < done THEN
		verdict := 'differs';
		PERFORM charge_differs(p, p_refunded, p_currency);
	ELSIF p_refunded <= known THEN
		verdict := 'known';
	ELSIF p.status <> 'succeeded' OR failed > 0 THEN
		verdict := 'early'; -- the payment's own event has not come yet, or who knows
	ELSIF p_currency <> p.currency OR p_refunded > p.captured_amount THEN
		verdict := 'differs';
		PERFORM charge_differs(p, p_refunded, p_currency);
	ELSE
		PERFORM set_config('tshop.actor', p_provider, true);
		-- The same sum may be seen again, when one of ours that was on its way
		-- is dropped: rows never go, so their number makes a new key.
		INSERT INTO refunds (order_id, payment_id, key, amount, currency, status, source, requested_by)
		VALUES (o.id, p.id, format('%s:%s:%s:%s', p_provider, p_charge, p_refunded,
		    (SELECT count(*) FROM refunds r WHERE r.payment_id = p.id)), p_refunded - known,
		    p.currency, 'succeeded', 'provider', p_provider) RETURNING id INTO new_id;
		verdict := refund_settle(o, new_id, 'succeeded');
		done := done + p_refunded - known;
	END IF;
	IF p_asked AND p_refunded = done AND p_currency = p.currency THEN
		PERFORM case_close('{refund-differs}', c.key) FROM cases c
		 WHERE c.order_id = o.id AND c.kind = 'refund-differs' AND c.state = 'open'
		   AND c.detail ->> 'paymentId' = p.id::text;
	END IF;
END
$$;

-- As much has gone back of a payment there as cannot be, or not as here.
CREATE OR REPLACE FUNCTION charge_differs(p payments, p_refunded bigint, p_currency text) RETURNS void
LANGUAGE sql AS $$
	SELECT case_open('refund-differs', p.order_id, p.provider || ':' || coalesce(p.capture_ref, p.id::text),
	    'alarm', jsonb_build_object('refunded', money_json(p_refunded, p_currency), 'currency', p_currency,
	        'paymentId', p.id))
$$;

-- When an order that waits for its printer goes there.
CREATE OR REPLACE FUNCTION order_submit_at(p_order uuid, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
	UPDATE jobs SET run_at = p_at
	 WHERE order_id = p_order AND kind = 'submit_order' AND state = 'queued'
$$;

-- A dispute, or a review: the admin sees it, and nothing is printed while it
-- is open.
DROP FUNCTION IF EXISTS dispute_heard(text, text, text, text, bigint, text, text, text, boolean);
CREATE OR REPLACE FUNCTION dispute_heard(p_provider text, p_kind text, p_dispute text, p_intent text, p_charge text,
    p_minor bigint, p_currency text, p_status text, p_reason text, p_over boolean,
    OUT verdict text, OUT order_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
	p payments%ROWTYPE;
	about constant text := p_provider || ':' || p_dispute;
BEGIN
	SELECT x.order_id INTO order_id FROM payments x WHERE x.provider = p_provider
	   AND (x.provider_ref = nullif(p_intent, '') OR x.capture_ref = nullif(p_charge, '')) LIMIT 1;
	PERFORM FROM orders x WHERE x.id = order_id FOR NO KEY UPDATE;
	SELECT x.* INTO p FROM payments x WHERE x.order_id = dispute_heard.order_id AND x.provider = p_provider
	   AND (x.provider_ref = nullif(p_intent, '') OR x.capture_ref = nullif(p_charge, ''))
	 LIMIT 1 FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		verdict := 'foreign';
		RETURN;
	END IF;
	verdict := CASE WHEN p_over THEN 'over' ELSE 'open' END;
	INSERT INTO order_events (order_id, kind, actor, detail)
	VALUES (p.order_id, p_kind, p_provider, jsonb_build_object(p_kind, p_dispute, 'status', p_status,
	    'reason', p_reason));
	-- The end may be told before the beginning: what is over stays over.
	IF p_over THEN
		IF NOT case_close(ARRAY[p_kind], about, p_provider) THEN
			INSERT INTO cases (kind, order_id, key, severity, state, closed_at, closed_by, detail)
			VALUES (p_kind, p.order_id, about, 'alarm', 'closed', now(),
			    p_provider, jsonb_build_object('status', p_status, 'reason', p_reason));
		END IF;
		PERFORM dispute_release(p);
		RETURN;
	ELSIF NOT EXISTS (SELECT FROM cases c WHERE c.kind = p_kind AND c.key = about) THEN
		UPDATE payments x SET disputed_at = coalesce(x.disputed_at, now()) WHERE x.id = p.id;
		PERFORM order_submit_at(p.order_id, now() + interval '1 year');
		PERFORM case_open(p_kind, p.order_id, about, 'alarm', jsonb_build_object(
		    'amount', CASE WHEN p_minor > 0 THEN money_json(p_minor, p_currency)
		        ELSE money_json(p.amount, p.currency) END,
		    'currency', coalesce(nullif(p_currency, ''), p.currency), 'status', 'open',
		    'reason', p_reason, 'paymentId', p.id));
	END IF;
	-- Its money is lost once, however often that is told.
	UPDATE cases c SET detail = c.detail || jsonb_build_object('status', p_status)
	 WHERE c.kind = p_kind AND c.key = about AND c.closed_by IS DISTINCT FROM p_provider
	   AND c.detail ->> 'status' <> 'lost';
	IF FOUND AND p_kind = 'dispute' AND p_status = 'lost' AND p_currency = p.currency THEN
		UPDATE payments x SET lost_amount = least(x.captured_amount, x.lost_amount + p_minor)
		 WHERE x.id = p.id;
	END IF;
END
$$;

-- One of these about a payment is over: the payment is free when none goes on,
-- and its order when none of its payments is fought over.  Only the provider
-- ends a dispute: a case that an admin has closed still goes on there.
CREATE OR REPLACE FUNCTION dispute_release(p payments) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM cases c WHERE c.order_id = p.order_id AND c.kind IN ('dispute', 'review')
	    AND c.detail ->> 'paymentId' = p.id::text AND NOT EXISTS (SELECT FROM cases e
	        WHERE e.order_id = c.order_id AND e.kind = c.kind AND e.key = c.key AND e.closed_by = p.provider)) THEN
		RETURN;
	END IF;
	UPDATE payments x SET disputed_at = NULL WHERE x.id = p.id;
	IF NOT EXISTS (SELECT FROM payments x WHERE x.order_id = p.order_id AND x.disputed_at IS NOT NULL) THEN
		PERFORM order_submit_at(p.order_id, (SELECT greatest(o.hold_until, now()) FROM orders o
		    WHERE o.id = p.order_id));
	END IF;
END
$$;

-- Opens an attempt to pay, or finds the one that is open.  One with another
-- provider is given up first.
CREATE OR REPLACE FUNCTION payment_open(p_user uuid, p_order uuid, p_provider text) RETURNS payments
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
	p payments%ROWTYPE;
	new_id uuid := gen_random_uuid();
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order AND user_id = p_user FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF o.status <> 'pending' THEN
		RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INVALID_ORDER_STATE';
	END IF;
	SELECT * INTO p FROM payments WHERE order_id = o.id AND status NOT IN ('succeeded', 'canceled')
	   FOR NO KEY UPDATE;
	IF FOUND AND p.provider = p_provider THEN
		RETURN p;
	ELSIF FOUND THEN
		PERFORM payment_give_up(p);
	END IF;
	INSERT INTO payments (id, order_id, provider, attempt, idempotency_key, amount, currency)
	VALUES (new_id, o.id, p_provider, 1 + coalesce((SELECT max(x.attempt) FROM payments x
	    WHERE x.order_id = o.id), 0), 'pay-' || new_id, o.total_amount, o.currency)
	RETURNING * INTO p;
	RETURN p;
END
$$;

-- An attempt that shall not be paid any more: the provider is told by a job.
-- Money that comes all the same is still seen, and used or given back.
CREATE OR REPLACE FUNCTION payment_give_up(p payments) RETURNS void
LANGUAGE sql AS $$
	SELECT job_ask('cancel_intent', p.order_id, p.id, 'cancel_intent:' || p.id);
	UPDATE payments x SET status = 'canceled' WHERE x.id = p.id AND x.status <> 'succeeded'
$$;

-- Ends an order before production: null: none of theirs (p_user null: anybody's);
-- false: too late.  What was paid is given back by a job.
CREATE OR REPLACE FUNCTION order_cancel(p_user uuid, p_order uuid, p_reason text, p_actor text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
	p payments%ROWTYPE;
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order AND (p_user IS NULL OR user_id = p_user) FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF o.status NOT IN ('pending', 'paid') OR EXISTS (SELECT FROM fulfillments f
	    WHERE f.order_id = o.id AND f.status NOT IN ('failed', 'cancelled')) THEN
		RETURN false;
	END IF;
	PERFORM set_config('tshop.actor', p_actor, true);
	UPDATE orders SET status = 'cancelled', cancel_reason = p_reason WHERE id = o.id RETURNING * INTO o;
	FOR p IN SELECT * FROM payments WHERE order_id = o.id AND status NOT IN ('succeeded', 'canceled') LOOP
		PERFORM payment_give_up(p);
	END LOOP;
	IF o.paid_at IS NOT NULL THEN
		PERFORM order_refund_ask(o.id, NULL, p_reason, p_actor);
		PERFORM order_unreward(o);
		PERFORM order_mail(o, 'order-cancelled', 'mail:order-cancelled:' || o.id);
	END IF;
	RETURN true;
END
$$;

-- What an order was thought to cost us and to leave, in its own currency and
-- in the shop's at the rate of that day; null: nobody knew.
CREATE OR REPLACE FUNCTION order_cost_json(o orders) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	margin constant bigint := order_margin(o);
BEGIN
	RETURN CASE WHEN o.cost_estimate IS NOT NULL THEN jsonb_build_object(
	    'estimate', money_json(o.cost_estimate, o.currency),
	    'margin', money_json(margin, o.currency),
	    'baseEstimate', money_json(price_in_past(o.cost_estimate, o), shop_currency()),
	    'baseMargin', money_json(price_in_past(margin, o), shop_currency()),
	    'baseCurrency', shop_currency()) END;
END
$$;

-- An order as the admin sees it.
CREATE OR REPLACE FUNCTION order_admin_json(o orders) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT order_json(o)::jsonb || jsonb_build_object(
	    'user', (SELECT jsonb_build_object('id', u.id, 'email', u.email, 'firstName', u.first_name,
	        'lastName', u.last_name, 'tier', u.tier) FROM users u WHERE u.id = o.user_id),
	    'refundedAmount', money_json(o.refunded_amount, o.currency),
	    'exchangeRate', trim_scale(o.exchange_rate), 'taxInclusive', o.tax_inclusive,
	    'shippingMethod', o.shipping_method, 'couponCode', (SELECT c.code FROM coupons c WHERE c.id = o.coupon_id),
	    'cost', order_cost_json(o),
	    'cancelReason', o.cancel_reason, 'expiresAt', time_json(o.expires_at),
	    'paidAt', time_json(o.paid_at), 'cancelledAt', time_json(o.cancelled_at),
	    'refundedAt', time_json(o.refunded_at),
	    'events', (SELECT coalesce(jsonb_agg(order_event_json(e)::jsonb ORDER BY e.created_at, e.id), '[]')
	        FROM order_events e WHERE e.order_id = o.id),
	    'payments', (SELECT coalesce(jsonb_agg(payment_admin_json(p) ORDER BY p.attempt), '[]')
	        FROM payments p WHERE p.order_id = o.id),
	    'refunds', (SELECT coalesce(jsonb_agg(refund_json(r)::jsonb ORDER BY r.created_at, r.id), '[]')
	        FROM refunds r WHERE r.order_id = o.id),
	    'fulfillments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'attempt', f.attempt,
	        'provider', f.provider, 'orderId', f.provider_order_id, 'externalId', f.external_id,
	        'status', f.status, 'reason', f.reason, 'quotes', f.quotes,
	        'itemsCost', money_json(f.items_cost, f.cost_currency),
	        'shippingCost', money_json(f.shipping_cost, f.cost_currency),
	        'taxCost', money_json(f.tax_cost, f.cost_currency), 'costCurrency', f.cost_currency,
	        'createdAt', time_json(f.created_at), 'updatedAt', time_json(f.updated_at)) ORDER BY f.attempt), '[]')
	        FROM fulfillments f WHERE f.order_id = o.id),
	    'printFiles', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'orderItemId', x.order_item_id,
	        'provider', x.provider, 'placement', x.placement, 'technique', x.technique,
	        'sha256', encode(x.sha256, 'hex'), 'width', x.width, 'height', x.height, 'dpi', x.dpi)
	        ORDER BY i.position, x.provider), '[]')
	        FROM print_files x JOIN order_items i ON i.id = x.order_item_id WHERE i.order_id = o.id),
	    'cases', (SELECT coalesce(jsonb_agg(case_json(c)::jsonb ORDER BY c.created_at, c.id), '[]')
	        FROM cases c WHERE c.order_id = o.id)));
END
$$;

CREATE OR REPLACE FUNCTION payment_admin_json(p payments) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', p.id, 'provider', p.provider, 'attempt', p.attempt,
	    'intentId', p.provider_ref, 'captureId', p.capture_ref, 'status', p.status,
	    'amount', money_json(p.amount, p.currency), 'currency', p.currency,
	    'capturedAmount', money_json(p.captured_amount, p.currency),
	    'refundedAmount', money_json(p.refunded_amount, p.currency),
	    'lostAmount', money_json(p.lost_amount, p.currency),
	    'fee', money_json(p.fee_amount, p.fee_currency), 'feeCurrency', p.fee_currency,
	    'declineReason', p.decline_reason, 'disputedAt', time_json(p.disputed_at),
	    'createdAt', time_json(p.created_at), 'updatedAt', time_json(p.updated_at))
$$;

-- The admin gives money back: null: no such order; else an outcome's name.
CREATE OR REPLACE FUNCTION admin_refund(p_order uuid, p_amount bigint, p_reason text, p_admin text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
	captured bigint;
	rest bigint;
	asked bigint := 0;
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF o.paid_at IS NULL OR (o.status = 'refunded' AND o.refunded_amount >= o.total_amount) THEN
		-- What was given back may fail days later: then it is given again.
		RETURN 'INVALID_ORDER_STATE';
	END IF;
	SELECT coalesce(sum(p.captured_amount), 0), coalesce(sum(p.captured_amount - (
	    SELECT coalesce(sum(r.amount), 0) FROM refunds r
	     WHERE r.payment_id = p.id AND r.status NOT IN ('failed', 'canceled'))), 0)
	  INTO captured, rest FROM payments p WHERE p.order_id = o.id AND p.status = 'succeeded';
	IF p_amount > captured THEN
		RETURN 'VALIDATION_ERROR';
	ELSIF p_amount > rest OR (rest <= 0 AND o.total_amount > 0) THEN
		RETURN 'CONFLICT';
	END IF;
	PERFORM set_config('tshop.actor', left('admin:' || p_admin, 100), true);
	IF o.total_amount > 0 THEN
		asked := order_refund_ask(o.id, p_amount, p_reason, 'admin:' || p_admin);
	ELSIF o.status <> 'cancelled' THEN
		-- Nothing was paid, so nothing has to be waited for.
		UPDATE orders SET status = 'refunded' WHERE id = o.id RETURNING * INTO o;
		PERFORM order_unreward(o);
	END IF;
	INSERT INTO audit_log (admin, action, target, before, after)
	VALUES (left(p_admin, 100), 'order.refund', o.id::text,
	    jsonb_build_object('status', o.status, 'refundedAmount', money_json(o.refunded_amount, o.currency)),
	    jsonb_build_object('amount', money_json(asked, o.currency), 'currency', o.currency, 'reason', p_reason));
	RETURN 'OK';
END
$$;

-- The admin has an order submitted again, now.
CREATE OR REPLACE FUNCTION admin_retry_fulfillment(p_order uuid, p_admin text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF NOT fulfillment_rearm(p_order) THEN
		RETURN 'INVALID_ORDER_STATE';
	END IF;
	UPDATE jobs SET state = 'queued', attempts = 0, run_at = now(), last_error = NULL
	 WHERE order_id = o.id AND kind = 'render_order' AND state = 'dead';
	INSERT INTO audit_log (admin, action, target, before, after)
	VALUES (left(p_admin, 100), 'order.retry-fulfillment', o.id::text,
	    jsonb_build_object('status', o.status, 'fulfillmentStatus', (SELECT f.status FROM fulfillments f
	        WHERE f.order_id = o.id ORDER BY f.attempt DESC LIMIT 1)), NULL);
	RETURN 'OK';
END
$$;
