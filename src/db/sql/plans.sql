--: plan_offers(languages text)
--: rows  code text, name text, amount number, currency text, interval text, tier text,
--:     language_ text
--: reads
-- What can be subscribed to, in the order in which it is offered.
SELECT p.code, coalesce(t.name, p.name), money_json(p.amount, p.currency), p.currency, p.period,
       p.tier, coalesce(t.language, 'en')
  FROM plans p
  LEFT JOIN LATERAL (SELECT t.name, t.language FROM plan_translations t
      WHERE t.plan_id = p.id AND lower(t.language) = ANY ($1::text[])
      ORDER BY array_position($1::text[], lower(t.language)) LIMIT 1) t ON true
 WHERE p.active ORDER BY p.position, p.created_at, p.id;

--: plan_offer(code text?)
--: one row  id id, code text, name text, minor big, currency text, period text,
--:     product text?, price text?
--: reads
-- One plan, by its code; without one the first.
SELECT id, code, name, amount, currency, period, stripe_product_id, stripe_price_id
  FROM plans WHERE active AND ($1::text IS NULL OR code = $1)
 ORDER BY position, created_at, id LIMIT 1;

--: plan_told(id id, product text, price text)
-- Stripe knows the plan by these.
UPDATE plans SET stripe_product_id = $2, stripe_price_id = $3
 WHERE id = $1 AND (stripe_product_id, stripe_price_id) IS DISTINCT FROM ($2, $3);

--: plan_add(code text, name text, minor big, currency text, period text, position int)
--: one row  id id
--: breach   plans_code CONFLICT
INSERT INTO plans (code, name, amount, currency, period, position)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

--: plan_name(id id, language text, name text)
INSERT INTO plan_translations (plan_id, language, name) VALUES ($1, $2, $3)
    ON CONFLICT (plan_id, language) DO UPDATE SET name = excluded.name;

--: plan_retire(code text)
--: one row  id id, price text?
-- Nobody can subscribe to it any more; NOT_FOUND: nobody could.
UPDATE plans SET active = false WHERE code = $1 AND active RETURNING id, stripe_price_id;

--: plan_all()
--: rows  code text, name text, amount text, currency text, period text, active bool,
--:     price text?, subscribers big
--: reads
-- For the sysadmin: also what is retired, and how many have it.
SELECT p.code, p.name, money_json(p.amount, p.currency)::text, p.currency, p.period, p.active,
       p.stripe_price_id, (SELECT count(*) FROM subscriptions s WHERE s.plan = p.stripe_price_id
           AND s.status IN ('trialing', 'active', 'past_due'))
  FROM plans p ORDER BY p.active DESC, p.position, p.created_at, p.id;

--: plan_decimals(currency text)
--: one row  decimals int
--: reads
SELECT exponent::integer FROM currencies WHERE code = $1;
