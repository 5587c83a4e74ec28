--: admin_coupon_list(query text?, active bool?, cursor text?, fetch int, skip int)
--: rows  said json, key_ text, total_ big
--: reads
--: anew
-- Coupons, newest first, those that points were turned into among them;
-- 'query' is part of a code.
SELECT coupon_admin_json(c), concat_ws('|', c.created_at, c.id),
    (SELECT count(*) FROM (SELECT FROM coupons n WHERE ($1::text IS NULL OR n.code LIKE upper(like_pattern($1)))
        AND ($2::boolean IS NULL OR n.active = $2) LIMIT 10001) x)
  FROM coupons c
 WHERE ($1::text IS NULL OR c.code LIKE upper(like_pattern($1)))
   AND ($2::boolean IS NULL OR c.active = $2)
   AND (c.created_at, c.id) <
       (coalesce(nullif(split_part($3, '|', 1), '')::timestamptz, 'infinity'),
        coalesce(nullif(split_part($3, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY c.created_at DESC, c.id DESC LIMIT $4 OFFSET $5;

--: admin_coupon_show(id id)
--: one row  said json
--: reads
SELECT coupon_admin_json(c) FROM coupons c WHERE c.id = $1;

--: admin_coupon_money(wanted text?)
--: one row  code text?, exponent int, base_exponent int
--: reads
-- What an amount is said in: the wanted currency, null if the shop does not
-- sell in it, else the base; and the base's decimals, for the least subtotal.
SELECT c.code, coalesce(c.exponent, 2), currency_exponent(shop_currency())
  FROM (SELECT) one
  LEFT JOIN currencies c ON c.code = coalesce($1, shop_currency()) AND currency_is_sold(c.code);

--: admin_coupon_add(id id, admin text, code text, kind text, hundredths big?, amount big?,
--:     currency text?, least big, most int?, each int?, active bool, starts text?, expires text?)
--: one row  said json
--: breach   coupons_code_key CONFLICT
--: breach   coupons_code_check VALIDATION_ERROR
-- A new coupon, and who made it.
WITH made AS (
    INSERT INTO coupons (id, code, kind, percent, amount, currency, min_subtotal, max_uses,
        max_per_user, active, starts_at, expires_at)
    VALUES ($1, upper($3), $4, $5::numeric / 100, $6, $7, $8, $9, $10, $11,
        coalesce($12::timestamptz, now()), $13::timestamptz)
    RETURNING id, coupon_admin_json(coupons) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, after)
    SELECT $2, 'coupon.create', id, said FROM made)
SELECT said FROM made;

--: admin_coupon_change(id id, admin text, least big?, most_given bool, most int?,
--:     each_given bool, each int?, active bool?, starts text?, expires_given bool, expires text?)
--: one row  said json
--: breach   coupons_uses VALIDATION_ERROR
-- What was given replaces what was there; who did it, and from what to what.
WITH was AS (
    SELECT c.id, coupon_admin_json(c) AS said FROM coupons c WHERE c.id = $1 FOR NO KEY UPDATE),
now_is AS (
    UPDATE coupons AS c SET min_subtotal = coalesce($3, c.min_subtotal),
        max_uses = CASE WHEN $4 THEN $5 ELSE c.max_uses END,
        max_per_user = CASE WHEN $6 THEN $7 ELSE c.max_per_user END,
        active = coalesce($8, c.active), starts_at = coalesce($9::timestamptz, c.starts_at),
        expires_at = CASE WHEN $10 THEN $11::timestamptz ELSE c.expires_at END
      FROM was WHERE c.id = was.id
    RETURNING c.id, coupon_admin_json(c) AS said),
logged AS (
    INSERT INTO audit_log (admin, action, target, before, after)
    SELECT $2, 'coupon.update', n.id, was.said, n.said FROM now_is n JOIN was USING (id))
SELECT said FROM now_is;
