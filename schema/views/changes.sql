-- What a shopper may still change of an order that nobody has begun to make.
--
-- Replayed whole whenever it changes; nothing here holds data.
SET LOCAL check_function_bodies = off;

-- Is the order paid, in its change-of-mind window and at no printer?  With the
-- order's row locked this stays so: the decision for a printer takes the lock.
CREATE OR REPLACE FUNCTION order_may_change(o orders) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN o.status = 'paid' AND coalesce(o.hold_until > clock_timestamp(), false)
	   AND NOT EXISTS (SELECT FROM fulfillments f
	        WHERE f.order_id = o.id AND f.status NOT IN ('failed', 'cancelled'));
END
$$;

-- The variants that a shopper would rather have, [{id, variantId?, size?,
-- color?}] by line: {line: {variantId, variantLabel, more}}, where 'more' is
-- what the unit would cost above the line's; or why not.
CREATE OR REPLACE FUNCTION order_variants(o orders, wishes jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	chosen jsonb := '{}';
	wish record;
	i order_items%ROWTYPE;
	was product_variants%ROWTYPE;
	v product_variants%ROWTYPE;
	asked bigint;
	was_asked bigint;
BEGIN
	FOR wish IN SELECT w.*, format('items[%s].', w.n - 1) AS field
	    FROM ROWS FROM (jsonb_to_recordset(wishes) AS (id uuid, "variantId" uuid, size text, color text))
	    WITH ORDINALITY AS w (id, variant, size, color, n) LOOP
		SELECT * INTO i FROM order_items x WHERE x.id = wish.id AND x.order_id = o.id;
		IF NOT FOUND THEN
			RETURN refused('VALIDATION_ERROR', wish.field || 'id', 'unknown_reference');
		END IF;
		SELECT * INTO was FROM product_variants x WHERE x.id = i.variant_id;
		SELECT x.* INTO v FROM product_variants x
		 WHERE x.product_id = i.product_id AND CASE WHEN wish.variant IS NOT NULL THEN x.id = wish.variant
		    ELSE x.size IS NOT DISTINCT FROM coalesce(wish.size, was.size)
		     AND x.color IS NOT DISTINCT FROM coalesce(wish.color, was.color) END
		 ORDER BY x.available DESC, x.position, x.id LIMIT 1;
		IF NOT FOUND THEN
			RETURN refused('VALIDATION_ERROR', wish.field || 'variantId', 'unknown_reference');
		ELSIF v.id = i.variant_id THEN
			CONTINUE;
		END IF;
		asked := variant_price(v, o.currency);
		was_asked := variant_price(was, o.currency);
		IF NOT v.available OR asked IS NULL OR NOT (SELECT p.active FROM products p WHERE p.id = v.product_id) THEN
			RETURN refused('VARIANT_UNAVAILABLE');
		END IF;
		chosen := chosen || jsonb_build_object(i.id, jsonb_build_object('variantId', v.id,
		    'variantLabel', variant_label(v), 'was', i.variant_label,
		    'more', asked - coalesce(was_asked, i.unit_price)));
	END LOOP;
	RETURN chosen;
END
$$;

-- The lines of an order as they would be, for order_figures(): at their own
-- prices, but for what a chosen variant costs more.
CREATE OR REPLACE FUNCTION order_lines(p_order uuid, chosen jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT jsonb_agg(jsonb_build_object('position', l.n, 'productId', l.product_id,
	    'variantId', coalesce(l.new -> 'variantId', to_jsonb(l.variant_id)), 'designId', l.design_id,
	    'productName', l.product_name,
	    'variantLabel', coalesce(l.new ->> 'variantLabel', l.variant_label), 'category', l.category,
	    'quantity', l.quantity, 'unit', l.unit_price + coalesce((l.new ->> 'more')::bigint, 0)) ORDER BY l.n)
	  FROM (SELECT i.*, chosen -> i.id::text AS new, row_number() OVER (ORDER BY i.position, i.id) AS n
	          FROM order_items i WHERE i.order_id = p_order) l);
END
$$;

-- Changes where an order goes (null: where it does already) and the variants
-- of its lines, as long as no figure moves: {"order": id}, or why not.  Null:
-- none of theirs.
--
-- The figures are counted anew only if they can move: else a correction of a
-- street would fail because a tax rate has changed since.
CREATE OR REPLACE FUNCTION order_change(p_user uuid, p_order uuid, p_shipping jsonb, p_wishes jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	o orders%ROWTYPE;
	chosen jsonb;
	target jsonb;
	f jsonb;
BEGIN
	SELECT * INTO o FROM orders WHERE id = p_order AND user_id = p_user FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF NOT order_may_change(o) THEN
		RETURN refused('INVALID_ORDER_STATE');
	END IF;
	chosen := order_variants(o, p_wishes);
	IF chosen ? 'refused' THEN
		RETURN chosen;
	END IF;
	target := coalesce(p_shipping, o.shipping_address);
	IF (target -> 'country', target -> 'state') IS DISTINCT FROM
	   (o.shipping_address -> 'country', o.shipping_address -> 'state')
	   OR EXISTS (SELECT FROM jsonb_each(chosen) AS c WHERE c.value -> 'more' <> '0') THEN
		f := order_figures(order_lines(o.id, chosen), target ->> 'country', target ->> 'state',
		    o.shipping_method, (SELECT c FROM coupons c WHERE c.id = o.coupon_id), o.currency);
		IF f ? 'refused' THEN
			RETURN f;
		ELSIF ((f ->> 'subtotal')::bigint, (f ->> 'discount')::bigint, (f ->> 'tax')::bigint,
		    (f ->> 'shipping')::bigint, (f ->> 'total')::bigint) IS DISTINCT FROM
		    (o.subtotal, o.discount_amount, o.tax_amount, o.shipping_amount, o.total_amount) THEN
			RETURN refused('TOTAL_CHANGED') || jsonb_build_object('details', figures_json(f));
		END IF;
	END IF;

	UPDATE order_items i SET variant_id = (c.value ->> 'variantId')::uuid, variant_label = c.value ->> 'variantLabel'
	  FROM jsonb_each(chosen) AS c WHERE i.id = c.key::uuid AND i.order_id = o.id;
	IF target <> o.shipping_address OR chosen <> '{}' THEN
		UPDATE orders SET shipping_address = target,
		    cost_estimate = lines_cost(order_lines(o.id, '{}'), o.tier, o.currency) WHERE id = o.id;
		INSERT INTO order_events (order_id, kind, actor, detail)
		VALUES (o.id, 'changed', 'shopper', jsonb_build_object('address', target <> o.shipping_address,
		    'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.key, 'from', c.value -> 'was',
		        'to', c.value -> 'variantLabel')), '[]') FROM jsonb_each(chosen) AS c)));
	END IF;
	RETURN jsonb_build_object('order', o.id);
END
$$;
