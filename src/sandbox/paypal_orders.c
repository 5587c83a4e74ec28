/*
 * paypal_orders.c: orders and how they are captured, Orders v2.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "http/reply.h"
#include "sandbox/pages.h"
#include "sandbox/pairs.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define ORDERS "paypal/orders"
#define CAPTURES "paypal/captures"
#define REFUNDS "paypal/refunds"
#define SEMANTIC "UNPROCESSABLE_ENTITY"
#define FEE_PER_MILLE 35
#define PAYEE                                                                  \
	"{\"email_address\":\"sb-merchant@example.com\",\"merchant_id\":"      \
	"\"7DVPP5Q2RZJQY\"}"
#define PAYER                                                                  \
	"{\"name\":{\"given_name\":\"Jane\",\"surname\":\"Doe\"},"             \
	"\"email_address\":\"sb-buyer@example.com\",\"payer_id\":"             \
	"\"QYR5Z8XDVJNXQ\",\"address\":{\"country_code\":\"US\"}}"
#define SOURCE                                                                 \
	"{\"paypal\":{\"email_address\":\"sb-buyer@example.com\","             \
	"\"account_id\":\"QYR5Z8XDVJNXQ\",\"account_status\":\"VERIFIED\","    \
	"\"name\":{\"given_name\":\"Jane\",\"surname\":\"Doe\"},"              \
	"\"address\":{\"country_code\":\"US\"}}}"

const char *
paypal_url(
    struct request *rq, const char *kind, const char *id, const char *more)
{
	return arena_printf(
	    rq->arena, "%s/v2/%s/%s%s", origin_of(rq), kind, id, more);
}

json *
paypal_unit(json *order)
{
	return json_element(json_get(order, "purchase_units"), 0);
}

static enum outcome
order_check(struct request *rq, json *body)
{
	json *units = json_get(body, "purchase_units");
	const char *intent = json_text(body, "intent");

	if (!intent)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MISSING_REQUIRED_PARAMETER", "/intent",
		    "A required field / parameter is missing");
	if (strcmp(intent, "CAPTURE") != 0 && strcmp(intent, "AUTHORIZE") != 0)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "INVALID_PARAMETER_VALUE", "/intent",
		    "The value of a field is invalid.");
	if (json_count(units) < 1 || json_count(units) > 10)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MISSING_REQUIRED_PARAMETER", "/purchase_units",
		    "A required field / parameter is missing");
	for (size_t i = 0; i < json_count(units); i++)
		TRY(paypal_amounts(rq, json_element(units, i)));
	return OK;
}

static json *
order_links(struct request *rq, json *order)
{
	const char *id = json_text(order, "id");
	json *links = shape_array();

	paypal_link(
	    links, paypal_url(rq, "checkout/orders", id, ""), "self", "GET");
	if (text_is(order, "status", "APPROVED"))
		paypal_link(links,
		    paypal_url(rq, "checkout/orders", id, "/capture"),
		    "capture", "POST");
	else if (!text_is(order, "status", "COMPLETED"))
		paypal_link(links,
		    arena_printf(rq->arena, "%s/checkoutnow?token=%s",
			origin_of(rq), id),
		    json_get(order, "source_kept") ? "payer-action" : "approve",
		    "GET");
	return links;
}

/* The whole order, or id, status and links. */
static json *
order_shown(struct request *rq, json *order, bool whole)
{
	json *shown = shape("{}");

	if (whole) {
		shown = shape_copy(order);
		set_drop(shown, "context_kept");
		set_drop(shown, "source_kept");
	} else {
		set_json(shown, "id", json_get(order, "id"));
		set_json(shown, "status", json_get(order, "status"));
		if (json_get(order, "payment_source"))
			set_json(shown, "payment_source",
			    json_get(order, "payment_source"));
	}
	set_json(shown, "links", order_links(rq, order));
	return shown;
}

/* POST /v2/checkout/orders */
enum outcome
paypal_order_create(struct request *rq)
{
	json *body, *order = shape("{}"), *source, *unit;

	TRY(paypal_open(rq, &body));
	TRY(order_check(rq, body));
	source = json_at(body, "payment_source", "paypal", NULL);
	set_text(order, "id", made_code("", 17));
	set_json(order, "intent", json_get(body, "intent"));
	set_text(order, "status", source ? "PAYER_ACTION_REQUIRED" : "CREATED");
	if (source)
		set_json(order, "payment_source", shape("{\"paypal\":{}}"));
	set_flag(order, "source_kept", source != NULL);
	if (!source)
		set_drop(order, "source_kept");
	set_json(order, "purchase_units", json_get(body, "purchase_units"));
	unit = paypal_unit(order);
	if (!json_text(unit, "reference_id"))
		set_text(unit, "reference_id", "default");
	set_json(unit, "payee", shape(PAYEE));
	set_json(order, "context_kept",
	    source ? json_get(source, "experience_context")
		   : json_get(body, "application_context"));
	set_text(order, "create_time", time_rfc(clock_now_s()));
	store_put(ORDERS, json_text(order, "id"), order);
	return answer(
	    rq, source ? 200 : 201, order_shown(rq, order, paypal_whole(rq)));
}

static enum outcome
order_of(struct request *rq, const char *id, json **order)
{
	*order = store_get(ORDERS, id);
	if (*order)
		return OK;
	return paypal_refuse(rq, 404, "RESOURCE_NOT_FOUND",
	    "INVALID_RESOURCE_ID", NULL,
	    "Specified resource ID does not exist. Please check the resource "
	    "ID and try again.");
}

enum outcome
paypal_order_get(struct request *rq)
{
	json *body, *order;

	TRY(paypal_open(rq, &body));
	TRY(order_of(rq, rq->params[0], &order));
	return answer(rq, 200, order_shown(rq, order, true));
}

static void
approve(struct request *rq, json *order)
{
	set_text(order, "status", "APPROVED");
	set_json(order, "payer", shape(PAYER));
	set_json(order, "payment_source", shape(SOURCE));
	set_text(order, "update_time", time_rfc(clock_now_s()));
	store_put(ORDERS, json_text(order, "id"), order);
	paypal_event(rq, "CHECKOUT.ORDER.APPROVED", "checkout-order",
	    "An order has been approved by buyer",
	    order_shown(rq, order, true));
}

/* GET /checkoutnow?token=: approves, unless a browser wants buttons. */
enum outcome
paypal_approve(struct request *rq)
{
	struct pairs q = pairs_query(rq);
	const char *token = pairs_get(&q, "token");
	json *order = store_get(ORDERS, token ? token : "");
	json *context = json_get(order, "context_kept");
	const char *back = json_text(context, "return_url");

	if (!order)
		return answer_text(rq, 404, "text/plain; charset=utf-8",
		    "There is no such order.\n");
	if (page_wanted(rq))
		return page_buttons(rq, "PayPal checkout",
		    arena_printf(rq->arena, "Pay %s %s?",
			text_or(json_get(paypal_unit(order), "amount"), "value",
			    ""),
			text_or(json_get(paypal_unit(order), "amount"),
			    "currency_code", "")),
		    "Approve",
		    arena_printf(rq->arena, "/checkoutnow?token=%s", token),
		    json_text(context, "cancel_url"));
	if (text_is(order, "status", "CREATED") ||
	    text_is(order, "status", "PAYER_ACTION_REQUIRED"))
		approve(rq, order);
	if (!back)
		return answer_text(
		    rq, 200, "text/plain; charset=utf-8", "Approved.\n");
	return answer_redirect(rq, 302,
	    arena_printf(rq->arena, "%s%ctoken=%s&PayerID=QYR5Z8XDVJNXQ", back,
		strchr(back, '?') ? '&' : '?', token));
}

json *
paypal_breakdown(
    json *amount, const char *gross, const char *net, int fee_per_mille)
{
	json *b = shape("{}"), *fee = shape_copy(amount), *rest;
	int decimals = paypal_decimals(json_text(amount, "currency_code"));
	int64_t whole = money_of(json_text(amount, "value"), decimals);
	int64_t part = (whole * fee_per_mille + 500) / 1000;

	set_drop(fee, "breakdown");
	rest = shape_copy(fee);
	set_text(fee, "value", money_text(part, decimals));
	set_text(rest, "value", money_text(whole - part, decimals));
	set_json(b, gross, amount);
	set_json(b, "paypal_fee", fee);
	set_json(b, net, rest);
	return b;
}

static json *
plain_amount(json *amount)
{
	json *plain = shape("{}");

	set_json(plain, "currency_code", json_get(amount, "currency_code"));
	set_json(plain, "value", json_get(amount, "value"));
	return plain;
}

static json *
capture_make(struct request *rq, json *order)
{
	json *unit = paypal_unit(order),
	     *c = shape("{\"status\":\"COMPLETED\",\"final_capture\":true,"
			"\"seller_protection\":{\"status\":\"ELIGIBLE\","
			"\"dispute_categories\":[\"ITEM_NOT_RECEIVED\","
			"\"UNAUTHORIZED_TRANSACTION\"]}}");
	const char *id = made_code("", 17), *now = time_rfc(clock_now_s());
	json *amount = plain_amount(json_get(unit, "amount"));
	json *links = shape_array(), *related = shape("{\"related_ids\":{}}");

	set_text(c, "id", id);
	set_json(c, "amount", amount);
	set_json(c, "seller_receivable_breakdown",
	    paypal_breakdown(
		amount, "gross_amount", "net_amount", FEE_PER_MILLE));
	if (json_get(unit, "custom_id"))
		set_json(c, "custom_id", json_get(unit, "custom_id"));
	if (json_get(unit, "invoice_id"))
		set_json(c, "invoice_id", json_get(unit, "invoice_id"));
	paypal_link(
	    links, paypal_url(rq, "payments/captures", id, ""), "self", "GET");
	paypal_link(links, paypal_url(rq, "payments/captures", id, "/refund"),
	    "refund", "POST");
	paypal_link(links,
	    paypal_url(rq, "checkout/orders", json_text(order, "id"), ""), "up",
	    "GET");
	set_json(c, "links", links);
	set_text(c, "create_time", now);
	set_text(c, "update_time", now);
	set_json(json_get(related, "related_ids"), "order_id",
	    json_get(order, "id"));
	set_json(c, "supplementary_data", related);
	set_json(c, "payee", shape(PAYEE));
	return c;
}

static bool
invoice_is_used(json *order)
{
	const char *invoice = json_text(paypal_unit(order), "invoice_id");

	for (struct lh_entry *e = store_head(CAPTURES); invoice && e;
	     e = lh_entry_next(e))
		if (text_is(entry_json(e), "invoice_id", invoice))
			return true;
	return false;
}

static enum outcome
capture_check(struct request *rq, json *order)
{
	const char *mock = request_header(rq, "PayPal-Mock-Response");

	if (text_is(order, "status", "COMPLETED"))
		return paypal_refuse(rq, 422, SEMANTIC,
		    "ORDER_ALREADY_CAPTURED", NULL,
		    "Order already captured.If 'intent=CAPTURE' only one "
		    "capture per order is allowed.");
	if (!text_is(order, "status", "APPROVED"))
		return paypal_refuse(rq, 422, SEMANTIC, "ORDER_NOT_APPROVED",
		    NULL,
		    "Payer has not yet approved the Order for payment. "
		    "Please redirect the payer to the 'rel':'approve' url "
		    "returned as part of the HATEOAS links within the Create "
		    "Order call.");
	if (mock && strstr(mock, "INSTRUMENT_DECLINED"))
		return paypal_refuse(rq, 422, SEMANTIC, "INSTRUMENT_DECLINED",
		    NULL,
		    "The instrument presented  was either declined by "
		    "the processor or bank, or it can't be used for this "
		    "payment.");
	if (invoice_is_used(order))
		return paypal_refuse(rq, 422, SEMANTIC, "DUPLICATE_INVOICE_ID",
		    NULL,
		    "Duplicate Invoice ID detected. To avoid a potential "
		    "duplicate transaction your account setting requires that "
		    "Invoice Id be unique for each transaction.");
	return OK;
}

/* POST /v2/checkout/orders/:id/capture */
enum outcome
paypal_order_capture(struct request *rq)
{
	json *body, *order, *capture, *payments = shape("{\"captures\":[]}");

	TRY(paypal_open(rq, &body));
	TRY(order_of(rq, rq->params[0], &order));
	TRY(capture_check(rq, order));
	capture = capture_make(rq, order);
	store_put(CAPTURES, json_text(capture, "id"), capture);
	add_json(json_get(payments, "captures"), shape_copy(capture));
	set_json(paypal_unit(order), "payments", payments);
	set_text(order, "status", "COMPLETED");
	set_text(order, "update_time", time_rfc(clock_now_s()));
	store_put(ORDERS, json_text(order, "id"), order);
	paypal_event(rq, "PAYMENT.CAPTURE.COMPLETED", "capture",
	    arena_printf(rq->arena, "Payment completed for %s %s",
		text_or(json_get(capture, "amount"), "value", ""),
		text_or(json_get(capture, "amount"), "currency_code", "")),
	    capture);
	return answer(rq, 201, order_shown(rq, order, paypal_whole(rq)));
}
