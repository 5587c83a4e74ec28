/*
 * stripe.c: payments at Stripe, version 2023-10-16.
 *
 * Forms go out, JSON comes back. The key of a call decides whether it is the
 * same call; errors are told apart by HTTP status and code alone.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/stripe.h"

#define STRIPE_VERSION "2023-10-16"
#define RETRY_WAIT_MOST_S 60
#define FAILED_DEPENDENCY 424 /* of theirs, outside Stripe */

bool
stripe_is_on(void)
{
	return *conf_text(CONF_STRIPE_SECRET_KEY) != '\0';
}

void
stripe_call(
    struct call *c, struct arena *a, const char *method, const char *key)
{
	kit_call(c, "stripe", method, STRIPE_PATIENCE_MS);
	call_header(c, a, "Authorization: Bearer %s",
	    conf_text(CONF_STRIPE_SECRET_KEY));
	call_header(c, a, "Stripe-Version: " STRIPE_VERSION);
	if (key) {
		insist(kit_is_token(key, 255));
		call_header(c, a, "Idempotency-Key: %s", key);
	}
}

/* ---- what may be charged ---- */

/* clang-format off */
static const struct {
	char currency[4];
	int64_t least; /* our minor units; docs.stripe.com/currencies */
} least[] = {
	{ "USD",   50 }, { "EUR",   50 }, { "AUD",   50 }, { "CAD",   50 },
	{ "CHF",   50 }, { "NZD",   50 }, { "SGD",   50 }, { "BRL",   50 },
	{ "INR",   50 }, { "ARS",   50 }, { "COP",   50 }, { "IDR",   50 },
	{ "ILS",   50 }, { "PHP",   50 }, { "RUB",   50 }, { "ZAR",   50 },
	{ "GBP",   30 }, { "JPY",   50 }, { "KRW",   50 }, { "DKK",  250 },
	{ "NOK",  300 }, { "SEK",  300 }, { "PLN",  200 }, { "RON",  200 },
	{ "CZK", 1500 }, { "HKD",  400 }, { "HUF", 17500 }, { "AED", 200 },
	{ "MYR",  200 }, { "THB", 1000 }, { "MXN", 1000 },
};
/* clang-format on */

#define CARDS_MOST INT64_C(999999999999)

static int64_t
step(const char *currency)
{
	return amount_step(AMOUNT_STRIPE, currency);
}

static enum outcome
may(int64_t minor, const char *currency)
{
	int64_t theirs, bottom = 1;

	if (!amount_to(AMOUNT_STRIPE, currency, minor, &theirs) ||
	    theirs > CARDS_MOST)
		return VALIDATION_ERROR;
	for (size_t i = 0; i < COUNT(least); i++)
		if (!strcmp(least[i].currency, currency))
			bottom = least[i].least;
	return minor < bottom ? AMOUNT_TOO_SMALL : OK;
}

/* ---- errors ---- */

/* clang-format off */
static const struct {
	const char *code;
	enum outcome outcome;
	enum cure cure;
} codes[] = {
	/* code                               outcome           cure */
	{ "amount_too_small",                 AMOUNT_TOO_SMALL, CURE_PERSON },
	{ "idempotency_key_in_use",           PROVIDER_ERROR,   CURE_WAIT },
	{ "lock_timeout",                     PROVIDER_ERROR,   CURE_WAIT },
	{ "rate_limit",                       PROVIDER_ERROR,   CURE_WAIT },
	{ "payment_intent_unexpected_state",  CONFLICT,         CURE_LOOK },
	{ "charge_already_refunded",          CONFLICT,         CURE_LOOK },
	/* no code of theirs, but a field: more than is left to give back */
	{ "amount",                           CONFLICT,         CURE_LOOK },
	{ "charge_disputed",                  CONFLICT,         CURE_PERSON },
	{ "resource_missing",                 NOT_FOUND,        CURE_PERSON },
};

static const struct {
	const char *code, *words;
} declines[] = {
	{ "insufficient_funds",      "The card has insufficient funds." },
	{ "expired_card",            "The card has expired." },
	{ "incorrect_cvc",           "The card's security code is wrong." },
	{ "incorrect_number",        "The card number is wrong." },
	{ "processing_error",        "The card could not be processed. Try again in a moment." },
	{ "authentication_required", "The bank wants this payment to be confirmed." },
};
/* clang-format on */

const char *
stripe_declined(json *error)
{
	const char *code = kit_text(error, "code");
	const char *decline = kit_text(error, "decline_code");

	for (size_t i = 0; i < COUNT(declines); i++)
		if (!strcmp(declines[i].code, decline) ||
		    !strcmp(declines[i].code, code))
			return declines[i].words;
	/* lost, stolen, fraudulent: the buyer hears of a plain decline */
	return "The card was declined.";
}

static enum outcome
error_read(struct arena *a, const struct answer *answer, json *error,
    struct trouble *t)
{
	const char *code = kit_text(error, "code");
	const char *words = kit_text(error, "message");
	enum outcome o;

	if (!*code && !strcmp(kit_text(error, "param"), "amount"))
		code = "amount";
	if (answer->status == 402) {
		const char *decline = kit_text(error, "decline_code");

		return kit_trouble(a, t, PAYMENT_FAILED, CURE_BUYER,
		    *decline ? decline : code, stripe_declined(error));
	}
	for (size_t i = 0; i < COUNT(codes); i++)
		if (!strcmp(codes[i].code, code))
			return kit_trouble(
			    a, t, codes[i].outcome, codes[i].cure, code, words);
	o = kit_status(a, answer, t);
	if (*code)
		kit_trouble(a, t, o, t->cure, code, words);
	/* a stored failure comes back for ever: look instead of repeating */
	if (answer->status == FAILED_DEPENDENCY ||
	    (t->cure == CURE_WAIT && answer->hint < 0))
		t->cure = CURE_ANEW;
	/* our key is at fault: all is well again when somebody mends it */
	if (answer->status == 401 || answer->status == 403)
		t->cure = CURE_WAIT;
	return o;
}

bool
stripe_is(json *object, const char *kind)
{
	return strcmp(kit_text(object, "object"), kind) == 0;
}

enum outcome
stripe_answer(struct arena *a, const struct answer *answer, json **root,
    struct trouble *t)
{
	json *value;

	TRY(kit_reached(answer, t));
	if (t->wait_s > RETRY_WAIT_MOST_S)
		t->wait_s = RETRY_WAIT_MOST_S;
	value = kit_json(a, answer->body, answer->size);
	if (answer->status < 200 || answer->status > 299)
		return error_read(a, answer, json_get(value, "error"), t);
	if (!kit_id(a, value, "id") && !json_get(value, "data"))
		return kit_nonsense(a, t, "not one of Stripe's objects");
	*root = value;
	return OK;
}

/* ---- intents ---- */

bool
stripe_amount(
    json *object, const char *name, const char *currency, int64_t *minor)
{
	return json_is_int(json_get(object, name)) &&
	       amount_from(
		   AMOUNT_STRIPE, currency, json_int(object, name, -1), minor);
}

enum payment_state
stripe_state(const char *status)
{
	/* clang-format off */
	static const struct {
		const char *status;
		enum payment_state state;
	} states[] = {
		{ "succeeded",       PAYMENT_PAID },
		{ "processing",      PAYMENT_PROCESSING },
		{ "requires_action", PAYMENT_ACTION },
		{ "canceled",        PAYMENT_CANCELLED },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(states); i++)
		if (!strcmp(states[i].status, status))
			return states[i].state;
	return PAYMENT_OPEN;
}

static enum outcome
start(struct arena *a, const struct payment_ask *ask, const char *token,
    struct call *c)
{
	struct buf b;
	int64_t amount;

	(void)token;
	TRY(may(ask->minor, ask->currency));
	insist(ask->key);
	amount_to(AMOUNT_STRIPE, ask->currency, ask->minor, &amount);
	stripe_call(c, a, "POST", ask->key);
	kit_url(
	    c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/payment_intents", NULL);
	kit_open(&b, a);
	kit_form_int(&b, "amount", amount);
	kit_form(&b, "currency", kit_lower(a, ask->currency));
	kit_form(&b, "automatic_payment_methods[enabled]", "true");
	kit_form(&b, "capture_method", "automatic");
	kit_form(
	    &b, "description", arena_printf(a, "Order %s", ask->order_number));
	kit_form(&b, "metadata[order_id]", ask->order_id);
	kit_form(&b, "metadata[order_no]", ask->order_number);
	kit_body(c, a, &b, TYPE_FORM);
	return OK;
}

/* In the currency of our account; an id or null tells nothing yet. */
static void
fee_read(struct arena *a, json *booked, struct payment *p)
{
	const char *currency = kit_upper(a, json_text(booked, "currency"));

	if (stripe_is(booked, "balance_transaction") &&
	    stripe_amount(booked, "fee", currency, &p->minor_fee))
		p->fee_currency = currency;
}

/* The charge may be an id, an expanded object, or null. */
static void
charge_read(struct arena *a, json *intent, struct payment *p)
{
	json *charge = json_get(intent, "latest_charge");
	const char *id = kit_id(a, intent, "latest_charge");

	p->charge = id ? id : "";
	stripe_amount(
	    charge, "amount_refunded", p->currency, &p->minor_refunded);
	fee_read(a, json_get(charge, "balance_transaction"), p);
}

static enum outcome
intent_read(struct arena *a, const struct answer *answer, struct payment *out,
    struct trouble *t)
{
	struct payment p = { 0 };
	json *intent, *error;

	TRY(stripe_answer(a, answer, &intent, t));
	p.currency = kit_upper(a, json_text(intent, "currency"));
	if (!(p.intent = kit_id(a, intent, "id")) ||
	    !stripe_is(intent, "payment_intent") ||
	    !stripe_amount(intent, "amount", p.currency, &p.minor))
		return kit_nonsense(a, t, "not a payment intent");
	stripe_amount(intent, "amount_received", p.currency, &p.minor_paid);
	p.status = kit_text(intent, "status");
	p.state = stripe_state(p.status);
	p.client_secret = kit_text(intent, "client_secret");
	p.approve_url = "";
	p.order_id = kit_text(json_get(intent, "metadata"), "order_id");
	charge_read(a, intent, &p);
	error = json_get(intent, "last_payment_error");
	p.declined_code = kit_text(error, "code");
	p.declined = error ? stripe_declined(error) : "";
	*out = p;
	return OK;
}

static enum outcome
look(struct arena *a, const char *intent, const char *token, struct call *c)
{
	(void)token;
	stripe_call(c, a, "GET", NULL);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/payment_intents/",
	    intent, "?expand[]=latest_charge.balance_transaction", NULL);
	return OK;
}

static enum outcome
cancel(struct arena *a, const char *intent, const char *key, const char *token,
    struct call *c)
{
	struct buf b;

	(void)token;
	stripe_call(c, a, "POST", key);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/payment_intents/",
	    intent, "/cancel", NULL);
	kit_open(&b, a);
	kit_form(&b, "cancellation_reason", "abandoned");
	kit_body(c, a, &b, TYPE_FORM);
	return OK;
}

const struct payment_provider payment_stripe = {
	.name = "stripe",
	.is_on = stripe_is_on,
	.may = may,
	.step = step,
	.start = start,
	.started = intent_read,
	.look = look,
	.looked = intent_read,
	.cancel = cancel,
	.cancelled = intent_read,
	.refund = stripe_refund,
	.refunded = stripe_refunded,
	.look_refund = stripe_look_refund,
	.refunds = stripe_refunds,
	.refund_found = stripe_refund_found,
	.books = stripe_books,
	.books_read = stripe_books_read,
	.hear = stripe_hear,
};
