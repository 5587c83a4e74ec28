/*
 * paypal_captures.c: captures and refunds, Payments v2.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define ORDERS "paypal/orders"
#define CAPTURES "paypal/captures"
#define REFUNDS "paypal/refunds"
#define SEMANTIC "UNPROCESSABLE_ENTITY"

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
	parts = paypal_breakdown(amount, "gross_amount", "net_amount", 0);
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
	    links, paypal_url(rq, "payments/refunds", id, ""), "self", "GET");
	paypal_link(links,
	    paypal_url(rq, "payments/captures", json_text(capture, "id"), ""),
	    "up", "GET");
	set_json(r, "links", links);
	return r;
}

/* The order tells its capture's state, and what was given back, too. */
static void
order_follow(json *capture, json *refund)
{
	const char *id = json_text(
	    json_at(capture, "supplementary_data", "related_ids", NULL),
	    "order_id");
	json *order = store_get(ORDERS, id);
	json *payments = json_get(paypal_unit(order), "payments");
	json *shown = json_element(json_get(payments, "captures"), 0);

	if (!shown)
		return;
	set_json(shown, "status", json_get(capture, "status"));
	if (!json_get(payments, "refunds"))
		set_json(payments, "refunds", shape_array());
	add_json(json_get(payments, "refunds"), shape_copy(refund));
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
	order_follow(capture, refund);
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
