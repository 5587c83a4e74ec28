--: payment_open(user id, order_id id, provider text)
--: one row  id id, attempt int, key text, ref text?, approve_url text?, amount big,
--:     currency text, shown number, order_number text
-- The open attempt to pay, or a new one; its key stands before anybody is
-- asked. INVALID_ORDER_STATE: nothing is owed.
SELECT p.id, p.attempt, p.idempotency_key, p.provider_ref, p.approve_url, p.amount,
       p.currency, money_json(p.amount, p.currency),
       (SELECT o.order_number FROM orders o WHERE o.id = p.order_id)
  FROM payment_open($1, $2, $3) p
 WHERE p.id IS NOT NULL;

--: payment_started(id id, ref text, approve_url text?)
-- What the provider calls the attempt.
UPDATE payments SET provider_ref = $2, approve_url = $3
 WHERE id = $1 AND provider_ref IS NULL;

--: payment_lost(id id)
-- The provider does not know the attempt any more: the next is a new one.
UPDATE payments SET status = 'canceled' WHERE id = $1 AND status NOT IN ('succeeded', 'canceled');

--: payment_of_order(user id, order_id id)
--: one row  status text, id id?, provider text?, ref text?, key text?, payable bool
--: reads
-- An order's state, and its open or last attempt to be paid.
SELECT o.status, p.id, p.provider, p.provider_ref, p.idempotency_key,
       o.status = 'pending' AND p.provider_ref IS NOT NULL AND p.status <> 'succeeded'
  FROM orders o
  LEFT JOIN LATERAL (SELECT * FROM payments x WHERE x.order_id = o.id
       ORDER BY x.status NOT IN ('succeeded', 'canceled') DESC, x.attempt DESC LIMIT 1) p ON true
 WHERE o.id = $2 AND o.user_id = $1;

--: payment_heard(provider text, ref text, order_said text, status text, minor big,
--:     currency text, charge text, declined text, hold_s int)
--: one row  verdict text, order_id id?
-- A provider's word on an attempt to pay; verdicts: see the function.
SELECT verdict, order_id FROM payment_heard($1, $2, $3, $4, $5, $6, $7, $8, $9);

--: payment_fee(provider text, intent text, minor big, currency text)
-- What the provider keeps of a payment, once it has told.
UPDATE payments SET fee_amount = $3, fee_currency = $4
 WHERE provider = $1 AND provider_ref = $2 AND status = 'succeeded'
   AND (fee_amount, fee_currency) IS DISTINCT FROM ($3, $4);

--: charge_heard(provider text, intent text, charge text, refunded big, currency text,
--:     asked bool)
--: one row  verdict text, order_id id?
SELECT verdict, order_id FROM charge_heard($1, $2, $3, $4, $5, $6);

--: refund_heard(provider text, id_said text, ref text, intent text, charge text,
--:     minor big, currency text, status text, failure text)
--: one row  verdict text, order_id id?
SELECT verdict, order_id FROM refund_heard($1, $2, $3, $4, $5, $6, $7, $8, $9);

--: dispute_heard(provider text, kind text, dispute text, intent text, charge text, minor big,
--:     currency text, status text, reason text, over bool)
--: one row  verdict text, order_id id?
SELECT verdict, order_id FROM dispute_heard($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

--: payment_case(kind text, payment id, detail json)
-- Tells the admin of something about a payment that no program can settle.
SELECT case_open($1, p.order_id, p.id::text, 'alarm', $3::jsonb)
  FROM payments p WHERE p.id = $2;

--: capture_case(provider text, ref text, code text)
-- Tells the admin that what a buyer agreed to could not be taken, for no fault
-- of the buyer.
SELECT case_open('capture-refused', p.order_id, p.id::text, 'alarm',
       jsonb_build_object('provider', p.provider, 'code', $3::text))
  FROM payments p WHERE p.provider = $1 AND p.provider_ref = $2;

--: payment_get(id id)
--: one row  provider text, ref text?, status text, order_id id
--: reads
SELECT provider, provider_ref, status, order_id FROM payments WHERE id = $1;

--: refund_get(id id)
--: one row  provider text, intent text, charge text, amount big, currency text, key text,
--:     ref text?, status text, order_id id, payment id, old bool
--: reads
-- An old one may have been asked for before, whatever its job says: an admin
-- can have it tried again.
SELECT p.provider, coalesce(p.provider_ref, ''), coalesce(p.capture_ref, ''), r.amount,
       r.currency, r.key, r.provider_ref, r.status, r.order_id, p.id,
       r.created_at < now() - interval '1 hour'
  FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1;

--: refund_drop(id id)
-- It was never made, and what it wanted was given back by somebody else.
SELECT refund_drop($1);

--: refund_rest(id id)
--: one row  explained bool
-- What is left after that is asked for, where nothing may be kept; false: as
-- much is left as it wanted.
SELECT refund_rest($1);

--: payment_known(provider text, ref text)
--: one row  status text
--: reads
SELECT status FROM payments WHERE provider = $1 AND provider_ref = $2;

--: payment_unknown(provider text, ref text, amount big, currency text)
-- Money that was taken for us and stands in no attempt of ours is a case.
SELECT case_open('paid-without-order', NULL, $1 || ':' || $2, 'alarm', jsonb_build_object(
    'provider', $1::text, 'intentId', $2::text, 'amount', money_json($3, $4), 'currency', $4::text));

--: payments_expired(most int)
--: rows  order_id id, payment id?, provider text?, ref text?
--: reads
-- Orders that were not paid in time, and the attempts that ask to be looked at.
SELECT o.id, p.id, p.provider, p.provider_ref
  FROM (SELECT id FROM orders WHERE status = 'pending' AND expires_at <= now()
         ORDER BY expires_at LIMIT $1) o
  LEFT JOIN payments p ON p.order_id = o.id AND p.status NOT IN ('succeeded', 'canceled')
       AND p.provider_ref IS NOT NULL;

--: order_expire(id id)
--: touched
-- Ends an order that is still unpaid after its time.
SELECT order_cancel(NULL, o.id, 'It was not paid in time.', 'system')
  FROM orders o WHERE o.id = $1 AND o.status = 'pending' AND o.expires_at <= now();

--: order_wait(id id)
-- One that cannot end yet lets the others go first.
UPDATE orders SET expires_at = now() + interval '10 minutes'
 WHERE id = $1 AND status = 'pending' AND expires_at <= now();

--: payments_to_ask(since_s int, most int)
--: rows  id id, order_id id, provider text, ref text, status text
-- Attempts that are open or were settled lately, for the reconciler: those
-- that have waited longest, so that each has its turn.
WITH due AS (
    SELECT p.id FROM payments p
     WHERE p.provider_ref IS NOT NULL AND p.provider <> 'none'
       AND ((p.status NOT IN ('succeeded', 'canceled') AND p.updated_at < now() - interval '5 minutes')
         OR p.updated_at > now() - make_interval(secs => $1))
     ORDER BY p.asked_at NULLS FIRST, p.updated_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE payments p SET asked_at = clock_timestamp() FROM due WHERE p.id = due.id
RETURNING p.id, p.order_id, p.provider, p.provider_ref, p.status;

--: refunds_to_ask(since_s int, most int)
--: rows  id id, provider text, ref text, intent text, charge text, amount big, currency text
-- Refunds that the provider has not ended yet, and those of late: what was
-- given back may still fail, or be unknown there. In turn, as above.
WITH due AS (
    SELECT r.id FROM refunds r
     WHERE r.provider_ref IS NOT NULL
       AND ((r.status IN ('pending', 'requires_action') AND r.updated_at < now() - interval '5 minutes')
         OR (r.status = 'succeeded' AND r.updated_at > now() - make_interval(secs => $1)))
     ORDER BY r.asked_at NULLS FIRST, r.updated_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE refunds r SET asked_at = clock_timestamp()
  FROM due, payments p WHERE r.id = due.id AND p.id = r.payment_id
RETURNING r.id, p.provider, r.provider_ref, coalesce(p.provider_ref, ''), coalesce(p.capture_ref, ''),
    r.amount, r.currency;

--: refund_case(kind text, id id, theirs big?)
-- Tells the admin of a refund on which two books differ; 'theirs' is their sum.
SELECT case_open($1, r.order_id, r.id::text, 'alarm', jsonb_build_object('refund', r.provider_ref,
       'amount', money_json(r.amount, r.currency), 'currency', r.currency,
       'theirs', money_json($3::bigint, r.currency)))
  FROM refunds r WHERE r.id = $2;
