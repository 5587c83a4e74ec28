/*
 * route.h: the public surface as rows of a table.
 *
 * Who may call, what a call counts against, whether it may run twice and
 * which pool answers are columns, so that no handler can forget them.
 * nginx's locations are generated from the same rows (tshop -N).
 */
#ifndef TSHOP_HTTP_ROUTE_H
#define TSHOP_HTTP_ROUTE_H

#include <stddef.h>

#include "http/request.h"

enum who {
	WHO_ALL,   /* anybody; a token is not looked at */
	WHO_KNOWN, /* anybody; a token, if sent, must be good and is used */
	WHO_CART,  /* signed in, or with the token of a guest's cart */
	WHO_USER,  /* signed in */
	WHO_ADMIN, /* behind nginx's basic-auth */
};

enum counts {
	COUNTS_NOTHING,
	COUNTS_GENERAL, /* per user, or per address when not signed in */
	COUNTS_AUTH,    /* per address; login also per e-mail */
};

enum runs {
	RUNS_MANY,
	RUNS_ONCE,     /* honours Idempotency-Key, inside one transaction */
	RUNS_ONCE_OUT, /* honours it, but asks somebody outside: no transaction
			*/
};

enum pool {
	POOL_FAST,    /* needs only the database, under 5 ms */
	POOL_HASH,    /* computes an Argon2id */
	POOL_PATIENT, /* waits for somebody outside */
};

enum body {
	BODY_NONE,     /* what is sent is ignored */
	BODY_JSON,     /* application/json, read by form_*() */
	BODY_RAW,      /* any type, any bytes: webhooks */
	BODY_OPTIONAL, /* JSON, or nothing at all */
};

typedef enum outcome handler(struct request *);

struct route {
	enum method method;
	const char *path; /* "/orders/:id/cancel" below the prefix */
	enum who who;
	enum counts counts;
	enum runs runs;
	enum pool pool;
	enum body body;
	handler *handle;
	const char *name; /* of the handler: for the log and the laws */
};

/* One row: ROUTE(GET, "/products", ALL, GENERAL, MANY, FAST, NONE, handler) */
#define ROUTE(method, path, who, counts, runs, pool, body, handler)            \
	{                                                                      \
		METHOD_##method, path, WHO_##who, COUNTS_##counts,             \
		    RUNS_##runs, POOL_##pool, BODY_##body, handler, #handler   \
	}

/*
 * The row for a request; its path parameters go into rq->params. Literal
 * segments win over parameters. NOT_FOUND, or METHOD_NOT_ALLOWED with the
 * Allow header set. HEAD finds GET's row.
 */
enum outcome route_find(
    const struct route *routes, size_t count, struct request *rq);

const char *method_name(enum method);

#endif
