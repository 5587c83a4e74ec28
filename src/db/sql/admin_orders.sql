--: admin_order_list(status text?, since text?, till text?, query text?, cursor text?,
--:   fetch int, skip int, stuck bool)
--: rows  said json, key_ text, total_ big
--: reads
--: anew
-- Everybody's orders, newest first, or only those that are stuck; 'query' is
-- part of a number or an address.
-- As in gallery_search_newest(), what is seldom is looked through whole.
WITH fits AS MATERIALIZED (
	SELECT o.created_at, o.id FROM orders o
	 WHERE ($1::text IS NULL OR o.status = $1) AND (NOT $8 OR order_is_stuck(o))
	   AND o.created_at >= coalesce(moment($2), '-infinity')
	   AND o.created_at < coalesce(moment($3), 'infinity')
	   AND ($4::text IS NULL OR lower(o.order_number) LIKE like_pattern($4)
	        OR lower(o.email) LIKE like_pattern($4) OR o.id = uuid_or_null($4)
	        OR lower(o.tracking_number) = lower($4))
	 LIMIT 10001),
total AS MATERIALIZED (SELECT count(*) AS n FROM fits),
page AS (
	(SELECT s.created_at, s.id FROM fits s
	  WHERE (SELECT n FROM total) <= 10000 AND (s.created_at, s.id) <
	        (coalesce(nullif(split_part($5, '|', 1), '')::timestamptz, 'infinity'),
	         coalesce(nullif(split_part($5, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	  ORDER BY s.created_at DESC, s.id DESC LIMIT $6 OFFSET $7)
	UNION ALL
	(SELECT o.created_at, o.id FROM orders o
	  WHERE (SELECT n FROM total) > 10000
	   AND ($1::text IS NULL OR o.status = $1) AND (NOT $8 OR order_is_stuck(o))
	   AND o.created_at >= coalesce(moment($2), '-infinity')
	   AND o.created_at < coalesce(moment($3), 'infinity')
	   AND ($4::text IS NULL OR lower(o.order_number) LIKE like_pattern($4)
	        OR lower(o.email) LIKE like_pattern($4) OR o.id = uuid_or_null($4)
	        OR lower(o.tracking_number) = lower($4))
	   AND (o.created_at, o.id) <
	        (coalesce(nullif(split_part($5, '|', 1), '')::timestamptz, 'infinity'),
	         coalesce(nullif(split_part($5, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	  ORDER BY o.created_at DESC, o.id DESC LIMIT $6 OFFSET $7))
SELECT order_json(o)::jsonb || jsonb_build_object('user', (SELECT jsonb_build_object(
           'id', u.id, 'email', u.email) FROM users u WHERE u.id = o.user_id),
           'refundedAmount', money_json(o.refunded_amount, o.currency),
           'cost', order_cost_json(o)),
       concat_ws('|', o.created_at, o.id), (SELECT n FROM total)
  FROM page JOIN orders o ON o.id = page.id
 ORDER BY o.created_at DESC, o.id DESC;

--: admin_order_get(id id)
--: one row  said json
--: reads
SELECT order_admin_json(o) FROM orders o WHERE o.id = $1;

--: admin_order_currency(id id)
--: one row  exponent int
--: reads
SELECT currency_exponent(currency) FROM orders WHERE id = $1;

--: admin_order_refund(id id, amount big?, reason text, admin text)
--: one row  said text
-- Asks for money to be given back: OK, or the outcome that forbids it.
SELECT said FROM admin_refund($1, $2, $3, $4) AS said WHERE said IS NOT NULL;

--: admin_order_retry(id id, admin text)
--: one row  said text
-- Has an order submitted again: OK, or the outcome that forbids it.
SELECT said FROM admin_retry_fulfillment($1, $2) AS said WHERE said IS NOT NULL;
