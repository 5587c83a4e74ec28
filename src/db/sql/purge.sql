--: purge_subscription_end(owner id)
-- Its provider has ended it.
UPDATE subscriptions SET status = 'canceled', cancel_at_period_end = false
 WHERE user_id = $1 AND status NOT IN ('canceled', 'incomplete_expired');

--: purge_notices(customer text)
--: touched
-- Notices about the customer hold the address; that they came is kept.
UPDATE webhook_events SET body = ''
 WHERE provider = 'stripe' AND position(convert_to($1, 'UTF8') IN body) > 0;
