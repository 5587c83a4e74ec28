-- The catalogue as the API shows it, and what a thing costs in a currency.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- Whoever looks for these words, in whichever of our languages: all of them.
-- Made of the words themselves, for the parser of queries complains about what
-- has none.  Null: there are none.
CREATE OR REPLACE FUNCTION search_query(q text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT string_agg(DISTINCT said.words, ' | ')::tsquery
	  FROM (VALUES (to_tsvector('pg_catalog.simple', q)), (to_tsvector('pg_catalog.english', q)),
	        (to_tsvector('pg_catalog.german', q)), (to_tsvector('pg_catalog.spanish', q)),
	        (to_tsvector('pg_catalog.french', q))) l (vector)
	 CROSS JOIN LATERAL (
	    SELECT '(' || string_agg('''' || replace(replace(w, '\', '\\'), '''', '''''') || '''', ' & ')
	        || ')' AS words
	      FROM unnest(tsvector_to_array(l.vector)) w) said
	 WHERE said.words IS NOT NULL);
END
$$;

-- Is it what somebody looks for?  'words' is search_query(q).  Any part of the text, any kind of character;
-- or all the words in any order, with whatever endings.  'near' is for when
-- nothing is: then what is spelled nearly so will do.  Folded into the
-- statement, where the trigrams' index and the words' are found for it.
CREATE OR REPLACE FUNCTION search_fits(search_text text, search_words tsvector, q text, words tsquery,
    near boolean)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT (NOT near AND (search_text LIKE like_pattern(q) OR search_words @@ words))
	    OR (near AND search_text %> lower(q))
$$;

-- Has the index of trigrams something to look up for it?  Where any part of the
-- text will do, that takes three letters on end, or an end of a word; for what is
-- spelled nearly so, a letter.
CREATE OR REPLACE FUNCTION search_has_index(q text, near boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT q ~ CASE WHEN near THEN '[[:alnum:]]'
	    ELSE '[[:alnum:]]{3}|[[:alnum:]]{2}[^[:alnum:]]|[^[:alnum:]][[:alnum:]]' END
$$;

-- Minor units as an exact decimal: 24.50, 2450 for JPY.  One expression, folded
-- into the statement that calls it.
CREATE OR REPLACE FUNCTION money_json(amount bigint, currency text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT amount * CASE currency_exponent(currency)
	    WHEN 0 THEN 1::numeric WHEN 3 THEN 0.001 ELSE 0.01 END
$$;

-- An amount in another currency, by the stored rates, rounded once, half up,
-- to what that currency can be charged in.  Null: no rate is known.
CREATE OR REPLACE FUNCTION price_converted(amount bigint, currency text, wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT round(price_converted.amount * w.rate * power(10::numeric, c.exponent)
	        / (b.rate * power(10::numeric, currency_exponent(price_converted.currency)) * c.step)) * c.step
	    FROM exchange_rates w, exchange_rates b, currencies c
	    WHERE w.currency = price_converted.wanted AND b.currency = price_converted.currency
	      AND c.code = price_converted.wanted);
END
$$;

-- The same, or the amount itself; folded into the statement that calls it.
CREATE OR REPLACE FUNCTION price_in(amount bigint, currency text, wanted text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN currency = wanted THEN amount ELSE price_converted(amount, currency, wanted) END
$$;

-- The price of a thing in another currency than it is kept in: converted, and
-- then the nearest that ends as the shop likes its prices to end, in the finest
-- amounts that are charged: 22.54 -> 22.99, 3663 yen -> 3699, never nothing.
CREATE OR REPLACE FUNCTION price_charming(amount bigint, currency text, wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	price bigint := price_converted(amount, currency, wanted);
	ending bigint := nullif(nullif(current_setting('tshop.charm', true), ''), 'none')::bigint;
	finest bigint;
	charming bigint;
BEGIN
	IF ending IS NULL OR price IS NULL OR price <= 0 THEN
		RETURN price;
	END IF;
	SELECT c.step INTO finest FROM currencies c WHERE c.code = wanted;
	charming := greatest((price / finest - ending + 50) / 100, 0) * 100 + ending;
	RETURN CASE charming WHEN 0 THEN 100 ELSE charming END * finest;
END
$$;

-- The same, or the price itself; folded into the statement that calls it.
CREATE OR REPLACE FUNCTION price_shown(amount bigint, currency text, wanted text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN currency = wanted THEN amount ELSE price_charming(amount, currency, wanted) END
$$;

-- What a product costs before its variants' adjustments.
CREATE OR REPLACE FUNCTION product_price(p products, wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN coalesce((SELECT x.price FROM product_prices x
	    WHERE x.product_id = p.id AND x.currency = wanted AND x.variant_id IS NULL),
	    price_shown(p.base_price, p.currency, wanted));
END
$$;

-- What one piece of a variant costs: the price said outright for it, else the
-- one said for its product plus the adjustment, else the base price and the
-- adjustment converted together and rounded once, by price_shown().
CREATE OR REPLACE FUNCTION variant_price_rule(own bigint, shared bigint, adjustment bigint,
    base bigint, base_currency text, wanted text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(own,
	    CASE WHEN adjustment = 0 THEN shared
	        WHEN shared IS NOT NULL
	        THEN greatest(shared + price_in(adjustment, base_currency, wanted), 0) END,
	    price_shown(base + adjustment, base_currency, wanted))
$$;

-- That rule with the prices looked up.  A table, so that it is folded into the
-- statement that joins it.
CREATE OR REPLACE FUNCTION variant_priced(p_variant uuid, p_product uuid, p_adjustment bigint,
    p_base bigint, p_currency text, wanted text) RETURNS TABLE (price bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT variant_price_rule(own.price, shared.price, p_adjustment, p_base, p_currency, wanted)
	  FROM (SELECT 1) one
	  LEFT JOIN product_prices own
	    ON own.product_id = p_product AND own.currency = wanted AND own.variant_id = p_variant
	  LEFT JOIN product_prices shared
	    ON shared.product_id = p_product AND shared.currency = wanted AND shared.variant_id IS NULL
$$;

-- What that rule is asked of a variant.  By its key, one after the other: the
-- planner would rather read the whole catalogue for the lines of a cart.
CREATE OR REPLACE FUNCTION variant_base(p_variant uuid)
RETURNS TABLE (adjustment bigint, base bigint, currency text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT v.price_adjustment, p.base_price, p.currency
	  FROM product_variants v JOIN products p ON p.id = v.product_id
	 WHERE v.id = p_variant OFFSET 0
$$;

-- The same for one variant alone.
CREATE OR REPLACE FUNCTION variant_price(v product_variants, wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT x.price FROM products p
	    CROSS JOIN LATERAL variant_priced(v.id, p.id, v.price_adjustment, p.base_price, p.currency, wanted) x
	    WHERE p.id = v.product_id);
END
$$;

CREATE OR REPLACE FUNCTION variant_label(v product_variants) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT concat_ws(' / ', v.color, v.size)
$$;

-- A variant at a price that variant_priced() has told.
CREATE OR REPLACE FUNCTION variant_json(v product_variants, price bigint, base_currency text, wanted text)
RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', v.id, 'productId', v.product_id, 'size', v.size,
	    'color', v.color, 'colorHex', v.color_hex,
	    'priceAdjustment', money_json(price_in(v.price_adjustment, base_currency, wanted), wanted),
	    'price', money_json(price, wanted),
	    'currency', wanted, 'available', v.available)
$$;

CREATE OR REPLACE FUNCTION product_json(p products, wanted text) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', p.id, 'name', p.name, 'description', p.description,
	    'category', p.category, 'basePrice', money_json(product_price(p, wanted), wanted),
	    'currency', wanted, 'designConstraints', p.design_constraints,
	    'active', p.active, 'createdAt', time_json(p.created_at),
	    'updatedAt', time_json(p.updated_at))
$$;

CREATE OR REPLACE FUNCTION product_detail_json(p products, wanted text) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', p.id, 'name', p.name, 'description', p.description,
	    'category', p.category, 'basePrice', money_json(product_price(p, wanted), wanted),
	    'currency', wanted, 'designConstraints', p.design_constraints,
	    'active', p.active, 'createdAt', time_json(p.created_at),
	    'updatedAt', time_json(p.updated_at),
	    'variants', (SELECT coalesce(json_agg(variant_json(v, x.price, p.currency, wanted)
	            ORDER BY v.position, v.id), '[]')
	        FROM product_variants v
	       CROSS JOIN LATERAL variant_priced(v.id, v.product_id, v.price_adjustment,
	           p.base_price, p.currency, wanted) x
	       WHERE v.product_id = p.id)));
END
$$;

CREATE OR REPLACE FUNCTION translation_json(t product_translations) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('language', t.language, 'name', t.name, 'description', t.description)
$$;

-- A price that is said outright.
CREATE OR REPLACE FUNCTION said_price_json(x product_prices) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('variantId', x.variant_id, 'currency', x.currency,
	    'price', money_json(x.price, x.currency))
$$;

-- The admin sees what the printers call it, and the price as it is stored.
CREATE OR REPLACE FUNCTION variant_admin_json(v product_variants) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', v.id, 'productId', v.product_id, 'size', v.size,
	    'color', v.color, 'colorHex', v.color_hex,
	    'priceAdjustment', money_json(v.price_adjustment, p.currency),
	    'price', money_json(p.base_price + v.price_adjustment, p.currency),
	    'currency', p.currency, 'available', v.available,
	    'printfulVariantId', v.printful_variant_id, 'printifyVariantId', v.printify_variant_id)
	  FROM products p WHERE p.id = v.product_id);
END
$$;

CREATE OR REPLACE FUNCTION product_admin_json(p products) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', p.id, 'name', p.name, 'description', p.description,
	    'category', p.category, 'basePrice', money_json(p.base_price, p.currency),
	    'currency', p.currency, 'designConstraints', p.design_constraints,
	    'active', p.active, 'createdAt', time_json(p.created_at),
	    'updatedAt', time_json(p.updated_at),
	    'printfulProductId', p.printful_product_id, 'printifyProductId', p.printify_product_id,
	    'variants', (SELECT coalesce(json_agg(variant_admin_json(v)
	        ORDER BY v.position, v.id), '[]') FROM product_variants v WHERE v.product_id = p.id)));
END
$$;

-- The shop's own currency, and whether it sells in another.
CREATE OR REPLACE FUNCTION shop_currency() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(nullif(current_setting('tshop.currency', true), ''),
	    (SELECT value #>> '{}' FROM settings WHERE name = 'currency'), 'USD'));
END
$$;

-- A row if it does: a table, so that it is folded into the statement.
CREATE OR REPLACE FUNCTION currency_sold(wanted text) RETURNS TABLE (code text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT c.code FROM currencies c JOIN exchange_rates r ON r.currency = c.code
	 WHERE c.code = wanted AND c.sold
	   AND wanted = ANY (string_to_array(replace(coalesce(nullif(
	       current_setting('tshop.currencies', true), ''), wanted), ' ', ''), ','))
$$;

CREATE OR REPLACE FUNCTION currency_is_sold(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM currency_sold(wanted));
END
$$;

-- That currency if the shop sells in it, else the shop's own.
CREATE OR REPLACE FUNCTION currency_or_own(wanted text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE WHEN wanted = current_setting('tshop.currency', true) THEN wanted
	    WHEN currency_is_sold(wanted) THEN wanted
	    ELSE shop_currency() END;
END
$$;

-- The row that taxes a category of goods sent to a place; none: no tax there.
CREATE OR REPLACE FUNCTION tax_rate_for(p_country text, p_state text, p_category text)
RETURNS SETOF tax_rates
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT t.* FROM tax_rates t
	 WHERE t.country IN (p_country, '*') AND t.state IN (coalesce(p_state, ''), '')
	   AND t.category IN (p_category, '')
	 ORDER BY t.country = '*', t.state = '', t.category = '' LIMIT 1
$$;

CREATE OR REPLACE FUNCTION shipping_rate_for(p_country text, p_method text, p_category text)
RETURNS SETOF shipping_rates
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT s.* FROM shipping_rates s
	 WHERE s.country IN (p_country, '*') AND s.method = p_method
	   AND s.category IN (p_category, '')
	 ORDER BY s.country = '*', s.category = '' LIMIT 1
$$;

-- The rows of the admin's settings, as GET gives and PUT takes them.
CREATE OR REPLACE FUNCTION exchange_rate_json(r exchange_rates) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('currency', r.currency, 'rate', trim_scale(r.rate))
$$;

CREATE OR REPLACE FUNCTION tax_rate_json(t tax_rates) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('country', t.country, 'state', nullif(t.state, ''),
	    'category', nullif(t.category, ''), 'name', t.name, 'rate', trim_scale(t.rate),
	    'inclusive', t.inclusive, 'onShipping', t.on_shipping)
$$;

CREATE OR REPLACE FUNCTION shipping_rate_json(s shipping_rates) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('country', s.country, 'category', nullif(s.category, ''),
	    'method', s.method, 'firstItem', money_json(s.first_item, s.currency),
	    'additionalItem', money_json(s.additional_item, s.currency),
	    'currency', s.currency, 'daysMin', s.days_min, 'daysMax', s.days_max)
$$;
