/*
 * db.h: the database, for everybody outside db/.
 *
 * A struct db is a connection, seen with one arena: results live in the
 * arena and are gone with it. Statements are the functions that sqlc.awk
 * makes of src/db/sql/<x>.sql; include "sql/<x>.h" to call them. Nobody else
 * writes SQL and only src/db speaks libpq.
 *
 * Outcomes of every statement, besides its own: SERVICE_UNAVAILABLE the
 * database is away or busy; TIMEOUT a statement took too long; TRY_AGAIN a
 * deadlock or serialization failure: roll back and run the whole again;
 * INTERNAL_ERROR our mistake, logged.
 */
#ifndef TSHOP_DB_DB_H
#define TSHOP_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/outcome.h"

/* The migration that this program was written against; newer ones do. */
#define DB_SCHEMA_VERSION 8

struct db;
struct statement;
struct result;

struct bytes {
	const void *at; /* NULL is SQL's null */
	size_t size;
};

/*
 * A connection to 'url' that is made at its first use. No answer is waited
 * for longer than 'patience_ms', which is more than statement_timeout.
 */
struct db *db_create(const char *url, const char *application, int patience_ms);
void db_destroy(struct db *);
/* A session setting ("tshop.public_url") for every connection made later. */
void db_set_session(struct db *, const char *name, const char *value);
/* Where results go from now on. The arena must outlive its use here. */
void db_set_arena(struct db *, struct arena *);
struct arena *db_arena(struct db *);
/*
 * The same connection, as a request with this arena sees it; it lives as long
 * as the arena. Of requests in fibers (base/fiber.h) those that read are
 * asked one after the other without waiting for answers, and put aside;
 * db_take_turns() goes on with all that are, until none is.
 */
struct db *db_share(struct db *, struct arena *);
void db_take_turns(struct db *);

/*
 * Ask something along with the next statement: in the same round trip if that
 * only reads, else before it in a transaction of its own. If hear() fails, that
 * outcome replaces the statement's, which is not run unless it only reads. It
 * gets NULL when its own statement failed.
 * db_settle() hears what no statement has followed.
 */
struct along {
	const struct statement *statement;
	const char *const *params;
	int count;
	enum outcome (*hear)(void *arg, const struct result *);
	void *arg;
};
void db_ask_along(struct db *, const struct along *);
enum outcome db_settle(struct db *);
/* Is a question waiting for a statement to go along with? */
bool db_is_asking(struct db *);

/* Is it there? One round trip. */
enum outcome db_ping(struct db *);
/* Is a transaction open? */
bool db_in_tx(struct db *);

/*
 * LISTEN on a channel and wait. db_wait() returns true when something was
 * heard (the last payload is copied out, cut to fit), false after the time.
 * 'leave' and 'enter', if set, are called around the waiting.
 */
enum outcome db_listen(struct db *, const char *channel);
bool db_wait(struct db *, int wait_ms, char *payload, size_t room);
/* LISTEN on every connection made later; nothing is asked now. */
void db_subscribe(struct db *, const char *channel);
/*
 * May something have been said on a channel since this was asked last? Also
 * true after a connection was lost, with whatever was said meanwhile. Neither
 * waits nor asks.
 */
bool db_heard(struct db *, const char *channel);

#endif
