/*
 * stripe_intents.c: PaymentIntents and their states.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/clock.h"
#include "http/reply.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define INTENTS "stripe/intents"
#define BAD_CALL "invalid_request_error"
#define AMOUNT_MOST 99999999
#define SHIPPING                                                               \
	"{\"address\":{\"city\":null,\"country\":null,\"line1\":null,"         \
	"\"line2\":null,\"postal_code\":null,\"state\":null},\"carrier\":"     \
	"null,\"name\":null,\"phone\":null,\"tracking_number\":null}"

/* clang-format off */
#define ABOUT_PAYING \
	{ "payment_method", PARAM_TEXT, false, NULL }, \
	{ "payment_method_types[#]", PARAM_TEXT, false, NULL }, \
	{ "payment_method_options[*]", PARAM_TEXT, false, NULL }, \
	{ "payment_method_data[*]", PARAM_TEXT, false, NULL }, \
	{ "receipt_email", PARAM_TEXT, false, NULL }, \
	{ "setup_future_usage", PARAM_TEXT, false, "on_session|off_session" }, \
	{ "shipping[*]", PARAM_TEXT, false, NULL }, \
	{ "shipping", PARAM_TEXT, false, NULL }, \
	{ "capture_method", PARAM_TEXT, false, "automatic|automatic_async|manual" }
#define ABOUT_CONFIRMING \
	{ "return_url", PARAM_TEXT, false, NULL }, \
	{ "off_session", PARAM_TEXT, false, NULL }, \
	{ "mandate", PARAM_TEXT, false, NULL }, \
	{ "mandate_data[*]", PARAM_TEXT, false, NULL }, \
	{ "radar_options[*]", PARAM_TEXT, false, NULL }, \
	{ "use_stripe_sdk", PARAM_BOOL, false, NULL }, \
	{ "error_on_requires_action", PARAM_BOOL, false, NULL }
#define ABOUT_BOOKS \
	{ "customer", PARAM_TEXT, false, NULL }, \
	{ "description", PARAM_TEXT, false, NULL }, \
	{ "statement_descriptor", PARAM_TEXT, false, NULL }, \
	{ "statement_descriptor_suffix", PARAM_TEXT, false, NULL }, \
	{ "transfer_group", PARAM_TEXT, false, NULL }, \
	METADATA, EXPAND

static const struct param create_params[] = {
	{ "amount", PARAM_INT, true, NULL },
	{ "currency", PARAM_TEXT, true, NULL },
	{ "automatic_payment_methods[enabled]", PARAM_BOOL, false, NULL },
	{ "automatic_payment_methods[allow_redirects]", PARAM_TEXT, false, "always|never" },
	{ "confirm", PARAM_BOOL, false, NULL },
	{ "confirmation_method", PARAM_TEXT, false, "automatic|manual" },
	ABOUT_PAYING, ABOUT_CONFIRMING, ABOUT_BOOKS, PARAMS_END
};
static const struct param update_params[] = {
	{ "amount", PARAM_INT, false, NULL },
	{ "currency", PARAM_TEXT, false, NULL },
	ABOUT_PAYING, ABOUT_BOOKS, PARAMS_END
};
static const struct param confirm_params[] = {
	{ "client_secret", PARAM_TEXT, false, NULL },
	{ "expected_payment_method_type", PARAM_TEXT, false, NULL },
	ABOUT_PAYING, ABOUT_CONFIRMING, EXPAND, PARAMS_END
};
static const struct param cancel_params[] = {
	{ "cancellation_reason", PARAM_TEXT, false, "duplicate|fraudulent|requested_by_customer|abandoned" },
	EXPAND, PARAMS_END
};
static const struct param get_params[] = {
	{ "client_secret", PARAM_TEXT, false, NULL }, EXPAND, PARAMS_END
};
static const struct param list_params[] = {
	{ "customer", PARAM_TEXT, false, NULL },
	{ "created[#]", PARAM_TEXT, false, NULL },
	{ "created[*]", PARAM_TEXT, false, NULL },
	{ "limit", PARAM_INT, false, NULL },
	{ "starting_after", PARAM_TEXT, false, NULL },
	{ "ending_before", PARAM_TEXT, false, NULL },
	EXPAND, PARAMS_END
};
/* clang-format on */

json *
intent_make(int64_t amount, const char *currency)
{
	json *pi = shape(
	    "{\"id\":null,\"object\":\"payment_intent\",\"amount\":0,"
	    "\"amount_capturable\":0,\"amount_details\":{\"tip\":{}},"
	    "\"amount_received\":0,\"application\":null,"
	    "\"application_fee_amount\":null,\"automatic_payment_methods\":"
	    "{\"allow_redirects\":\"always\",\"enabled\":true},"
	    "\"canceled_at\":null,\"cancellation_reason\":null,"
	    "\"capture_method\":\"automatic\",\"client_secret\":null,"
	    "\"confirmation_method\":\"automatic\",\"created\":0,"
	    "\"currency\":null,\"customer\":null,\"description\":null,"
	    "\"invoice\":null,\"last_payment_error\":null,\"latest_charge\":"
	    "null,\"livemode\":false,\"metadata\":{},\"next_action\":null,"
	    "\"on_behalf_of\":null,\"payment_method\":null,"
	    "\"payment_method_options\":{\"card\":{\"installments\":null,"
	    "\"mandate_options\":null,\"network\":null,"
	    "\"request_three_d_secure\":\"automatic\"}},"
	    "\"payment_method_types\":[\"card\",\"link\"],\"processing\":"
	    "null,\"receipt_email\":null,\"review\":null,"
	    "\"setup_future_usage\":null,\"shipping\":null,"
	    "\"statement_descriptor\":null,\"statement_descriptor_suffix\":"
	    "null,\"status\":\"requires_payment_method\",\"transfer_data\":"
	    "null,\"transfer_group\":null}");
	char *code = arena_text(shapes_arena(), currency);
	const char *id = made_id("pi_3", 23);

	for (char *c = code; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	set_text(pi, "id", id);
	set_int(pi, "amount", amount);
	set_text(pi, "currency", code);
	set_int(pi, "created", clock_now_s());
	set_printf(pi, "client_secret", "%s_secret_%s", id, made_id("", 25));
	return pi;
}

static enum outcome
amount_check(struct request *rq, int64_t amount, const char *currency)
{
	int64_t least;

	if (!stripe_currency(currency, &least))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, "currency",
		    "Invalid currency: %s. Stripe currently supports these "
		    "currencies: usd, eur, gbp, cad, aud, jpy and others.",
		    currency);
	if (amount < 1)
		return stripe_refuse(rq, 400, BAD_CALL,
		    "parameter_invalid_integer", "amount",
		    "This value must be greater than or equal to 1.");
	if (amount < least)
		return stripe_refuse(rq, 400, BAD_CALL, "amount_too_small",
		    "amount",
		    "Amount must be at least %lld in the minor unit of %s.",
		    (long long)least, currency);
	if (amount > AMOUNT_MOST)
		return stripe_refuse(rq, 400, BAD_CALL, "amount_too_large",
		    "amount", "Amount must be no more than %d.", AMOUNT_MOST);
	return OK;
}

/* What create and update have in common. */
static enum outcome
members_set(const struct stripe *s, json *pi)
{
	static const char *const plain[] = { "customer", "description",
		"receipt_email", "setup_future_usage", "statement_descriptor",
		"statement_descriptor_suffix", "transfer_group",
		"capture_method", "confirmation_method", NULL };
	const char *customer = param_text(s, "customer");

	if (customer && *customer && !store_get("stripe/customers", customer))
		return stripe_missing(s->rq, "customer", customer, "customer");
	param_copy(s, pi, plain);
	param_metadata(s, pi);
	param_object(s, "shipping", pi, SHIPPING);
	return OK;
}

static enum outcome
method_set(const struct stripe *s, json *pi)
{
	const char *name = param_text(s, "payment_method");
	json *m = store_get("stripe/methods", name);

	if (!name || !*name)
		return OK;
	if (!m && card_find(name))
		m = card_method(card_find(name));
	if (!m)
		return stripe_refuse(s->rq, 400, BAD_CALL, "resource_missing",
		    "payment_method", "No such PaymentMethod: '%s'", name);
	set_text(pi, "payment_method", json_text(m, "id"));
	if (text_is(pi, "status", "requires_payment_method"))
		set_text(pi, "status", "requires_confirmation");
	return OK;
}

static enum outcome
unexpected(struct request *rq, json *pi, const char *what)
{
	json *body;

	stripe_refuse(rq, 400, BAD_CALL, "payment_intent_unexpected_state",
	    NULL,
	    "You cannot %s this PaymentIntent because it has a status of %s.",
	    what, text_or(pi, "status", ""));
	body = shape_read(rq->reply.data.at, rq->reply.data.length);
	set_json(json_get(body, "error"), "payment_intent", pi);
	answer(rq, 400, body);
	return BAD_REQUEST;
}

static bool
status_in(json *pi, const char *statuses)
{
	return strstr(statuses, text_or(pi, "status", "-")) != NULL;
}

static enum outcome
confirm(const struct stripe *s, json *pi)
{
	const struct card *c = card_of(json_text(pi, "payment_method"));
	json *body;

	if (!c)
		return stripe_refuse(s->rq, 400, BAD_CALL,
		    "payment_intent_unexpected_state", NULL,
		    "You cannot confirm this PaymentIntent because it's "
		    "missing a payment method. You can either update the "
		    "PaymentIntent with a payment method and then confirm it "
		    "again, or confirm it again directly with a payment method "
		    "or ConfirmationToken.");
	if (c->end == CARD_ASKS && !param_is(s, "off_session", "true") &&
	    !param_is(s, "error_on_requires_action", "true")) {
		intent_ask(s->rq, pi, param_text(s, "return_url"));
		return stripe_answer(s, pi);
	}
	if (c->end == CARD_ASKS) {
		static const struct card asked = { "", CARD_DECLINES,
			"authentication_required", "authentication_required",
			"Your card was declined. This transaction requires "
			"authentication.",
			"visa", "3184" };

		c = &asked;
	}
	if (intent_pay(s->rq, pi, c))
		return stripe_answer(s, pi);
	body = shape("{\"error\":{}}");
	set_all(json_get(body, "error"), json_get(pi, "last_payment_error"));
	set_json(json_get(body, "error"), "payment_intent", pi);
	return answer(s->rq, 402, body);
}

enum outcome
stripe_intent_create(struct request *rq)
{
	struct stripe s;
	const char *currency;
	json *pi;

	TRY(stripe_open(rq, create_params, &s));
	currency = param_text(&s, "currency");
	TRY(amount_check(rq, param_int(&s, "amount", 0), currency));
	if (param_text(&s, "automatic_payment_methods[enabled]") &&
	    param_text(&s, "payment_method_types[0]"))
		return stripe_refuse(rq, 400, BAD_CALL, NULL,
		    "payment_method_types",
		    "You may only specify one of these parameters: "
		    "automatic_payment_methods, payment_method_types.");
	pi = intent_make(param_int(&s, "amount", 0), currency);
	param_object(&s, "automatic_payment_methods", pi, "{}");
	if (json_text(json_get(pi, "automatic_payment_methods"), "enabled"))
		set_flag(json_get(pi, "automatic_payment_methods"), "enabled",
		    param_is(&s, "automatic_payment_methods[enabled]", "true"));
	if (pairs_get(&s.form, "payment_method_types[]") ||
	    pairs_get(&s.form, "payment_method_types[0]")) {
		set_json(pi, "automatic_payment_methods", NULL);
		set_json(pi, "payment_method_types", shape("[\"card\"]"));
	}
	TRY(members_set(&s, pi));
	TRY(method_set(&s, pi));
	if (param_is(&s, "confirm", "true") && !json_get(pi, "payment_method"))
		return confirm(&s, pi);
	stripe_put(INTENTS, pi);
	stripe_event(rq, "payment_intent.created", pi, NULL);
	if (param_is(&s, "confirm", "true"))
		return confirm(&s, pi);
	return stripe_answer(&s, pi);
}

/* Find the intent; a browser must know its secret. */
static enum outcome
intent_of(const struct stripe *s, json **pi)
{
	struct request *rq = s->rq;
	const char *secret = param_text(s, "client_secret");

	TRY(stripe_find(rq, INTENTS, "payment_intent", rq->params[0], pi));
	if (!s->publishable && !secret)
		return OK;
	if (!secret)
		return stripe_refuse(rq, 400, BAD_CALL, "parameter_missing",
		    "client_secret", "Missing required param: client_secret.");
	if (!text_is(*pi, "client_secret", secret))
		return stripe_refuse(rq, 400, BAD_CALL,
		    "payment_intent_invalid_parameter", "client_secret",
		    "The client_secret provided does not match any associated "
		    "PaymentIntent on this account.");
	return OK;
}

enum outcome
stripe_intent_get(struct request *rq)
{
	struct stripe s;
	json *pi;

	TRY(stripe_open_browser(rq, get_params, &s));
	TRY(intent_of(&s, &pi));
	return stripe_answer(&s, pi);
}

enum outcome
stripe_intent_list(struct request *rq)
{
	static const char *const filters[] = { "customer", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, INTENTS, "/v1/payment_intents", filters);
}

enum outcome
stripe_intent_update(struct request *rq)
{
	struct stripe s;
	json *pi, *copy;

	TRY(stripe_open(rq, update_params, &s));
	TRY(intent_of(&s, &pi));
	if (!status_in(pi, "requires_payment_method requires_confirmation "
			   "requires_action"))
		return unexpected(rq, pi, "update");
	copy = shape_copy(pi);
	set_int(
	    copy, "amount", param_int(&s, "amount", json_int(pi, "amount", 0)));
	if (param_text(&s, "currency"))
		set_text(copy, "currency", param_text(&s, "currency"));
	TRY(amount_check(
	    rq, json_int(copy, "amount", 0), json_text(copy, "currency")));
	TRY(members_set(&s, copy));
	TRY(method_set(&s, copy));
	stripe_put(INTENTS, copy);
	return stripe_answer(&s, copy);
}

enum outcome
stripe_intent_confirm(struct request *rq)
{
	struct stripe s;
	json *pi;

	TRY(stripe_open_browser(rq, confirm_params, &s));
	TRY(intent_of(&s, &pi));
	if (!status_in(pi, "requires_payment_method requires_confirmation "
			   "requires_action"))
		return unexpected(rq, pi, "confirm");
	TRY(method_set(&s, pi));
	param_object(&s, "shipping", pi, SHIPPING);
	return confirm(&s, pi);
}

enum outcome
stripe_intent_cancel(struct request *rq)
{
	struct stripe s;
	const char *reason;
	json *pi;

	TRY(stripe_open(rq, cancel_params, &s));
	TRY(intent_of(&s, &pi));
	if (!status_in(pi, "requires_payment_method requires_capture "
			   "requires_confirmation requires_action"))
		return unexpected(rq, pi, "cancel");
	reason = param_text(&s, "cancellation_reason");
	set_text(pi, "status", "canceled");
	set_int(pi, "canceled_at", clock_now_s());
	set_text(pi, "cancellation_reason", reason && *reason ? reason : NULL);
	set_json(pi, "next_action", NULL);
	set_int(pi, "amount_capturable", 0);
	stripe_put(INTENTS, pi);
	stripe_event(rq, "payment_intent.canceled", pi, NULL);
	return stripe_answer(&s, pi);
}
