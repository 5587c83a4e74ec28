/*
 * paypal_order.c: payments and refunds at PayPal, Orders v2, Payments v2.
 *
 * Nobody is charged until we take an approved order, and then the capture's
 * status decides, never the order's.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/paypal.h"

/* ---- orders ---- */

static void
unit_put(struct buf *b, struct arena *a, const struct payment_ask *ask)
{
	buf_json_key(b, "purchase_units");
	buf_text(b, "[{");
	kit_member(b, "reference_id", "default");
	kit_member(
	    b, "description", arena_printf(a, "Order %s", ask->order_number));
	kit_member(b, "custom_id", ask->order_id);
	kit_member(b, "invoice_id",
	    arena_printf(a, "%s-%d", ask->order_number, ask->attempt));
	paypal_money_put(b, "amount", ask->minor, ask->currency);
	buf_text(b, "}]");
}

static void
experience_put(struct buf *b, const struct payment_ask *ask)
{
	buf_json_key(b, "payment_source");
	buf_text(b, "{\"paypal\":{\"experience_context\":{");
	kit_member(b, "shipping_preference", "NO_SHIPPING");
	kit_member(b, "user_action", "PAY_NOW");
	kit_member(
	    b, "payment_method_preference", "IMMEDIATE_PAYMENT_REQUIRED");
	kit_member(b, "return_url", ask->return_url);
	kit_member(b, "cancel_url", ask->cancel_url);
	buf_text(b, "}}}");
}

enum outcome
paypal_start(struct arena *a, const struct payment_ask *ask, const char *bearer,
    struct call *c)
{
	struct buf b;

	TRY(paypal_may(ask->minor, ask->currency));
	insist(ask->key);
	paypal_call(c, a, "POST", bearer, ask->key);
	kit_url(
	    c, a, conf_text(CONF_PAYPAL_API_BASE), "/v2/checkout/orders", NULL);
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "intent", "CAPTURE");
	unit_put(&b, a, ask);
	experience_put(&b, ask);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

const char *
paypal_link(json *object, const char *rel)
{
	json *links = json_get(object, "links");

	for (size_t i = 0; i < json_count(links); i++)
		if (!strcmp(kit_text(json_element(links, i), "rel"), rel))
			return kit_text(json_element(links, i), "href");
	return "";
}

const char *
paypal_link_id(struct arena *a, json *object, const char *rel)
{
	const char *slash = strrchr(paypal_link(object, rel), '/');

	if (!slash || !kit_id_is_good(slash + 1))
		return "";
	return arena_text(a, slash + 1);
}

/* Order states without a capture, in Stripe's words; NULL: none of theirs. */
static const char *
order_status(const char *status, enum payment_state *state)
{
	/* clang-format off */
	static const struct {
		const char *theirs, *ours;
		enum payment_state state;
	} rows[] = {
		{ "APPROVED",              "requires_capture",        PAYMENT_APPROVED },
		{ "VOIDED",                "canceled",                PAYMENT_CANCELLED },
		{ "PAYER_ACTION_REQUIRED", "requires_action",         PAYMENT_ACTION },
		{ "CREATED",               "requires_action",         PAYMENT_ACTION },
		{ "SAVED",                 "requires_payment_method", PAYMENT_OPEN },
		{ "COMPLETED",             "processing",              PAYMENT_PROCESSING },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].theirs, status)) {
			*state = rows[i].state;
			return rows[i].ours;
		}
	return NULL;
}

const char *
paypal_capture_status(const char *status, enum payment_state *state)
{
	/* what was paid stays paid: giving back is the refund's affair */
	if (!strcmp(status, "COMPLETED") || !strcmp(status, "REFUNDED") ||
	    !strcmp(status, "PARTIALLY_REFUNDED")) {
		*state = PAYMENT_PAID;
		return "succeeded";
	}
	if (!strcmp(status, "PENDING")) {
		*state = PAYMENT_PROCESSING;
		return "processing";
	}
	*state = PAYMENT_OPEN; /* DECLINED, FAILED */
	return "requires_payment_method";
}

void
paypal_fee(
    struct arena *a, json *capture, int64_t *minor, const char **currency)
{
	json *fee =
	    json_at(capture, "seller_receivable_breakdown", "paypal_fee", NULL);

	if (!paypal_money(a, fee, minor, currency))
		*currency = NULL;
}

/* The sum of the refunds that the order tells of. */
static int64_t
refunds_sum(struct arena *a, json *payments)
{
	json *refunds = json_get(payments, "refunds");
	const char *currency;
	int64_t sum = 0, one;

	for (size_t i = 0; i < json_count(refunds); i++) {
		json *r = json_element(refunds, i);

		if (!strcmp(kit_text(r, "status"), "COMPLETED") &&
		    paypal_money(a, json_get(r, "amount"), &one, &currency) &&
		    __builtin_add_overflow(sum, one, &sum))
			return INT64_MAX;
	}
	return sum;
}

/* A capture beats the order's own state; of several the paid one counts. */
static enum outcome
captures_read(struct arena *a, json *unit, struct payment *p, struct trouble *t)
{
	json *captures = json_at(unit, "payments", "captures", NULL);

	for (size_t i = 0; i < json_count(captures); i++) {
		json *one = json_element(captures, i);
		const char *id = kit_id(a, one, "id");

		if (!id || !paypal_money(a, json_get(one, "amount"), &p->minor,
			       &p->currency))
			return kit_nonsense(a, t, "not a capture");
		p->charge = id;
		p->status =
		    paypal_capture_status(kit_text(one, "status"), &p->state);
		if (p->state == PAYMENT_OPEN) {
			p->declined_code = kit_text(one, "status");
			p->declined = "PayPal declined the payment.";
		}
		if (*kit_text(one, "custom_id"))
			p->order_id = kit_text(one, "custom_id");
		if (p->state == PAYMENT_PAID) {
			p->minor_paid = p->minor;
			paypal_fee(a, one, &p->minor_fee, &p->fee_currency);
			break;
		}
	}
	p->minor_refunded = refunds_sum(a, json_get(unit, "payments"));
	return OK;
}

enum outcome
paypal_order_read(struct arena *a, const struct answer *answer,
    struct payment *out, struct trouble *t)
{
	struct payment p = { .charge = "",
		.client_secret = "",
		.currency = "",
		.declined_code = "",
		.declined = "" };
	json *order, *unit;

	TRY(paypal_answer(a, answer, &order, t));
	p.status = order_status(kit_text(order, "status"), &p.state);
	if (!(p.intent = kit_id(a, order, "id")) || !p.status)
		return kit_nonsense(a, t, "not an order");
	unit = json_element(json_get(order, "purchase_units"), 0);
	paypal_money(a, json_get(unit, "amount"), &p.minor, &p.currency);
	p.order_id = kit_text(unit, "custom_id");
	p.approve_url = paypal_link(order, "payer-action");
	if (!*p.approve_url)
		p.approve_url = paypal_link(order, "approve");
	TRY(captures_read(a, unit, &p, t));
	*out = p;
	return OK;
}

enum outcome
paypal_look(
    struct arena *a, const char *intent, const char *bearer, struct call *c)
{
	paypal_call(c, a, "GET", bearer, NULL);
	kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE), "/v2/checkout/orders/",
	    intent, NULL);
	return OK;
}

enum outcome
paypal_take(struct arena *a, const char *intent, const char *key,
    const char *bearer, struct call *c)
{
	struct buf b;

	insist(key);
	paypal_call(c, a, "POST", bearer, key);
	kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE), "/v2/checkout/orders/",
	    intent, "/capture", NULL);
	kit_open(&b, a);
	buf_text(&b, "{}");
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

/* ---- refunds ---- */

enum refund_state
paypal_refund_state(const char *status)
{
	if (!strcmp(status, "COMPLETED"))
		return REFUND_DONE;
	if (!strcmp(status, "FAILED"))
		return REFUND_FAILED;
	if (!strcmp(status, "CANCELLED"))
		return REFUND_CANCELLED;
	return REFUND_PENDING;
}

enum outcome
paypal_refund(struct arena *a, const struct refund_ask *ask, const char *bearer,
    struct call *c)
{
	struct buf b;

	insist(ask->key); /* without one a repeated refund is a second one */
	if (!ask->charge || !*ask->charge ||
	    paypal_may(ask->minor, ask->currency) != OK)
		return VALIDATION_ERROR;
	paypal_call(c, a, "POST", bearer, ask->key);
	kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE), "/v2/payments/captures/",
	    ask->charge, "/refund", NULL);
	kit_open(&b, a);
	buf_char(&b, '{');
	paypal_money_put(&b, "amount", ask->minor, ask->currency);
	kit_member(&b, "custom_id", ask->order_id);
	kit_member(&b, "note_to_payer", ask->words);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

enum outcome
paypal_refunded(struct arena *a, const struct answer *answer,
    struct refund *out, struct trouble *t)
{
	struct refund r = { 0 };
	json *root;

	TRY(paypal_answer(a, answer, &root, t));
	if (!(r.id = kit_id(a, root, "id")) ||
	    !paypal_money(a, json_get(root, "amount"), &r.minor, &r.currency))
		return kit_nonsense(a, t, "not a refund");
	r.state = paypal_refund_state(kit_text(root, "status"));
	r.failure = kit_text(json_get(root, "status_details"), "reason");
	*out = r;
	return OK;
}

enum outcome
paypal_look_refund(
    struct arena *a, const char *id, const char *bearer, struct call *c)
{
	paypal_call(c, a, "GET", bearer, NULL);
	kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE), "/v2/payments/refunds/",
	    id, NULL);
	return OK;
}
