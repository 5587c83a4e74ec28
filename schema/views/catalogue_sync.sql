-- Taking over what printers make: their variants, stock and costs.
--
-- Replayed whole whenever it changes; nothing here holds data.
SET LOCAL check_function_bodies = off;

-- What a printer does not make any more, but for these; and what nobody makes
-- cannot be ordered.  Carts that hold it count as changed, and show it as not
-- available.  Gives {"gone", "back"}.
CREATE OR REPLACE FUNCTION catalogue_withdraw(p_product uuid, p_provider text, p_kept uuid[]) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	gone uuid[];
	back integer;
BEGIN
	UPDATE provider_variants v SET available = false, synced_at = now()
	  FROM product_variants w
	 WHERE w.id = v.variant_id AND w.product_id = p_product AND v.provider = p_provider
	   AND v.available AND v.variant_id <> ALL (p_kept);
	WITH ended AS (
		UPDATE product_variants w SET available = false, gone_at = now()
		 WHERE w.product_id = p_product AND w.available
		   AND EXISTS (SELECT FROM provider_variants v WHERE v.variant_id = w.id)
		   AND NOT EXISTS (SELECT FROM provider_variants v WHERE v.variant_id = w.id AND v.available)
		RETURNING w.id)
	SELECT coalesce(array_agg(id), '{}') INTO gone FROM ended;
	UPDATE carts c SET version = version + 1
	 WHERE c.id IN (SELECT i.cart_id FROM cart_items i WHERE i.variant_id = ANY (gone));
	-- Only what ended here comes back here: what an admin took out stays out.
	WITH returned AS (
		UPDATE product_variants w SET available = true, gone_at = NULL
		 WHERE w.product_id = p_product AND w.gone_at IS NOT NULL
		   AND EXISTS (SELECT FROM provider_variants v WHERE v.variant_id = w.id AND v.available)
		RETURNING 1)
	SELECT count(*) INTO back FROM returned;
	RETURN jsonb_build_object('gone', cardinality(gone), 'back', back);
END
$$;

-- Our variant of that size and colour, however they are capitalised; or the one
-- that the printer has always called so.
CREATE OR REPLACE FUNCTION catalogue_variant(p_product uuid, p_provider text, v jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN coalesce(
	    (SELECT w.id FROM product_variants w
	      WHERE w.product_id = p_product
	        AND lower(coalesce(w.size, '')) = lower(coalesce(v ->> 'size', ''))
	        AND lower(coalesce(w.color, '')) = lower(coalesce(v ->> 'color', ''))),
	    (SELECT x.variant_id FROM provider_variants x JOIN product_variants w ON w.id = x.variant_id
	      WHERE w.product_id = p_product AND x.provider = p_provider AND x.variant_ref = v ->> 'ref' LIMIT 1));
END
$$;

-- Is so little left of the price that somebody has to look?
CREATE OR REPLACE FUNCTION catalogue_is_dear(p_variant uuid, p_cost bigint, p_margin integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT price_in(p_cost, 'USD', p.currency) * 100
	        > (p.base_price + w.price_adjustment) * (100 - p_margin)
	    FROM product_variants w JOIN products p ON p.id = w.product_id WHERE w.id = p_variant);
END
$$;

-- One variant of a printer's: known or new, with its stock and cost.  A larger
-- size that costs more costs the shopper as much more.
CREATE OR REPLACE FUNCTION catalogue_put(p_product uuid, p_provider text, p_ref text, v jsonb,
    p_cheapest bigint, p_margin integer, OUT variant uuid, OUT added boolean, OUT dear boolean)
LANGUAGE plpgsql AS $$
DECLARE
	cost bigint := (v ->> 'cost')::bigint;
	was bigint;
BEGIN
	variant := catalogue_variant(p_product, p_provider, v);
	added := variant IS NULL;
	IF added THEN
		INSERT INTO product_variants (product_id, size, color, color_hex, price_adjustment, available, position)
		SELECT p_product, v ->> 'size', v ->> 'color', v ->> 'hex',
		       price_in(cost - p_cheapest, 'USD', p.currency), (v ->> 'available')::boolean,
		       (SELECT coalesce(max(position), 0) + 1 FROM product_variants WHERE product_id = p_product)
		  FROM products p WHERE p.id = p_product
		RETURNING id INTO variant;
	END IF;
	UPDATE product_variants w SET
	       color_hex = coalesce(w.color_hex, v ->> 'hex'),
	       printful_variant_id = CASE p_provider WHEN 'printful' THEN v ->> 'ref' ELSE w.printful_variant_id END,
	       printify_variant_id = CASE p_provider WHEN 'printify' THEN v ->> 'ref' ELSE w.printify_variant_id END
	 WHERE w.id = variant
	   AND (w.color_hex IS NULL AND v ? 'hex' OR v ->> 'ref' IS DISTINCT FROM
	       CASE p_provider WHEN 'printful' THEN w.printful_variant_id ELSE w.printify_variant_id END);
	SELECT x.cost INTO was FROM provider_variants x WHERE x.variant_id = variant AND x.provider = p_provider;
	INSERT INTO provider_variants AS x (variant_id, provider, product_ref, variant_ref, cost, currency, available, synced_at)
	VALUES (variant, p_provider, p_ref, v ->> 'ref', cost, 'USD', (v ->> 'available')::boolean, now())
	ON CONFLICT (variant_id, provider) DO UPDATE SET product_ref = excluded.product_ref,
	       variant_ref = excluded.variant_ref, cost = excluded.cost, currency = excluded.currency,
	       available = excluded.available, synced_at = excluded.synced_at;
	dear := cost > coalesce(was, -1) AND catalogue_is_dear(variant, cost, p_margin);
	IF dear THEN
		PERFORM case_open('cost_past_margin', NULL, variant || ':' || p_provider, 'warning', jsonb_build_object(
		    'variantId', variant, 'provider', p_provider, 'cost', money_json(cost, 'USD'),
		    'costBefore', money_json(was, 'USD'), 'currency', 'USD'));
	END IF;
END
$$;

-- All that a printer makes of a product.
CREATE OR REPLACE FUNCTION catalogue_take(p_product uuid, p_provider text, p_blank jsonb, p_margin integer)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	cheapest bigint;
	v jsonb;
	put record;
	kept uuid[] := '{}';
	added integer := 0;
	dear integer := 0;
BEGIN
	-- Somebody may have said meanwhile that it is made of something else.
	PERFORM FROM products WHERE id = p_product AND p_blank ->> 'ref' =
	    CASE p_provider WHEN 'printful' THEN printful_product_id ELSE printify_product_id END
	  FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN '{}';
	END IF;
	-- A print area that the shop has chosen stays.
	UPDATE products SET design_constraints = jsonb_set(
	       jsonb_build_object('placement', p_blank -> 'area' -> 'placement',
	           'technique', p_blank -> 'area' -> 'technique', 'printAreas', '{}'::jsonb) || design_constraints,
	       ARRAY['printAreas', p_provider], jsonb_strip_nulls(p_blank -> 'area'))
	 WHERE id = p_product AND (design_constraints #> ARRAY['printAreas', p_provider]) IS NULL;
	SELECT min((x ->> 'cost')::bigint) INTO cheapest FROM jsonb_array_elements(p_blank -> 'variants') x;
	-- One whose cost is not told today costs what it did; a new one has to wait.
	FOR v IN SELECT jsonb_build_object('cost', k.cost) || x FROM jsonb_array_elements(p_blank -> 'variants') x
	      LEFT JOIN LATERAL (SELECT y.cost FROM provider_variants y JOIN product_variants w ON w.id = y.variant_id
	           WHERE w.product_id = p_product AND y.provider = p_provider
	             AND y.variant_ref = x ->> 'ref' LIMIT 1) k ON true
	     WHERE x ? 'cost' OR k.cost IS NOT NULL LOOP
		put := catalogue_put(p_product, p_provider, p_blank ->> 'ref', v, cheapest, p_margin);
		kept := kept || put.variant;
		added := added + put.added::integer;
		dear := dear + put.dear::integer;
	END LOOP;
	RETURN jsonb_build_object('added', added, 'dear', dear) || catalogue_withdraw(p_product, p_provider, kept);
END
$$;
