/*
 * order_create.c: from a cart to a promise with its price.
 *
 * Quote and create read the same form and ask the database for the same
 * figures; nothing that a client says decides about an amount.
 */
#include "base/conf.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "shop/money.h"
#include "shop/vat.h"
#include "sql/orders.h"

#include "handlers.h"
#include "order_address.h"
#include "refusal.h"

struct order_form {
	json *shipping, *billing;
	const char *currency, *method, *coupon, *vat;
	struct decimal expected;
};

static const struct field order_fields[] = {
	FIELD(order_form, shipping, "shippingAddress", REQUIRED, 0, 0),
	FIELD(order_form, billing, "billingAddress", OPTIONAL, 0, 0),
	FIELD(order_form, currency, "currency", OPTIONAL, 3, 3),
	CHOICE(
	    order_form, method, "shippingMethod", OPTIONAL, "standard|express"),
	FIELD(order_form, coupon, "couponCode", OPTIONAL, 1, 40),
	FIELD(order_form, vat, "vatNumber", OPTIONAL, 1, 40),
	FIELD(order_form, expected, "expectedTotal", OPTIONAL, 0, 0), FIELD_END
};

/* What was asked for, checked, and as the database takes it. */
struct order_ask {
	const char *country, *state, *shipping, *billing, *method, *coupon;
	const char *currency, *vat;
	int64_t expected;
	bool has_expected;
};

/* The total that the client has seen, in the currency's minor units. */
static void
expected_read(
    struct request *rq, const char *text, int exponent, struct order_ask *ask)
{
	switch (money_parse(text, exponent, &ask->expected)) {
	case MONEY_GOOD:
		ask->has_expected = true;
		if (ask->expected < 0)
			form_wrong(rq, "expectedTotal", "too_small",
			    "It is below zero.");
		return;
	case MONEY_TOO_LARGE:
		form_wrong(
		    rq, "expectedTotal", "too_large", "It is too large.");
		return;
	case MONEY_TOO_FINE:
	case MONEY_NO_NUMBER:
		form_wrong(rq, "expectedTotal", "format",
		    "It has more decimals than the currency.");
		return;
	}
}

/* Noted, and no more: the tax is that of the table. */
static const char *
vat_number(struct request *rq, const char *said)
{
	char *number = arena_alloc(rq->arena, VAT_TEXT);

	if (!said)
		return NULL;
	if (vat_read(said, number))
		return number;
	form_wrong(rq, "vatNumber", "format",
	    "It is not of the form of its country, like DE123456789.");
	return NULL;
}

static enum outcome
order_read(struct request *rq, struct order_ask *ask)
{
	struct order_form form = { .method = "standard" };
	struct address shipping = { 0 }, billing = { 0 };
	struct sql_order_currency currency;
	enum outcome o;

	TRY(form_open(rq, order_fields, &form));
	if (form.shipping)
		order_address_read(
		    rq, "shippingAddress", form.shipping, &shipping);
	if (form.billing)
		order_address_read(
		    rq, "billingAddress", form.billing, &billing);
	ask->vat = vat_number(rq, form.vat);
	o = sql_order_currency(
	    rq->db, rq->caller.owner, form.currency, &currency);
	if (o == NOT_FOUND)
		form_wrong(
		    rq, "currency", "enum", "The shop does not sell in it.");
	else if (FAILED(o))
		return o;
	else if (form.expected.text)
		expected_read(rq, form.expected.text, currency.exponent, ask);
	TRY(form_check(rq));
	ask->country = shipping.country;
	ask->state = shipping.state;
	ask->shipping = order_address_json(rq->arena, &shipping);
	ask->billing =
	    form.billing ? order_address_json(rq->arena, &billing) : NULL;
	ask->method = form.method;
	ask->coupon = form.coupon;
	ask->currency = currency.code;
	return OK;
}

enum outcome
order_quote(struct request *rq)
{
	struct order_ask ask = { 0 };
	struct sql_order_quote quote;

	TRY(order_read(rq, &ask));
	TRY(sql_order_quote(rq->db, rq->caller.owner, ask.country, ask.state,
	    ask.method, ask.coupon, ask.currency, &quote));
	TRY(refusal(rq, quote.refused, quote.field, quote.code, quote.details));
	reply_json(rq, quote.figures);
	return OK;
}

/*
 * POST /orders/create: the cart becomes an order, in one transaction.
 *
 * Of several at once one wins; the others find the cart empty. Who orders the
 * same once more, and has not paid it, is told: the page before may have
 * failed.
 */
enum outcome
order_create(struct request *rq)
{
	struct order_ask ask = { 0 };
	struct sql_order_create made;
	struct id id = id_create();
	const char *order;
	enum outcome o;

	TRY(order_read(rq, &ask));
	TX(rq->db);
	o = sql_order_create(rq->db, id, rq->caller.id, ask.shipping,
	    ask.billing, ask.method, ask.coupon, ask.currency, ask.vat,
	    ask.has_expected ? &ask.expected : NULL,
	    60 * conf_int(CONF_TSHOP_HOLD_MINUTES),
	    conf_seconds(CONF_TSHOP_UNPAID_LIFE), &made);
	if (o == VALIDATION_ERROR) /* somebody was quicker with the coupon */
		return form_refuse(rq, "couponCode", "unknown_reference",
		    "There is no such coupon.");
	TRY(o);
	TRY(refusal(rq, made.refused, made.field, made.code, made.details));
	TRY(sql_order_get(rq->db, rq->caller.id, id, &order));
	reply_json(rq, order);
	if (made.similar)
		reply_meta(rq, "similar", made.similar);
	reply_header(rq, "Location", "/api/v1/orders/%s", id.text);
	return TX_COMMIT(CREATED);
}
