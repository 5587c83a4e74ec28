/*
 * db.c: sending statements and hearing their answers.
 *
 * A statement is prepared the first time a connection meets it, in the same
 * round trip. One that only reads is sent once more on a fresh connection if
 * the old one turns out to be dead; one that writes is repeated only if it
 * cannot have been sent.
 */
#include <string.h>

#include "base/insist.h"
#include "base/log.h"
#include "sql/tx.h"

#include "furniture.h"

struct db *
db_create(const char *url, const char *application, int patience_ms)
{
	struct db *db = calloc(1, sizeof(*db));

	insist(db);
	db->url = strdup(url);
	db->application = strdup(application);
	db->patience_ms = patience_ms;
	insist(db->url && db->application);
	return db;
}

void
db_destroy(struct db *db)
{
	if (!db)
		return;
	db_disconnect(db);
	free(db->url);
	free(db->application);
	free(db);
}

void
db_set_arena(struct db *db, struct arena *arena)
{
	db->arena = arena;
}

struct arena *
db_arena(struct db *db)
{
	return db->arena;
}

bool
db_in_tx(struct db *db)
{
	return db->in_tx;
}

/* The statement's place in the set: itself, or the empty slot for it. */
static const struct statement **
prepared_slot(struct db *db, const struct statement *s)
{
	size_t i = (size_t)((uintptr_t)s >> 4) * 0x9e3779b1u;

	for (;; i++) {
		const struct statement **slot =
		    &db->prepared[(i >> 7) & (PREPARED_ROOM - 1)];

		if (*slot == s || *slot == NULL)
			return slot;
		i += 127;
	}
}

/*
 * The role has plans made without looking at values. One that is to be made
 * for them says so first, for its own transaction.
 */
static bool
db_put_anew(struct db *db, const struct statement *s, const char *const *params)
{
	return PQsendQueryParams(db->conn, sql_plan_for_values_statement.text,
		   0, NULL, NULL, NULL, NULL, 0) &&
	       PQsendQueryParams(
		   db->conn, s->text, s->params, NULL, params, NULL, NULL, 0);
}

/* Send one statement; false if it could not be. */
static bool
db_put(struct db *db, const struct statement *s, const char *const *params,
    int *commands)
{
	const struct statement **slot;

	*commands = 2;
	if (s->anew)
		return db_put_anew(db, s, params);
	*commands = 1;
	slot = prepared_slot(db, s);
	if (*slot == NULL) {
		if (!PQsendPrepare(db->conn, s->name, s->text, 0, NULL))
			return false;
		*commands = 2;
	}
	return PQsendQueryPrepared(
	    db->conn, s->name, s->params, params, NULL, NULL, 0);
}

/* The same, and a Sync, which ends its transaction. */
static bool
db_send(struct db *db, const struct statement *s, const char *const *params,
    int *commands)
{
	return db_put(db, s, params, commands) && PQpipelineSync(db->conn);
}

static bool
is_good(const PGresult *r)
{
	return PQresultStatus(r) == PGRES_COMMAND_OK ||
	       PQresultStatus(r) == PGRES_TUPLES_OK;
}

/*
 * The answer to what db_put() sent: the first failure, else the result of
 * the last command. NULL if the connection is lost.
 */
static PGresult *
db_hear(struct db *db, const struct statement *s, int commands)
{
	PGresult *kept = NULL, *r;
	bool failed = false;

	while (commands > 0) {
		r = db_next(db);
		if (!r && (db_is_lost(db) || !kept))
			break;
		if (!r) { /* the end of one command's results */
			commands--;
			continue;
		}
		if (failed) {
			PQclear(r);
			continue;
		}
		PQclear(kept);
		kept = r;
		failed = !is_good(r);
		/* Prepared it is, whatever its first run comes to. */
		if (commands == 2 && !failed && !s->anew)
			*prepared_slot(db, s) = s;
	}
	if (commands > 0 || db_is_lost(db)) {
		PQclear(kept);
		return NULL;
	}
	return kept;
}

static bool
db_hear_sync(struct db *db)
{
	PGresult *r = db_next(db);
	bool is_sync = r && PQresultStatus(r) == PGRES_PIPELINE_SYNC;

	PQclear(r);
	return is_sync;
}

/* The answer to what db_send() sent; NULL if the connection is lost. */
static PGresult *
db_hear_all(struct db *db, const struct statement *s, int commands)
{
	PGresult *r = db_hear(db, s, commands);

	if (r && !db_hear_sync(db)) {
		PQclear(r);
		return NULL;
	}
	return r;
}

static void
result_clear(void *pg)
{
	PQclear(pg);
}

static struct result *
result_keep(struct db *db, PGresult *pg)
{
	struct result *r = arena_new(db->arena, struct result);

	r->pg = pg;
	r->arena = db->arena;
	arena_defer(db->arena, result_clear, pg);
	return r;
}

static enum outcome
db_judge(
    struct db *db, const struct statement *s, PGresult *pg, struct result **out)
{
	struct result *r = result_keep(db, pg);

	if (!is_good(pg))
		return db_failure(s, pg);
	*out = r;
	return OK;
}

/* How one attempt to ask went. */
enum attempt {
	ATTEMPT_DONE,
	ATTEMPT_UNSENT,
	ATTEMPT_LOST
};

/* A failed question is heard too, as nothing. */
static enum outcome
along_judge(struct db *db, const struct along *along, PGresult *pg)
{
	struct result *heard = NULL;

	if (FAILED(db_judge(db, along->statement, pg, &heard)))
		heard = NULL;
	return along->hear(along->arg, heard);
}

static enum attempt
along_attempt(struct db *db, const struct along *along, enum outcome *o)
{
	int commands;
	PGresult *pg;

	if (!db_send(db, along->statement, along->params, &commands))
		return ATTEMPT_UNSENT;
	if (!(pg = db_hear_all(db, along->statement, commands)))
		return ATTEMPT_LOST;
	*o = along_judge(db, along, pg);
	return ATTEMPT_DONE;
}

/*
 * A read with a question along: one transaction, one Sync, one system call to
 * send both. The question comes last, so that what it locks is locked for a
 * moment only; what fails takes it down, and then it is asked again alone.
 */
static enum attempt
db_attempt_both(struct db *db, const struct statement *s,
    const char *const *params, const struct along *along,
    struct result **result, enum outcome *o)
{
	int commands, more;
	PGresult *pg, *beside;
	enum outcome own;

	if (!db_put(db, s, params, &commands) ||
	    !db_send(db, along->statement, along->params, &more))
		return ATTEMPT_UNSENT;
	if (!(pg = db_hear(db, s, commands)))
		return ATTEMPT_LOST;
	own = db_judge(db, s, pg, result);
	if (!(beside = db_hear_all(db, along->statement, more)))
		return ATTEMPT_LOST;
	if (PQresultStatus(beside) == PGRES_PIPELINE_ABORTED) {
		enum attempt how;

		PQclear(beside);
		how = along_attempt(db, along, o);
		if (how != ATTEMPT_DONE)
			return ATTEMPT_LOST;
	} else {
		*o = along_judge(db, along, beside);
	}
	if (!FAILED(*o))
		*o = own;
	return ATTEMPT_DONE;
}

static enum attempt
db_attempt(struct db *db, const struct statement *s, const char *const *params,
    const struct along *along, struct result **result, enum outcome *o)
{
	enum attempt how;
	int commands;
	PGresult *pg;

	*o = OK;
	if (along && s && s->reads && !db->in_tx)
		return db_attempt_both(db, s, params, along, result, o);
	if (along && (how = along_attempt(db, along, o)) != ATTEMPT_DONE)
		return how;
	if (!s || FAILED(*o))
		return ATTEMPT_DONE;
	if (!db_send(db, s, params, &commands))
		return ATTEMPT_UNSENT;
	if (!(pg = db_hear_all(db, s, commands)))
		return ATTEMPT_LOST;
	*o = db_judge(db, s, pg, result);
	return ATTEMPT_DONE;
}

static enum outcome
db_ask(struct db *db, const struct statement *s, const char *const *params,
    struct result **result)
{
	struct along along = db->along;
	bool has_along = db->has_along;
	bool in_tx = db->in_tx;
	enum outcome o;

	db->has_along = false;
	for (int try = 0; try < 2; try++) {
		enum attempt how;

		if (in_tx && !db->conn)
			return SERVICE_UNAVAILABLE; /* it died with its tx */
		TRY(db_connect(db));
		how = db_attempt(
		    db, s, params, has_along ? &along : NULL, result, &o);
		if (how == ATTEMPT_DONE)
			return o;
		log_event(LOG_WARN, "database-lost",
		    LOG_TEXT("statement", s ? s->name : "along"));
		db_disconnect(db);
		if (in_tx || (how == ATTEMPT_LOST && s && !s->reads))
			return SERVICE_UNAVAILABLE;
	}
	return SERVICE_UNAVAILABLE;
}

enum outcome
db_run(struct db *db, const struct statement *s, const char *const *params,
    struct result **result)
{
	return db_ask(db, s, params, result);
}

void
db_ask_along(struct db *db, const struct along *along)
{
	insist(!db->has_along);
	db->along = *along;
	db->has_along = true;
}

bool
db_is_asking(struct db *db)
{
	return db->has_along;
}

enum outcome
db_settle(struct db *db)
{
	struct result *none = NULL;

	return db->has_along ? db_ask(db, NULL, NULL, &none) : OK;
}
