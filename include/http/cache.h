/*
 * cache.h: public answers kept ready in the worker, for a second at most.
 *
 * Kept is what a handler has called public and what stands below one path:
 * whatever one notification of the database can make old. The key is all that
 * such an answer depends on: path, query, language, origin. Two generations
 * of LIMIT_CACHE_BYTES each; when the young one is full or a second old it
 * becomes the old one, and the old one is gone.
 *
 * Why nobody sees the old again after the new: an answer is kept in the
 * request that made it, and cache_clear() is called as requests begin. A
 * change that was committed while the answer was made is announced on the
 * worker's own connection, behind the answer's rows, and so heard before the
 * next request begins; one that is heard while a request is put aside (see
 * base/fiber.h) keeps that request's answer from being kept; a connection that
 * was lost counts as an announcement. Between workers that hear a moment apart
 * stands cache_hush().
 *
 * Only for a service of one thread.
 */
#ifndef TSHOP_HTTP_CACHE_H
#define TSHOP_HTTP_CACHE_H

#include "base/buf.h"
#include "http/request.h"

#define ETAG_TEXT 33

/* An answer as it will go out, but for what belongs to one request. */
struct ready {
	struct buf headers, body; /* never written to */
	const char *type;
	char tag[ETAG_TEXT];
	int max_age_s;
};

/* Keep answers below this path ("/products"). Before it nothing is kept. */
void cache_open(const char *below);
/* What was kept is old. */
void cache_clear(void);
/*
 * Somebody is about to change what is kept, or has just done so: for a moment
 * no worker of this machine keeps anything or repeats what it has kept.
 */
void cache_hush(void);

/* A guard, after the one that reads the token: rq->reply.ready, if there is. */
enum outcome cache_find(struct request *);
/* May this request's answer be kept, if it is public? */
bool cache_wants(const struct request *);
/* Keep it, unless cache_clear() was called since the request began. */
void cache_keep(struct request *, const struct ready *);

#endif
