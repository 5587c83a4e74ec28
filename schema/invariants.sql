-- What must be true whenever nobody is in the middle of something.  One
-- statement; each row it gives is a broken promise: its name, the id of the
-- row that breaks it, and the figures.  No rows: all is well.

SELECT 'paid order without payment' AS name, o.id::text AS id,
       format('%s %s', o.status, o.order_number) AS detail
  FROM orders o
 WHERE o.paid_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.status = 'succeeded')
UNION ALL
SELECT 'money taken is not the total', o.id::text,
       format('taken %s, total %s', sum(p.captured_amount), o.total_amount)
  FROM orders o JOIN payments p ON p.order_id = o.id AND p.status = 'succeeded'
 WHERE o.paid_at IS NOT NULL
 GROUP BY o.id
-- Money that came twice is allowed while what is too much goes back.
HAVING sum(p.captured_amount) - (SELECT coalesce(sum(r.amount), 0) FROM refunds r
           JOIN payments q ON q.id = r.payment_id
          WHERE r.order_id = o.id AND r.status NOT IN ('failed', 'canceled'))
       > o.total_amount
    OR sum(p.captured_amount) < o.total_amount
UNION ALL
SELECT 'payment in another currency', p.id::text, format('%s for %s', p.currency, o.currency)
  FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.currency <> o.currency
UNION ALL
SELECT 'order items do not make the subtotal', o.id::text,
       format('lines %s, subtotal %s', coalesce(sum(i.total_price), 0), o.subtotal)
  FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
 GROUP BY o.id HAVING coalesce(sum(i.total_price), 0) <> o.subtotal
UNION ALL
SELECT 'order parts do not make the total', o.id::text, o.total_amount::text
  FROM orders o
 WHERE o.total_amount <> o.subtotal - o.discount_amount + o.shipping_amount
       + CASE WHEN o.tax_inclusive THEN 0 ELSE o.tax_amount END
UNION ALL
SELECT 'refunds do not make the refunded sum', p.id::text,
       format('rows %s, sum %s', coalesce(sum(r.amount), 0), p.refunded_amount)
  FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id AND r.status = 'succeeded'
 GROUP BY p.id HAVING coalesce(sum(r.amount), 0) <> p.refunded_amount
UNION ALL
SELECT 'more given back than taken', p.id::text, format('%s of %s', sum(r.amount), p.captured_amount)
  FROM payments p JOIN refunds r ON r.payment_id = p.id AND r.status NOT IN ('failed', 'canceled')
 GROUP BY p.id HAVING sum(r.amount) > p.captured_amount
UNION ALL
-- What the provider could not give back is a case, and somebody's to settle.
SELECT 'cancelled and money kept', o.id::text, format('%s of payment %s', p.captured_amount - coalesce(sum(r.amount)
       FILTER (WHERE r.status NOT IN ('failed', 'canceled')), 0), p.id)
  FROM orders o JOIN payments p ON p.order_id = o.id AND p.status = 'succeeded'
  LEFT JOIN refunds r ON r.payment_id = p.id
 WHERE o.status = 'cancelled'
 GROUP BY o.id, p.id
HAVING p.captured_amount > coalesce(sum(r.amount) FILTER (WHERE r.status NOT IN ('failed', 'canceled')), 0)
   AND count(*) FILTER (WHERE r.status = 'failed' OR (r.status = 'canceled' AND r.provider_ref IS NOT NULL)) = 0
UNION ALL
SELECT 'two live provider orders', f.order_id::text, count(*)::text
  FROM fulfillments f WHERE f.status NOT IN ('failed', 'cancelled')
 GROUP BY f.order_id HAVING count(*) > 1
UNION ALL
SELECT 'printing something unpaid', f.order_id::text, o.status
  FROM fulfillments f JOIN orders o ON o.id = f.order_id
 WHERE f.status NOT IN ('failed', 'cancelled') AND o.paid_at IS NULL
UNION ALL
SELECT 'cancelled and printing', f.order_id::text, f.status
  FROM fulfillments f JOIN orders o ON o.id = f.order_id
 WHERE o.status = 'cancelled' AND f.status NOT IN ('failed', 'cancelled')
UNION ALL
SELECT 'line with a design submitted without a print file', i.id::text, f.provider
  FROM fulfillments f JOIN order_items i ON i.order_id = f.order_id
 WHERE f.provider_order_id IS NOT NULL AND i.design_image_url IS NOT NULL
   AND NOT EXISTS (SELECT FROM print_files x WHERE x.order_item_id = i.id AND x.provider = f.provider)
UNION ALL
SELECT 'order without its history', o.id::text, o.status
  FROM orders o
 WHERE o.status IS DISTINCT FROM (SELECT e.to_status FROM order_events e
        WHERE e.order_id = o.id AND e.kind = 'status' ORDER BY e.created_at DESC, e.id DESC LIMIT 1)
UNION ALL
SELECT 'move outside the table', e.id::text, format('%s to %s', e.from_status, e.to_status)
  FROM order_events e
 WHERE e.kind = 'status' AND e.from_status IS NOT NULL
   AND NOT EXISTS (SELECT FROM order_moves m
        WHERE m.from_status = e.from_status AND m.to_status = e.to_status)
UNION ALL
SELECT 'points do not make the balance', b.user_id::text,
       format('rows %s and %s, balance %s, lifetime %s', coalesce(sum(t.points), 0),
           coalesce(sum(t.lifetime_points), 0), b.balance, b.lifetime)
  FROM point_balances b LEFT JOIN point_transactions t ON t.user_id = b.user_id
 GROUP BY b.user_id
HAVING coalesce(sum(t.points), 0) <> b.balance OR coalesce(sum(t.lifetime_points), 0) <> b.lifetime
UNION ALL
SELECT 'user shows another balance or level', u.id::text,
       format('%s of %s, level %s of %s', u.total_points, b.balance, u.level, points_level(b.lifetime))
  FROM users u JOIN point_balances b ON b.user_id = u.id
 WHERE u.total_points <> b.balance OR u.level <> points_level(b.lifetime)
UNION ALL
SELECT 'user without profile or balance', u.id::text, ''
  FROM users u
 WHERE NOT EXISTS (SELECT FROM point_balances b WHERE b.user_id = u.id)
    OR NOT EXISTS (SELECT FROM user_profiles p WHERE p.user_id = u.id)
UNION ALL
SELECT 'likes do not make the count', d.id::text, format('rows %s, count %s', count(l.id), d.likes_count)
  FROM designs d LEFT JOIN design_likes l ON l.design_id = d.id
 GROUP BY d.id HAVING count(l.id) <> d.likes_count
UNION ALL
SELECT 'uses do not make the count', d.id::text, format('rows %s, count %s', count(x.order_id), d.usage_count)
  FROM designs d LEFT JOIN design_uses x ON x.design_id = d.id
 GROUP BY d.id HAVING count(x.order_id) <> d.usage_count
UNION ALL
SELECT 'coupon uses do not make the count', c.id::text, format('rows %s, count %s', count(x.id), c.uses)
  FROM coupons c LEFT JOIN coupon_uses x ON x.coupon_id = c.id AND x.released_at IS NULL
 GROUP BY c.id HAVING count(x.id) <> c.uses
UNION ALL
SELECT 'cancelled order holds a coupon', o.id::text, x.coupon_id::text
  FROM orders o JOIN coupon_uses x ON x.order_id = o.id
 WHERE o.status = 'cancelled' AND x.released_at IS NULL
UNION ALL
SELECT 'job past its lease', j.id::text, format('%s by %s', j.kind, j.leased_by)
  FROM jobs j WHERE j.state = 'running' AND j.lease_until < now() - interval '10 minutes'
UNION ALL
SELECT 'reservation never settled', r.id::text, r.created_at::text
  FROM ai_reservations r WHERE r.state = 'reserved' AND r.created_at < now() - interval '1 day'
UNION ALL
SELECT 'two refresh tokens of a family alive', t.session_id::text, count(*)::text
  FROM refresh_tokens t WHERE t.used_at IS NULL AND t.voided_at IS NULL
 GROUP BY t.session_id HAVING count(*) > 1
UNION ALL
SELECT 'session of an erased user alive', s.id::text, s.user_id::text
  FROM sessions s JOIN users u ON u.id = s.user_id
 WHERE u.deleted_at IS NOT NULL AND s.revoked_at IS NULL
UNION ALL
SELECT 'cart line under another key', i.id::text, i.cart_id::text
  FROM cart_items i WHERE i.custom_key IS DISTINCT FROM cart_custom_key(i.customization_data)
ORDER BY 1, 2;
