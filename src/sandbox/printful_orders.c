/*
 * printful_orders.c: orders and their states, printful.md section 5.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/hooks.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/store.h"

#define ORDERS "printful/orders"
#define EXTERNAL "printful/external"
#define FIRST_ID 98217340
#define STORE 1387102

json *
printful_order_of(const char *id)
{
	if (*id == '@')
		id = json_text(store_get(EXTERNAL, id + 1), "id");
	return store_get(ORDERS, id);
}

static const char *
key_of(json *order)
{
	return arena_printf(
	    shapes_arena(), "%lld", (long long)json_int(order, "id", 0));
}

static void
order_put(json *order)
{
	set_int(order, "updated", clock_now_s());
	store_put(ORDERS, key_of(order), order);
}

static bool
status_in(json *order, const char *statuses)
{
	return strstr(statuses, text_or(order, "status", "-")) != NULL;
}

static enum outcome
order_find(struct request *rq, json **order)
{
	TRY(printful_open(rq));
	*order = printful_order_of(rq->params[0]);
	return *order ? OK : printful_refuse(rq, 404, "NotFound", "Not Found");
}

static json *
recipient_shape(json *from)
{
	static const char *const names[] = { "name", "company", "address1",
		"address2", "city", "state_code", "state_name", "country_code",
		"country_name", "zip", "phone", "email", "tax_number" };
	json *to = shape("{}");

	for (size_t i = 0; i < COUNT(names); i++)
		set_json(to, names[i], json_get(from, names[i]));
	return to;
}

static json *
file_shape(json *from)
{
	json *f = shape("{\"hash\":null,\"filename\":null,\"mime_type\":null,"
			"\"size\":0,\"width\":null,\"height\":null,\"dpi\":"
			"null,\"status\":\"waiting\",\"thumbnail_url\":null,"
			"\"preview_url\":null,\"visible\":true,"
			"\"is_temporary\":false}");

	set_int(f, "id", 771200344 + store_next("printful/files"));
	set_text(f, "type", text_or(from, "type", "default"));
	set_json(f, "url", json_get(from, "url"));
	set_int(f, "created", clock_now_s());
	return f;
}

static json *
item_shape(json *from)
{
	json *item = shape("{\"sync_variant_id\":null,\"external_variant_id\":"
			   "null,\"sku\":null,\"discontinued\":false,"
			   "\"out_of_stock\":false}");
	json *files = shape_array(), *product = shape("{}");
	int id = (int)number_of(json_get(from, "variant_id"));
	struct blank_variant v;
	const char *name = arena_printf(shapes_arena(), "Variant %d", id);

	if (blank_variant_find(PRINTFUL, id, &v)) {
		name = arena_printf(shapes_arena(), "%s (%s / %s)",
		    v.blank->title, v.colour, v.size);
		set_int(product, "product_id", v.blank->product);
	}
	set_int(product, "variant_id", id);
	set_printf(product, "image",
	    "https://files.cdn.printful.com/products/0/%d.jpg", id);
	set_text(product, "name", name);
	set_int(item, "id", 60112000 + store_next("printful/items"));
	set_json(item, "external_id", json_get(from, "external_id"));
	set_int(item, "variant_id", id);
	set_int(item, "quantity", number_of(json_get(from, "quantity")));
	set_text(item, "price", money_text(price_item(PRINTFUL, id), 2));
	set_json(item, "retail_price", json_get(from, "retail_price"));
	set_text(item, "name", text_or(from, "name", name));
	set_json(item, "product", product);
	for (size_t i = 0; i < json_count(json_get(from, "files")); i++)
		add_json(files,
		    file_shape(json_element(json_get(from, "files"), i)));
	set_json(item, "files", files);
	set_json(item, "options",
	    json_get(from, "options") ? json_get(from, "options")
				      : shape_array());
	return item;
}

static void
order_fill(json *order, json *body)
{
	json *items = shape_array(), *from = json_get(body, "items");
	const char *shipping = text_or(body, "shipping", "STANDARD");

	for (size_t i = 0; i < json_count(from); i++)
		add_json(items, item_shape(json_element(from, i)));
	set_text(order, "shipping", shipping);
	set_json(
	    order, "recipient", recipient_shape(json_get(body, "recipient")));
	set_json(order, "items", items);
	set_json(order, "costs",
	    printful_costs(items, strcmp(shipping, "STANDARD") != 0));
	set_json(order, "retail_costs", json_get(body, "retail_costs"));
	set_json(order, "gift", json_get(body, "gift"));
	set_json(order, "packing_slip", json_get(body, "packing_slip"));
}

static json *
order_make(json *body)
{
	json *order = shape(
	    "{\"status\":\"draft\",\"error\":null,\"errorCode\":0,"
	    "\"shipping_service_name\":\"Flat Rate (3-4 business days after "
	    "fulfillment)\",\"notes\":null,\"branding_items\":[],"
	    "\"incomplete_items\":[],\"is_sample\":false,\"needs_approval\":"
	    "false,\"not_synced\":false,\"has_discontinued_items\":false,"
	    "\"can_change_hold\":false,\"pricing_breakdown\":[],"
	    "\"shipments\":[]}");
	int64_t id = FIRST_ID + store_next("printful/orders");

	set_int(order, "id", id);
	set_json(order, "external_id", json_get(body, "external_id"));
	set_int(order, "store", STORE);
	set_int(order, "created", clock_now_s());
	set_printf(order, "dashboard_url",
	    "https://www.printful.com/dashboard?order_id=%lld", (long long)id);
	order_fill(order, body);
	return order;
}

/* Submitted: the files are fetched now, and money is taken. */
static void
submit(json *order)
{
	json *items = json_get(order, "items");

	set_text(order, "status", "pending");
	order_put(order);
	for (size_t i = 0; i < json_count(items); i++) {
		json *files = json_get(json_element(items, i), "files");

		for (size_t n = 0; n < json_count(files); n++)
			if (json_text(json_element(files, n), "url"))
				fetch_send(ORDERS, key_of(order),
				    json_text(json_element(files, n), "url"));
	}
	printful_event("order_updated", order, NULL, NULL);
}

static bool
asked_for(struct request *rq, const char *name)
{
	struct pairs query = pairs_query(rq);
	const char *value = pairs_get(&query, name);

	return value && (!strcmp(value, "1") || !strcmp(value, "true"));
}

static enum outcome
body_check(struct request *rq, json *body)
{
	const char *shipping = json_text(body, "shipping");

	if (shipping && strcmp(shipping, "STANDARD") != 0 &&
	    strcmp(shipping, "PRINTFUL_FAST") != 0)
		return printful_refuse(rq, 400, "OR-4",
		    "Shipping method `%s` is not valid", shipping);
	TRY(printful_recipient(rq, body, true));
	return printful_items(rq, body, true);
}

static enum outcome
external_check(struct request *rq, json *body)
{
	const char *id = json_text(body, "external_id");

	if (!id)
		return OK;
	if (!*id || strlen(id) > 32 ||
	    strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		       "0123456789_-") != strlen(id))
		return printful_refuse(rq, 400, "BadRequest",
		    "External ID can have up to 32 letters, digits, dashes and "
		    "underscores");
	return OK;
}

/* POST /orders */
enum outcome
printful_create(struct request *rq)
{
	json *body, *order, *known, *link = shape("{}");
	const char *external;

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	TRY(external_check(rq, body));
	TRY(body_check(rq, body));
	external = json_text(body, "external_id");
	known = external ? store_get(EXTERNAL, external) : NULL;
	order = known ? store_get(ORDERS, json_text(known, "id")) : NULL;
	if (known && !(asked_for(rq, "update_existing") &&
			 status_in(order, "draft failed")))
		return printful_refuse(rq, 400, "OR-13",
		    "Order with this External ID already exists.");
	if (order) {
		order_fill(order, body);
		order_put(order);
	} else {
		order = order_make(body);
		order_put(order);
		set_text(link, "id", key_of(order));
		if (external)
			store_put(EXTERNAL, external, link);
		printful_event("order_created", order, NULL, NULL);
	}
	if (asked_for(rq, "confirm"))
		submit(order);
	return printful_answer(rq, order);
}

enum outcome
printful_get(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	return printful_answer(rq, order);
}

/* PUT /orders/:id */
enum outcome
printful_update(struct request *rq)
{
	json *order, *body;

	TRY(order_find(rq, &order));
	TRY(printful_body(rq, &body));
	if (!status_in(order, "draft failed"))
		return printful_refuse(rq, 400, "OR-1",
		    "Only draft and failed orders can be edited.");
	TRY(body_check(rq, body));
	order_fill(order, body);
	set_text(order, "status", "draft");
	order_put(order);
	if (asked_for(rq, "confirm"))
		submit(order);
	return printful_answer(rq, order);
}

enum outcome
printful_confirm(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	if (!status_in(order, "draft failed"))
		return printful_refuse(rq, 400, "BadRequest",
		    "Order is already confirmed; its status is %s.",
		    json_text(order, "status"));
	submit(order);
	return printful_answer(rq, order);
}

/* DELETE /orders/:id is cancelling. */
enum outcome
printful_delete(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	if (!status_in(order, "draft pending failed"))
		return printful_refuse(rq, 400, "OR-1",
		    "Order cannot be canceled; its status is %s.",
		    json_text(order, "status"));
	set_text(order, "status", "canceled");
	order_put(order);
	printful_event("order_canceled", order, NULL, "Canceled by customer");
	return printful_answer(rq, order);
}

/* GET /orders?status=&offset=&limit= */
enum outcome
printful_list(struct request *rq)
{
	struct pairs q = pairs_query(rq);
	const char *status = pairs_get(&q, "status");
	long offset = strtol(
	    pairs_get(&q, "offset") ? pairs_get(&q, "offset") : "0", NULL, 10);
	long limit = strtol(
	    pairs_get(&q, "limit") ? pairs_get(&q, "limit") : "20", NULL, 10);
	json *body = shape("{\"code\":200}"), *list = shape_array();
	json *paging = shape("{}");
	long total = 0;

	TRY(printful_open(rq));
	if (offset < 0 || limit < 1 || limit > 100)
		return printful_refuse(
		    rq, 400, "BadRequest", "Invalid paging parameters");
	for (struct lh_entry *e = store_tail(ORDERS); e; e = lh_entry_prev(e)) {
		if (status && *status &&
		    !text_is(entry_json(e), "status", status))
			continue;
		if (total >= offset && total < offset + limit)
			add_json(list, entry_json(e));
		total++;
	}
	set_int(paging, "total", total);
	set_int(paging, "offset", offset);
	set_int(paging, "limit", limit);
	set_json(body, "result", list);
	set_json(body, "extra", shape_array());
	set_json(body, "paging", paging);
	return answer(rq, 200, body);
}

/* POST /shipping/rates */
enum outcome
printful_rates(struct request *rq)
{
	json *body, *list = shape_array();
	int64_t pieces = 0, now = clock_now_s();

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	TRY(printful_recipient(rq, body, false));
	TRY(printful_items(rq, body, false));
	for (size_t i = 0; i < json_count(json_get(body, "items")); i++)
		pieces += number_of(json_get(
		    json_element(json_get(body, "items"), i), "quantity"));
	for (int fast = 0; fast < 2; fast++) {
		json *rate = shape("{\"currency\":\"USD\"}");

		set_text(rate, "id", fast ? "PRINTFUL_FAST" : "STANDARD");
		set_text(rate, "name", fast ? "Express" : "Flat Rate");
		set_text(rate, "rate",
		    money_text(price_shipping(PRINTFUL, pieces, fast), 2));
		set_int(rate, "minDeliveryDays", fast ? 2 : 4);
		set_int(rate, "maxDeliveryDays", fast ? 3 : 7);
		set_printf(rate, "minDeliveryDate", "%.10s",
		    time_rfc(now + (fast ? 2 : 4) * 86400));
		set_printf(rate, "maxDeliveryDate", "%.10s",
		    time_rfc(now + (fast ? 3 : 7) * 86400));
		add_json(list, rate);
	}
	return printful_answer(rq, list);
}

/* POST /orders/estimate-costs */
enum outcome
printful_estimate(struct request *rq)
{
	json *body, *result = shape("{}");
	const char *shipping;

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	TRY(printful_recipient(rq, body, false));
	TRY(printful_items(rq, body, false));
	shipping = text_or(body, "shipping", "STANDARD");
	set_json(result, "costs",
	    printful_costs(
		json_get(body, "items"), strcmp(shipping, "STANDARD") != 0));
	set_json(result, "retail_costs", json_get(body, "retail_costs"));
	return printful_answer(rq, result);
}

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
	if (!status_in(order, "pending inreview inprocess onhold partial"))
		return "only a confirmed order that is not shipped yet ships";
	s = shipment_make(order, told);
	add_json(json_get(order, "shipments"), s);
	set_text(order, "status", "fulfilled");
	order_put(order);
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
		order_put(order);
		printful_event("shipment_delivered", order,
		    json_element(shipments, i), NULL);
	}
	return NULL;
}

const char *
printful_fail(struct request *rq, json *order, json *told)
{
	(void)rq;
	if (status_in(order, "fulfilled canceled archived failed"))
		return "it is shipped, cancelled or failed already";
	set_text(order, "status", "failed");
	order_put(order);
	printful_event("order_failed", order, NULL,
	    text_or(told, "reason", "Print file could not be downloaded"));
	return NULL;
}

const char *
printful_cancel(struct request *rq, json *order, json *told)
{
	(void)rq;
	if (status_in(order, "fulfilled canceled archived"))
		return "it is shipped or cancelled already";
	set_text(order, "status", "canceled");
	order_put(order);
	printful_event("order_canceled", order, NULL,
	    text_or(told, "reason", "Canceled by Printful"));
	return NULL;
}
