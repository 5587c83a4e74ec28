/*
 * tx.h: a transaction is a scope: it rolls back unless committed.
 *
 *	TX(rq->db);                     // begins; at most one at a time
 *	TRY(sql_order_insert(…));
 *	TRY(sql_job_add(…));
 *	return TX_COMMIT(CREATED);      // or any TRY above rolled it back
 *
 * Inside a RUNS_ONCE route the guard has begun already; TX then joins it and
 * the guard commits after the handler, together with the stored answer.
 */
#ifndef TSHOP_DB_TX_H
#define TSHOP_DB_TX_H

#include "db/db.h"

struct tx {
	struct db *db;
	bool joined; /* somebody further out will commit */
	bool done;
};

enum outcome tx_begin(struct db *, struct tx *);
enum outcome tx_commit(struct tx *);
void tx_end(struct tx *); /* rolls back unless committed */

#define TX(database)                                                           \
	__attribute__((cleanup(tx_end))) struct tx tx_ = { 0 };                \
	TRY(tx_begin((database), &tx_))
/* Commit, and give 'result' back if that worked. */
#define TX_COMMIT(result)                                                      \
	({                                                                     \
		enum outcome c_ = tx_commit(&tx_);                             \
		FAILED(c_) ? c_ : (result);                                    \
	})

#endif
