/*
 * printify_moves.c: what the panel does to an order, and what follows.
 */
#include "base/clock.h"
#include "sandbox/play.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

static json *
carrier_of(json *shipment)
{
	json *carrier = shape("{}");

	set_json(carrier, "code", json_get(shipment, "carrier"));
	set_json(carrier, "tracking_number", json_get(shipment, "number"));
	set_json(carrier, "tracking_url", json_get(shipment, "url"));
	return carrier;
}

const char *
printify_ship(struct request *rq, json *order, json *told)
{
	json *s = shape("{\"delivered_at\":null}"), *more = shape("{}");
	const char *now = time_spaced(clock_now_s());
	const char *number =
	    text_or(told, "trackingNumber", "9400110200828911663274");

	(void)rq;
	if (!printify_is(order, "sending-to-production") &&
	    !printify_is(order, "in-production"))
		return "only an order in production that is not shipped yet "
		       "ships";
	set_text(s, "carrier", text_or(told, "carrier", "usps"));
	set_text(s, "number", number);
	set_printf(s, "url",
	    "https://tools.usps.com/go/TrackConfirmAction?tLabels=%s", number);
	set_text(s, "shipped_at", now);
	add_json(json_get(order, "shipments"), s);
	set_text(order, "fulfilled_at", now);
	printify_set(order, "fulfilled", "fulfilled");
	set_text(more, "shipped_at", now);
	set_json(more, "carrier", carrier_of(s));
	set_json(more, "skus", shape_array());
	printify_event("order:shipment:created", order, more);
	printify_updated(order);
	return NULL;
}

const char *
printify_deliver(struct request *rq, json *order, json *told)
{
	json *shipments = json_get(order, "shipments");
	const char *now = time_spaced(clock_now_s()), *why;

	if (json_count(shipments) == 0) {
		why = printify_ship(rq, order, told);
		if (why)
			return why;
	}
	for (size_t i = 0; i < json_count(shipments); i++) {
		json *s = json_element(shipments, i), *more = shape("{}");

		set_text(s, "delivered_at", now);
		printify_put(order);
		set_text(more, "delivered_at", now);
		set_json(more, "carrier", carrier_of(s));
		set_json(more, "skus", shape_array());
		printify_event("order:shipment:delivered", order, more);
	}
	return NULL;
}

const char *
printify_fail(struct request *rq, json *order, json *told)
{
	(void)rq;
	(void)told;
	if (printify_is(order, "fulfilled") || printify_is(order, "canceled") ||
	    printify_is(order, "had-issues"))
		return "it is shipped, cancelled or failed already";
	printify_set(order, "had-issues", "has-issues");
	printify_updated(order);
	return NULL;
}

const char *
printify_cancel(struct request *rq, json *order, json *told)
{
	(void)rq;
	(void)told;
	if (printify_is(order, "fulfilled") || printify_is(order, "canceled"))
		return "it is shipped or cancelled already";
	printify_set(order, "canceled", "canceled");
	printify_updated(order);
	return NULL;
}
