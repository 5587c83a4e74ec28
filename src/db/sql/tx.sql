--: tx_begin()
-- Opens a transaction, READ COMMITTED: the guards stand in the statements.
BEGIN;

--: tx_commit()
COMMIT;

--: tx_rollback()
ROLLBACK;

--: plan_for_values()
-- Until the transaction ends: the role has plans made without looking at values.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);
