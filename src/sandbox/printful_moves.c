/*
 * printful_moves.c: what the panel does to an order, and what follows.
 */
#include "base/clock.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/store.h"

static json *
shipment_make(json *order, json *told)
{
	json *s = shape("{\"service\":\"First Class Package\",\"reshipment\":"
			"false}");
	json *items = shape_array(), *from = json_get(order, "items");
	const char *number =
	    text_or(told, "trackingNumber", "9400111899223817612345");
	int64_t now = clock_now_s();

	for (size_t i = 0; i < json_count(from); i++) {
		json *item = shape("{\"picked\":1,\"printed\":1}");

		set_json(
		    item, "item_id", json_get(json_element(from, i), "id"));
		set_json(item, "quantity",
		    json_get(json_element(from, i), "quantity"));
		add_json(items, item);
	}
	set_int(s, "id", 40012344 + store_next("printful/shipments"));
	set_text(s, "carrier", text_or(told, "carrier", "USPS"));
	set_text(s, "tracking_number", number);
	set_printf(s, "tracking_url",
	    "https://tools.usps.com/go/TrackConfirmAction?tLabels=%s", number);
	set_int(s, "created", now);
	set_printf(s, "ship_date", "%.10s", time_rfc(now));
	set_int(s, "shipped_at", now);
	set_json(s, "items", items);
	return s;
}

const char *
printful_ship(struct request *rq, json *order, json *told)
{
	json *s;

	(void)rq;
	if (!printful_is(order, "pending inreview inprocess onhold partial"))
		return "only a confirmed order that is not shipped yet ships";
	s = shipment_make(order, told);
	add_json(json_get(order, "shipments"), s);
	set_text(order, "status", "fulfilled");
	printful_put(order);
	printful_event("shipment_sent", order, s, NULL);
	printful_event("order_updated", order, NULL, NULL);
	return NULL;
}

const char *
printful_deliver(struct request *rq, json *order, json *told)
{
	json *shipments = json_get(order, "shipments");
	const char *why;

	if (json_count(shipments) == 0) {
		why = printful_ship(rq, order, told);
		if (why)
			return why;
	}
	for (size_t i = 0; i < json_count(shipments); i++) {
		set_int(json_element(shipments, i), "delivered_kept",
		    clock_now_s());
		printful_put(order);
		printful_event("shipment_delivered", order,
		    json_element(shipments, i), NULL);
	}
	return NULL;
}

const char *
printful_fail(struct request *rq, json *order, json *told)
{
	(void)rq;
	if (printful_is(order, "fulfilled canceled archived failed"))
		return "it is shipped, cancelled or failed already";
	set_text(order, "status", "failed");
	printful_put(order);
	printful_event("order_failed", order, NULL,
	    text_or(told, "reason", "Print file could not be downloaded"));
	return NULL;
}

const char *
printful_cancel(struct request *rq, json *order, json *told)
{
	(void)rq;
	if (printful_is(order, "fulfilled canceled archived"))
		return "it is shipped or cancelled already";
	set_text(order, "status", "canceled");
	printful_put(order);
	printful_event("order_canceled", order, NULL,
	    text_or(told, "reason", "Canceled by Printful"));
	return NULL;
}
