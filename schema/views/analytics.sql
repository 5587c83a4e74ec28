-- How the shop is doing, for the admin.
--
-- Replayed whole whenever it changes; nothing here holds data.
SET LOCAL check_function_bodies = off;

-- The beginning of a day of the shop, or a moment as it was written.
CREATE OR REPLACE FUNCTION moment(t text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN length(t) = 10 THEN t::timestamp AT TIME ZONE shop_time_zone()
	    ELSE t::timestamptz END
$$;

-- Goods of orders ever paid in a window, by what they are.
CREATE OR REPLACE FUNCTION analytics_goods(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (order_id uuid, product_id uuid, design_id uuid, product_name text, quantity bigint, revenue bigint)
LANGUAGE sql STABLE AS $$
	SELECT o.id, i.product_id, i.design_id, i.product_name, i.quantity::bigint,
	    price_in_past(i.total_price - i.discount_amount, o)
	  FROM orders o JOIN order_items i ON i.order_id = o.id
	 WHERE o.created_at >= p_from AND o.created_at < p_to AND o.paid_at IS NOT NULL
$$;

-- An amount of an order in the shop's currency, at the rate of its day.
CREATE OR REPLACE FUNCTION price_in_past(amount bigint, o orders) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT round(amount / power(10::numeric, currency_exponent(o.currency)) / o.exchange_rate
	    * power(10::numeric, currency_exponent(shop_currency())))::bigint
$$;

-- What was lost to disputes, by order: money that is neither kept nor given
-- back.  There are few, and an index has them all.
CREATE OR REPLACE FUNCTION analytics_lost() RETURNS TABLE (order_id uuid, amount bigint)
LANGUAGE sql STABLE AS $$
	SELECT p.order_id, sum(least(p.lost_amount, p.captured_amount - p.refunded_amount))::bigint
	  FROM payments p WHERE p.lost_amount > 0 GROUP BY p.order_id
$$;

-- Money that came, currency by currency.  What the providers kept of it is in
-- the currency in which they kept it.
CREATE OR REPLACE FUNCTION analytics_revenue(p_from timestamptz, p_to timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (WITH paid AS (
		SELECT o.id, o.currency, o.total_amount, o.refunded_amount FROM orders o
		 WHERE o.created_at >= p_from AND o.created_at < p_to AND o.paid_at IS NOT NULL
	), came AS (
		SELECT p.currency, sum(p.total_amount)::bigint AS gross, sum(p.refunded_amount)::bigint AS refunded,
		    coalesce(sum(l.amount), 0)::bigint AS lost
		  FROM paid p LEFT JOIN analytics_lost() l ON l.order_id = p.id GROUP BY p.currency
	), fees AS (
		SELECT y.fee_currency AS currency, sum(y.fee_amount)::bigint AS fees
		  FROM paid p JOIN payments y ON y.order_id = p.id
		 WHERE y.fee_currency IS NOT NULL GROUP BY y.fee_currency
	), rows AS (
		SELECT currency, coalesce(gross, 0) AS gross, coalesce(refunded, 0) AS refunded,
		    coalesce(lost, 0) AS lost, coalesce(fees, 0) AS fees
		  FROM came FULL JOIN fees USING (currency))
	SELECT coalesce(json_agg(json_build_object('currency', r.currency,
	    'gross', money_json(r.gross, r.currency), 'refunded', money_json(r.refunded, r.currency),
	    'lost', money_json(r.lost, r.currency), 'fees', money_json(r.fees, r.currency),
	    'net', money_json(r.gross - r.refunded - r.lost, r.currency)) ORDER BY r.currency), '[]')
	  FROM rows r);
END
$$;

CREATE OR REPLACE FUNCTION analytics_series(p_from timestamptz, p_to timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (WITH happened AS (
		SELECT o.created_at, 1 AS orders, CASE WHEN o.paid_at IS NOT NULL
		    THEN price_in_past(o.total_amount - o.refunded_amount - coalesce(l.amount, 0), o) ELSE 0 END AS revenue,
		    0 AS users, 0 AS designs
		  FROM orders o LEFT JOIN analytics_lost() l ON l.order_id = o.id
		 WHERE o.created_at >= p_from AND o.created_at < p_to
		UNION ALL
		SELECT u.created_at, 0, 0, 1, 0 FROM users u WHERE u.created_at >= p_from AND u.created_at < p_to
		UNION ALL
		SELECT d.created_at, 0, 0, 0, 1 FROM designs d WHERE d.created_at >= p_from AND d.created_at < p_to
	), days AS (
		SELECT (h.created_at AT TIME ZONE shop_time_zone())::date AS day, sum(h.orders) AS orders,
		    sum(h.revenue)::bigint AS revenue, sum(h.users) AS users, sum(h.designs) AS designs
		  FROM happened h GROUP BY 1)
	SELECT coalesce(json_agg(json_build_object('day', d.day, 'orders', d.orders,
	    'revenue', money_json(d.revenue, shop_currency()), 'users', d.users, 'designs', d.designs)
	    ORDER BY d.day), '[]') FROM days d);
END
$$;

CREATE OR REPLACE FUNCTION analytics_ai(p_from timestamptz, p_to timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (WITH calls AS (
		SELECT l.model, count(*) AS calls, sum(l.cost) AS cost,
		    sum(l.prompt_tokens::bigint + l.completion_tokens) AS tokens,
		    sum(l.generation_time_ms::bigint) AS ms
		  FROM ai_usage_logs l WHERE l.created_at >= p_from AND l.created_at < p_to GROUP BY l.model)
	SELECT json_build_object('cost', trim_scale(coalesce(sum(c.cost), 0)),
	    'tokens', coalesce(sum(c.tokens), 0),
	    'avgMs', coalesce(round(sum(c.ms) / sum(c.calls)), 0),
	    'byModel', coalesce(json_agg(json_build_object('model', c.model, 'calls', c.calls,
	        'cost', trim_scale(c.cost), 'tokens', c.tokens, 'avgMs', round(c.ms / c.calls))
	        ORDER BY c.calls DESC, c.model), '[]'))
	  FROM calls c);
END
$$;

CREATE OR REPLACE FUNCTION analytics_json(p_from timestamptz, p_to timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object(
	    'orders', (SELECT json_build_object('count', coalesce(sum(s.n), 0),
	        'byStatus', coalesce(json_object_agg(s.status, s.n), '{}'))
	        FROM (SELECT o.status, count(*) AS n FROM orders o
	               WHERE o.created_at >= p_from AND o.created_at < p_to GROUP BY o.status) s),
	    'revenue', analytics_revenue(p_from, p_to),
	    'users', json_build_object(
	        'new', (SELECT count(*) FROM users u WHERE u.created_at >= p_from AND u.created_at < p_to),
	        'byTier', (SELECT json_object_agg(t.tier, coalesce(n.n, 0))
	            FROM unnest(ARRAY['free', 'registered', 'premium']) AS t (tier)
	            LEFT JOIN (SELECT u.tier, count(*) AS n FROM users u WHERE u.deleted_at IS NULL
	                GROUP BY u.tier) n ON n.tier = t.tier)),
	    'designs', (SELECT json_build_object(
	        'generated', count(*) FILTER (WHERE d.status = 'ready' AND d.ai_model IS NOT NULL),
	        'failed', count(*) FILTER (WHERE d.status = 'failed'),
	        'public', (SELECT count(*) FROM designs g
	            WHERE g.public AND g.status = 'ready' AND g.deleted_at IS NULL))
	        FROM designs d WHERE d.created_at >= p_from AND d.created_at < p_to),
	    'ai', analytics_ai(p_from, p_to),
	    'topDesigns', (SELECT coalesce(json_agg(json_build_object('id', t.design_id,
	        'title', t.title, 'orders', t.orders, 'quantity', t.quantity)), '[]')
	        FROM (SELECT g.design_id, d.title, count(DISTINCT g.order_id) AS orders, sum(g.quantity) AS quantity
	                FROM analytics_goods(p_from, p_to) g JOIN designs d ON d.id = g.design_id
	               GROUP BY g.design_id, d.title ORDER BY 4 DESC, 1 LIMIT 10) t),
	    'topProducts', (SELECT coalesce(json_agg(json_build_object('id', t.product_id,
	        'name', t.name, 'orders', t.orders, 'quantity', t.quantity,
	        'revenue', money_json(t.revenue, shop_currency()))), '[]')
	        FROM (SELECT g.product_id, min(g.product_name) AS name, count(DISTINCT g.order_id) AS orders,
	                  sum(g.quantity) AS quantity, sum(g.revenue)::bigint AS revenue
	                FROM analytics_goods(p_from, p_to) g
	               GROUP BY g.product_id ORDER BY 4 DESC, 1 LIMIT 10) t),
	    'series', analytics_series(p_from, p_to)));
END
$$;
