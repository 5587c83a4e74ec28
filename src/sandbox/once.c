/*
 * once.c: the same key, the same answer.
 *
 * Stripe's and Resend's Idempotency-Key, PayPal's PayPal-Request-Id. A running
 * call is in '~running', which no restart brings back.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/secret.h"
#include "http/reply.h"
#include "sandbox/once.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define DAY_S 86400

struct rule {
	const char *provider, *header;
	int64_t kept_s;
	/* Is an answer of that status stored? */
	bool (*keeps)(int status);
	enum outcome (*busy)(struct request *);
	enum outcome (*differs)(struct request *, json *kept);
	enum outcome (*replay)(struct request *, json *kept);
};

static bool
keeps_executed(int status)
{
	/* not what was refused before the endpoint began to work */
	return status < 400 || status == 402 || status >= 500;
}

static bool
keeps_success(int status)
{
	return status < 300;
}

static enum outcome
stripe_busy(struct request *rq)
{
	return answer(rq, 409,
	    shape("{\"error\":{\"code\":\"idempotency_key_in_use\",\"doc_url\":"
		  "\"https://stripe.com/docs/error-codes/"
		  "idempotency-key-in-use\",\"message\":\"There is currently "
		  "another in-progress request using this Stripe account and "
		  "this Idempotency Key. Please try again later.\",\"type\":"
		  "\"invalid_request_error\"}}"));
}

static enum outcome
stripe_differs(struct request *rq, json *kept)
{
	json *body = shape("{\"error\":{\"type\":\"idempotency_error\"}}");

	set_printf(json_get(body, "error"), "message",
	    "Keys for idempotent requests can only be used with the same "
	    "parameters they were first used with. Try using a key other than "
	    "'%s' if you meant to execute a different request.",
	    text_or(kept, "key", ""));
	return answer(rq, 400, body);
}

static enum outcome
stripe_replay(struct request *rq, json *kept)
{
	reply_header(rq, "Idempotent-Replayed", "true");
	reply_header(
	    rq, "Original-Request", "%s", text_or(kept, "request", ""));
	if (json_int(kept, "status", 0) >= 500)
		reply_header(rq, "Stripe-Should-Retry", "false");
	return answer_text(rq, (int)json_int(kept, "status", 200),
	    "application/json",
	    arena_text(rq->arena, text_or(kept, "body", "{}")));
}

static enum outcome
paypal_busy(struct request *rq)
{
	json *body = shape("{\"name\":\"RESOURCE_CONFLICT\",\"message\":\"The "
			   "server has detected a conflict while processing "
			   "this request.\",\"details\":[{\"issue\":"
			   "\"PREVIOUS_REQUEST_IN_PROGRESS\",\"description\":"
			   "\"A previous request on this resource is currently "
			   "in progress. Please wait for some time and try "
			   "again.\"}],\"links\":[]}");

	set_text(body, "debug_id", made_hex(14));
	return answer(rq, 409, body);
}

/* Undefined at the real one: ours says so aloud. */
static enum outcome
paypal_differs(struct request *rq, json *kept)
{
	json *body = shape("{\"name\":\"UNPROCESSABLE_ENTITY\",\"message\":"
			   "\"The requested action could not be performed, "
			   "semantically incorrect, or failed business "
			   "validation.\",\"details\":[{\"issue\":"
			   "\"DUPLICATE_REQUEST_ID\",\"description\":\"The "
			   "value of PayPal-Request-Id header has already been "
			   "used.\"}],\"links\":[]}");

	(void)kept;
	set_text(body, "debug_id", made_hex(14));
	return answer(rq, 422, body);
}

/* The state of the resource as it is now, with 200. */
static enum outcome
paypal_replay(struct request *rq, json *kept)
{
	json *was = shape_read(
	    text_or(kept, "body", "{}"), strlen(text_or(kept, "body", "{}")));
	json *order = store_get("paypal/orders", json_text(was, "id"));

	if (order && json_get(was, "status"))
		set_json(was, "status", json_get(order, "status"));
	return answer(rq, 200, was);
}

static enum outcome
resend_error(struct request *rq, const char *name, const char *message)
{
	json *body = shape("{\"statusCode\":409}");

	set_text(body, "name", name);
	set_text(body, "message", message);
	return answer(rq, 409, body);
}

static enum outcome
resend_busy(struct request *rq)
{
	return resend_error(rq, "concurrent_idempotent_requests",
	    "Another request with the same idempotency key is in progress.");
}

static enum outcome
resend_differs(struct request *rq, json *kept)
{
	(void)kept;
	return resend_error(rq, "invalid_idempotent_request",
	    "Same idempotency key used with a different request payload.");
}

static enum outcome
plain_replay(struct request *rq, json *kept)
{
	return answer_text(rq, (int)json_int(kept, "status", 200),
	    "application/json",
	    arena_text(rq->arena, text_or(kept, "body", "{}")));
}

/* clang-format off */
static const struct rule rules[] = {
	{ "stripe", "Idempotency-Key",   DAY_S,      keeps_executed,
	    stripe_busy, stripe_differs, stripe_replay },
	{ "paypal", "PayPal-Request-Id", 45 * DAY_S, keeps_success,
	    paypal_busy, paypal_differs, paypal_replay },
	{ "resend", "Idempotency-Key",   DAY_S,      keeps_success,
	    resend_busy, resend_differs, plain_replay },
};
/* clang-format on */

static const struct rule *
rule_of(struct request *rq, const char *provider, const char **key)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		if (rq->method != METHOD_POST ||
		    strcmp(rules[i].provider, provider) != 0)
			continue;
		*key = request_header(rq, rules[i].header);
		if (!*key || !**key)
			return NULL;
		/* each provider has its own drawer of keys */
		*key = arena_printf(rq->arena, "%s %s", provider, *key);
		return &rules[i];
	}
	return NULL;
}

/* What must be the same: the endpoint and the bytes. */
static const char *
print_of(struct request *rq)
{
	char *hex = arena_alloc(rq->arena, SHA256_HEX);
	const char *all = arena_printf(
	    rq->arena, "%s\n%.*s", rq->path, (int)rq->body_size, rq->body);

	sha256_hex(all, strlen(all), hex);
	return hex;
}

bool
once_claim(struct request *rq, const char *provider)
{
	const char *key;
	const struct rule *r = rule_of(rq, provider, &key);
	json *kept, *running;

	if (!r)
		return false;
	kept = store_get("keys", key);
	if (kept && json_int(kept, "at", 0) + r->kept_s < clock_now_s())
		kept = NULL;
	running = store_get("~running", key);
	if (kept && text_is(kept, "print", print_of(rq)))
		return r->replay(rq, kept), true;
	if (kept || (running && !text_is(running, "print", print_of(rq))))
		return r->differs(rq, kept ? kept : running), true;
	if (running)
		return r->busy(rq), true;
	running = shape("{}");
	set_text(running, "key", strchr(key, ' ') + 1);
	set_text(running, "print", print_of(rq));
	store_put("~running", key, running);
	return false;
}

void
once_settle(struct request *rq, const char *provider)
{
	const char *key;
	const struct rule *r = rule_of(rq, provider, &key);
	json *kept;

	if (!r)
		return;
	kept = shape_copy(store_get("~running", key));
	store_drop("~running", key);
	if (!kept || !r->keeps(answered_status()))
		return;
	set_int(kept, "at", clock_now_s());
	set_int(kept, "status", answered_status());
	set_text(kept, "body", rq->reply.data.at);
	set_text(kept, "request", request_name());
	store_put("keys", key, kept);
}
