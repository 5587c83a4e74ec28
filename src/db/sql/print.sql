--: print_order(order id)
--: one row  id id, number text, status text, user id?, hold_s int,
--:   disputed bool, premium bool, currency text, express bool, subtotal big, discount big,
--:   shipping big, tax big, total_base big, email text?, name text?,
--:   line1 text?, line2 text?, city text?, state text?, postal_code text?,
--:   country text?, phone text?, seen text, render_state text?, fulfillment id?,
--:   attempt int, provider text?, external_id text?, provider_order_id text?,
--:   planned_s big, printing text, failed text?, used text?
--: reads
-- An order on its way to the printer: what it says, and how far its last
-- fulfilment is ('printing', '' if there was none). 'failed' are the printers
-- that would not have it, 'used' those who know its number already.
SELECT o.id, o.order_number, o.status, o.user_id,
       ceil(greatest(0, extract(epoch FROM coalesce(o.hold_until, now()) - now())))::integer,
       EXISTS (SELECT FROM payments y WHERE y.order_id = o.id AND y.disputed_at IS NOT NULL),
       o.tier = 'premium', o.currency, o.shipping_method = 'express',
       o.subtotal, o.discount_amount, o.shipping_amount, o.tax_amount,
       price_in(o.total_amount, o.currency, shop_currency()),
       o.email, a ->> 'name', a ->> 'line1', a ->> 'line2', a ->> 'city',
       a ->> 'state', a ->> 'postalCode', a ->> 'country', a ->> 'phone',
       o.updated_at::text,
       (SELECT j.state FROM jobs j WHERE j.order_id = o.id AND j.kind = 'render_order'
         ORDER BY j.created_at DESC LIMIT 1),
       f.id, coalesce(f.attempt, 0), f.provider, f.external_id, f.provider_order_id,
       coalesce(extract(epoch FROM f.created_at)::bigint, 0), coalesce(f.status, ''),
       (SELECT string_agg(DISTINCT x.provider, ',') FROM fulfillments x
         WHERE x.order_id = o.id AND x.status IN ('failed', 'cancelled')),
       (SELECT string_agg(DISTINCT x.provider, ',') FROM fulfillments x
         WHERE x.order_id = o.id AND x.provider_order_id IS NOT NULL)
  FROM orders o CROSS JOIN LATERAL (SELECT o.shipping_address) s (a)
  LEFT JOIN LATERAL (SELECT * FROM fulfillments x WHERE x.order_id = o.id
       ORDER BY x.attempt DESC LIMIT 1) f ON true
 WHERE o.id = $1;

--: print_lines(order id, provider text)
--: rows  item id, name text, quantity int, retail big, product_ref text?,
--:   variant_ref text?, cost big, available bool, designed bool,
--:   blank_allowed bool, files json
--: reads
-- The lines of an order as one printer would make them. A synced row of the
-- printer's knows more than what the admin wrote at the product.
SELECT i.id, i.product_name, i.quantity, i.unit_price,
       coalesce(x.product_ref, CASE $2 WHEN 'printful' THEN p.printful_product_id
           ELSE p.printify_product_id END),
       coalesce(x.variant_ref, CASE $2 WHEN 'printful' THEN v.printful_variant_id
           ELSE v.printify_variant_id END),
       coalesce(x.cost, -1), coalesce(x.available, true),
       i.design_id IS NOT NULL OR i.design_image_url IS NOT NULL,
       coalesce((p.design_constraints -> 'blankAllowed') = 'true'::jsonb, false),
       (SELECT coalesce(json_agg(json_build_object('placement', f.placement,
            'technique', f.technique, 'url', print_file_url(f.sha256),
            'colours', coalesce(f.options -> 'threadColors', '[]')) ORDER BY f.placement), '[]')
          FROM print_files f WHERE f.order_item_id = i.id AND f.provider = $2)
  FROM order_items i
  LEFT JOIN product_variants v ON v.id = i.variant_id
  LEFT JOIN products p ON p.id = i.product_id
  LEFT JOIN provider_variants x ON x.variant_id = i.variant_id AND x.provider = $2
 WHERE i.order_id = $1 ORDER BY i.position, i.id;

--: fulfillment_plan(order id, seen text, provider text, external_id text, reason text, quotes json)
--: one row  id id
--: no row   INVALID_ORDER_STATE
--: breach   fulfillments_live CONFLICT
-- The decision stands before anybody is asked to make anything. No row: the
-- order is not what was decided on: its buyer has just changed or cancelled it.
WITH o AS (
	SELECT id FROM orders WHERE id = $1 AND status IN ('paid', 'processing')
	   AND updated_at = $2::timestamptz FOR NO KEY UPDATE)
INSERT INTO fulfillments (order_id, attempt, provider, external_id, reason, quotes)
SELECT o.id, 1 + coalesce((SELECT max(f.attempt) FROM fulfillments f WHERE f.order_id = o.id), 0),
       $3, $4, left($5, 500), $6::jsonb
  FROM o
RETURNING id;

--: fulfillment_submitting(id id)
--: touched
--: no row   INVALID_ORDER_STATE
-- From here on the printer may know of it: no cancel comes in between.
WITH o AS (
	SELECT id FROM orders WHERE id = (SELECT order_id FROM fulfillments WHERE id = $1)
	   AND status IN ('paid', 'processing') FOR NO KEY UPDATE)
UPDATE fulfillments f SET status = 'submitting' FROM o
 WHERE f.id = $1 AND f.order_id = o.id AND f.status IN ('planned', 'submitting', 'unknown');

--: fulfillment_unsent(id id)
--: touched
-- Its turn at the printer has not come: nothing was sent after all.
UPDATE fulfillments SET status = 'planned' WHERE id = $1 AND status = 'submitting';

--: fulfillment_unsure(id id, reason text)
--: touched
-- Nobody knows whether the printer has it.
UPDATE fulfillments SET status = 'unknown', reason = left($2, 500)
 WHERE id = $1 AND status IN ('planned', 'submitting', 'unknown');

--: fulfillment_drafted(id id, provider_order_id text)
--: touched
-- The printer has it, as a draft.
UPDATE fulfillments SET status = 'draft', provider_order_id = $2
 WHERE id = $1 AND status IN ('planned', 'submitting', 'unknown');

--: fulfillment_refused(id id, reason text)
--: touched
-- It is proven that this printer does not make it.
UPDATE fulfillments SET status = 'failed', reason = left($2, 500)
 WHERE id = $1 AND status IN ('planned', 'submitting', 'unknown', 'draft');

--: fulfillment_dropped(id id, reason text)
--: touched
-- Nobody wants it any more, and the printer does not make it.
UPDATE fulfillments SET status = 'cancelled', reason = left($2, 500)
 WHERE id = $1 AND status IN ('planned', 'submitting', 'unknown', 'draft');

--: fulfillment_revived(id id)
--: touched
-- What the printer had given up is tried again as it is there.
UPDATE fulfillments SET status = 'draft'
 WHERE id = $1 AND status = 'failed' AND provider_order_id IS NOT NULL;

--: fulfillment_may_confirm(id id)
--: one row  wanted bool, disputed bool
--: reads
-- Is its order still to be made, and nobody disputes that it is paid?
SELECT o.status IN ('paid', 'processing'),
       EXISTS (SELECT FROM payments y WHERE y.order_id = o.id AND y.disputed_at IS NOT NULL)
  FROM fulfillments f JOIN orders o ON o.id = f.order_id WHERE f.id = $1;

--: fulfillment_apply(id id, provider_order_id text?, status text, reason text?,
--:   items big?, shipping big?, tax big?, currency text?, parcels json)
--: one row  was text, is_now text, order_status text
-- The printer's word, and all that follows from it.
SELECT was, is_now, order_status
  FROM fulfillment_apply($1, $2, $3, $4, $5, $6, $7,
       (SELECT code FROM currencies WHERE code = $8), $9::jsonb);

--: fulfillment_get(id id)
--: one row  id id, order id, provider text, external_id text,
--:   provider_order_id text?, planned_s big, status text, order_status text,
--:   in_hand bool
--: reads
-- in_hand: a runner is submitting it just now.
SELECT f.id, f.order_id, f.provider, f.external_id, f.provider_order_id,
       extract(epoch FROM f.created_at)::bigint, f.status, o.status,
       EXISTS (SELECT FROM jobs j WHERE j.order_id = f.order_id
           AND j.kind = 'submit_order' AND j.state = 'running')
  FROM fulfillments f JOIN orders o ON o.id = f.order_id WHERE f.id = $1;

--: fulfillment_of_order(order id)
--: one row  id id
--: reads
SELECT id FROM fulfillments WHERE order_id = $1 ORDER BY attempt DESC LIMIT 1;

--: fulfillment_find(provider text, provider_order_id text, external_id text)
--: one row  id id, order id
--: reads
-- The one that a printer speaks of: by its own id, or by ours.
SELECT id, order_id FROM fulfillments
 WHERE provider = $1 AND (provider_order_id = nullif($2, '')
       OR (provider_order_id IS NULL AND external_id = nullif($3, '')))
 ORDER BY provider_order_id IS NULL, attempt DESC LIMIT 1;

--: fulfillment_quiet(provider text, quiet_s int, most int)
--: rows  id id
--: reads
-- Those that are under way there and that nobody has told us about for so long.
SELECT id FROM fulfillments
 WHERE provider = $1 AND provider_order_id IS NOT NULL
   AND status NOT IN ('failed', 'cancelled', 'delivered', 'returned', 'planned')
   AND updated_at < now() - make_interval(secs => $2)
 ORDER BY updated_at LIMIT $3;

--: fulfillment_heard(id id)
--: touched
-- It was asked about, and had nothing new to say.
UPDATE fulfillments SET updated_at = now() WHERE id = $1;

--: fulfillment_missing()
--: rows  order id
SELECT fulfillment_missing();

--: fulfillment_resume(order id)
--: touched
-- There is news for the submission of this order: it need not wait longer.
UPDATE jobs SET state = 'queued', run_at = now(),
       attempts = CASE state WHEN 'queued' THEN attempts ELSE 0 END
 WHERE kind = 'submit_order' AND order_id = $1 AND state <> 'running';

--: fulfillment_rearm(order id)
--: one row  done bool
-- Asks for an order to be printed once more; false: its state forbids that.
SELECT fulfillment_rearm($1);

--: print_case(kind text, order id?, key text, severity text, detail json)
-- Something that a human should look at, told once while it is open.
SELECT case_open($1, $2, $3, $4, $5::jsonb);

--: print_cases_over(key text)
-- A printer has taken it, or given it back: whatever was in the way of that is
-- over.
SELECT case_close('{print_stuck,print_differs,print_refused,print_impossible,print_cancel_unknown,print_account}', $1);

--: print_cancel_again()
--: touched
-- Nobody knows yet whether these were cancelled, and their jobs have given up
-- asking.
UPDATE jobs j SET state = 'queued', attempts = 0, run_at = now()
 WHERE j.kind = 'cancel_print' AND j.state = 'dead'
   AND EXISTS (SELECT FROM fulfillments f WHERE f.order_id = j.order_id AND f.status NOT IN
       ('cancelled', 'shipped', 'delivered', 'returned'));

--: print_event_add(provider text, event_id text, type text, body bytes,
--:   provider_order_id text, external_id text)
--: one row  id id, order id?, fulfillment id?
-- Keeps a printer's message; a repetition gives no row. Whose it is may be
-- nobody's: an order that was made by hand at the printer.
WITH f AS (
	SELECT id, order_id FROM fulfillments
	 WHERE provider = $1 AND (provider_order_id = nullif($5, '')
	       OR (provider_order_id IS NULL AND external_id = nullif($6, '')))
	 ORDER BY provider_order_id IS NULL, attempt DESC LIMIT 1)
INSERT INTO webhook_events (provider, event_id, type, body, order_id, state)
SELECT $1, $2, left($3, 255), $4, f.order_id,
       CASE WHEN f.id IS NULL THEN 'ignored' ELSE 'received' END
  FROM (SELECT) one LEFT JOIN f ON true
    ON CONFLICT (provider, event_id) DO NOTHING
RETURNING id, order_id, (SELECT id FROM f);

--: print_event_job(order id?, fulfillment id, payload json, dedupe text, attempts int, hint bool)
-- Asks the printer what it is about. A mere hint waits a second for others,
-- and for none at all if one is waiting already: that one will ask later than
-- now, and so hear of this one's news as well.
INSERT INTO jobs (kind, order_id, ref, payload, dedupe_key, max_attempts, run_at)
SELECT 'settle_print_webhook', $1, $2, $3::jsonb, $4, $5,
       now() + make_interval(secs => CASE WHEN $6 THEN 1 ELSE 0 END)
 WHERE NOT ($6 AND EXISTS (SELECT FROM jobs j WHERE j.ref = $2
       AND j.kind = 'settle_print_webhook' AND j.state = 'queued'))
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;

--: print_event_settled(id id)
--: touched
-- This one is done, and with it those of its order that had no job of their
-- own.
UPDATE webhook_events w SET state = 'processed', error = NULL,
       attempts = w.attempts + 1, processed_at = now()
  FROM webhook_events this
 WHERE this.id = $1 AND (w.id = this.id OR (w.order_id = this.order_id
       AND w.provider = this.provider AND w.state = 'received'
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.dedupe_key = 'print_event:' || w.id)));
