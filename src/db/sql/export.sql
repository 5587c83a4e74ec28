--: export_part(owner id, part text, after text, most int)
--: rows     key_ text, item json
--: reads
-- One part of what is stored about somebody, in the order of ids, from where
-- the last page ended. The other branches are not even begun.
SELECT x.key, x.item FROM (
	SELECT u.id::text AS key, (user_json(u)::jsonb || jsonb_build_object(
	           'permissions', user_permissions(u), 'emailVerifiedAt', time_json(u.email_verified_at),
	           'emailUndeliverableAt', time_json(u.email_undeliverable_at),
	           'hasPassword', u.password_hash IS NOT NULL, 'tierOverride', u.tier_override,
	           'lifetimePoints', (SELECT b.lifetime FROM point_balances b WHERE b.user_id = u.id),
	           'stripeCustomerId', u.stripe_customer_id))::json AS item
	  FROM users u WHERE $2 = 'account' AND u.id = $1
	UNION ALL
	SELECT p.id::text, profile_json(p) FROM user_profiles p
	 WHERE $2 = 'profile' AND p.user_id = $1
	UNION ALL
	SELECT i.provider, json_build_object('provider', i.provider, 'subject', i.subject,
	           'email', i.email, 'createdAt', time_json(i.created_at),
	           'lastLoginAt', time_json(i.last_login_at))
	  FROM identities i WHERE $2 = 'identities' AND i.user_id = $1
	UNION ALL
	SELECT s.id::text, json_build_object('id', s.id, 'userAgent', s.user_agent, 'ip', host(s.ip),
	           'createdAt', time_json(s.created_at), 'lastUsedAt', time_json(s.last_used_at),
	           'expiresAt', time_json(s.absolute_expires_at), 'revokedAt', time_json(s.revoked_at),
	           'revokeReason', s.revoke_reason, 'cookie', s.cookie_mode)
	  FROM sessions s WHERE $2 = 'sessions' AND s.user_id = $1
	UNION ALL
	SELECT t.id::text, json_build_object('purpose', t.purpose, 'email', t.email,
	           'newEmail', t.payload ->> 'to',
	           'createdAt', time_json(t.created_at), 'expiresAt', time_json(t.expires_at),
	           'usedAt', time_json(t.used_at))
	  FROM one_time_tokens t WHERE $2 = 'letters' AND t.user_id = $1
	UNION ALL
	SELECT s.id::text, (subscription_json(s)::jsonb || jsonb_build_object(
	           'createdAt', time_json(s.created_at), 'stripeSubscriptionId', s.stripe_subscription_id))::json
	  FROM subscriptions s WHERE $2 = 'subscriptions' AND s.user_id = $1
	UNION ALL
	SELECT i.id::text, invoice_json(i) FROM subscription_invoices i
	 WHERE $2 = 'invoices' AND i.user_id = $1
	UNION ALL
	SELECT d.id::text, (design_json(d, $1, true)::jsonb
	           || jsonb_build_object('style', d.style, 'complexity', d.complexity,
	           'deletedAt', time_json(d.deleted_at)))::json
	  FROM designs d WHERE $2 = 'designs' AND d.user_id = $1
	UNION ALL
	SELECT l.id::text, json_build_object('designId', l.design_id, 'createdAt', time_json(l.created_at))
	  FROM design_likes l WHERE $2 = 'likes' AND l.user_id = $1
	UNION ALL
	SELECT s.id::text, json_build_object('designId', s.design_id, 'platform', s.platform,
	           'createdAt', time_json(s.created_at))
	  FROM design_shares s WHERE $2 = 'shares' AND s.shared_by = $1
	UNION ALL
	SELECT r.id::text, json_build_object('designId', r.design_id, 'reason', r.reason,
	           'details', r.details, 'state', r.state, 'createdAt', time_json(r.created_at))
	  FROM design_reports r WHERE $2 = 'reports' AND r.user_id = $1
	UNION ALL
	SELECT l.id::text, json_build_object('model', l.model, 'designId', l.design_id,
	           'promptTokens', l.prompt_tokens, 'completionTokens', l.completion_tokens,
	           'success', l.success, 'error', l.error_message, 'cost', trim_scale(l.cost),
	           'generationTimeMs', l.generation_time_ms, 'createdAt', time_json(l.created_at))
	  FROM ai_usage_logs l WHERE $2 = 'aiUsage' AND l.user_id = $1
	UNION ALL
	SELECT r.id::text, json_build_object('designId', r.design_id, 'pool', r.pool, 'state', r.state,
	           'createdAt', time_json(r.created_at))
	  FROM ai_reservations r WHERE $2 = 'aiQuota' AND r.user_id = $1
	UNION ALL
	SELECT l.id::text, l.line FROM cart_shown($1, cart_currency($1)) l
	 WHERE $2 = 'cart'
	UNION ALL
	SELECT o.id::text, order_export(o) FROM orders o
	 WHERE $2 = 'orders' AND o.user_id = $1
	UNION ALL
	SELECT t.id::text, point_transaction_json(t) FROM point_transactions t
	 WHERE $2 = 'points' AND t.user_id = $1
	UNION ALL
	SELECT c.id::text, coupon_json(c) FROM coupons c WHERE $2 = 'coupons' AND c.user_id = $1
	UNION ALL
	SELECT x.id::text, achievement_json(a, $1)
	  FROM user_achievements x JOIN achievements a ON a.id = x.achievement_id
	 WHERE $2 = 'achievements' AND x.user_id = $1
	UNION ALL
	SELECT j.id::text, json_build_object('mail', j.payload ->> 'mail', 'to', j.payload ->> 'mailTo',
	           'orderId', j.order_id, 'state', j.state, 'createdAt', time_json(j.created_at))
	  FROM jobs j WHERE $2 = 'mail' AND j.kind = 'send_mail' AND j.ref = $1
	UNION ALL
	SELECT k.key, json_build_object('key', k.key, 'route', k.route, 'status', k.status,
	           'createdAt', time_json(k.created_at))
	  FROM idempotency_keys k WHERE $2 = 'idempotencyKeys' AND k.owner = $1::text
	UNION ALL
	SELECT a.id::text, json_build_object('action', a.action, 'createdAt', time_json(a.created_at),
	           'before', a.before, 'after', a.after)
	  FROM audit_log a WHERE $2 = 'adminChanges' AND a.target = $1::text) x (key, item)
 WHERE x.key > $3
 ORDER BY x.key
 LIMIT $4;
