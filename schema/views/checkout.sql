-- What a cart costs, and how it becomes an order.
--
-- Replayed whole whenever it changes; nothing here holds data.  Amounts are
-- minor units.  What is refused comes back as {"refused": outcome, "field",
-- "code"}, because the program has words for it; nothing has changed then.
SET LOCAL check_function_bodies = off;

-- Half up, to what the currency can be charged in.  The one rounding rule.
CREATE OR REPLACE FUNCTION money_round(amount numeric, step bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT (round(amount / step) * step)::bigint
$$;

CREATE OR REPLACE FUNCTION refused(p_outcome text, p_field text DEFAULT NULL, p_code text DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT jsonb_build_object('refused', p_outcome, 'field', p_field, 'code', p_code)
$$;

-- What a coupon takes off a subtotal, in its currency: at most all of it.
CREATE OR REPLACE FUNCTION coupon_discount(c coupons, subtotal bigint, wanted text, step bigint)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT least(subtotal, CASE c.kind
	    WHEN 'percent' THEN money_round(subtotal * c.percent / 100, step)
	    WHEN 'free_shipping' THEN 0
	    ELSE price_in(c.amount, c.currency, wanted) END)
$$;

-- May this user spend the coupon on a subtotal?  The trigger of coupon_uses
-- asks again when it is taken.
CREATE OR REPLACE FUNCTION coupon_serves(c coupons, p_user uuid, subtotal bigint, wanted text)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT c.active AND c.starts_at <= now() AND (c.expires_at IS NULL OR c.expires_at > now())
	   AND (c.user_id IS NULL OR c.user_id = p_user)
	   AND (c.max_uses IS NULL OR c.uses < c.max_uses)
	   AND (c.max_per_user IS NULL OR c.max_per_user > (SELECT count(*) FROM coupon_uses u
	        WHERE u.coupon_id = c.id AND u.user_id = p_user AND u.released_at IS NULL))
	   AND subtotal >= price_in(c.min_subtotal, shop_currency(), wanted));
END
$$;

-- What speaks against printing a design on a product; null: nothing.  A
-- warning is taken back by confirmWarnings, an error by nobody.
DROP FUNCTION IF EXISTS print_objections(designs, products, jsonb);
CREATE OR REPLACE FUNCTION print_objections(checks jsonb, technique text, custom jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	found constant jsonb := print_checks_for(checks, technique);
BEGIN
	RETURN CASE WHEN found @> '[{"severity": "error"}]'
	        OR (found <> '[]' AND (custom -> 'confirmWarnings') IS DISTINCT FROM 'true'::jsonb)
	    THEN found END;
END
$$;

-- Why a cart cannot be ordered as it is; null if it can.
CREATE OR REPLACE FUNCTION cart_refusal(p_owner uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT CASE
	    WHEN count(*) = 0 THEN refused('CART_EMPTY')
	    WHEN bool_or(NOT (p.active AND v.available)) THEN refused('VARIANT_UNAVAILABLE')
	    WHEN bool_or(i.design_id IS NULL
	        AND (p.design_constraints -> 'blankAllowed') IS DISTINCT FROM 'true'::jsonb)
	        THEN refused('VARIANT_UNAVAILABLE')
	    WHEN bool_or(i.design_id IS NOT NULL AND (d.id IS NULL OR d.deleted_at IS NOT NULL
	        OR d.status <> 'ready' OR NOT (d.public OR d.user_id = p_owner)))
	        THEN refused('DESIGN_NOT_READY')
	    WHEN count(print.objections) > 0 THEN refused('PRINT_NOT_READY') ||
	        jsonb_build_object('details', (jsonb_agg(print.objections)
	            FILTER (WHERE print.objections IS NOT NULL)) -> 0) END
	  FROM carts c
	  JOIN cart_items i ON i.cart_id = c.id
	  JOIN product_variants v ON v.id = i.variant_id
	  JOIN products p ON p.id = v.product_id
	  LEFT JOIN designs d ON d.id = i.design_id
	 CROSS JOIN LATERAL print_objections(d.print_checks, product_technique(p), i.customization_data) AS print (objections)
	 WHERE c.owner_id = p_owner);
END
$$;

-- The lines of a cart as an order would have them, before discount and tax.
CREATE OR REPLACE FUNCTION cart_lines(p_owner uuid, wanted text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT jsonb_agg(jsonb_build_object('position', l.n, 'productId', p.id, 'variantId', v.id,
	    'designId', d.id, 'productName', p.name, 'variantLabel', variant_label(v),
	    'category', p.category, 'imageUrl', coalesce(d.thumbnail_url, d.image_url),
	    'imageSha256', encode(CASE WHEN d.thumbnail_url IS NOT NULL THEN d.thumbnail_sha256
	        ELSE d.image_sha256 END, 'hex'),
	    'customization', l.customization_data, 'quantity', l.quantity,
	    'unit', x.price) ORDER BY l.n)
	  FROM (SELECT i.*, row_number() OVER (ORDER BY i.created_at, i.id) AS n
	          FROM cart_items i JOIN carts c ON c.id = i.cart_id WHERE c.owner_id = p_owner) l
	  JOIN product_variants v ON v.id = l.variant_id
	  JOIN products p ON p.id = v.product_id
	  LEFT JOIN designs d ON d.id = l.design_id
	 CROSS JOIN LATERAL variant_priced(v.id, v.product_id, v.price_adjustment,
	     p.base_price, p.currency, wanted) x);
END
$$;

-- Lines with the rates of the place that they go to.
CREATE OR REPLACE FUNCTION lines_at(lines jsonb, p_country text, p_state text, p_method text, wanted text)
RETURNS TABLE (n integer, line jsonb, quantity integer, unit bigint, total bigint, rate numeric,
    inclusive boolean, ships boolean, first_item bigint, further_item bigint, days_min integer,
    days_max integer)
LANGUAGE sql STABLE AS $$
	SELECT l.n, l.line, l.quantity, l.unit, l.unit * l.quantity, coalesce(t.rate, 0),
	    coalesce(t.inclusive, false), s.id IS NOT NULL, price_in(s.first_item, s.currency, wanted),
	    price_in(s.additional_item, s.currency, wanted), s.days_min, s.days_max
	  FROM (SELECT (x ->> 'position')::integer AS n, x AS line, (x ->> 'quantity')::integer AS quantity,
	            (x ->> 'unit')::bigint AS unit FROM jsonb_array_elements(lines) AS x) l
	  LEFT JOIN LATERAL tax_rate_for(p_country, p_state, l.line ->> 'category') t ON true
	  LEFT JOIN LATERAL shipping_rate_for(p_country, p_method, l.line ->> 'category') s ON true
$$;

-- The figures of an order of these lines, with a coupon or without (null).
-- Whatever counts an order asks here and nowhere else.
--
-- unit price   the catalogue's, converted and rounded once
-- discount     of the subtotal; spread over the lines by largest remainder
-- tax          per line on what is left of it, half up; on shipping where the
--              rate for any category says so; in the prices already if any
--              rate of the place says so
-- shipping     the dearest first item of the parcel, and each further one
CREATE OR REPLACE FUNCTION order_figures(lines jsonb, p_country text, p_state text, p_method text,
    c coupons, wanted text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	cur currencies%ROWTYPE;
	f record;
	place tax_rates%ROWTYPE;
	discount bigint := 0;
	shipping_tax bigint := 0;
	goods_tax bigint;
	counted jsonb;
BEGIN
	SELECT * INTO cur FROM currencies WHERE code = wanted;
	SELECT * INTO place FROM tax_rate_for(p_country, p_state, '');
	SELECT sum(l.total)::bigint AS subtotal, bool_and(l.ships) AS ships,
	    (max(l.first_item - l.further_item) + sum(l.further_item * l.quantity))::bigint AS shipping,
	    bool_or(l.inclusive) OR coalesce(place.inclusive, false) AS inclusive, bool_or(l.unit IS NULL) AS priceless,
	    max(l.days_min) AS days_min, max(l.days_max) AS days_max
	  INTO f FROM lines_at(lines, p_country, p_state, p_method, wanted) l;
	IF f.priceless THEN
		RETURN refused('VALIDATION_ERROR', 'currency', 'enum');
	ELSIF NOT f.ships THEN
		RETURN refused('VALIDATION_ERROR', CASE p_method WHEN 'standard'
		    THEN 'shippingAddress.country' ELSE 'shippingMethod' END, 'unknown_reference');
	END IF;

	IF c.id IS NOT NULL THEN
		discount := coupon_discount(c, f.subtotal, wanted, cur.step);
		IF c.kind = 'free_shipping' THEN
			f.shipping := 0;
		END IF;
	END IF;

	IF place.on_shipping THEN
		shipping_tax := money_round(f.shipping * place.rate
		    / CASE WHEN f.inclusive THEN 1 + place.rate ELSE 1 END, cur.step);
	END IF;

	WITH shares AS (
		SELECT l.*, CASE WHEN f.subtotal > 0
		        THEN trunc(discount::numeric * l.total / f.subtotal / cur.step) * cur.step
		        ELSE 0 END AS share,
		    CASE WHEN f.subtotal > 0
		        THEN (discount::numeric * l.total / cur.step) % f.subtotal ELSE 0 END AS remainder
		  FROM lines_at(lines, p_country, p_state, p_method, wanted) l
	), spread AS (
		SELECT s.*, (s.share + CASE WHEN row_number() OVER (ORDER BY s.remainder DESC, s.n)
		        <= (discount - sum(s.share) OVER ()) / cur.step THEN cur.step ELSE 0 END)::bigint AS off
		  FROM shares s
	), taxed AS (
		SELECT s.*, money_round((s.total - s.off) * s.rate
		    / CASE WHEN f.inclusive THEN 1 + s.rate ELSE 1 END, cur.step) AS tax
		  FROM spread s
	)
	SELECT sum(t.tax)::bigint, jsonb_agg(t.line || jsonb_build_object(
	    'total', t.total, 'discount', t.off, 'tax', t.tax) ORDER BY t.n)
	  INTO goods_tax, counted FROM taxed t;

	RETURN jsonb_build_object('currency', wanted, 'inclusive', f.inclusive,
	    'subtotal', f.subtotal, 'discount', discount, 'tax', goods_tax + shipping_tax,
	    'shipping', f.shipping, 'total', f.subtotal - discount + f.shipping
	        + CASE WHEN f.inclusive THEN 0 ELSE goods_tax + shipping_tax END,
	    'couponId', c.id, 'couponCode', c.code, 'method', p_method,
	    'daysMin', f.days_min, 'daysMax', f.days_max, 'lines', counted);
END
$$;

-- What it would cost us to have lines made: at Printful for premium, at
-- whoever asks less for others, as jobs/print_route.c chooses.  Shipping is not
-- in it: it has a price of its own.  Null: nobody that we know of makes them
-- all.
CREATE OR REPLACE FUNCTION lines_cost(lines jsonb, p_tier text, wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT m.cost FROM (
	    SELECT v.provider, sum(price_in(v.cost * l.quantity, v.currency, wanted))::bigint AS cost,
	        count(*) AS made
	      FROM jsonb_to_recordset(lines) AS l ("variantId" uuid, quantity integer)
	      JOIN provider_variants v ON v.variant_id = l."variantId" AND v.available
	     GROUP BY v.provider) m
	 WHERE m.made = jsonb_array_length(lines)
	 ORDER BY p_tier = 'premium' AND m.provider = 'printful' DESC, m.cost LIMIT 1);
END
$$;

-- What the goods of an order leave us: net of discount, tax and their cost.
CREATE OR REPLACE FUNCTION figures_margin(f jsonb) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (f ->> 'subtotal')::bigint - (f ->> 'discount')::bigint - (f ->> 'cost')::bigint
	    - CASE WHEN (f ->> 'inclusive')::boolean THEN (SELECT sum((l ->> 'tax')::bigint)
	        FROM jsonb_array_elements(f -> 'lines') AS l) ELSE 0 END;
END
$$;

-- The same of an order that stands; null: the cost was unknown.
CREATE OR REPLACE FUNCTION order_margin(o orders) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN o.subtotal - o.discount_amount - o.cost_estimate - CASE WHEN o.tax_inclusive
	    THEN (SELECT sum(i.tax_amount) FROM order_items i WHERE i.order_id = o.id)::bigint ELSE 0 END;
END
$$;

-- The figures of the order that a cart would make; quote and create both ask
-- here.  A cart that would be made at a loss is refused if the shop wants so.
CREATE OR REPLACE FUNCTION cart_figures(p_owner uuid, p_country text, p_state text, p_method text,
    p_coupon text, wanted text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	c coupons%ROWTYPE;
	refusal jsonb := cart_refusal(p_owner);
	lines jsonb;
	f jsonb;
BEGIN
	IF refusal IS NOT NULL THEN
		RETURN refusal;
	END IF;
	lines := cart_lines(p_owner, wanted);
	IF p_coupon IS NOT NULL THEN
		SELECT * INTO c FROM coupons WHERE code = upper(p_coupon);
		IF NOT FOUND OR NOT coupon_serves(c, p_owner, (SELECT sum(l.unit * l.quantity)::bigint
		    FROM jsonb_to_recordset(lines) AS l (unit bigint, quantity integer)), wanted) THEN
			RETURN refused('VALIDATION_ERROR', 'couponCode', 'unknown_reference');
		END IF;
	END IF;
	f := order_figures(lines, p_country, p_state, p_method, c, wanted);
	IF f ? 'refused' THEN
		RETURN f;
	END IF;
	f := f || jsonb_build_object('cost',
	    lines_cost(lines, (SELECT u.tier FROM users u WHERE u.id = p_owner), wanted));
	IF current_setting('tshop.refuse_loss', true) = 'on' AND figures_margin(f) < 0 THEN
		RETURN refused('CONFLICT');
	END IF;
	RETURN f;
END
$$;

-- The figures as the API shows them.
CREATE OR REPLACE FUNCTION figures_json(f jsonb) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('currency', cur,
	    'subtotal', money_json((f ->> 'subtotal')::bigint, cur),
	    'discountAmount', money_json((f ->> 'discount')::bigint, cur),
	    'taxAmount', money_json((f ->> 'tax')::bigint, cur),
	    'taxInclusive', (f ->> 'inclusive')::boolean,
	    'shippingAmount', money_json((f ->> 'shipping')::bigint, cur),
	    'totalAmount', money_json((f ->> 'total')::bigint, cur),
	    'shippingMethod', f -> 'method', 'couponCode', f -> 'couponCode',
	    'deliveryDays', json_build_object('min', f -> 'daysMin', 'max', f -> 'daysMax'),
	    'items', (SELECT json_agg(json_build_object('productId', l -> 'productId',
	        'variantId', l -> 'variantId', 'designId', l -> 'designId',
	        'productName', l -> 'productName', 'variantLabel', l -> 'variantLabel',
	        'quantity', l -> 'quantity', 'unitPrice', money_json((l ->> 'unit')::bigint, cur),
	        'totalPrice', money_json((l ->> 'total')::bigint, cur))
	        ORDER BY (l ->> 'position')::integer)
	      FROM jsonb_array_elements(f -> 'lines') l))
	  FROM (SELECT f ->> 'currency') x (cur));
END
$$;

-- The lines of the figures as rows of an order, with what keeps their picture.
CREATE OR REPLACE FUNCTION order_lines_add(p_order uuid, f jsonb) RETURNS void
LANGUAGE sql AS $$
	WITH added AS (
		INSERT INTO order_items (order_id, position, product_id, variant_id, design_id,
		    product_name, variant_label, category, design_image_url, design_image_sha256,
		    quantity, unit_price, total_price, discount_amount, tax_amount, customization_data)
		SELECT p_order, l.position, l."productId", l."variantId", l."designId",
		    l."productName", l."variantLabel", l.category, l."imageUrl",
		    decode(l."imageSha256", 'hex'), l.quantity, l.unit, l.total, l.discount, l.tax,
		    nullif(l.customization, 'null'::jsonb)
		  FROM jsonb_to_recordset(f -> 'lines') AS l (position integer, "productId" uuid,
		    "variantId" uuid, "designId" uuid, "productName" text, "variantLabel" text,
		    category text, "imageUrl" text, "imageSha256" text, customization jsonb,
		    quantity integer, unit bigint, total bigint, discount bigint, tax bigint)
		RETURNING id, design_id, design_image_sha256),
	ordered AS (
		INSERT INTO order_canvases (order_item_id, revision, canvas)
		SELECT a.id, d.revision, d.design_data FROM added a JOIN designs d ON d.id = a.design_id
		 WHERE d.design_data IS NOT NULL
		RETURNING order_item_id, canvas)
	INSERT INTO media_refs (sha256, kind, ref)
	SELECT a.design_image_sha256, 'order_item', a.id FROM added a
	 WHERE a.design_image_sha256 IS NOT NULL
	UNION
	SELECT m.sha256, 'order_item', o.order_item_id
	  FROM ordered o CROSS JOIN canvas_pictures(o.canvas) AS p (sha256) JOIN media m USING (sha256)
	ON CONFLICT DO NOTHING
$$;

-- Makes an order of the cart: {"order": id}, or why not.  Whoever comes second
-- waits for the cart's row, and finds it empty.
CREATE OR REPLACE FUNCTION order_create(p_order uuid, p_user uuid, p_shipping jsonb, p_billing jsonb,
    p_method text, p_coupon text, wanted text, p_vat text, p_expected bigint, p_hold_s integer,
    p_unpaid_s integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	cart carts%ROWTYPE;
	f jsonb;
	total bigint;
BEGIN
	SELECT * INTO cart FROM carts WHERE user_id = p_user FOR UPDATE;
	f := cart_figures(p_user, p_shipping ->> 'country', p_shipping ->> 'state', p_method,
	    p_coupon, wanted);
	IF f ? 'refused' THEN
		RETURN f;
	END IF;
	total := (f ->> 'total')::bigint;
	IF total <> p_expected THEN
		RETURN refused('TOTAL_CHANGED') || jsonb_build_object('details', figures_json(f));
	ELSIF total > 0 AND total < (SELECT min_charge FROM currencies WHERE code = wanted) THEN
		RETURN refused('AMOUNT_TOO_SMALL');
	END IF;

	PERFORM set_config('tshop.actor', 'shopper', true);
	INSERT INTO orders (id, user_id, currency, subtotal, discount_amount, tax_amount, tax_inclusive,
	    shipping_amount, total_amount, cost_estimate, vat_number, exchange_rate, shipping_method,
	    coupon_id, tier, email, cart_id, cart_version, shipping_address, billing_address, expires_at)
	SELECT p_order, u.id, wanted, (f ->> 'subtotal')::bigint, (f ->> 'discount')::bigint,
	    (f ->> 'tax')::bigint, (f ->> 'inclusive')::boolean, (f ->> 'shipping')::bigint, total,
	    (f ->> 'cost')::bigint, p_vat,
	    (SELECT r.rate FROM exchange_rates r WHERE r.currency = wanted), p_method,
	    (f ->> 'couponId')::uuid, u.tier, u.email, cart.id, cart.version, p_shipping, p_billing,
	    now() + make_interval(secs => p_unpaid_s)
	  FROM users u WHERE u.id = p_user;
	PERFORM order_lines_add(p_order, f);
	IF f ->> 'couponId' IS NOT NULL THEN
		INSERT INTO coupon_uses (coupon_id, order_id, user_id, amount)
		VALUES ((f ->> 'couponId')::uuid, p_order, p_user, (f ->> 'discount')::bigint);
	END IF;
	DELETE FROM cart_items WHERE cart_id = cart.id;
	UPDATE carts SET version = version + 1 WHERE id = cart.id;

	IF EXISTS (SELECT FROM order_items WHERE order_id = p_order AND design_id IS NOT NULL) THEN
		PERFORM job_ask('render_order', p_order, NULL, 'render:' || p_order);
	END IF;
	IF total = 0 THEN
		INSERT INTO payments (order_id, provider, idempotency_key, amount, currency, status)
		VALUES (p_order, 'none', 'none-' || p_order, 0, wanted, 'succeeded');
		PERFORM order_paid(p_order, p_hold_s);
	END IF;
	RETURN jsonb_build_object('order', p_order);
END
$$;

-- What an order is of, for whoever compares two.
CREATE OR REPLACE FUNCTION order_lines_key(p_order uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT string_agg(k.key || ' ' || i.quantity, ';' ORDER BY k.key)
	  FROM order_items i
	 CROSS JOIN LATERAL (SELECT concat_ws('/', i.variant_id, coalesce(i.design_id::text, '-'),
	     cart_custom_key(i.customization_data))) AS k (key)
	 WHERE i.order_id = p_order);
END
$$;

-- Orders of the same person for the same things at the same price that were
-- made within the half hour and are not paid: perhaps a page has failed, and
-- the shopper begins anew.  Null: there are none.  Volatile, to see the order.
CREATE OR REPLACE FUNCTION order_similar(p_order uuid) RETURNS json
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_agg(json_build_object('id', o.id, 'orderNumber', o.order_number,
	    'payment', order_payment_json(o.id), 'createdAt', time_json(o.created_at))
	    ORDER BY o.created_at DESC, o.id)
	  FROM orders n JOIN orders o ON o.user_id = n.user_id AND o.status = 'pending' AND o.id <> n.id
	   AND (o.currency, o.total_amount) = (n.currency, n.total_amount)
	   AND o.created_at > now() - interval '30 minutes'
	 WHERE n.id = p_order AND n.status = 'pending'
	   AND order_lines_key(o.id) = order_lines_key(n.id));
END
$$;

-- Puts the lines of an order back into its owner's cart, as far as they are
-- still sold: what was left, [{productName, variantLabel, quantity, reason}].
CREATE OR REPLACE FUNCTION order_reorder(p_user uuid, p_order uuid, p_lines integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	cart uuid;
	remains jsonb := '[]';
	refusal text;
	i order_items%ROWTYPE;
BEGIN
	PERFORM FROM orders WHERE id = p_order AND user_id = p_user;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	cart := (cart_claim(p_user)).id;
	FOR i IN SELECT * FROM order_items x WHERE x.order_id = p_order ORDER BY x.position, x.id LOOP
		refusal := (SELECT k.refusal FROM cart_line_checked(p_user, i.product_id, i.variant_id, i.design_id,
		    i.customization_data, i.design_image_url IS NOT NULL AND i.design_id IS NULL) k);
		IF refusal IS NULL THEN
			refusal := (cart_put(cart, i.product_id, i.variant_id, i.design_id, i.quantity,
			    i.customization_data, p_lines)).refusal;
		END IF;
		IF refusal IS NOT NULL THEN
			remains := remains || (cart_line_told(i.product_name, i.variant_label, i.quantity)
			    || jsonb_build_object('reason', split_part(refusal, '/', 1)));
		END IF;
	END LOOP;
	RETURN remains;
END
$$;
