-- Who may do what: this list and nothing else.
--
-- Nobody but the owner may define, truncate or own anything.  Counts, balances
-- and totals have no grant at all: functions and triggers of the owner write
-- them.  A column list after UPDATE is what can change in the life of a row.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;

-- Everybody reads what decides nothing by itself.
GRANT SELECT ON settings, currencies, exchange_rates, categories, products,
    product_variants, product_prices, product_translations, provider_variants,
    tax_rates, shipping_rates, media, media_refs, designs, design_likes,
    design_shares, design_reports, design_renders, ai_models, ai_model_prices,
    policy_words, artwork_styles,
    ai_reservations, ai_usage_logs, coupons, coupon_uses, order_moves, orders,
    order_items, order_events, design_uses, payments, refunds, print_files,
    fulfillments, shipments, shipment_items, cases, point_transactions,
    point_balances, point_periods, achievements, user_achievements, jobs,
    clock_jobs, counters, plans, plan_translations, subscriptions, user_profiles, audit_log
    TO tshop_app, tshop_jobs, tshop_readonly;
GRANT SELECT ON users, identities, sessions, refresh_tokens, one_time_tokens,
    idempotency_keys, webhook_events, rate_limits, carts, cart_items, provider_states,
    subscription_invoices
    TO tshop_app, tshop_jobs;

-- Analytics sees people, and none of their secrets.
GRANT SELECT (id, email, first_name, last_name, phone, tier, tier_override, permissions,
    total_points, level, email_verified_at, email_undeliverable_at, stripe_customer_id,
    disabled_at, deleted_at, created_at, updated_at) ON users TO tshop_readonly;
GRANT SELECT (provider, user_id, created_at, last_login_at) ON identities TO tshop_readonly;
GRANT SELECT (id, user_id, absolute_expires_at, revoked_at, revoke_reason, cookie_mode,
    created_at, last_used_at) ON sessions TO tshop_readonly;
GRANT SELECT (id, session_id, parent_id, issued_at, expires_at, used_at, voided_at, mercy_at,
    replaced_by) ON refresh_tokens TO tshop_readonly;
GRANT SELECT (id, purpose, user_id, created_at, expires_at, used_at) ON one_time_tokens TO tshop_readonly;
GRANT SELECT (owner, route, state, lease_until, status, created_at) ON idempotency_keys TO tshop_readonly;
GRANT SELECT (id, provider, event_id, type, order_id, state, attempts, error, received_at,
    processed_at) ON webhook_events TO tshop_readonly;
GRANT SELECT (id, user_id, owner_id, currency, version, created_at, updated_at) ON carts TO tshop_readonly;
GRANT SELECT ON cart_items, provider_states TO tshop_readonly;
GRANT SELECT (id, user_id, stripe_invoice_id, stripe_subscription_id, number, status, total,
    amount_paid, currency, period_start, period_end, issued_at, created_at)
    ON subscription_invoices TO tshop_readonly;

-- The workers.
GRANT INSERT (id, email, password_hash, first_name, last_name, phone, email_verified_at),
    UPDATE (email, password_hash, first_name, last_name, phone, tier_override,
    permissions, token_version, email_verified_at, email_undeliverable_at, stripe_customer_id,
    disabled_at, deleted_at) ON users TO tshop_app;
GRANT SELECT, INSERT, UPDATE ON outside_documents TO tshop_app;
GRANT INSERT, UPDATE ON user_profiles, sessions, subscriptions TO tshop_app;
GRANT UPDATE (stripe_product_id, stripe_price_id) ON plans TO tshop_app;
GRANT INSERT, UPDATE, DELETE ON identities, refresh_tokens, one_time_tokens, rate_limits,
    idempotency_keys, carts, cart_items TO tshop_app;
GRANT INSERT, UPDATE, DELETE ON settings, exchange_rates, tax_rates, shipping_rates,
    product_prices, product_translations, provider_variants TO tshop_app;
GRANT INSERT, UPDATE ON products, product_variants TO tshop_app;
GRANT INSERT, UPDATE (visibility, created_at) ON media TO tshop_app;
GRANT INSERT, DELETE ON media_refs, design_likes, design_uses TO tshop_app;
GRANT INSERT (id, user_id, title, description, prompt, product_category, product_id, status,
    complexity, style, ai_model, design_data, image_url, thumbnail_url, image_sha256,
    thumbnail_sha256, print_checks, public),
    UPDATE (title, description, prompt, product_id, status, error, complexity, style, ai_model,
    generation_cost, design_data, revision, rendered_revision, image_url, thumbnail_url,
    image_sha256, thumbnail_sha256, print_checks, public, deleted_at, hidden_at) ON designs TO tshop_app;
GRANT UPDATE (state, closed_at) ON design_reports TO tshop_app;
GRANT INSERT ON design_shares, design_reports, design_renders TO tshop_app;
GRANT INSERT, UPDATE (design_id, state, cost, settled_at) ON ai_reservations TO tshop_app;
GRANT INSERT ON ai_usage_logs TO tshop_app;
GRANT INSERT (id, code, kind, user_id, percent, amount, currency, min_subtotal, max_uses,
    max_per_user, active, starts_at, expires_at) ON coupons TO tshop_app;
GRANT UPDATE (min_subtotal, max_uses, max_per_user, active, starts_at, expires_at) ON coupons TO tshop_app;
GRANT INSERT, UPDATE (released_at) ON coupon_uses TO tshop_app;
GRANT INSERT, UPDATE (user_id, status, email, payment_intent_id, shipping_address, billing_address,
    fulfillment_provider, fulfillment_order_id, fulfillment_status, tracking_number,
    cancel_reason, expires_at, hold_until, cost_estimate) ON orders TO tshop_app;
GRANT INSERT, UPDATE (variant_id, variant_label, fulfillment_item_id, customization_data) ON order_items TO tshop_app;
GRANT INSERT ON order_events, audit_log, print_files, order_canvases TO tshop_app;
GRANT INSERT, UPDATE (provider_ref, capture_ref, approve_url, status, decline_reason,
    captured_amount, disputed_at, lost_amount, fee_amount, fee_currency) ON payments TO tshop_app;
GRANT INSERT, UPDATE (provider_ref, status, reason, failure) ON refunds TO tshop_app;
GRANT INSERT, UPDATE ON webhook_events TO tshop_app;
GRANT INSERT, UPDATE ON fulfillments, shipments, cases TO tshop_app;
GRANT INSERT, UPDATE, DELETE ON shipment_items TO tshop_app;
GRANT INSERT, UPDATE ON jobs, provider_states, counters TO tshop_app;

-- The job runner: the same orders and payments, no passwords, no prices; and
-- it alone sweeps.
GRANT UPDATE (stripe_customer_id, tier_override) ON users TO tshop_jobs;
GRANT INSERT, UPDATE ON subscriptions, subscription_invoices TO tshop_jobs;
GRANT UPDATE (revoked_at, revoke_reason), DELETE ON sessions TO tshop_jobs;
GRANT DELETE ON refresh_tokens, one_time_tokens, idempotency_keys, rate_limits TO tshop_jobs;
GRANT INSERT ON one_time_tokens TO tshop_jobs;
GRANT DELETE ON carts, cart_items TO tshop_jobs;
GRANT INSERT, UPDATE ON provider_variants TO tshop_jobs;
GRANT UPDATE (printful_product_id, printify_product_id, design_constraints, updated_at) ON products TO tshop_jobs;
GRANT INSERT, UPDATE (color_hex, printful_variant_id, printify_variant_id, available, gone_at, updated_at)
    ON product_variants TO tshop_jobs;
GRANT UPDATE (version) ON carts TO tshop_jobs;
GRANT INSERT, UPDATE (visibility, created_at), DELETE ON media TO tshop_jobs;
GRANT INSERT, DELETE ON media_refs, design_renders TO tshop_jobs;
GRANT INSERT, DELETE ON design_uses TO tshop_jobs;
GRANT UPDATE (title, description, status, error, ai_model, generation_cost, design_data, revision,
    rendered_revision, image_url, thumbnail_url, image_sha256, thumbnail_sha256, print_checks,
    public, trending_score) ON designs TO tshop_jobs;
GRANT UPDATE (state, cost, settled_at) ON ai_reservations TO tshop_jobs;
GRANT INSERT ON ai_usage_logs TO tshop_jobs;
GRANT SELECT, INSERT, UPDATE (error, answer, picture) ON ai_calls TO tshop_jobs;
GRANT UPDATE (active) ON ai_models TO tshop_jobs;
GRANT UPDATE (active, expires_at) ON coupons TO tshop_jobs;
GRANT UPDATE (released_at) ON coupon_uses TO tshop_jobs;
GRANT UPDATE (status, payment_intent_id, fulfillment_provider, fulfillment_order_id,
    fulfillment_status, tracking_number, cancel_reason, expires_at, hold_until) ON orders TO tshop_jobs;
GRANT UPDATE (fulfillment_item_id) ON order_items TO tshop_jobs;
GRANT INSERT ON order_events, print_files TO tshop_jobs;
GRANT SELECT ON order_canvases TO tshop_app, tshop_jobs;
GRANT DELETE ON order_canvases TO tshop_jobs;
GRANT INSERT, UPDATE (provider_ref, capture_ref, approve_url, status, decline_reason,
    captured_amount, disputed_at, lost_amount, fee_amount, fee_currency, asked_at) ON payments TO tshop_jobs;
GRANT INSERT, UPDATE (provider_ref, status, reason, failure, asked_at) ON refunds TO tshop_jobs;
GRANT INSERT, UPDATE, DELETE ON webhook_events TO tshop_jobs;
GRANT INSERT, UPDATE ON fulfillments, shipments, cases TO tshop_jobs;
GRANT INSERT, UPDATE, DELETE ON shipment_items TO tshop_jobs;
GRANT INSERT, UPDATE, DELETE ON jobs, clock_jobs, counters, provider_states TO tshop_jobs;
