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
#include "shop/address.h"
#include "shop/money.h"
#include "sql/orders.h"

#include "handlers.h"
#include "refusal.h"

#define POSTAL_MOST 20

static const struct field address_fields[] = { FIELD(address, name, "name",
						   REQUIRED, 1, 255),
	FIELD(address, line1, "line1", REQUIRED, 1, 255),
	FIELD(address, line2, "line2", OPTIONAL, 0, 255),
	FIELD(address, city, "city", REQUIRED, 1, 100),
	FIELD(address, state, "state", OPTIONAL, 0, 100),
	FIELD(address, postal_code, "postalCode", OPTIONAL, 0, POSTAL_MOST),
	FIELD(address, country, "country", REQUIRED, 2, 2),
	FIELD(address, phone, "phone", PHONE, 0, 16), FIELD_END };

struct order_form {
	json *shipping, *billing;
	const char *currency, *method, *coupon;
	struct decimal expected;
};

static const struct field order_fields[] = {
	FIELD(order_form, shipping, "shippingAddress", REQUIRED, 0, 0),
	FIELD(order_form, billing, "billingAddress", OPTIONAL, 0, 0),
	FIELD(order_form, currency, "currency", OPTIONAL, 3, 3),
	CHOICE(
	    order_form, method, "shippingMethod", OPTIONAL, "standard|express"),
	FIELD(order_form, coupon, "couponCode", OPTIONAL, 1, 40),
	FIELD(order_form, expected, "expectedTotal", OPTIONAL, 0, 0), FIELD_END
};

/* What was asked for, checked, and as the database takes it. */
struct order_ask {
	const char *country, *state, *shipping, *billing, *method, *coupon;
	const char *currency;
	int64_t expected;
	bool has_expected;
};

/* "" is as good as nothing, for clients that send every field. */
static const char *
some(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *
address_json(struct arena *a, const struct address *it)
{
	const struct {
		const char *key, *text;
	} parts[] = { { "name", it->name }, { "line1", it->line1 },
		{ "line2", it->line2 }, { "city", it->city },
		{ "state", it->state }, { "postalCode", it->postal_code },
		{ "country", it->country }, { "phone", it->phone } };
	struct buf b;

	buf_open(&b, a, 16 * 1024);
	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		buf_json_key(&b, parts[i].key);
		buf_json(&b, parts[i].text);
	}
	buf_char(&b, '}');
	return b.at;
}

/* An address of the body; what is wrong is named under its field. */
static void
address_read(
    struct request *rq, const char *field, json *object, struct address *it)
{
	struct address_wrong wrong[ADDRESS_WRONGS_MOST];
	int wrongs;

	form_nested(rq, field, object, address_fields, it);
	it->state = some(it->state);
	it->postal_code = some(it->postal_code);
	it->line2 = some(it->line2);
	wrongs = address_check(it, wrong);
	for (int i = 0; i < wrongs; i++)
		form_wrong(rq,
		    arena_printf(rq->arena, "%s.%s", field, wrong[i].field),
		    wrong[i].code, wrong[i].message);
}

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

static enum outcome
order_read(struct request *rq, struct order_ask *ask)
{
	struct order_form form = { .method = "standard" };
	struct address shipping = { 0 }, billing = { 0 };
	struct sql_order_currency currency;
	enum outcome o;

	TRY(form_open(rq, order_fields, &form));
	if (form.shipping)
		address_read(rq, "shippingAddress", form.shipping, &shipping);
	if (form.billing)
		address_read(rq, "billingAddress", form.billing, &billing);
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
	ask->shipping = address_json(rq->arena, &shipping);
	ask->billing = form.billing ? address_json(rq->arena, &billing) : NULL;
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
 * Of several at once one wins; the others find the cart empty.
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
	    ask.billing, ask.method, ask.coupon, ask.currency,
	    ask.has_expected ? &ask.expected : NULL,
	    60 * conf_int(CONF_TSHOP_HOLD_MINUTES), &made);
	if (o == VALIDATION_ERROR) /* somebody was quicker with the coupon */
		return form_refuse(rq, "couponCode", "unknown_reference",
		    "There is no such coupon.");
	TRY(o);
	if (made.figures)
		return refuse_with(rq, TOTAL_CHANGED, made.figures, "%s",
		    outcome_message(TOTAL_CHANGED));
	TRY(refusal(rq, made.refused, made.field, made.code, made.details));
	TRY(sql_order_get(rq->db, rq->caller.id, id, &order));
	reply_json(rq, order);
	reply_header(rq, "Location", "/api/v1/orders/%s", id.text);
	return TX_COMMIT(CREATED);
}
