--: catalogue_due(within_s int)
--: rows  product id, provider text, ref text
--: reads
-- What is made where, and has not been looked up within so many seconds; the
-- longest unseen first.
SELECT p.id, x.provider, x.ref
  FROM products p
 CROSS JOIN LATERAL (VALUES ('printful', p.printful_product_id),
                            ('printify', p.printify_product_id)) x (provider, ref)
  LEFT JOIN LATERAL (SELECT max(v.synced_at) AS at
        FROM provider_variants v JOIN product_variants w ON w.id = v.variant_id
       WHERE w.product_id = p.id AND v.provider = x.provider) seen ON true
 WHERE x.ref IS NOT NULL AND p.active
   AND coalesce(seen.at, '-infinity') < now() - make_interval(secs => $1)
 ORDER BY seen.at NULLS FIRST, p.id;

--: catalogue_take(product id, provider text, blank json, margin int)
--: one row  told json
-- Takes over what a printer makes of a product: {"added", "gone", "back",
-- "dear"}, each a number of variants.
SELECT catalogue_take($1, $2, $3::jsonb, $4);

--: catalogue_gone(product id, provider text)
-- The printer makes no such product any more.
SELECT catalogue_withdraw($1, $2, '{}');

--: catalogue_find(printful text?, printify text?)
--: one row  product id, name text
--: reads
-- The product that is made of just these.
SELECT id, name FROM products
 WHERE printful_product_id IS NOT DISTINCT FROM $1 AND printify_product_id IS NOT DISTINCT FROM $2
 ORDER BY created_at LIMIT 1;

--: catalogue_add(product id, name text, description text?, category text, price big,
--:     printful text?, printify text?)
-- A product that its printers have yet to fill; for sale once somebody says so.
INSERT INTO products (id, name, description, category, base_price, currency, active,
    printful_product_id, printify_product_id)
VALUES ($1, $2, $3, $4, $5, shop_currency(), false, $6, $7);

--: catalogue_audit(action text, product id, after json?)
INSERT INTO audit_log (admin, action, target, after)
VALUES ('tshopctl', $1, $2::text, $3::jsonb);

--: catalogue_all()
--: rows  shown_ text
--: reads
-- Every product with its variants and what they cost at each printer.
SELECT (product_admin_json(p)::jsonb || jsonb_build_object('costs', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('variantId', v.variant_id, 'provider', v.provider,
            'productRef', v.product_ref, 'variantRef', v.variant_ref,
            'cost', money_json(v.cost, v.currency), 'currency', v.currency,
            'available', v.available, 'syncedAt', time_json(v.synced_at))
            ORDER BY w.position, w.id, v.provider), '[]')
          FROM provider_variants v JOIN product_variants w ON w.id = v.variant_id
         WHERE w.product_id = p.id)))::text
  FROM products p ORDER BY p.created_at, p.id;
