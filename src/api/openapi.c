/*
 * openapi.c: the API's own description of itself.
 *
 * It is written by hand in data/openapi.json, for most of what it tells no
 * table knows. t/laws/openapi.t holds it against the table of routes, and
 * t/http/openapi.t against what is really answered.
 */
#include "http/reply.h"

#include "handlers.h"
#include "openapi.h"

#define MAX_AGE_S 60

/* GET /openapi.json */
enum outcome
openapi(struct request *rq)
{
	reply_json(rq, openapi_text);
	reply_raw(rq, "application/json; charset=utf-8");
	reply_public(rq, MAX_AGE_S);
	return OK;
}
