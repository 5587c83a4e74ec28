/*
 * serve.h: the accept loop. http/ is the only room that speaks FastCGI.
 *
 * serve() takes requests from the listening socket on descriptor 0 until
 * SIGTERM, finishing the one it is at. Each request gets a fresh arena, is
 * routed, guarded, handled, answered and logged. With more than one thread,
 * each has arenas of its own and accepts by itself; what they share is the
 * service's business.
 */
#ifndef TSHOP_HTTP_SERVE_H
#define TSHOP_HTTP_SERVE_H

#include <stddef.h>

#include "http/request.h"
#include "http/route.h"

/* A guard sees the request between its route and its handler. */
typedef enum outcome guard(struct request *);

struct service {
	const char *prefix; /* "/api/v1": stripped before routing; or "" */
	const struct route *routes;
	size_t route_count;
	guard *const *guards; /* in order; NULL ends */
	/* Sees what has no route, before it is told so; may be NULL. */
	void (*lost)(struct request *);
	/* Wraps the handler (transactions, idempotency); NULL: call it. */
	enum outcome (*run)(struct request *, handler *);
	void (*begin)(struct request *); /* before routing; may be NULL */
	void (*end)(struct request *, int status); /* after sending; or NULL */
	/*
	 * Handlers of requests that are ready together may be put aside, each
	 * in a fiber (base/fiber.h): this goes on with all of them, until none
	 * is left. NULL: one request after the other.
	 */
	void (*settle)(void);
	int threads;      /* 0 is 1 */
	size_t body_most; /* bytes; 0 is LIMIT_BODY_BYTES */
	/* A service of its own shape answers unknown paths itself; or NULL. */
	handler *fallback;
};

/* Returns when told to stop; 0, or 1 if the socket failed. */
int serve(const struct service *);

#endif
