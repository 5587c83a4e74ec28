/*
 * printful_shape.c: an order as Printful tells it.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/store.h"

#define FIRST_ID 98217340
#define STORE 1387102

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

void
printful_fill(json *order, json *body)
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

json *
printful_make(json *body)
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
	printful_fill(order, body);
	return order;
}
