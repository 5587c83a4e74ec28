--: order_currency(owner id, wanted text?)
--: one row  code text, exponent int
--: reads
-- What an order would be counted in: the wanted currency where the shop sells
-- in it (no row: it does not), else that of the cart.
SELECT c.code, c.exponent FROM currencies c
 WHERE c.code = coalesce($2, cart_currency($1)) AND currency_is_sold(c.code);

--: order_quote(owner id, country text, state text?, method text, coupon text?, wanted text)
--: one row  refused text?, field text?, code text?, details json?, figures json?
--: reads
-- The totals that order_create() would make.
SELECT f ->> 'refused', f ->> 'field', f ->> 'code', f -> 'details',
       CASE WHEN NOT f ? 'refused' THEN figures_json(f) END
  FROM cart_figures($1, $2, $3, $4, $5, $6) AS f;

--: order_create(id id, user id, shipping json, billing json?, method text, coupon text?,
--:     wanted text, vat text?, expected big?, hold_s int, unpaid_s int)
--: one row  refused text?, field text?, code text?, details json?, similar json?
--: breach   orders_cart_id_cart_version_key CONFLICT
-- Makes an order of the cart and empties it. With 'expected', a total that
-- moved makes nothing and tells the new figures. 'similar' are the user's
-- unpaid ones that are just like it.
SELECT f ->> 'refused', f ->> 'field', f ->> 'code', f -> 'details',
       CASE WHEN NOT f ? 'refused' THEN order_similar($1) END
  FROM order_create($1, $2, $3::jsonb, $4::jsonb, $5, $6, $7, $8, $9, $10, $11) AS f;

--: order_get(user id, id id)
--: one row  said json
--: reads
SELECT order_json(o) FROM orders o WHERE o.id = $2 AND o.user_id = $1;

--: order_list(user id, status text?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
-- The user's orders, newest first; the total is counted up to a limit.
SELECT order_json(o), concat_ws('|', o.created_at, o.id),
       (SELECT count(*) FROM (SELECT FROM orders n WHERE n.user_id = $1
           AND ($2::text IS NULL OR n.status = $2) LIMIT 10001) x)
  FROM (SELECT * FROM orders x
         WHERE x.user_id = $1 AND ($2::text IS NULL OR x.status = $2)
           AND (x.created_at, x.id) <
               (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
                coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         ORDER BY x.created_at DESC, x.id DESC LIMIT $4 OFFSET $5) o
 ORDER BY o.created_at DESC, o.id DESC;

--: order_cancel(user id, id id, reason text?)
--: one row  done bool
-- Before production only; false: it is too late.
SELECT done FROM order_cancel($1, $2, $3, 'shopper') AS done WHERE done IS NOT NULL;

--: order_change(user id, id id, shipping json?, items json)
--: one row  refused text?, field text?, code text?, details json?
-- Changes the address and the variants of an order that nobody has begun to
-- make; figures that would move change nothing and are told.
SELECT f ->> 'refused', f ->> 'field', f ->> 'code', f -> 'details'
  FROM order_change($1, $2, $3::jsonb, $4::jsonb) AS f WHERE f IS NOT NULL;

--: order_reorder(user id, id id, lines int)
--: one row  remains json
-- Puts the lines back into the cart; what is no longer sold is told.
SELECT remains FROM order_reorder($1, $2, $3) AS remains WHERE remains IS NOT NULL;
