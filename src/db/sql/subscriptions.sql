--: subscription_get(user id)
--: one row  said json
--: reads
-- The user's subscription: one that runs, else the last there was.
SELECT subscription_json(s) FROM subscriptions s
 WHERE s.user_id = $1 AND s.status NOT IN ('incomplete', 'incomplete_expired')
 ORDER BY s.status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused') DESC, s.created_at DESC
 LIMIT 1;

--: subscription_live(user id)
--: one row  ref text?, customer text?, email text
--: reads
-- What Stripe calls the user and the subscription that runs, if there is one.
SELECT s.stripe_subscription_id, u.stripe_customer_id, u.email
  FROM users u
  LEFT JOIN subscriptions s ON s.user_id = u.id
       AND s.status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused')
 WHERE u.id = $1;

--: subscription_customer(user id, customer text)
-- What Stripe calls the user from now on.
UPDATE users SET stripe_customer_id = $2 WHERE id = $1 AND stripe_customer_id IS NULL;

--: subscription_heard(ref text, customer text, user_said text, status text, plan text?,
--:     until_s big, ends bool, asked_ms big)
--: one row  user id
--: breach   subscriptions_live CONFLICT
-- Stripe's word on a subscription, fetched at 'asked_ms'; one fetched earlier
-- changes nothing. No row: it is nobody's here, or we know better.
INSERT INTO subscriptions AS s (user_id, stripe_subscription_id, stripe_customer_id, plan,
    status, current_period_end, cancel_at_period_end, event_at)
SELECT u.id, $1, $2, $5, $4, to_timestamp(nullif($6::bigint, 0)), $7, to_timestamp($8::bigint / 1000.0)
  FROM users u
 WHERE u.stripe_customer_id = $2 OR u.id = uuid_or_null($3)
 ORDER BY u.stripe_customer_id = $2 DESC NULLS LAST LIMIT 1
    ON CONFLICT (stripe_subscription_id) DO UPDATE SET
       plan = excluded.plan, status = excluded.status,
       current_period_end = excluded.current_period_end,
       cancel_at_period_end = excluded.cancel_at_period_end, event_at = excluded.event_at
     WHERE s.event_at IS NULL OR s.event_at <= excluded.event_at
RETURNING s.user_id;

--: subscription_twice(ref text, customer text)
-- Somebody pays for two at once: the admin is told.
SELECT case_open('second-subscription', NULL, $1, 'alarm', jsonb_build_object('customer', $2::text));

--: subscription_plan()
--: one row  lookup_key text, name text, minor big, currency text, period text
--: reads
-- What premium costs; a row of settings may say otherwise.
SELECT coalesce(v ->> 'lookupKey', 'premium_monthly'), coalesce(v ->> 'name', 'TShop Premium'),
       coalesce((v ->> 'amount')::bigint, 999), coalesce(v ->> 'currency', 'USD'),
       coalesce(v ->> 'interval', 'month')
  FROM (SELECT (SELECT value FROM settings WHERE name = 'premium')) x (v);
