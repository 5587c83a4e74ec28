/*
 * printful_orders.c: orders and their states.
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

void
printful_put(json *order)
{
	set_int(order, "updated", clock_now_s());
	store_put(ORDERS, key_of(order), order);
}

bool
printful_is(json *order, const char *statuses)
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

/* Submitted: the files are fetched now, and money is taken. */
static void
submit(json *order)
{
	json *items = json_get(order, "items");

	set_text(order, "status", "pending");
	printful_put(order);
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
			 printful_is(order, "draft failed")))
		return printful_refuse(rq, 400, "OR-13",
		    "Order with this External ID already exists.");
	if (order) {
		printful_fill(order, body);
		printful_put(order);
	} else {
		order = printful_make(body);
		printful_put(order);
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
	if (!printful_is(order, "draft failed"))
		return printful_refuse(rq, 400, "OR-1",
		    "Only draft and failed orders can be edited.");
	TRY(body_check(rq, body));
	printful_fill(order, body);
	set_text(order, "status", "draft");
	printful_put(order);
	if (asked_for(rq, "confirm"))
		submit(order);
	return printful_answer(rq, order);
}

enum outcome
printful_confirm(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	if (!printful_is(order, "draft failed"))
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
	if (!printful_is(order, "draft pending failed"))
		return printful_refuse(rq, 400, "OR-1",
		    "Order cannot be canceled; its status is %s.",
		    json_text(order, "status"));
	set_text(order, "status", "canceled");
	printful_put(order);
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
