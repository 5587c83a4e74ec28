/*
 * unknown.c: what no route takes, in the words of whose path it is.
 */
#include "base/arena.h"
#include "sandbox/gemini.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/printify.h"
#include "sandbox/stripe.h"

static enum outcome
unknown_stripe(struct request *rq)
{
	return stripe_refuse(rq, 404, "invalid_request_error", NULL, NULL,
	    "Unrecognized request URL (%s). If you are trying to list objects, "
	    "remove the trailing slash. If you are trying to retrieve an "
	    "object, make sure you passed a valid (non-empty) identifier in "
	    "your code.",
	    target_of(rq));
}

static enum outcome
unknown_paypal(struct request *rq)
{
	return paypal_refuse(rq, 404, "RESOURCE_NOT_FOUND", NULL, NULL, NULL);
}

static enum outcome
unknown_gemini(struct request *rq)
{
	return gemini_refuse(rq, 404, "NOT_FOUND", "Not Found");
}

static enum outcome
unknown_printful(struct request *rq)
{
	return printful_refuse(rq, 404, "NotFound", "Not Found");
}

static enum outcome
unknown_resend(struct request *rq)
{
	return answer(rq, 404,
	    shape("{\"statusCode\":404,\"name\":\"not_found\",\"message\":"
		  "\"The requested endpoint does not exist.\"}"));
}

static enum outcome
unknown_plain(struct request *rq)
{
	return answer(rq, 404, shape("{\"error\":\"Not found\"}"));
}

static const struct {
	const char *provider;
	handler *handle;
} answers[] = {
	{ "stripe", unknown_stripe },
	{ "paypal", unknown_paypal },
	{ "gemini", unknown_gemini },
	{ "printful", unknown_printful },
	{ "printify", printify_missing },
	{ "resend", unknown_resend },
};

enum outcome
sandbox_unknown(struct request *rq)
{
	const char *provider = provider_of(rq->path);

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcmp(answers[i].provider, provider))
			return sandbox_run(rq, answers[i].handle);
	return sandbox_run(rq, unknown_plain);
}
