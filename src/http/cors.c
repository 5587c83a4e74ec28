/*
 * cors.c: pages of configured origins may call the API; nobody else's.
 * Origins are compared exactly, and nothing of the request is reflected but
 * an origin that stands in the list (Fetch standard, CORS protocol).
 */
#include <string.h>

#include "base/conf.h"
#include "http/reply.h"

#include "furniture.h"

bool
cors_apply(struct request *rq)
{
	const char *origin = request_header(rq, "Origin");
	bool preflight =
	    rq->method == METHOD_OPTIONS &&
	    request_header(rq, "Access-Control-Request-Method") != NULL;

	if (conf_is_set(CONF_TSHOP_CORS_ORIGINS))
		reply_header(rq, "Vary", "Origin");
	if (!origin || !conf_list_has(CONF_TSHOP_CORS_ORIGINS, origin))
		return preflight;
	reply_header(rq, "Access-Control-Allow-Origin", "%s", origin);
	if (strncmp(rq->path, "/auth/", 6) == 0)
		reply_header(rq, "Access-Control-Allow-Credentials", "true");
	reply_header(rq, "Access-Control-Expose-Headers",
	    "ETag, Idempotent-Replayed, Location, RateLimit-Limit, "
	    "RateLimit-Remaining, RateLimit-Reset, Retry-After, "
	    "X-Cart-Token, X-Request-Id");
	if (preflight) {
		reply_header(rq, "Access-Control-Allow-Methods",
		    "GET, HEAD, POST, PUT, DELETE");
		reply_header(rq, "Access-Control-Allow-Headers",
		    "Authorization, Content-Type, Idempotency-Key, "
		    "If-None-Match, Prefer, X-Cart-Token");
		reply_header(rq, "Access-Control-Max-Age", "7200");
	}
	return preflight;
}
