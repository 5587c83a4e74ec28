/*
 * request.h: one request, from its headers to its answer.
 *
 * A request, all that hangs on it, and whatever is allocated for it live in
 * one arena which the accept loop resets. The http/ room knows neither
 * database nor rules: guards and handlers get the request and end with an
 * outcome; reply.h turns that into status, headers and envelope.
 */
#ifndef TSHOP_HTTP_REQUEST_H
#define TSHOP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/outcome.h"

struct arena;
struct db;
struct request;
struct route;

#define PATH_PARAMS_MOST 3

enum method {
	METHOD_GET = 1,
	METHOD_HEAD = 2,
	METHOD_POST = 4,
	METHOD_PUT = 8,
	METHOD_DELETE = 16,
	METHOD_OPTIONS = 32,
};

/* Who is calling; who.c fills it. */
struct caller {
	struct id id;         /* the user; "" if not signed in */
	struct id session;    /* the token's sid */
	struct id owner;      /* of the cart: the user, or a guest */
	const uint8_t *guest; /* SHA-256 of a guest's token, or NULL */
	const char *tier;  /* as the database says now; "" if not signed in */
	const char *admin; /* nginx's basic-auth name on admin routes, or "" */
};

/* What rate.c found, for the RateLimit headers. */
struct admission {
	bool counted;
	int limit, remaining, reset_s;
};

struct reply {
	struct buf data;     /* JSON, or anything when 'type' says so */
	struct buf meta;     /* members of an object, without its braces */
	struct buf headers;  /* whole lines, each ended by CRLF */
	const char *type;    /* NULL: application/json in our envelope */
	const char *message; /* of a failure; NULL: the outcome's default */
	const char *details; /* of a failure: JSON text, or NULL */
	int status;          /* 0: the outcome's */
	int max_age_s;       /* of a public answer; -1: no-store */
	const char *again;   /* a stored body, sent as it is; or NULL */
	const struct ready *ready; /* the whole answer from cache.h; or NULL */
	/* The rest of "data", piece by piece while it is sent; or NULL. */
	enum outcome (*more)(struct request *, void *arg, struct buf *piece);
	void *more_arg;
};

struct request {
	struct arena *arena;
	struct db *db;             /* the worker's; http/ never looks inside */
	const struct route *route; /* NULL until found */
	enum method method;
	const char *path;       /* decoded, below the service's prefix */
	const char *request_id; /* nginx's; never the client's */
	const char *address;    /* the client's, or what a proxy vouches */
	const char *params[PATH_PARAMS_MOST]; /* :id and its like, as text */
	struct caller caller;
	enum outcome
	    refused; /* what the token was refused with, once counted */
	struct admission admission;
	/* Run after the handler's transaction, before the answer; or NULL. */
	enum outcome (*after)(struct request *);
	void *after_arg;
	const char *body; /* raw bytes; "" if none */
	size_t body_size;
	json *tree;                 /* the body, once form_*() has read it */
	struct form_errors *errors; /* collected by form_*() */
	struct reply reply;
	unsigned cache_cleared; /* cache.h's count when it was asked */
	int64_t began_us;       /* monotonic */
	char **environment;     /* FastCGI parameters */
};

/* A request header by its FastCGI name ("HTTP_AUTHORIZATION"), or NULL. */
const char *request_param(const struct request *, const char *name);
/* A header by its own name ("Authorization"), or NULL. */
const char *request_header(const struct request *, const char *name);
/* The value of a cookie, or NULL. */
const char *request_cookie(const struct request *, const char *name);
/*
 * Does the page that calls belong to this shop? Sec-Fetch-Site tells; where it
 * is missing, Origin does (Fetch standard). No browser leaves out both on a
 * write that another site makes, so what has neither is no browser, and ours.
 */
bool request_is_same_origin(const struct request *);
/* The query string as it came; "" if none. */
const char *request_query(const struct request *);
/* A path parameter as an id; NOT_FOUND if it is none (API: 404 in a path). */
enum outcome request_id_param(struct request *, int index, struct id *);
/* Seconds the client is willing to wait: "Prefer: wait=N"; 0 if it is not. */
int request_prefer_wait_s(const struct request *, int most);

#endif
