--: translation_list(product id)
--: one row  said json
--: reads
-- What a product is called in other languages. NOT_FOUND: there is none.
SELECT (SELECT coalesce(json_agg(translation_json(t) ORDER BY lower(t.language)), '[]')
      FROM product_translations t WHERE t.product_id = p.id)
  FROM products p WHERE p.id = $1;

--: translation_put(product id, admin text, language text, name text, described bool, description text?)
--: one row  said json
--: breach   product_translations_language_check NOT_FOUND
-- Says it, and who did: a description that was not given is left.
WITH was AS (
    SELECT p.id, (SELECT translation_json(t) FROM product_translations t
         WHERE t.product_id = p.id AND lower(t.language) = lower($3)) AS said
      FROM products p WHERE p.id = $1 FOR NO KEY UPDATE),
put AS (
    INSERT INTO product_translations AS t (product_id, language, name, description)
    SELECT was.id, $3, $4, $6 FROM was
        ON CONFLICT (product_id, lower(language)) DO UPDATE SET language = excluded.language,
           name = excluded.name, description = CASE WHEN $5 THEN $6 ELSE t.description END
    RETURNING t.product_id, translation_json(t) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'translation.put', put.product_id, was.said, put.said FROM put, was)
SELECT said FROM put;

--: translation_delete(product id, admin text, language text)
--: one row  gone json
WITH gone AS (
    DELETE FROM product_translations t
     WHERE t.product_id = $1 AND lower(t.language) = lower($3)
    RETURNING t.product_id, translation_json(t) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, before)
    SELECT $2, 'translation.delete', product_id, said FROM gone)
SELECT said FROM gone;

--: price_list(product id)
--: one row  said json
--: reads
-- The prices of a product that are said outright. NOT_FOUND: there is none.
SELECT (SELECT coalesce(json_agg(said_price_json(x)
        ORDER BY x.currency, x.variant_id NULLS FIRST), '[]')
      FROM product_prices x WHERE x.product_id = p.id)
  FROM products p WHERE p.id = $1;

--: price_ground(product id, currency text)
--: one row  known bool, own bool, exponent int
--: reads
-- May a price be said in that currency? NOT_FOUND: there is no such product.
SELECT EXISTS (SELECT FROM currencies c WHERE c.code = $2), p.currency = $2,
    currency_exponent($2)
  FROM products p WHERE p.id = $1;

--: price_put(product id, admin text, currency text, variant id?, price big)
--: one row  said json
--: breach   product_prices_variant_id_product_id_fkey VALIDATION_ERROR
-- Says it, and who did.
WITH was AS (
    SELECT p.id, (SELECT said_price_json(x) FROM product_prices x
         WHERE x.product_id = p.id AND x.currency = $3 AND x.variant_id IS NOT DISTINCT FROM $4) AS said
      FROM products p WHERE p.id = $1 FOR NO KEY UPDATE),
put AS (
    INSERT INTO product_prices AS x (product_id, variant_id, currency, price)
    SELECT was.id, $4, $3, $5 FROM was
        ON CONFLICT (product_id, currency, variant_id) DO UPDATE SET price = excluded.price
    RETURNING x.product_id, said_price_json(x) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'price.put', put.product_id, was.said, put.said FROM put, was)
SELECT said FROM put;

--: price_delete(product id, admin text, currency text, variant id?)
--: one row  gone json
WITH gone AS (
    DELETE FROM product_prices x
     WHERE x.product_id = $1 AND x.currency = $3 AND x.variant_id IS NOT DISTINCT FROM $4
    RETURNING x.product_id, said_price_json(x) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, before)
    SELECT $2, 'price.delete', product_id, said FROM gone)
SELECT said FROM gone;
