/*
 * printify_orders.c: orders and their states.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/hooks.h"
#include "sandbox/play.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

#define ORDERS "printify/orders"
#define EXTERNAL "printify/external"
#define NOT_YET "1970-01-01 00:00:00+00:00"
#define PRIORITY 2

json *
printify_order_of(const char *id)
{
	if (*id == '@')
		id = json_text(store_get(EXTERNAL, id + 1), "id");
	return store_get(ORDERS, id);
}

void
printify_put(json *order)
{
	store_put(ORDERS, json_text(order, "id"), order);
}

bool
printify_is(json *order, const char *status)
{
	return text_is(order, "status", status);
}

void
printify_set(json *order, const char *status, const char *line)
{
	json *lines = json_get(order, "line_items");

	set_text(order, "status", status);
	for (size_t i = 0; i < json_count(lines); i++)
		set_text(json_element(lines, i), "status", line);
	printify_put(order);
}

void
printify_updated(json *order)
{
	json *more = shape("{}");

	set_json(more, "status", json_get(order, "status"));
	printify_event("order:updated", order, more);
}

static int64_t
pieces_of(json *body)
{
	json *lines = json_get(body, "line_items");
	int64_t pieces = 0;

	for (size_t i = 0; i < json_count(lines); i++)
		pieces +=
		    number_of(json_get(json_element(lines, i), "quantity"));
	return pieces;
}

static void
file_add(json *files, const char *url)
{
	json *file = shape("{\"status\":\"waiting\"}");

	set_text(file, "url", url);
	add_json(files, file);
}

/* Every picture that the line is printed with. */
static json *
files_of(json *line)
{
	json *files = shape_array(), *areas = json_get(line, "print_areas");

	if (!areas)
		return files;
	json_object_object_foreach(areas, name, area)
	{
		(void)name;
		if (json_object_is_type(area, json_type_string))
			file_add(files, json_object_get_string(area));
		for (size_t i = 0; i < json_count(area); i++)
			file_add(
			    files, json_text(json_element(area, i), "src"));
	}
	return files;
}

static json *
line_shape(json *from)
{
	json *line = shape("{\"shipping_cost\":0,\"status\":\"on-hold\","
			   "\"sent_to_production_at\":null,\"fulfilled_at\":"
			   "null}");
	json *metadata = shape("{}");
	int id = (int)number_of(json_get(from, "variant_id"));
	int64_t n = number_of(json_get(from, "quantity"));
	int64_t price = price_item(PRINTIFY, id);
	struct blank_variant v;

	set_text(line, "product_id", text_or(from, "product_id", made_hex(24)));
	set_int(line, "quantity", n);
	set_int(line, "variant_id", id);
	set_int(line, "print_provider_id",
	    number_of(json_get(from, "print_provider_id")));
	if (json_get(from, "blueprint_id"))
		set_int(line, "blueprint_id",
		    number_of(json_get(from, "blueprint_id")));
	set_int(line, "cost", price);
	if (blank_variant_find(PRINTIFY, id, &v)) {
		set_text(metadata, "title", v.blank->title);
		set_printf(
		    metadata, "variant_label", "%s / %s", v.colour, v.size);
	}
	set_int(metadata, "price", price);
	set_printf(metadata, "sku", "1686%05d", id);
	set_json(line, "metadata", metadata);
	set_json(line, "print_areas", json_get(from, "print_areas"));
	set_json(line, "files", files_of(from));
	return line;
}

static json *
order_make(json *body)
{
	json *order = shape("{\"status\":\"on-hold\",\"total_tax\":0,"
			    "\"is_printify_express\":false,"
			    "\"is_economy_shipping\":false,\"shipments\":[],"
			    "\"sent_to_production_at\":null,\"fulfilled_at\":"
			    "null,\"metadata\":{\"order_type\":\"api\"}}");
	json *metadata = json_get(order, "metadata"), *lines = shape_array();
	json *from = json_get(body, "line_items");
	int64_t method = json_int(body, "shipping_method", 1), total = 0;

	for (size_t i = 0; i < json_count(from); i++) {
		json *line = line_shape(json_element(from, i));

		total +=
		    json_int(line, "cost", 0) * json_int(line, "quantity", 0);
		add_json(lines, line);
	}
	set_text(order, "id", made_hex(24));
	set_printf(order, "app_order_id", "%lld.%lld",
	    (long long)printify_shop(),
	    (long long)store_next("printify/orders"));
	set_json(order, "address_to", json_get(body, "address_to"));
	set_json(order, "line_items", lines);
	set_json(metadata, "shop_order_id", json_get(body, "external_id"));
	set_text(metadata, "shop_order_label",
	    text_or(body, "label", json_text(body, "external_id")));
	set_text(metadata, "shop_fulfilled_at", NOT_YET);
	set_int(order, "total_price", total);
	set_int(order, "total_shipping",
	    price_shipping(PRINTIFY, pieces_of(body), method == PRIORITY));
	set_int(order, "shipping_method", method);
	set_text(order, "created_at", time_spaced(clock_now_s()));
	return order;
}

/* POST /shops/:shop/orders.json */
enum outcome
printify_order_create(struct request *rq)
{
	json *body, *order, *said = shape("{}");
	const char *external;
	int64_t method;

	TRY(printify_open_shop(rq));
	TRY(printify_body(rq, &body));
	external = json_text(body, "external_id");
	method = json_int(body, "shipping_method", 0);
	if (!external || !*external)
		return printify_required(rq, "external_id");
	if (method < 1 || method > 4)
		return printify_required(rq, "shipping_method");
	TRY(printify_lines(rq, body, true));
	TRY(printify_address(rq, body));
	if (method > PRIORITY)
		return printify_refuse(rq, 400, 8103, "Validation failed.",
		    "The shipping method is not available for this order.");
	if (store_get(EXTERNAL, external))
		return printify_refuse(rq, 400, 8502, "Validation failed.",
		    "Order with this external id already exists.");
	order = order_make(body);
	printify_put(order);
	set_json(said, "id", json_get(order, "id"));
	store_put(EXTERNAL, external, said);
	printify_event("order:created", order, NULL);
	return answer(rq, 200, said);
}

static enum outcome
order_find(struct request *rq, json **order)
{
	TRY(printify_open_shop(rq));
	*order = store_get(ORDERS, printify_id(rq, 1));
	return *order ? OK : printify_missing(rq);
}

enum outcome
printify_order_get(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	return answer(rq, 200, order);
}

enum outcome
printify_order_list(struct request *rq)
{
	TRY(printify_open_shop(rq));
	return printify_page(rq, ORDERS, 50, 10);
}

static void
files_fetch(json *order)
{
	json *lines = json_get(order, "line_items");

	for (size_t i = 0; i < json_count(lines); i++) {
		json *files = json_get(json_element(lines, i), "files");

		for (size_t n = 0; n < json_count(files); n++)
			fetch_send(ORDERS, json_text(order, "id"),
			    json_text(json_element(files, n), "url"));
	}
}

enum outcome
printify_order_produce(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	if (!printify_is(order, "on-hold"))
		return printify_refuse(rq, 400, 8504, "Operation failed.",
		    "Only orders on hold can be sent to production.");
	set_text(order, "sent_to_production_at", time_spaced(clock_now_s()));
	printify_set(order, "sending-to-production", "sending-to-production");
	files_fetch(order);
	printify_event("order:sent-to-production", order, NULL);
	printify_updated(order);
	return answer(rq, 200, order);
}

enum outcome
printify_order_cancel(struct request *rq)
{
	json *order;

	TRY(order_find(rq, &order));
	if (!printify_is(order, "on-hold") &&
	    !printify_is(order, "payment-not-received"))
		return printify_refuse(rq, 400, 8503, "Operation failed.",
		    "The order is in production and cannot be canceled.");
	printify_set(order, "canceled", "canceled");
	printify_updated(order);
	return answer(rq, 200, order);
}

/* POST /shops/:shop/orders/shipping.json */
enum outcome
printify_order_shipping(struct request *rq)
{
	json *body, *said = shape("{\"printify_express\":0,\"economy\":0}");
	int64_t fast;

	TRY(printify_open_shop(rq));
	TRY(printify_body(rq, &body));
	TRY(printify_lines(rq, body, false));
	TRY(printify_address(rq, body));
	fast = price_shipping(PRINTIFY, pieces_of(body), true);
	set_int(
	    said, "standard", price_shipping(PRINTIFY, pieces_of(body), false));
	set_int(said, "express", fast);
	set_int(said, "priority", fast);
	return answer(rq, 200, said);
}
