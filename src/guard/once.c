/*
 * once.c: the handler's run, and Idempotency-Key (API section 1).
 *
 * The key is taken before the work, with a lease: a worker that dies leaves a
 * key which the next call takes over. The answer is stored in the transaction
 * of the work, so that either both are there or neither. Where others outside
 * have answered, it may hold what opens a payment or an account there: it is
 * sealed.
 */
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/seal.h"
#include "base/secret.h"
#include "db/db.h"
#include "db/tx.h"
#include "guard/guard.h"
#include "http/cache.h"
#include "http/reply.h"
#include "sql/guard.h"

static bool
key_is_good(const char *key)
{
	size_t length = strlen(key);

	for (const char *c = key; *c; c++) {
		if (*c < 0x21 || *c > 0x7e)
			return false;
	}
	return length >= 1 && length <= LIMIT_IDEMPOTENCY_KEY;
}

/* What would be the same again is remembered; what may heal is not. */
static bool
is_final(enum outcome o)
{
	int status = outcome_status(o);

	return status < 500 && status != 429 && status != 400 &&
	       status != 401 && status != 413 && status != 415 && status != 422;
}

/* Keys are a user's or an admin's own; no user's id looks like an admin. */
static const char *
owner(const struct request *rq)
{
	if (rq->route->who == WHO_ADMIN)
		return arena_printf(rq->arena, "admin:%s", rq->caller.admin);
	return rq->caller.id.text;
}

static enum outcome
once_store(struct request *rq, const char *key, enum outcome o)
{
	struct buf body;

	reply_body(rq, o, &body);
	return sql_once_store(rq->db, owner(rq), key, outcome_status(o),
	    rq->reply.headers.at,
	    rq->route->runs == RUNS_ONCE_OUT ? seal(rq->arena, body.at)
					     : body.at);
}

/* The handler and its stored answer in one transaction. */
static enum outcome
run_inside(struct request *rq, handler *handle, const char *key)
{
	TX(rq->db);
	enum outcome o = handle(rq);

	if (FAILED(o))
		return o; /* rolled back; the caller stores what is final */
	TRY(once_store(rq, key, o));
	return TX_COMMIT(o);
}

static enum outcome
run_claimed(struct request *rq, handler *handle, const char *key)
{
	bool inside = rq->route->runs == RUNS_ONCE;
	enum outcome o = inside ? run_inside(rq, handle, key) : handle(rq);

	if (inside && !FAILED(o))
		return o;
	if (is_final(o))
		TRY(once_store(rq, key, o));
	else
		TRY(sql_once_release(rq->db, owner(rq), key));
	return o;
}

/* An answer that none of our keys opens any more is worked out again. */
static enum outcome
replay(struct request *rq, handler *handle, const struct sql_once_claim *claim)
{
	const char *body = rq->route->runs == RUNS_ONCE_OUT
			       ? unseal(rq->arena, claim->body)
			       : claim->body;

	if (!body)
		return handle(rq);
	reply_again(
	    rq, claim->status, body, claim->headers ? claim->headers : "");
	reply_header(rq, "Idempotent-Replayed", "true");
	return OK;
}

static enum outcome
run_once(struct request *rq, handler *handle, const char *key)
{
	struct sql_once_claim claim;
	uint8_t digest[SHA256_BYTES];
	const char *route =
	    arena_printf(rq->arena, "%s %s", method_name(rq->method), rq->path);

	if (!key_is_good(key))
		return refuse(rq, BAD_REQUEST,
		    "Idempotency-Key must be 1 to 255 printable characters.");
	sha256(rq->body, rq->body_size, digest);
	TRY(sql_once_claim(rq->db, owner(rq), key, route,
	    (struct bytes){ digest, sizeof(digest) }, &claim));
	if (claim.claimed)
		return run_claimed(rq, handle, key);
	if (!claim.same)
		return IDEMPOTENCY_KEY_REUSED;
	return claim.has_status ? replay(rq, handle, &claim)
				: IDEMPOTENCY_IN_PROGRESS;
}

/*
 * No statement has carried the admission: hear it now. A refusal then takes
 * the place of what the handler said.
 */
static enum outcome
settle(struct request *rq, enum outcome o)
{
	const char *message = rq->reply.message, *details = rq->reply.details;
	enum outcome admitted;

	rq->reply.message = rq->reply.details = NULL;
	admitted = db_settle(rq->db);
	if (FAILED(admitted))
		return admitted;
	rq->reply.message = message;
	rq->reply.details = details;
	return o;
}

enum outcome
guard_run(struct request *rq, handler *handle)
{
	const char *key = rq->route->runs == RUNS_MANY
			      ? NULL
			      : request_header(rq, "Idempotency-Key");
	bool changes =
	    rq->route->who == WHO_ADMIN && rq->route->method != METHOD_GET;
	enum outcome o;

	if (changes)
		cache_hush();
	if (rq->reply.ready)
		o = OK;
	else
		o = key ? run_once(rq, handle, key) : handle(rq);
	if (changes)
		cache_hush();
	if (db_is_asking(rq->db))
		o = settle(rq, o);
	if (!FAILED(o) && rq->after && !rq->reply.again)
		o = rq->after(rq);
	return o;
}
