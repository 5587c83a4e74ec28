--: hook_add(provider text, event text, type text, body bytes)
--: one row  id id
--: no row   CONFLICT
-- Keeps a verified message as it came. No row: it was here before.
INSERT INTO webhook_events (provider, event_id, type, body, attempts)
VALUES ($1, $2, left($3, 255), $4, 1)
    ON CONFLICT (provider, event_id) DO NOTHING
RETURNING id;

--: hook_done(id id, order_id id?, state text, error text?, intent text, charge text,
--:   order_said text, customer text)
-- What became of it. It belongs to the order that it names though it has
-- changed nothing, so that it is forgotten with its person; and of a customer
-- who is none of our users (any more) nothing is kept.
UPDATE webhook_events w SET state = $3, error = left($4, 500), processed_at = now(),
       order_id = coalesce($2, w.order_id,
           (SELECT p.order_id FROM payments p WHERE p.provider = w.provider AND p.provider_ref = nullif($5, '')),
           (SELECT p.order_id FROM payments p WHERE p.provider = w.provider AND p.capture_ref = nullif($6, '') LIMIT 1),
           (SELECT o.id FROM orders o WHERE o.id = uuid_or_null($7))),
       body = CASE WHEN $8 = '' OR EXISTS (SELECT FROM users u WHERE u.stripe_customer_id = $8)
           OR EXISTS (SELECT FROM subscriptions s JOIN users u ON u.id = s.user_id
               WHERE s.stripe_customer_id = $8 AND u.deleted_at IS NULL)
           THEN w.body ELSE '' END
 WHERE w.id = $1;

--: hook_settle(id id, order_id id?, payload json)
-- Somebody outside has to be asked before its effect is known.
SELECT job_ask('settle_webhook', $2, $1::uuid, 'settle:' || $1::uuid::text, 0, $3::jsonb);

--: hook_payment(provider text, intent text)
--: one row  id id
--: reads
-- Our attempt that the provider calls so.
SELECT id FROM payments WHERE provider = $1 AND provider_ref = $2;

--: hook_attempt(provider text, order_said text)
--: one row  intent text, order_id id
--: reads
-- The unsettled attempt of the order that a message names, where nothing else
-- in it is known to us yet.
SELECT provider_ref, order_id FROM payments
 WHERE provider = $1 AND order_id = uuid_or_null($2) AND provider_ref IS NOT NULL
   AND status NOT IN ('succeeded', 'canceled')
 ORDER BY attempt DESC LIMIT 1;
