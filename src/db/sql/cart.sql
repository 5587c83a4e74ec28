--: cart_get(owner id)
--: one row  cart json
--: reads
-- The owner's cart, in the currency that it is counted in.
SELECT cart_json($1, cart_currency($1));

--: cart_item_add(owner id, product id, variant id, design id?, quantity int,
--:     custom json?, lines int)
--: rows  id id, product.id id, product.name text, product.category text,
--:     variant.id id, variant.product_id id, variant.size text?, variant.color text?,
--:     variant.color_hex text?, variant.price_adjustment number, variant.price number,
--:     variant.currency text, variant.available bool,
--:     design?.id id, design?.title text?, design?.thumbnail_url text?,
--:     quantity int, unit_price number, total_price number, currency text,
--:     customization_data json?, created_at time, updated_at time,
--:     added_ bool, item_count_ big, subtotal_ number,
--:     refused_ text?, field_ text?, code_ text?, details_ json?
--: breach   cart_customization_check PAYLOAD_TOO_LARGE
-- Puts a variant into the cart, or more of it; 'added' says which. One row: the
-- line, with the sum of the cart; or why not, and nothing has changed then.
SELECT a.id, $2, a.product_name, a.product_category, $3, $2, a.size, a.color, a.color_hex,
       a.adjustment, a.price, a.currency, a.available, $4, a.design_title, a.thumbnail_url,
       a.quantity, a.price, a.total, a.currency, a.custom, a.created_at, a.updated_at,
       a.added, a.item_count, a.subtotal, a.refused, a.field, a.code, a.details
  FROM cart_add($1, $2, $3, $4, $5, $6::jsonb, $7) a;

--: cart_item_change(owner id, item id, quantity int?, custom json?, custom_given bool)
--: one row  refused text?, field text?, code text?, details json?, shown json?
--: breach   cart_customization_check PAYLOAD_TOO_LARGE
-- Changes a line; the same as another then, it joins it.
SELECT it ->> 'refused', it ->> 'field', it ->> 'code', it -> 'details',
       CASE WHEN it ? 'item' THEN cart_line_json($1, (it ->> 'item')::uuid) END
  FROM (SELECT cart_change($1, $2, $3, $4::jsonb, $5)) AS done (it)
 WHERE it IS NOT NULL;

--: cart_item_remove(owner id, item id)
--: touched
--: no row   NOT_FOUND
-- The cart is locked first, by everybody who changes its lines.
WITH mine AS (
	UPDATE carts c SET version = c.version + 1, updated_at = now()
	 WHERE c.owner_id = $1 AND EXISTS (SELECT FROM cart_items i WHERE i.id = $2 AND i.cart_id = c.id)
	RETURNING c.id)
DELETE FROM cart_items i USING mine WHERE i.id = $2 AND i.cart_id = mine.id;

--: cart_clear(owner id)
WITH mine AS (UPDATE carts SET version = version + 1, updated_at = now() WHERE owner_id = $1 RETURNING id)
DELETE FROM cart_items i USING mine WHERE i.cart_id = mine.id;

--: cart_open(guest bytes, currency text?)
--: one row  owner id
--: no row   VALIDATION_ERROR
-- A cart for a guest, in a currency that the shop sells in.
INSERT INTO carts (guest_hash, currency)
SELECT $1, $2 WHERE $2::text IS NULL OR currency_is_sold($2)
RETURNING owner_id;

--: cart_merge(user id, guest bytes, lines int)
--: one row  told json?
-- The guest's cart goes over into the user's; null: there is no such cart.
SELECT cart_merge($1, $2, $3);
