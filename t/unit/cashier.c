/*
 * cashier.c: how long a token is kept, and what follows when it is refused.
 */
#include <time.h>

#include "outside.h"
#include "providers/cashier.h"

#define TOKEN(lasts_s) "{\"access_token\":\"A21\",\"expires_in\":" lasts_s "}"
#define ORDER "{\"id\":\"5O19\",\"status\":\"APPROVED\",\"links\":[]}"
#define REFUSED                                                                \
	"{\"name\":\"NOT_AUTHORIZED\","                                        \
	"\"details\":[{\"issue\":\"PERMISSION_DENIED\"}]}"

static time_t now_s = 1000;

/* The clock is ours: this definition goes before the C library's. */
int
clock_gettime(clockid_t which, struct timespec *t)
{
	(void)which;
	*t = (struct timespec){ .tv_sec = now_s };
	return 0;
}

/* What the other side answers, and what it was asked. */
struct desk {
	struct answer token, other;
	int tokens, others;
	const char *key;
};

static enum outcome
desk_send(void *with, const struct call *call, struct answer *answer)
{
	struct desk *d = with;

	if (strstr(call->url, "/oauth2/token")) {
		d->tokens++;
		*answer = d->token;
		return OK;
	}
	d->others++;
	for (int i = 0; i < CALL_HEADERS_MOST && call->headers[i]; i++)
		if (!strncmp(call->headers[i], "PayPal-Request-Id: ", 19))
			d->key = call->headers[i] + 19;
	*answer = d->other;
	return OK;
}

static struct cashier
cashier_at(struct arena *a, struct desk *d, const struct payment_provider *p)
{
	return (struct cashier){
		.arena = a, .provider = p, .send = desk_send, .with = d
	};
}

static void
kept_test(struct arena *a)
{
	static const struct {
		const char *token;
		int good_s, old_s;
	} tokens[] = {
		{ TOKEN("32400"), 32400 - 301, 32400 - 300 },
		{ TOKEN("400"), 199, 200 }, /* the last minutes of an old one */
		{ TOKEN("1"), 0, 1 },
	};
	struct payment p;

	for (size_t i = 0; i < COUNT(tokens); i++) {
		struct desk d = { .token = outside_answer(200, tokens[i].token),
			.other = outside_answer(200, ORDER) };
		struct cashier c = cashier_at(a, &d, &payment_paypal);
		time_t from_s = now_s += 100000;

		cashier_look(&c, "5O19", &p);
		now_s = from_s + tokens[i].good_s;
		cashier_look(&c, "5O19", &p);
		is_int(d.tokens, 1, "%s is kept", tokens[i].token);
		now_s = from_s + tokens[i].old_s;
		cashier_look(&c, "5O19", &p);
		is_int(d.tokens, 2, "and renewed before it dies");
		is_int(d.others, 3, "three questions");
	}
}

static void
refused_test(struct arena *a)
{
	struct desk d = { .token = outside_answer(200, TOKEN("32400")),
		.other = outside_answer(401, "{\"error\":\"invalid_token\"}") };
	struct cashier c = cashier_at(a, &d, &payment_paypal);
	struct payment p;

	now_s += 100000;
	is_text(outcome_code(cashier_take(&c, "5O19", "k-1", &p)),
	    "PROVIDER_ERROR", "a token that is refused");
	is_int(d.tokens, 2, "is renewed");
	is_int(d.others, 2, "and the question put once more");
	is_text(d.key, "k-1", "with its key");
	is_int(c.trouble.cure, CURE_TOKEN, "then somebody has to wait");

	d = (struct desk){ .token = d.token,
		.other = outside_answer(403, REFUSED) };
	is_text(outcome_code(cashier_take(&c, "5O19", "k-2", &p)),
	    "PROVIDER_ERROR", "what our account may not");
	is_int(d.others, 1, "is not asked again");
	is_int(d.tokens, 0, "nor a new token");
	is_int(c.trouble.cure, CURE_PERSON, "it is for the admin");
	is_text(c.trouble.code, "PERMISSION_DENIED", "who is told");

	d = (struct desk){ .token = outside_answer(
			       401, "{\"error\":\"invalid_client\"}") };
	now_s += 100000;
	is_text(outcome_code(cashier_look(&c, "5O19", &p)), "PROVIDER_ERROR",
	    "credentials that are wrong");
	is_int(d.tokens, 1, "are not tried again at once");
	is_int(c.trouble.cure, CURE_WAIT, "but when somebody has mended them");
}

static void
stripe_test(struct arena *a)
{
	struct desk d = { .other = outside_answer(403,
			      "{\"error\":{\"type\":\"invalid_request_error\","
			      "\"message\":\"This key may not do that\"}}") };
	struct cashier c = cashier_at(a, &d, &payment_stripe);
	struct payment p;

	is_text(outcome_code(cashier_look(&c, "pi_1", &p)), "PROVIDER_ERROR",
	    "a key that may not");
	is_int(d.tokens + d.others, 1, "is not tried again at once");
	is_int(c.trouble.cure, CURE_WAIT, "but when somebody has mended it");
}

int
main(void)
{
	struct arena *a;

	setenv("PAYPAL_CLIENT_ID", "id", 1);
	setenv("PAYPAL_CLIENT_SECRET", "secret", 1);
	setenv("PAYPAL_API_BASE", "https://api-m.paypal.com", 1);
	setenv("STRIPE_SECRET_KEY", "sk_test_1", 1);
	setenv("STRIPE_API_BASE", "https://api.stripe.com", 1);
	a = outside_open();
	kept_test(a);
	refused_test(a);
	stripe_test(a);
	arena_destroy(a);
	return tap_done();
}
