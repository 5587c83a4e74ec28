/*
 * tx.c: transactions as scopes.
 */
#include "base/insist.h"
#include "db/tx.h"
#include "sql/ops.h"
#include "sql/tx.h"

#include "furniture.h"

enum outcome
tx_begin(struct db *db, struct tx *tx)
{
	tx->joined = db->in_tx;
	if (!tx->joined) {
		TRY(sql_tx_begin(db));
		db->in_tx = true;
	}
	tx->db = db;
	return OK;
}

enum outcome
tx_commit(struct tx *tx)
{
	struct result *r;

	insist(tx->db && !tx->done);
	tx->done = true;
	if (tx->joined)
		return OK;
	tx->db->in_tx = false;
	if (!tx->db->line->conn)
		return SERVICE_UNAVAILABLE;
	TRY(db_run(tx->db, &sql_tx_commit_statement, NULL, &r));
	/* COMMIT of an aborted transaction "succeeds" with ROLLBACK. */
	insist(PQcmdStatus(r->pg)[0] == 'C');
	return OK;
}

void
tx_end(struct tx *tx)
{
	if (!tx->db || tx->done || tx->joined)
		return;
	tx->db->in_tx = false;
	if (tx->db->line->conn && FAILED(sql_tx_rollback(tx->db)))
		line_cut(tx->db->line);
}

enum outcome
db_ping(struct db *db)
{
	int one;

	return sql_ping(db, &one);
}
