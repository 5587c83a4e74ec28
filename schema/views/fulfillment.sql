-- What a printer's word means for an order.
--
-- Replayed whole whenever it changes; nothing here holds data.  Submission,
-- webhook and poll all end in fulfillment_apply(), so that an order is shipped
-- in one way only.  The order's row is locked first, always.
SET LOCAL check_function_bodies = off;

-- How far a fulfilment is; it never goes back.  Being on hold is beside the
-- way, as far as acceptance.
CREATE OR REPLACE FUNCTION fulfillment_rank(status text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE status WHEN 'planned' THEN 0 WHEN 'submitting' THEN 1
	    WHEN 'unknown' THEN 1 WHEN 'draft' THEN 2 WHEN 'accepted' THEN 3
	    WHEN 'on_hold' THEN 3 WHEN 'in_production' THEN 4 WHEN 'fulfilled' THEN 5
	    WHEN 'partial' THEN 6 WHEN 'shipped' THEN 7 WHEN 'delivered' THEN 8
	    WHEN 'returned' THEN 9 ELSE 10 END
$$;

-- May a fulfilment go from one status to the other?  What failed may be
-- revived by the printer; what shipped can neither fail nor be cancelled.
CREATE OR REPLACE FUNCTION fulfillment_may(was text, wanted text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE
	    WHEN was = wanted OR wanted = 'unknown' OR was = 'cancelled' THEN false
	    WHEN wanted IN ('failed', 'cancelled') THEN was = 'failed' OR fulfillment_rank(was) < 6
	    WHEN was = 'failed' THEN fulfillment_rank(wanted) >= 3
	    WHEN wanted = 'on_hold' THEN fulfillment_rank(was) IN (3, 4)
	    WHEN was = 'on_hold' THEN fulfillment_rank(wanted) >= 3
	    ELSE fulfillment_rank(wanted) > fulfillment_rank(was) END
$$;

-- The file that is printed, at an address that stays open for two months at
-- least: printers fetch late.  Always the private one: what happens to be
-- public as well may be closed meanwhile.
CREATE OR REPLACE FUNCTION print_file_url(p_sha256 bytea) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT media_url(media_path(m.sha256, m.mime), false,
	    ((floor(extract(epoch FROM now()) / 2592000) + 3) * 2592000)::bigint)
	  FROM media m WHERE m.sha256 = p_sha256);
END
$$;

-- The parcels a printer tells of, [{ref,carrier,service,number,url,shipped,
-- delivered,returned,withdrawn}], seconds since 1970.  What is known is only
-- added to; one that never left is none.
CREATE OR REPLACE FUNCTION parcels_apply(f fulfillments, p_parcels jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	p record;
	known uuid;
BEGIN
	FOR p IN SELECT left(x.ref, 255) AS ref, left(nullif(x.carrier, ''), 100) AS carrier,
	        left(nullif(x.service, ''), 100) AS service, left(nullif(x.number, ''), 100) AS number,
	        left(nullif(x.url, ''), 2048) AS url, to_timestamp(nullif(x.shipped, 0)) AS shipped,
	        to_timestamp(nullif(x.delivered, 0)) AS delivered,
	        CASE WHEN x.withdrawn THEN 'cancelled' WHEN x.returned THEN 'returned'
	            WHEN x.delivered > 0 THEN 'delivered' ELSE 'shipped' END AS status
	    FROM jsonb_to_recordset(p_parcels) AS x (ref text, carrier text, service text,
	        number text, url text, shipped bigint, delivered bigint, returned boolean, withdrawn boolean)
	    WHERE x.ref <> '' LOOP
		-- A parcel that an event named otherwise than the order does has its
		-- tracking number all the same.
		SELECT s.id INTO known FROM shipments s
		 WHERE s.fulfillment_id = f.id AND (s.provider_ref = p.ref OR s.tracking_number = p.number)
		 ORDER BY s.provider_ref = p.ref DESC LIMIT 1;
		IF known IS NULL THEN
			CONTINUE WHEN p.status = 'cancelled';
			INSERT INTO shipments (order_id, fulfillment_id, provider, provider_ref, carrier, service,
			    tracking_number, tracking_url, status, shipped_at, delivered_at)
			VALUES (f.order_id, f.id, f.provider, p.ref, p.carrier, p.service, p.number, p.url,
			    p.status, coalesce(p.shipped, now()), p.delivered)
			ON CONFLICT (provider, provider_ref) DO NOTHING;
			INSERT INTO order_events (order_id, kind, actor, detail)
			VALUES (f.order_id, 'parcel', f.provider, jsonb_strip_nulls(jsonb_build_object(
			    'carrier', p.carrier, 'trackingNumber', p.number, 'trackingUrl', p.url)));
			CONTINUE;
		END IF;
		UPDATE shipments s SET carrier = coalesce(p.carrier, s.carrier),
		    service = coalesce(p.service, s.service),
		    tracking_number = coalesce(p.number, s.tracking_number),
		    tracking_url = coalesce(p.url, s.tracking_url),
		    shipped_at = coalesce(p.shipped, s.shipped_at),
		    delivered_at = coalesce(s.delivered_at, p.delivered),
		    status = CASE WHEN p.status = 'shipped' OR s.status = 'returned'
		        OR p.status = 'cancelled' AND s.status = 'delivered' THEN s.status
		        ELSE p.status END
		 WHERE s.id = known;
	END LOOP;
END
$$;

-- A case for each trouble, closed again when it is over.
CREATE OR REPLACE FUNCTION fulfillment_cases(o orders, f fulfillments, was text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF f.status = 'on_hold' THEN
		PERFORM case_open('print_on_hold', o.id, f.id::text, 'warning', jsonb_build_object(
		    'provider', f.provider, 'orderId', f.provider_order_id, 'reason', f.reason));
	ELSIF f.status IN ('failed', 'cancelled') AND o.status NOT IN ('cancelled', 'refunded') THEN
		PERFORM case_open('print_' || f.status, o.id, f.id::text, 'alarm', jsonb_build_object(
		    'provider', f.provider, 'orderId', f.provider_order_id, 'reason', f.reason));
	ELSIF f.status = 'returned' THEN
		PERFORM case_open('print_returned', o.id, f.id::text, 'warning', jsonb_build_object(
		    'provider', f.provider, 'orderId', f.provider_order_id));
	END IF;
	UPDATE cases SET state = 'closed', closed_at = now(), closed_by = 'system'
	 WHERE state = 'open' AND key = f.id::text AND order_id = o.id
	   AND kind IN ('print_on_hold', 'print_failed') AND kind <> 'print_' || f.status;
END
$$;

-- The letters that follow, each once for an order.
CREATE OR REPLACE FUNCTION fulfillment_mails(o orders, f fulfillments, moved_from text, was text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	way constant text[] := ARRAY['paid', 'processing', 'fulfilled', 'shipped', 'delivered'];
	first integer := coalesce(array_position(way, moved_from), 9);
	last integer := coalesce(array_position(way, o.status), 0);
	parcel jsonb;
BEGIN
	SELECT jsonb_build_object('carrier', coalesce(s.carrier, ''),
	    'trackingNumber', coalesce(s.tracking_number, ''),
	    'trackingUrl', coalesce(s.tracking_url, '')) INTO parcel
	  FROM shipments s WHERE s.fulfillment_id = f.id AND s.status <> 'cancelled'
	 ORDER BY s.created_at, s.id LIMIT 1;
	parcel := coalesce(parcel, '{"carrier": "", "trackingNumber": "", "trackingUrl": ""}');
	IF first < 2 AND last >= 2 THEN
		PERFORM order_mail(o, 'order-in-production', 'mail:order-in-production:' || o.id);
	END IF;
	IF first < 4 AND last >= 4 THEN
		PERFORM order_mail(o, 'order-shipped', 'mail:order-shipped:' || o.id, parcel);
	END IF;
	IF first < 5 AND last >= 5 THEN
		PERFORM order_mail(o, 'order-delivered', 'mail:order-delivered:' || o.id, parcel);
	END IF;
	IF f.status IN ('failed', 'cancelled', 'returned') AND was <> f.status
	    AND o.status NOT IN ('cancelled', 'refunded') THEN
		PERFORM order_mail(o, 'order-problem', 'mail:order-problem:' || f.id);
	END IF;
END
$$;

-- The printer's word on one of our fulfilments, whoever heard it.  Late and
-- repeated words change nothing; one that is ahead walks every step between.
CREATE OR REPLACE FUNCTION fulfillment_apply(p_fulfillment uuid, p_provider_order text, p_status text,
    p_reason text, p_items bigint, p_shipping bigint, p_tax bigint, p_currency text,
    p_parcels jsonb, OUT was text, OUT is_now text, OUT order_status text)
LANGUAGE plpgsql AS $$
DECLARE
	way constant text[] := ARRAY['paid', 'processing', 'fulfilled', 'shipped', 'delivered'];
	o orders%ROWTYPE;
	f fulfillments%ROWTYPE;
	wanted text := p_status;
	moved_from text;
	step integer;
	target integer;
BEGIN
	SELECT x.* INTO o FROM orders x WHERE x.id = (SELECT y.order_id FROM fulfillments y
	    WHERE y.id = p_fulfillment) FOR NO KEY UPDATE;
	SELECT x.* INTO f FROM fulfillments x WHERE x.id = p_fulfillment FOR NO KEY UPDATE;
	PERFORM set_config('tshop.actor', f.provider, true);
	PERFORM parcels_apply(f, p_parcels);
	IF wanted = 'shipped' AND NOT EXISTS (SELECT FROM shipments s WHERE s.fulfillment_id = f.id
	        AND s.status NOT IN ('delivered', 'cancelled'))
	    AND EXISTS (SELECT FROM shipments s WHERE s.fulfillment_id = f.id AND s.status = 'delivered') THEN
		wanted := 'delivered';
	END IF;

	was := f.status;
	is_now := CASE WHEN fulfillment_may(was, wanted) THEN wanted ELSE was END;
	-- A failed one cannot come back beside another that lives.
	IF was = 'failed' AND is_now NOT IN ('failed', 'cancelled') AND EXISTS (SELECT FROM fulfillments x
	    WHERE x.order_id = o.id AND x.id <> f.id AND x.status NOT IN ('failed', 'cancelled')) THEN
		is_now := was;
		PERFORM case_open('print_twice', o.id, f.id::text, 'alarm', jsonb_build_object(
		    'provider', f.provider, 'orderId', f.provider_order_id));
	END IF;
	UPDATE fulfillments x SET status = is_now,
	    provider_order_id = coalesce(x.provider_order_id, nullif(p_provider_order, '')),
	    reason = CASE WHEN is_now IN ('failed', 'cancelled', 'on_hold') AND is_now <> was
	        THEN left(coalesce(nullif(p_reason, ''), x.reason), 500) ELSE x.reason END,
	    items_cost = coalesce(p_items, x.items_cost), shipping_cost = coalesce(p_shipping, x.shipping_cost),
	    tax_cost = coalesce(p_tax, x.tax_cost), cost_currency = coalesce(p_currency, x.cost_currency)
	 WHERE x.id = f.id RETURNING * INTO f;
	UPDATE orders x SET fulfillment_provider = f.provider, fulfillment_order_id = f.provider_order_id,
	    fulfillment_status = f.status, tracking_number = coalesce(x.tracking_number,
	        (SELECT s.tracking_number FROM shipments s WHERE s.fulfillment_id = f.id
	            AND s.tracking_number IS NOT NULL ORDER BY s.created_at, s.id LIMIT 1))
	 WHERE x.id = o.id RETURNING * INTO o;

	moved_from := o.status;
	step := array_position(way, o.status);
	target := CASE f.status WHEN 'accepted' THEN 2 WHEN 'on_hold' THEN 2 WHEN 'in_production' THEN 2
	    WHEN 'fulfilled' THEN 3 WHEN 'partial' THEN 4 WHEN 'shipped' THEN 4 WHEN 'returned' THEN 4
	    WHEN 'delivered' THEN 5 ELSE 0 END;
	WHILE step < target LOOP
		step := step + 1;
		UPDATE orders x SET status = way[step] WHERE x.id = o.id RETURNING * INTO o;
	END LOOP;
	order_status := o.status;
	PERFORM fulfillment_cases(o, f, was);
	PERFORM fulfillment_mails(o, f, moved_from, was);
END
$$;

-- Asks once more for an order to be printed: false if its state forbids that.
CREATE OR REPLACE FUNCTION fulfillment_rearm(p_order uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order FOR NO KEY UPDATE;
	IF NOT FOUND OR o.status NOT IN ('paid', 'processing') OR EXISTS (SELECT FROM fulfillments f
	    WHERE f.order_id = o.id AND fulfillment_rank(f.status) BETWEEN 3 AND 9) THEN
		RETURN false;
	END IF;
	INSERT INTO jobs (kind, order_id, payload, dedupe_key)
	VALUES ('submit_order', o.id, '{"retry": true}', 'submit:' || o.id)
	ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO UPDATE
	   SET state = 'queued', attempts = 0, run_at = now(), payload = excluded.payload
	 WHERE jobs.state <> 'running';
	UPDATE orders SET hold_until = now() WHERE id = o.id AND hold_until > now();
	RETURN true;
END
$$;

-- Paid orders that nobody prints: their job is gone, or was never written.
CREATE OR REPLACE FUNCTION fulfillment_missing() RETURNS SETOF uuid
LANGUAGE sql AS $$
	INSERT INTO jobs (kind, order_id, dedupe_key)
	SELECT 'submit_order', o.id, 'submit:' || o.id FROM orders o
	 WHERE o.status = 'paid' AND o.paid_at < now() - interval '10 minutes'
	   AND (o.hold_until IS NULL OR o.hold_until < now())
	   AND NOT EXISTS (SELECT FROM jobs j WHERE j.order_id = o.id AND j.kind = 'submit_order'
	       AND j.state <> 'done')
	 ORDER BY o.created_at LIMIT 100
	ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO UPDATE
	   SET state = 'queued', attempts = 0, run_at = now() WHERE jobs.state = 'done'
	RETURNING order_id
$$;
