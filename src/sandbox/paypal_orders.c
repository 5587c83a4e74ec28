/*
 * paypal_orders.c: orders, captures, refunds, paypal.md section 6.
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

static const char *
url_of(struct request *rq, const char *kind, const char *id, const char *more)
{
	return arena_printf(
	    rq->arena, "%s/v2/%s/%s%s", origin_of(rq), kind, id, more);
}

static json *
unit_of(json *order)
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
	    links, url_of(rq, "checkout/orders", id, ""), "self", "GET");
	if (text_is(order, "status", "APPROVED"))
		paypal_link(links,
		    url_of(rq, "checkout/orders", id, "/capture"), "capture",
		    "POST");
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
	unit = unit_of(order);
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
			text_or(
			    json_get(unit_of(order), "amount"), "value", ""),
			text_or(json_get(unit_of(order), "amount"),
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

static json *
breakdown(json *amount, const char *gross, const char *net)
{
	json *b = shape("{}"), *fee = shape_copy(amount);
	int decimals = paypal_decimals(json_text(amount, "currency_code"));

	set_text(fee, "value", money_text(0, decimals));
	set_drop(fee, "breakdown");
	set_json(b, gross, amount);
	set_json(b, "paypal_fee", fee);
	set_json(b, net, amount);
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
	json *unit = unit_of(order),
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
	    breakdown(amount, "gross_amount", "net_amount"));
	if (json_get(unit, "custom_id"))
		set_json(c, "custom_id", json_get(unit, "custom_id"));
	if (json_get(unit, "invoice_id"))
		set_json(c, "invoice_id", json_get(unit, "invoice_id"));
	paypal_link(
	    links, url_of(rq, "payments/captures", id, ""), "self", "GET");
	paypal_link(links, url_of(rq, "payments/captures", id, "/refund"),
	    "refund", "POST");
	paypal_link(links,
	    url_of(rq, "checkout/orders", json_text(order, "id"), ""), "up",
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
	const char *invoice = json_text(unit_of(order), "invoice_id");

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
	set_json(unit_of(order), "payments", payments);
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

static enum outcome
part_of(struct request *rq, const char *collection, json **found)
{
	*found = store_get(collection, rq->params[0]);
	return *found ? OK
		      : paypal_refuse(rq, 404, "RESOURCE_NOT_FOUND",
			    "INVALID_RESOURCE_ID", NULL,
			    "Specified resource ID does not exist. Please "
			    "check the resource ID and try again.");
}

enum outcome
paypal_capture_get(struct request *rq)
{
	json *body, *capture, *shown;

	TRY(paypal_open(rq, &body));
	TRY(part_of(rq, CAPTURES, &capture));
	shown = shape_copy(capture);
	set_drop(shown, "refunded_kept");
	return answer(rq, 200, shown);
}

enum outcome
paypal_refund_get(struct request *rq)
{
	json *body, *refund;

	TRY(paypal_open(rq, &body));
	TRY(part_of(rq, REFUNDS, &refund));
	return answer(rq, 200, refund);
}

static enum outcome
refund_amount(
    struct request *rq, json *body, json *capture, int decimals, int64_t *minor)
{
	json *asked = json_get(body, "amount");
	int64_t left = money_of(json_text(json_get(capture, "amount"), "value"),
			   decimals) -
		       json_int(capture, "refunded_kept", 0);

	*minor = left;
	if (left <= 0)
		return paypal_refuse(rq, 422, SEMANTIC,
		    "CAPTURE_FULLY_REFUNDED", NULL,
		    "The capture has already been fully refunded.");
	if (!asked)
		return OK;
	if (!text_is(asked, "currency_code",
		json_text(json_get(capture, "amount"), "currency_code")))
		return paypal_refuse(rq, 422, SEMANTIC,
		    "REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code",
		    "Refund must be in the same currency as the capture.");
	*minor = money_of(json_text(asked, "value"), decimals);
	if (*minor < 0 && money_of(json_text(asked, "value"), 2) >= 0)
		return paypal_refuse(rq, 422, SEMANTIC,
		    "DECIMALS_NOT_SUPPORTED", "/amount/value",
		    "Currency does not support decimals.");
	if (*minor <= 0)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "INVALID_PARAMETER_VALUE", "/amount/value",
		    "The value of a field is invalid.");
	if (*minor > left)
		return paypal_refuse(rq, 422, SEMANTIC,
		    "REFUND_AMOUNT_EXCEEDED", "/amount/value",
		    "The refund amount must be less than or equal to the "
		    "capture amount that has not yet been refunded.");
	return OK;
}

static json *
refund_make(struct request *rq, json *body, json *capture, const char *value,
    const char *total)
{
	json *r = shape("{\"status\":\"COMPLETED\"}"), *links = shape_array();
	json *amount = shape_copy(json_get(capture, "amount")), *parts, *sum;
	const char *id = made_code("", 17), *now = time_rfc(clock_now_s());

	set_text(amount, "value", value);
	sum = shape_copy(amount);
	set_text(sum, "value", total);
	parts = breakdown(amount, "gross_amount", "net_amount");
	set_json(parts, "total_refunded_amount", sum);
	set_text(r, "id", id);
	set_json(r, "amount", amount);
	set_json(r, "seller_payable_breakdown", parts);
	if (json_get(capture, "custom_id"))
		set_json(r, "custom_id", json_get(capture, "custom_id"));
	if (json_get(body, "custom_id"))
		set_json(r, "custom_id", json_get(body, "custom_id"));
	if (json_get(body, "invoice_id"))
		set_json(r, "invoice_id", json_get(body, "invoice_id"));
	if (json_get(body, "note_to_payer"))
		set_json(r, "note_to_payer", json_get(body, "note_to_payer"));
	set_text(r, "create_time", now);
	set_text(r, "update_time", now);
	paypal_link(
	    links, url_of(rq, "payments/refunds", id, ""), "self", "GET");
	paypal_link(links,
	    url_of(rq, "payments/captures", json_text(capture, "id"), ""), "up",
	    "GET");
	set_json(r, "links", links);
	return r;
}

/* The order tells its capture's state, too. */
static void
order_follow(json *capture)
{
	const char *id = json_text(
	    json_at(capture, "supplementary_data", "related_ids", NULL),
	    "order_id");
	json *order = store_get(ORDERS, id);
	json *shown = json_element(
	    json_at(unit_of(order), "payments", "captures", NULL), 0);

	if (!shown)
		return;
	set_json(shown, "status", json_get(capture, "status"));
	store_put(ORDERS, id, order);
}

/* POST /v2/payments/captures/:id/refund */
enum outcome
paypal_refund(struct request *rq)
{
	json *body, *capture, *refund;
	int decimals;
	int64_t minor, total;

	TRY(paypal_open(rq, &body));
	TRY(part_of(rq, CAPTURES, &capture));
	decimals = paypal_decimals(
	    json_text(json_get(capture, "amount"), "currency_code"));
	TRY(refund_amount(rq, body, capture, decimals, &minor));
	total = json_int(capture, "refunded_kept", 0) + minor;
	refund = refund_make(rq, body, capture, money_text(minor, decimals),
	    money_text(total, decimals));
	set_int(capture, "refunded_kept", total);
	set_text(capture, "status",
	    total == money_of(json_text(json_get(capture, "amount"), "value"),
			 decimals)
		? "REFUNDED"
		: "PARTIALLY_REFUNDED");
	store_put(CAPTURES, json_text(capture, "id"), capture);
	order_follow(capture);
	store_put(REFUNDS, json_text(refund, "id"), refund);
	paypal_event(rq, "PAYMENT.CAPTURE.REFUNDED", "refund",
	    "A capture payment was refunded", refund);
	if (paypal_whole(rq))
		return answer(rq, 201, refund);
	body = shape("{}");
	set_json(body, "id", json_get(refund, "id"));
	set_json(body, "status", json_get(refund, "status"));
	set_json(body, "links", json_get(refund, "links"));
	return answer(rq, 201, body);
}
