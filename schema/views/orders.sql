-- Orders as the API shows them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- An address in the order and with the names of the API, whatever was stored.
CREATE OR REPLACE FUNCTION address_json(a jsonb) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN a IS NOT NULL THEN json_build_object('name', a -> 'name',
	    'line1', a -> 'line1', 'line2', a -> 'line2', 'city', a -> 'city',
	    'state', a -> 'state', 'postalCode', a -> 'postalCode',
	    'country', a -> 'country', 'phone', a -> 'phone') END
$$;

CREATE OR REPLACE FUNCTION order_item_json(i order_items, currency text) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', i.id, 'productId', i.product_id,
	    'variantId', i.variant_id, 'designId', i.design_id,
	    'productName', i.product_name, 'variantLabel', i.variant_label,
	    'designImageUrl', media_url(i.design_image_url, false),
	    'quantity', i.quantity, 'unitPrice', money_json(i.unit_price, currency),
	    'totalPrice', money_json(i.total_price, currency),
	    'customizationData', i.customization_data)
$$;

-- The attempt that tells most: one that succeeded, else the last.
CREATE OR REPLACE FUNCTION order_payment_json(p_order uuid) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('provider', p.provider, 'intentId', p.provider_ref,
	    'status', p.status)
	  FROM payments p WHERE p.order_id = p_order
	 ORDER BY p.status = 'succeeded' DESC, p.attempt DESC LIMIT 1);
END
$$;

-- Is it paid, may be printed, and is at no printer after a quarter of an hour?
CREATE OR REPLACE FUNCTION order_is_stuck(o orders) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT o.status = 'paid' AND greatest(o.paid_at, o.hold_until) < now() - interval '15 minutes'
$$;

-- Every parcel of an order, the first one first.
CREATE OR REPLACE FUNCTION order_parcels_json(p_order uuid) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT coalesce(json_agg(json_build_object('carrier', s.carrier,
	    'trackingNumber', s.tracking_number, 'trackingUrl', s.tracking_url, 'status', s.status,
	    'shippedAt', time_json(s.shipped_at), 'deliveredAt', time_json(s.delivered_at))
	    ORDER BY s.created_at, s.id), '[]') FROM shipments s WHERE s.order_id = p_order);
END
$$;

CREATE OR REPLACE FUNCTION order_fulfillment_json(p_order uuid) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('provider', f.provider, 'orderId', f.provider_order_id,
	    'status', f.status, 'trackingNumber', s.tracking_number,
	    'trackingUrl', s.tracking_url, 'carrier', s.carrier, 'parcels', order_parcels_json(p_order))
	  FROM fulfillments f
	  LEFT JOIN LATERAL (SELECT * FROM shipments x
	      WHERE x.fulfillment_id = f.id AND x.status <> 'cancelled'
	      ORDER BY x.created_at, x.id LIMIT 1) s ON true
	 WHERE f.order_id = p_order
	 ORDER BY f.attempt DESC LIMIT 1);
END
$$;

CREATE OR REPLACE FUNCTION order_json(o orders) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', o.id, 'orderNumber', o.order_number,
	    'status', o.status, 'currency', o.currency,
	    'subtotal', money_json(o.subtotal, o.currency),
	    'discountAmount', money_json(o.discount_amount, o.currency),
	    'taxAmount', money_json(o.tax_amount, o.currency),
	    'shippingAmount', money_json(o.shipping_amount, o.currency),
	    'totalAmount', money_json(o.total_amount, o.currency),
	    'items', (SELECT coalesce(json_agg(order_item_json(i, o.currency)
	        ORDER BY i.position, i.id), '[]') FROM order_items i WHERE i.order_id = o.id),
	    'shippingAddress', address_json(o.shipping_address),
	    'billingAddress', address_json(o.billing_address), 'vatNumber', o.vat_number,
	    'payment', order_payment_json(o.id),
	    'fulfillment', order_fulfillment_json(o.id),
	    'changeableUntil', time_json(CASE WHEN order_may_change(o) THEN o.hold_until END),
	    'createdAt', time_json(o.created_at), 'updatedAt', time_json(o.updated_at)));
END
$$;

CREATE OR REPLACE FUNCTION webhook_event_json(w webhook_events) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', w.id, 'provider', w.provider, 'eventId', w.event_id,
	    'type', w.type, 'orderId', w.order_id, 'state', w.state, 'attempts', w.attempts,
	    'error', w.error, 'receivedAt', time_json(w.received_at),
	    'processedAt', time_json(w.processed_at))
$$;

CREATE OR REPLACE FUNCTION refund_json(r refunds) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', r.id, 'orderId', r.order_id,
	    'amount', money_json(r.amount, r.currency), 'currency', r.currency,
	    'status', r.status, 'reason', r.reason, 'createdAt', time_json(r.created_at))
$$;

CREATE OR REPLACE FUNCTION case_json(c cases) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', c.id, 'kind', c.kind, 'orderId', c.order_id,
	    'severity', c.severity, 'state', c.state, 'detail', c.detail,
	    'createdAt', time_json(c.created_at), 'closedAt', time_json(c.closed_at),
	    'closedBy', c.closed_by)
$$;

CREATE OR REPLACE FUNCTION order_event_json(e order_events) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', e.id, 'kind', e.kind, 'from', e.from_status,
	    'to', e.to_status, 'actor', e.actor, 'detail', e.detail,
	    'createdAt', time_json(e.created_at)));
END
$$;

-- An order with all that is kept beside it about its buyer.
CREATE OR REPLACE FUNCTION order_export(o orders) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT (order_json(o)::jsonb || jsonb_build_object('email', o.email,
	    'shippingMethod', o.shipping_method, 'cancelReason', o.cancel_reason,
	    'couponCode', (SELECT c.code FROM coupons c WHERE c.id = o.coupon_id),
	    'history', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'from', e.from_status,
	        'to', e.to_status, 'createdAt', time_json(e.created_at)) ORDER BY e.created_at, e.id), '[]')
	        FROM order_events e WHERE e.order_id = o.id),
	    'payments', (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', p.provider,
	        'intentId', p.provider_ref, 'chargeId', p.capture_ref, 'status', p.status,
	        'amount', money_json(p.amount, p.currency), 'currency', p.currency,
	        'declineReason', p.decline_reason, 'createdAt', time_json(p.created_at)) ORDER BY p.attempt), '[]')
	        FROM payments p WHERE p.order_id = o.id),
	    'refunds', (SELECT coalesce(jsonb_agg(refund_json(r) ORDER BY r.created_at, r.id), '[]')
	        FROM refunds r WHERE r.order_id = o.id),
	    'parcels', order_parcels_json(o.id)::jsonb,
	    'messages', (SELECT coalesce(jsonb_agg(jsonb_build_object('from', w.provider, 'type', w.type,
	        'receivedAt', time_json(w.received_at)) ORDER BY w.received_at, w.id), '[]')
	        FROM webhook_events w WHERE w.order_id = o.id)))::json);
END
$$;

CREATE OR REPLACE FUNCTION coupon_json(c coupons) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('code', c.code, 'amount', money_json(c.amount, c.currency),
	    'currency', c.currency, 'expiresAt', time_json(c.expires_at))
$$;

-- A coupon as the admin sees it.
CREATE OR REPLACE FUNCTION coupon_admin_json(c coupons) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', c.id, 'code', c.code, 'kind', c.kind, 'userId', c.user_id,
	    'percent', trim_scale(c.percent), 'amount', money_json(c.amount, c.currency), 'currency', c.currency,
	    'minSubtotal', money_json(c.min_subtotal, shop_currency()), 'maxUses', c.max_uses,
	    'maxPerUser', c.max_per_user, 'uses', c.uses, 'active', c.active,
	    'startsAt', time_json(c.starts_at), 'expiresAt', time_json(c.expires_at),
	    'createdAt', time_json(c.created_at))
$$;
