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

/* A fiber that waits for its turn on a line. */
struct turn {
	struct turn *next;
	struct fiber *fiber;
};

struct turns {
	struct turn *first, **end;
};

/* A connection. Requests of several fibers may be on the way on it. */
struct line {
	PGconn *conn;  /* NULL: not connected */
	bool is_dying; /* the server has said goodbye */
	char *url, *application;
	int patience_ms; /* longest wait for one answer */
	const struct statement *prepared[PREPARED_ROOM]; /* a hash set */
	int64_t retry_at_ms; /* monotonic; no attempt to connect before */
	int pause_ms;
	struct channel channels[CHANNELS_MOST];
	char options[OPTIONS_BYTES]; /* -c name=value … for new connections */
	unsigned connections;        /* how often it was lost */
	struct turns asked;  /* who has sent, in the order of the answers */
	struct turns lonely; /* who must not share the line */
	struct fiber *alone; /* who has it for itself */
};

/* A line as one request sees it. */
struct db {
	struct line *line;
	struct arena *arena;
	bool has_along;
	struct along along;
	bool in_tx;
};

struct result {
	PGresult *pg;
	struct arena *arena;
};

/* Connect if it is time to; SERVICE_UNAVAILABLE otherwise. */
enum outcome line_connect(struct line *);
void line_cut(struct line *);
/* Wait for the next result of the pipeline; NULL also when it is lost. */
PGresult *line_next(struct line *);
bool line_is_lost(const struct line *);

/*
 * Before sending: what may not share the line has it for itself from now to
 * the end of its fiber. After sending: wait until the next answer is ours;
 * false if the line was lost meanwhile. Neither does anything outside fibers.
 */
void line_enter(struct line *, bool may_share);
bool line_turn(struct line *);

/* The outcome of a failed result: SQLSTATE and constraint against the rows. */
enum outcome db_failure(const struct statement *, const PGresult *);

#endif
