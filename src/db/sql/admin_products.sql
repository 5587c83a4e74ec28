--: admin_product_list(category text?, query text?, active bool?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
--: anew
-- Everything that was ever for sale, newest first, as the admin sees it.
SELECT product_admin_json(p), concat_ws('|', p.created_at, p.id),
    (SELECT count(*) FROM products n
      WHERE ($1::text IS NULL OR n.category = $1)
        AND ($2::text IS NULL OR n.search_text LIKE like_pattern($2))
        AND ($3::boolean IS NULL OR n.active = $3))
  FROM products p
 WHERE ($1::text IS NULL OR p.category = $1)
   AND ($2::text IS NULL OR p.search_text LIKE like_pattern($2))
   AND ($3::boolean IS NULL OR p.active = $3)
   AND (p.created_at, p.id) <
       (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
        coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY p.created_at DESC, p.id DESC LIMIT $5 OFFSET $6;

--: admin_product_show(product id)
--: one row  shown json
--: reads
-- One product, on sale or not, with all its variants.
SELECT product_admin_json(p) FROM products p WHERE id = $1;

--: admin_category_known(category text)
--: one row  known bool, currency text, exponent int
--: reads
-- And the currency in which prices are said, with its decimals.
SELECT EXISTS (SELECT FROM categories WHERE slug = $1), shop_currency(),
    currency_exponent(shop_currency());

--: admin_product_find(product id)
--: one row  currency text, exponent int
--: reads
SELECT currency, currency_exponent(currency) FROM products WHERE id = $1;

--: admin_product_add(product id, admin text, name text, description text?, category text,
--:     price big, constraints json, active bool, printful text?, printify text?)
--: one row  shown json
-- A new product, and who made it.
WITH made AS (
    INSERT INTO products (id, name, description, category, base_price, currency,
        design_constraints, active, printful_product_id, printify_product_id)
    VALUES ($1, $3, $4, $5, $6, shop_currency(), $7::jsonb, $8, $9, $10)
    RETURNING id, product_admin_json(products) AS shown),
logged AS (
    INSERT INTO audit_log (admin, action, target, after)
    SELECT $2, 'product.create', id, shown FROM made)
SELECT shown FROM made;

--: admin_product_update(product id, admin text, name text?, described bool, description text?,
--:     category text?, price big?, constraints json?, active bool?, printful_given bool,
--:     printful text?, printify_given bool, printify text?)
--: one row  shown json
--: breach   products_price_floor VALIDATION_ERROR
-- What was given replaces what was there; who did it, and from what to what.
WITH was AS (
    SELECT p.id, product_admin_json(p) AS shown FROM products p WHERE p.id = $1 FOR NO KEY UPDATE),
now_is AS (
    UPDATE products AS p SET name = coalesce($3, p.name),
        description = CASE WHEN $4 THEN $5 ELSE p.description END,
        category = coalesce($6, p.category), base_price = coalesce($7, p.base_price),
        design_constraints = coalesce($8::jsonb, p.design_constraints),
        active = coalesce($9, p.active),
        printful_product_id = CASE WHEN $10 THEN $11 ELSE p.printful_product_id END,
        printify_product_id = CASE WHEN $12 THEN $13 ELSE p.printify_product_id END
      FROM was WHERE p.id = was.id
    RETURNING p.id, product_admin_json(p) AS shown),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'product.update', n.id, was.shown, n.shown FROM now_is n JOIN was USING (id))
SELECT shown FROM now_is;

--: admin_variant_find(variant id)
--: one row  product id, exponent int
--: reads
SELECT v.product_id, currency_exponent(p.currency)
  FROM product_variants v JOIN products p ON p.id = v.product_id WHERE v.id = $1;

--: admin_variant_add(variant id, admin text, product id, size text?, color text?,
--:     color_hex text?, adjustment big, available bool, printful text?, printify text?)
--: one row  shown json
--: breach   product_variants_product_id_size_color_key CONFLICT
--: breach   product_variants_price_floor VALIDATION_ERROR
-- A new variant stands behind the others.
WITH made AS (
    INSERT INTO product_variants (id, product_id, size, color, color_hex, price_adjustment,
        available, printful_variant_id, printify_variant_id, position)
    SELECT $1, p.id, $4, $5, $6, $7, $8, $9, $10,
        (SELECT coalesce(max(v.position), 0) + 1 FROM product_variants v WHERE v.product_id = p.id)
      FROM products p WHERE p.id = $3
    RETURNING id, variant_admin_json(product_variants) AS shown),
logged AS (
    INSERT INTO audit_log (admin, action, target, after)
    SELECT $2, 'variant.create', id, shown FROM made)
SELECT shown FROM made;

--: admin_variant_update(variant id, admin text, size_given bool, size text?, color_given bool,
--:     color text?, hex_given bool, color_hex text?, adjustment big?, available bool?,
--:     printful_given bool, printful text?, printify_given bool, printify text?)
--: one row  shown json
--: breach   product_variants_product_id_size_color_key CONFLICT
--: breach   product_variants_price_floor VALIDATION_ERROR
WITH was AS (
    SELECT v.id, variant_admin_json(v) AS shown FROM product_variants v
     WHERE v.id = $1 FOR NO KEY UPDATE),
now_is AS (
    UPDATE product_variants AS v SET size = CASE WHEN $3 THEN $4 ELSE v.size END,
        color = CASE WHEN $5 THEN $6 ELSE v.color END,
        color_hex = CASE WHEN $7 THEN $8 ELSE v.color_hex END,
        price_adjustment = coalesce($9, v.price_adjustment),
        available = coalesce($10, v.available),
        printful_variant_id = CASE WHEN $11 THEN $12 ELSE v.printful_variant_id END,
        printify_variant_id = CASE WHEN $13 THEN $14 ELSE v.printify_variant_id END
      FROM was WHERE v.id = was.id
    RETURNING v.id, variant_admin_json(v) AS shown),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'variant.update', n.id, was.shown, n.shown FROM now_is n JOIN was USING (id))
SELECT shown FROM now_is;

--: admin_variants_follow(product id)
-- What was read from a printer under another name than the admin says now is
-- nothing any more; the next import reads it anew.
DELETE FROM provider_variants k
 USING product_variants v, products p
 WHERE k.variant_id = v.id AND p.id = v.product_id AND p.id = $1
   AND (k.product_ref IS DISTINCT FROM CASE k.provider
            WHEN 'printful' THEN p.printful_product_id ELSE p.printify_product_id END
     OR k.variant_ref IS DISTINCT FROM CASE k.provider
            WHEN 'printful' THEN v.printful_variant_id ELSE v.printify_variant_id END);
