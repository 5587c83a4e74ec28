/*
 * stripe_paying.c: what a card does to a PaymentIntent.
 */
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define INTENTS "stripe/intents"

static void
succeed(struct request *rq, json *pi, const struct card *c, json *method)
{
	json *charge = charge_make(pi, c, method);
	bool manual = text_is(pi, "capture_method", "manual");

	set_text(pi, "latest_charge", json_text(charge, "id"));
	set_json(pi, "next_action", NULL);
	set_json(pi, "last_payment_error", NULL);
	set_int(pi, manual ? "amount_capturable" : "amount_received",
	    json_int(pi, "amount", 0));
	set_text(pi, "status", manual ? "requires_capture" : "succeeded");
	stripe_put(INTENTS, pi);
	stripe_event(rq,
	    manual ? "payment_intent.amount_capturable_updated"
		   : "payment_intent.succeeded",
	    pi, NULL);
	stripe_event(rq, "charge.succeeded", charge, NULL);
	if (c->end == CARD_DISPUTES)
		charge_dispute(rq, charge);
}

static void
decline(struct request *rq, json *pi, const struct card *c, json *method)
{
	json *charge = charge_make(pi, c, method);
	json *error = shape("{\"type\":\"card_error\"}");

	set_text(error, "charge", json_text(charge, "id"));
	set_text(error, "code", c->code);
	set_text(error, "decline_code", c->decline_code);
	set_printf(error, "doc_url",
	    "https://stripe.com/docs/error-codes/card-declined");
	set_text(error, "message", c->message);
	set_json(error, "payment_method", method);
	set_json(pi, "last_payment_error", error);
	set_text(pi, "latest_charge", json_text(charge, "id"));
	set_json(pi, "payment_method", NULL);
	set_text(pi, "status", "requires_payment_method");
	stripe_put(INTENTS, pi);
	stripe_event(rq, "charge.failed", charge, NULL);
	stripe_event(rq, "payment_intent.payment_failed", pi, NULL);
}

/* The buyer has to say yes on a page of ours. */
void
intent_ask(struct request *rq, json *pi, const char *return_url)
{
	json *next = shape("{\"type\":\"use_stripe_sdk\"}"), *to;

	if (return_url && *return_url) {
		to = shape("{}");
		set_text(next, "type", "redirect_to_url");
		set_text(to, "return_url", return_url);
		set_printf(to, "url", "%s/3d_secure/%s", origin_of(rq),
		    json_text(pi, "id"));
		set_json(next, "redirect_to_url", to);
	} else {
		set_json(next, "use_stripe_sdk", shape("{}"));
	}
	set_json(pi, "next_action", next);
	set_text(pi, "status", "requires_action");
	stripe_put(INTENTS, pi);
	stripe_event(rq, "payment_intent.requires_action", pi, NULL);
}

bool
intent_pay(struct request *rq, json *pi, const struct card *c)
{
	json *method =
	    store_get("stripe/methods", json_text(pi, "payment_method"));

	if (c->end == CARD_DECLINES) {
		decline(rq, pi, c, method);
		return false;
	}
	if (c->end == CARD_WAITS) {
		set_text(pi, "status", "processing");
		stripe_put(INTENTS, pi);
		stripe_event(rq, "payment_intent.processing", pi, NULL);
		return true;
	}
	succeed(rq, pi, c, method);
	return true;
}
