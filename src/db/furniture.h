/*
 * furniture.h: libpq's side of db/, seen by this room alone.
 */
#ifndef TSHOP_DB_FURNITURE_H
#define TSHOP_DB_FURNITURE_H

#include <libpq-fe.h>

#include "db/statement.h"

#define CHANNELS_MOST 4
#define OPTIONS_BYTES 4096
#define PREPARED_ROOM 1024 /* a power of two, over twice all statements */

/* What is listened to, and whether something may have been said on it. */
struct channel {
	const char *name; /* NULL: no more */
	bool news;
};

struct db {
	PGconn *conn;  /* NULL: not connected */
	bool is_dying; /* the server has said goodbye */
	char *url, *application;
	int patience_ms; /* longest wait for one answer */
	struct arena *arena;
	const struct statement *prepared[PREPARED_ROOM]; /* a hash set */
	bool has_along;
	struct along along;
	bool in_tx;
	int64_t retry_at_ms; /* monotonic; no attempt to connect before */
	int pause_ms;
	struct channel channels[CHANNELS_MOST];
	char options[OPTIONS_BYTES]; /* -c name=value … for new connections */
};

struct result {
	PGresult *pg;
	struct arena *arena;
};

/* Connect if it is time to; SERVICE_UNAVAILABLE otherwise. */
enum outcome db_connect(struct db *);
void db_disconnect(struct db *);
/* Wait for the next result of the pipeline; NULL also when it is lost. */
PGresult *db_next(struct db *);
bool db_is_lost(struct db *);
/* The outcome of a failed result: SQLSTATE and constraint against the rows. */
enum outcome db_failure(const struct statement *, const PGresult *);

#endif
