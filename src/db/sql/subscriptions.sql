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

--: subscription_customer(user id, customer text, before text?)
-- What Stripe calls the user from now on.
UPDATE users SET stripe_customer_id = $2
 WHERE id = $1 AND stripe_customer_id IS NOT DISTINCT FROM $3 AND deleted_at IS NULL;

--: subscription_heard(ref text, customer text, user_said text, status text, plan text?,
--:     until_s big, ends bool, asked_ms big)
--: one row  verdict text, user id?
-- Stripe's word on a subscription, fetched at 'asked_ms'; verdicts: see the
-- function.
SELECT verdict, user_id FROM subscription_heard($1, $2, $3, $4, $5, $6, $7, $8);

--: subscription_rival(user id, beside text)
--: one row  ref text
--: reads
-- The subscription of theirs that lives as far as we know, beside that one.
SELECT stripe_subscription_id FROM subscriptions
 WHERE user_id = $1 AND stripe_subscription_id <> $2
   AND status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused');

--: subscription_owner_gone(user id)
--: one row  gone bool
--: reads
SELECT deleted_at IS NOT NULL FROM users WHERE id = $1;

--: subscription_stopped(ref text, minor big, currency text)
-- What has been done about it, for the admin who reads the case.
UPDATE cases SET detail = detail || jsonb_build_object('stopped', true,
       'refunded', CASE WHEN $3 <> '' THEN money_json($2, $3) END, 'currency', nullif($3, ''))
 WHERE kind = 'second-subscription' AND key = $1 AND state = 'open';

--: subscriptions_to_ask(most int)
--: rows  ref text
--: reads
-- Those whose period ended without a word, and all that live once a day.
SELECT stripe_subscription_id FROM subscriptions
 WHERE status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused')
   AND stripe_subscription_id IS NOT NULL
   AND (event_at IS NULL OR event_at < now() - interval '1 day'
        OR (current_period_end < now() AND event_at < now() - interval '1 hour'))
 ORDER BY event_at NULLS FIRST LIMIT $1;

--: invoice_heard(ref text, customer text, user_said text, subscription text?, number text?,
--:     status text, total big, paid big, currency text, start_s big, end_s big,
--:     url text?, pdf text?, issued_s big, asked_ms big)
--: one row  user id
-- A bill as Stripe had it at 'asked_ms'. NOT_FOUND: it is nobody's here, or
-- something newer stands there already.
INSERT INTO subscription_invoices AS i (user_id, stripe_invoice_id, stripe_subscription_id, number,
    status, total, amount_paid, currency, period_start, period_end, hosted_url, pdf_url,
    issued_at, asked_at)
SELECT u.id, $1, nullif($4, ''), left(nullif($5, ''), 100), left($6, 50), $7, $8, $9,
       to_timestamp(nullif($10::bigint, 0)), to_timestamp(nullif($11::bigint, 0)),
       CASE WHEN length($12) <= 2048 THEN nullif($12, '') END,
       CASE WHEN length($13) <= 2048 THEN nullif($13, '') END,
       to_timestamp($14::bigint), to_timestamp($15::bigint / 1000.0)
  FROM users u
 WHERE (u.stripe_customer_id = $2 OR u.id = uuid_or_null($3)) AND u.deleted_at IS NULL
 ORDER BY u.stripe_customer_id = $2 DESC NULLS LAST LIMIT 1
    ON CONFLICT (stripe_invoice_id) DO UPDATE SET number = excluded.number,
       status = excluded.status, total = excluded.total, amount_paid = excluded.amount_paid,
       hosted_url = excluded.hosted_url, pdf_url = excluded.pdf_url, asked_at = excluded.asked_at
     WHERE i.asked_at <= excluded.asked_at
RETURNING i.user_id;

--: invoice_list(user id, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
-- Somebody's bills, the newest first.
SELECT invoice_json(i), concat_ws('|', i.issued_at, i.id),
       (SELECT count(*) FROM subscription_invoices n WHERE n.user_id = $1)
  FROM subscription_invoices i
 WHERE i.user_id = $1 AND (i.issued_at, i.id) <
       (coalesce(nullif(split_part($2, '|', 1), '')::timestamptz, 'infinity'),
        coalesce(nullif(split_part($2, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY i.issued_at DESC, i.id DESC LIMIT $3 OFFSET $4;
