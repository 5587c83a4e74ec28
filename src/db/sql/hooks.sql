--: hook_add(provider text, event text, type text, body bytes)
--: one row  id id
--: no row   CONFLICT
-- Keeps a verified message as it came. No row: it was here before.
INSERT INTO webhook_events (provider, event_id, type, body, attempts)
VALUES ($1, $2, left($3, 255), $4, 1)
    ON CONFLICT (provider, event_id) DO NOTHING
RETURNING id;

--: hook_done(id id, order_id id?, state text, error text?)
-- What became of it.
UPDATE webhook_events SET order_id = coalesce($2, order_id), state = $3, error = left($4, 500),
       processed_at = now()
 WHERE id = $1;

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
