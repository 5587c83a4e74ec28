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
	struct line *line = calloc(1, sizeof(*line));

	insist(db && line);
	line->url = strdup(url);
	line->application = strdup(application);
	line->patience_ms = patience_ms;
	line->asked.end = &line->asked.first;
	line->lonely.end = &line->lonely.first;
	insist(line->url && line->application);
	db->line = line;
	return db;
}

void
db_destroy(struct db *db)
{
	if (!db)
		return;
	line_cut(db->line);
	free(db->line->url);
	free(db->line->application);
	free(db->line);
	free(db);
}

void
db_set_arena(struct db *db, struct arena *arena)
{
	db->arena = arena;
}

struct db *
db_share(struct db *db, struct arena *arena)
{
	struct db *shared = arena_new(arena, struct db);

	shared->line = db->line;
	shared->arena = arena;
	return shared;
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
		    &db->line->prepared[(i >> 7) & (PREPARED_ROOM - 1)];

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
	return PQsendQueryParams(db->line->conn,
		   sql_plan_for_values_statement.text, 0, NULL, NULL, NULL,
		   NULL, 0) &&
	       PQsendQueryParams(db->line->conn, s->text, s->params, NULL,
		   params, NULL, NULL, 0);
}

static bool
is_prepared(struct db *db, const struct statement *s)
{
	return *prepared_slot(db, s) == s;
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
		if (!PQsendPrepare(db->line->conn, s->name, s->text, 0, NULL))
			return false;
		*commands = 2;
	}
	return PQsendQueryPrepared(
	    db->line->conn, s->name, s->params, params, NULL, NULL, 0);
}

/* The same, and a Sync, which ends its transaction. */
static bool
db_send(struct db *db, const struct statement *s, const char *const *params,
    int *commands)
{
	return db_put(db, s, params, commands) &&
	       PQpipelineSync(db->line->conn);
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
		r = line_next(db->line);
		if (!r && (line_is_lost(db->line) || !kept))
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
	if (commands > 0 || line_is_lost(db->line)) {
		PQclear(kept);
		return NULL;
	}
	return kept;
}

static bool
db_hear_sync(struct db *db)
{
	PGresult *r = line_next(db->line);
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
	if (!line_turn(db->line) || !(pg = db_hear(db, s, commands)))
		return ATTEMPT_LOST;
	own = db_judge(db, s, pg, result);
	if (!(beside = db_hear_all(db, along->statement, more)))
		return ATTEMPT_LOST;
	if (PQresultStatus(beside) == PGRES_PIPELINE_ABORTED) {
		enum attempt how;

		PQclear(beside);
		line_enter(db->line, false);
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
	if (!line_turn(db->line) || !(pg = db_hear_all(db, s, commands)))
		return ATTEMPT_LOST;
	*o = db_judge(db, s, pg, result);
	return ATTEMPT_DONE;
}

/* Reads whose answers come one after the other, whoever asked them. */
static bool
may_share(struct db *db, const struct statement *s, const struct along *along)
{
	return s && s->reads && !db->in_tx && is_prepared(db, s) &&
	       (!along || is_prepared(db, along->statement));
}

static enum outcome
db_ask(struct db *db, const struct statement *s, const char *const *params,
    struct result **result)
{
	struct along asked = db->along, *along = db->has_along ? &asked : NULL;
	bool in_tx = db->in_tx;
	enum outcome o;

	db->has_along = false;
	for (int try = 0; try < 2; try++) {
		unsigned connection;
		enum attempt how;

		line_enter(db->line, may_share(db, s, along));
		if (in_tx && !db->line->conn)
			return SERVICE_UNAVAILABLE; /* it died with its tx */
		TRY(line_connect(db->line));
		connection = db->line->connections;
		how = db_attempt(db, s, params, along, result, &o);
		if (how == ATTEMPT_DONE)
			return o;
		log_event(LOG_WARN, "database-lost",
		    LOG_TEXT("statement", s ? s->name : "along"));
		/* Unless another request has a new one already. */
		if (db->line->connections == connection)
			line_cut(db->line);
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
