-- Carts as the API shows them, and what may be put into them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- What a cart is counted in: the user's preferred currency, or what the guest
-- has asked for, where the shop sells in it; else the shop's own.
CREATE OR REPLACE FUNCTION cart_currency(p_owner uuid) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN currency_or_own(coalesce((SELECT f.preferred_currency FROM user_profiles f WHERE f.user_id = p_owner),
	    (SELECT c.currency FROM carts c WHERE c.owner_id = p_owner AND c.user_id IS NULL)));
END
$$;

-- The lines of a cart, each as the API shows it, and what it comes to.  A
-- table, so that what is not asked for is not made.
CREATE OR REPLACE FUNCTION cart_shown(p_owner uuid, wanted text)
RETURNS TABLE (id uuid, created_at timestamptz, quantity integer, total bigint, line json)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT i.id, i.created_at, i.quantity, x.price * i.quantity,
	    json_build_object('id', i.id,
	        'product', json_build_object('id', p.id, 'name', p.name, 'category', p.category),
	        'variant', variant_json(v, x.price, p.currency, wanted),
	        'design', CASE WHEN d.id IS NOT NULL THEN json_build_object('id', d.id,
	            'title', CASE WHEN d.public OR d.user_id = p_owner THEN d.title END,
	            'thumbnailUrl', CASE WHEN d.public OR d.user_id = p_owner
	                THEN media_url(d.thumbnail_url, d.public) END) END,
	        'quantity', i.quantity,
	        'unitPrice', money_json(x.price, wanted),
	        'totalPrice', money_json(x.price * i.quantity, wanted),
	        'currency', wanted, 'customizationData', i.customization_data,
	        'createdAt', time_json(i.created_at), 'updatedAt', time_json(i.updated_at))
	  FROM carts c
	  JOIN cart_items i ON i.cart_id = c.id
	  JOIN product_variants v ON v.id = i.variant_id
	  JOIN products p ON p.id = v.product_id
	  LEFT JOIN designs d ON d.id = i.design_id
	 CROSS JOIN LATERAL variant_priced(v.id, v.product_id, v.price_adjustment,
	     p.base_price, p.currency, wanted) x
	 WHERE c.owner_id = p_owner
$$;

CREATE OR REPLACE FUNCTION cart_json(p_owner uuid, wanted text) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object(
	    'items', coalesce(json_agg(l.line ORDER BY l.created_at, l.id), '[]'),
	    'itemCount', coalesce(sum(l.quantity), 0),
	    'subtotal', money_json(coalesce(sum(l.total), 0)::bigint, wanted),
	    'currency', wanted)
	  FROM cart_shown(p_owner, wanted) l);
END
$$;

-- What is told of a line that was just put or changed: {item, cart}.  Volatile,
-- to see what the statement that calls it has done.
CREATE OR REPLACE FUNCTION cart_line_json(p_owner uuid, p_item uuid) RETURNS json
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
	wanted text := cart_currency(p_owner);
BEGIN
	RETURN (SELECT json_build_object(
	    'item', json_agg(l.line) FILTER (WHERE l.id = p_item) -> 0,
	    'cart', json_build_object('itemCount', coalesce(sum(l.quantity), 0),
	        'subtotal', money_json(coalesce(sum(l.total), 0)::bigint, wanted),
	        'currency', wanted))
	  FROM cart_shown(p_owner, wanted) l);
END
$$;

-- A cart, locked, and the currency that its owner would like; a user's is made
-- if there is none.  A guest's that is gone meanwhile is not: its token is worth
-- nothing any more.  What keeps a guest's from being swept is written once an
-- hour.
CREATE OR REPLACE FUNCTION cart_claim(p_owner uuid, OUT id uuid, OUT currency text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	changed timestamptz;
BEGIN
	SELECT c.id, c.updated_at, coalesce(f.preferred_currency, c.currency) INTO id, changed, currency
	  FROM carts c LEFT JOIN user_profiles f ON f.user_id = c.user_id
	 WHERE c.owner_id = p_owner FOR NO KEY UPDATE OF c;
	IF NOT FOUND THEN
		INSERT INTO carts AS c (user_id) SELECT u.id FROM users u WHERE u.id = p_owner
		ON CONFLICT (user_id) DO UPDATE SET updated_at = now() RETURNING c.id INTO id;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'INVALID_TOKEN';
		END IF;
		SELECT f.preferred_currency INTO currency FROM user_profiles f WHERE f.user_id = p_owner;
	ELSIF changed < now() - interval '1 hour' THEN
		UPDATE carts c SET updated_at = now() WHERE c.owner_id = p_owner;
	END IF;
END
$$;

-- Why this may not be put into the owner's cart: "OUTCOME" or
-- "OUTCOME/field/code"; null: go on.  A design that is not there and one of
-- somebody else are the same.  With what the line will show of them; a table, so
-- that it is folded into the statement.
CREATE OR REPLACE FUNCTION cart_line_checked(p_owner uuid, p_product uuid, p_variant uuid, p_design uuid,
    p_custom jsonb, p_design_lost boolean DEFAULT false)
RETURNS TABLE (refusal text, product_name text, product_category text, base_currency text, size text,
    color text, color_hex text, adjustment bigint, available boolean, design_title text, thumbnail_url text)
LANGUAGE sql STABLE AS $$
	SELECT CASE
	    WHEN p.id IS NULL THEN 'VALIDATION_ERROR/productId/unknown_reference'
	    WHEN v.id IS NULL THEN 'VALIDATION_ERROR/variantId/unknown_reference'
	    WHEN p_design_lost THEN 'NOT_FOUND'
	    WHEN p_design IS NOT NULL AND d.id IS NULL THEN 'NOT_FOUND'
	    WHEN NOT (p.active AND v.available) THEN 'VARIANT_UNAVAILABLE'
	    WHEN d.id IS NOT NULL AND d.status <> 'ready' THEN 'DESIGN_NOT_READY'
	    WHEN p_design IS NULL
	        AND (p.design_constraints -> 'blankAllowed') IS DISTINCT FROM 'true'::jsonb
	        THEN 'VALIDATION_ERROR/designId/required'
	    WHEN d.print_checks IS NOT NULL
	        AND print_objections(d.print_checks, product_technique(p), p_custom) IS NOT NULL
	        THEN 'PRINT_NOT_READY' END,
	    p.name, p.category, p.currency, v.size, v.color, v.color_hex, v.price_adjustment, v.available,
	    d.title, media_url(d.thumbnail_url, d.public)
	  FROM (SELECT 1) one
	  LEFT JOIN products p ON p.id = p_product
	  LEFT JOIN product_variants v ON v.id = p_variant AND v.product_id = p_product
	  LEFT JOIN designs d ON d.id = p_design AND d.deleted_at IS NULL
	                     AND (d.user_id = p_owner OR d.public)
$$;

-- Puts a line into a claimed cart, or more of the same: 'added' says which, and
-- the rest is the line then.  Or it is refused: there is too much of it, or too
-- much else.
CREATE OR REPLACE FUNCTION cart_put(p_cart uuid, p_product uuid, p_variant uuid, p_design uuid,
    p_quantity integer, p_custom jsonb, p_lines integer,
    OUT refusal text, OUT added boolean, OUT id uuid, OUT quantity integer, OUT custom jsonb,
    OUT created_at timestamptz, OUT updated_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO cart_items AS i (cart_id, product_id, variant_id, design_id, quantity,
	    customization_data, custom_key)
	VALUES (p_cart, p_product, p_variant, p_design, p_quantity, p_custom,
	    CASE WHEN p_custom IS NOT NULL THEN cart_custom_key(p_custom) END)
	ON CONFLICT (cart_id, variant_id, design_id, custom_key) DO UPDATE
	    SET quantity = i.quantity + excluded.quantity, updated_at = now()
	 WHERE i.quantity + excluded.quantity <= 99
	RETURNING i.xmax = 0, i.id, i.quantity, i.customization_data, i.created_at, i.updated_at
	     INTO added, id, quantity, custom, created_at, updated_at;
	IF NOT FOUND THEN
		refusal := 'VALIDATION_ERROR/quantity/too_large';
	ELSIF added AND (SELECT count(*) FROM cart_items i WHERE i.cart_id = p_cart) > p_lines THEN
		DELETE FROM cart_items i WHERE i.id = cart_put.id;
		refusal := 'VALIDATION_ERROR/items/too_large';
	END IF;
END
$$;

-- Puts a variant into the owner's cart as cart_put() says, and tells what
-- cart_shown() would of the line, with what the cart comes to.
CREATE OR REPLACE FUNCTION cart_add(p_owner uuid, p_product uuid, p_variant uuid, p_design uuid,
    p_quantity integer, p_custom jsonb, p_lines integer) RETURNS cart_told
LANGUAGE plpgsql AS $$
DECLARE
	look record;
	cart record;
	put record;
	refusal text;
	wanted text;
	told cart_told;
BEGIN
	SELECT * INTO look FROM cart_line_checked(p_owner, p_product, p_variant, p_design, p_custom);
	refusal := look.refusal;
	IF refusal IS NULL THEN
		cart := cart_claim(p_owner);
		put := cart_put(cart.id, p_product, p_variant, p_design, p_quantity, p_custom, p_lines);
		refusal := put.refusal;
	END IF;
	IF refusal IS NOT NULL THEN
		told.refused := split_part(refusal, '/', 1);
		told.field := split_part(refusal, '/', 2);
		told.code := split_part(refusal, '/', 3);
		IF refusal = 'PRINT_NOT_READY' THEN
			told.details := (SELECT print_objections(d.print_checks, product_technique(p), p_custom)
			    FROM designs d, products p WHERE d.id = p_design AND p.id = p_product);
		END IF;
		RETURN told;
	END IF;
	wanted := currency_or_own(cart.currency);
	WITH lines AS MATERIALIZED (
		SELECT i.id, i.product_id, i.variant_id, i.quantity FROM cart_items i WHERE i.cart_id = cart.id),
	said AS MATERIALIZED (
		SELECT x.product_id, x.variant_id, x.price FROM product_prices x
		 WHERE x.currency = wanted AND x.product_id = ANY (ARRAY(SELECT l.product_id FROM lines l)))
	SELECT NULL, NULL, NULL, NULL, look.product_name, look.product_category, look.size, look.color,
	    look.color_hex, price_in(look.adjustment, look.base_currency, wanted) * u.unit, look.available,
	    look.design_title, look.thumbnail_url, put.added, put.id, put.quantity, put.custom,
	    put.created_at, put.updated_at, wanted, t.each * u.unit, t.each * put.quantity * u.unit,
	    t.quantity, t.price * u.unit
	  INTO told
	  FROM (SELECT money_json(1, wanted) AS unit OFFSET 0) u
	 CROSS JOIN (SELECT max(x.price) FILTER (WHERE l.id = put.id) AS each, sum(l.quantity) AS quantity,
	        sum(x.price * l.quantity) AS price
	      FROM lines l
	     CROSS JOIN LATERAL variant_base(l.variant_id) g
	      LEFT JOIN said own ON own.variant_id = l.variant_id
	      LEFT JOIN said shared ON shared.product_id = l.product_id AND shared.variant_id IS NULL
	     CROSS JOIN LATERAL (SELECT variant_price_rule(own.price, shared.price, g.adjustment, g.base,
	         g.currency, wanted) AS price) x) t;
	RETURN told;
END
$$;

-- A line that could not be taken along, as it is told.
CREATE OR REPLACE FUNCTION cart_line_told(p_name text, p_label text, p_quantity integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT jsonb_build_object('productName', p_name, 'variantLabel', p_label, 'quantity', p_quantity)
$$;

-- A guest who has signed in takes the cart along: {"merged": lines, "capped":
-- [{…, kept}], "left": [{…, reason}]}.  Null: there is none (any more), which
-- is the second of two who come with the same token.
CREATE OR REPLACE FUNCTION cart_merge(p_user uuid, p_guest_hash bytea, p_lines integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	guest uuid := (SELECT id FROM carts WHERE guest_hash = p_guest_hash FOR UPDATE);
	mine uuid;
	merged integer := 0;
	capped jsonb := '[]';
	remains jsonb := '[]';
	refusal text;
	room integer;
	i record;
BEGIN
	IF guest IS NULL THEN
		RETURN NULL;
	END IF;
	mine := (cart_claim(p_user)).id;
	FOR i IN SELECT x.*, cart_line_told(p.name, variant_label(v), x.quantity) AS told
	    FROM cart_items x JOIN product_variants v ON v.id = x.variant_id JOIN products p ON p.id = v.product_id
	   WHERE x.cart_id = guest ORDER BY x.created_at, x.id LOOP
		room := 99 - coalesce((SELECT c.quantity FROM cart_items c
		    WHERE c.cart_id = mine AND c.variant_id = i.variant_id
		      AND c.design_id IS NOT DISTINCT FROM i.design_id
		      AND c.custom_key IS NOT DISTINCT FROM i.custom_key), 0);
		refusal := (SELECT k.refusal FROM cart_line_checked(p_user, i.product_id, i.variant_id,
		    i.design_id, i.customization_data) k);
		IF refusal IS NULL AND room > 0 THEN
			refusal := (cart_put(mine, i.product_id, i.variant_id, i.design_id,
			    least(i.quantity, room), i.customization_data, p_lines)).refusal;
		END IF;
		IF refusal IS NOT NULL THEN
			remains := remains || (i.told || jsonb_build_object('reason', split_part(refusal, '/', 1)));
			CONTINUE;
		END IF;
		merged := merged + 1;
		IF i.quantity > room THEN
			capped := capped || (i.told || jsonb_build_object('kept', 99));
		END IF;
	END LOOP;
	DELETE FROM carts WHERE id = guest;
	RETURN jsonb_build_object('merged', merged, 'capped', capped, 'left', remains);
END
$$;

-- Changes a line of the owner's cart; one that becomes the same as another
-- joins it.  Null: no such line.
CREATE OR REPLACE FUNCTION cart_change(p_owner uuid, p_item uuid, p_quantity integer,
    p_custom jsonb, p_custom_given boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	i cart_items%ROWTYPE;
	twin cart_items%ROWTYPE;
	objections jsonb;
BEGIN
	PERFORM cart_claim(p_owner) FROM cart_items x JOIN carts c ON c.id = x.cart_id
	  WHERE x.id = p_item AND c.owner_id = p_owner;
	SELECT x.* INTO i FROM cart_items x JOIN carts c ON c.id = x.cart_id
	 WHERE x.id = p_item AND c.owner_id = p_owner;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	i.quantity := coalesce(p_quantity, i.quantity);
	IF p_custom_given THEN
		SELECT print_objections(d.print_checks, product_technique(p), p_custom) INTO objections
		  FROM designs d, products p WHERE d.id = i.design_id AND p.id = i.product_id;
		IF objections IS NOT NULL THEN
			RETURN refused('PRINT_NOT_READY') || jsonb_build_object('details', objections);
		END IF;
		i.customization_data := p_custom;
		SELECT * INTO twin FROM cart_items WHERE cart_id = i.cart_id AND id <> i.id
		   AND variant_id = i.variant_id AND design_id IS NOT DISTINCT FROM i.design_id
		   AND custom_key IS NOT DISTINCT FROM cart_custom_key(p_custom);
		i.quantity := i.quantity + coalesce(twin.quantity, 0);
		IF i.quantity > 99 THEN
			RETURN refused('VALIDATION_ERROR', 'quantity', 'too_large');
		END IF;
		DELETE FROM cart_items WHERE id = twin.id;
	END IF;
	UPDATE cart_items SET quantity = i.quantity, customization_data = i.customization_data,
	    custom_key = cart_custom_key(i.customization_data), updated_at = now() WHERE id = i.id;
	RETURN jsonb_build_object('item', i.id);
END
$$;
