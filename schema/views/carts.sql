-- Carts as the API shows them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- What a user's cart is counted in: the preferred currency where the shop
-- sells in it, else the shop's own.
CREATE OR REPLACE FUNCTION cart_currency(p_user uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce((SELECT p.preferred_currency FROM user_profiles p
	    WHERE p.user_id = p_user AND currency_is_sold(p.preferred_currency)), shop_currency())
$$;

CREATE OR REPLACE FUNCTION cart_item_json(i cart_items, wanted text) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', i.id,
	    'product', json_build_object('id', p.id, 'name', p.name, 'category', p.category),
	    'variant', variant_json(v, wanted),
	    'design', CASE WHEN d.id IS NOT NULL THEN json_build_object('id', d.id, 'title', d.title,
	        'thumbnailUrl', media_url(d.thumbnail_url, d.public)) END,
	    'quantity', i.quantity,
	    'unitPrice', money_json(price, wanted),
	    'totalPrice', money_json(price * i.quantity, wanted),
	    'currency', wanted, 'customizationData', i.customization_data,
	    'createdAt', time_json(i.created_at), 'updatedAt', time_json(i.updated_at))
	  FROM product_variants v
	  JOIN products p ON p.id = v.product_id
	  LEFT JOIN designs d ON d.id = i.design_id
	 CROSS JOIN LATERAL variant_price(v, wanted) AS price
	 WHERE v.id = i.variant_id
$$;

-- {itemCount,subtotal,currency} of a user's cart.
CREATE OR REPLACE FUNCTION cart_summary_json(p_user uuid, wanted text) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('itemCount', coalesce(sum(i.quantity), 0),
	    'subtotal', money_json(coalesce(sum(variant_price(v, wanted) * i.quantity), 0)::bigint, wanted),
	    'currency', wanted)
	  FROM cart_items i JOIN product_variants v ON v.id = i.variant_id
	 WHERE i.user_id = p_user
$$;

CREATE OR REPLACE FUNCTION cart_json(p_user uuid, wanted text) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object(
	    'items', coalesce(json_agg(cart_item_json(i, wanted) ORDER BY i.created_at, i.id), '[]'),
	    'itemCount', coalesce(sum(i.quantity), 0),
	    'subtotal', money_json(coalesce(sum(variant_price(v, wanted) * i.quantity), 0)::bigint, wanted),
	    'currency', wanted)
	  FROM cart_items i JOIN product_variants v ON v.id = i.variant_id
	 WHERE i.user_id = p_user
$$;
