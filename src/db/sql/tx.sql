--: tx_begin()
-- Opens a transaction, READ COMMITTED: the guards stand in the statements.
BEGIN;

--: tx_commit()
COMMIT;

--: tx_rollback()
ROLLBACK;
