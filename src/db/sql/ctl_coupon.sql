--: ctl_coupon_all()
--: rows  code text, gift text, uses int, most int?, state text, expires text?
--: reads
-- For the sysadmin, newest first; what points were turned into is people's own.
SELECT c.code, CASE c.kind WHEN 'percent' THEN trim_scale(c.percent) || ' %'
           WHEN 'amount' THEN money_json(c.amount, c.currency)::text || ' ' || c.currency
           ELSE 'free shipping' END,
       c.uses, c.max_uses, CASE WHEN NOT c.active THEN 'retired' WHEN c.expires_at <= now() THEN 'expired'
           WHEN c.uses >= c.max_uses THEN 'used up' WHEN c.starts_at > now() THEN 'waits'
           ELSE 'serves' END,
       time_json(c.expires_at)
  FROM coupons c WHERE c.kind <> 'points' ORDER BY c.created_at DESC, c.id DESC;

--: ctl_coupon_find(code text)
--: one row  id id
--: reads
-- One that serves, or will.
SELECT c.id FROM coupons c WHERE c.code = upper($1) AND c.active AND c.kind <> 'points';
