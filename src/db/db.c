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

/* Send one statement with a Sync of its own; false if it could not be. */
static bool
db_send(struct db *db, const struct statement *s, const char *const *params,
    int *commands)
{
	const struct statement **slot;

	*commands = 1;
	if (s->anew)
		return PQsendQueryParams(db->conn, s->text, s->params, NULL,
			   params, NULL, NULL, 0) &&
		       PQpipelineSync(db->conn);
	slot = prepared_slot(db, s);
	if (*slot == NULL) {
		if (!PQsendPrepare(db->conn, s->name, s->text, 0, NULL))
			return false;
		*commands = 2;
	}
	return PQsendQueryPrepared(
		   db->conn, s->name, s->params, params, NULL, NULL, 0) &&
	       PQpipelineSync(db->conn);
}

/*
 * The answer to what db_send() sent: the first failure, else the result of
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
		failed = PQresultStatus(r) != PGRES_COMMAND_OK &&
			 PQresultStatus(r) != PGRES_TUPLES_OK;
		/* Prepared it is, whatever its first run comes to. */
		if (commands == 2 && !failed)
			*prepared_slot(db, s) = s;
	}
	if (commands > 0 || db_is_lost(db)) {
		PQclear(kept);
		return NULL;
	}
	r = db_next(db); /* the Sync */
	if (!r || PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
		PQclear(r);
		PQclear(kept);
		return NULL;
	}
	PQclear(r);
	return kept;
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
	ExecStatusType status = PQresultStatus(pg);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
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

static enum attempt
db_attempt(struct db *db, const struct statement *s, const char *const *params,
    const struct along *along, struct result **result, enum outcome *o)
{
	struct result *beside = NULL;
	int commands = 0, beside_commands = 0;
	PGresult *pg;

	if (along &&
	    !db_send(db, along->statement, along->params, &beside_commands))
		return ATTEMPT_UNSENT;
	if (s && !db_send(db, s, params, &commands))
		return ATTEMPT_UNSENT;
	*o = OK;
	if (along) {
		if (!(pg = db_hear(db, along->statement, beside_commands)))
			return ATTEMPT_LOST;
		/* A failed question is heard too, as nothing. */
		if (FAILED(db_judge(db, along->statement, pg, &beside)))
			beside = NULL;
		*o = along->hear(along->arg, beside);
	}
	if (s) {
		enum outcome own;

		if (!(pg = db_hear(db, s, commands)))
			return ATTEMPT_LOST;
		own = db_judge(db, s, pg, result);
		if (!FAILED(*o))
			*o = own;
	}
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
