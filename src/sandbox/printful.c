/*
 * printful.c: its envelope, its catalogue, its webhook settings.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sandbox/hooks.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/store.h"

#define STORE 1387102

enum outcome
printful_refuse(
    struct request *rq, int status, const char *reason, const char *format, ...)
{
	json *body = shape("{}"), *error = shape("{}");
	const char *text;
	va_list ap;

	va_start(ap, format);
	text = arena_vprintf(rq->arena, format, ap);
	va_end(ap);
	set_text(error, "reason", reason);
	set_text(error, "message", text);
	set_int(body, "code", status);
	set_text(body, "result", text);
	set_json(body, "error", error);
	answer(rq, status, body);
	return BAD_REQUEST;
}

enum outcome
printful_open(struct request *rq)
{
	if (!bearer_of(rq))
		return printful_refuse(rq, 401, "Unauthorized",
		    "This endpoint requires Oauth authentication!");
	if (!key_is(CONF_PRINTFUL_API_KEY, bearer_of(rq)))
		return printful_refuse(rq, 401, "Unauthorized",
		    "The access token provided is invalid.");
	return OK;
}

enum outcome
printful_answer(struct request *rq, json *result)
{
	json *body = shape("{\"code\":200}");

	set_json(body, "result", result);
	set_json(body, "extra", shape_array());
	return answer(rq, 200, body);
}

enum outcome
printful_body(struct request *rq, json **body)
{
	*body = body_of(rq);
	if (!json_object_is_type(*body, json_type_object))
		return printful_refuse(
		    rq, 400, "BadRequest", "Invalid JSON in the request body");
	return OK;
}

static json *
order_brief(json *order)
{
	static const char *const same[] = { "id", "external_id", "status",
		"dashboard_url" };
	json *brief = shape("{}");

	for (size_t i = 0; i < COUNT(same); i++)
		set_json(brief, same[i], json_get(order, same[i]));
	set_int(brief, "store_id", STORE);
	set_text(brief, "created_at", time_rfc(json_int(order, "created", 0)));
	set_text(brief, "updated_at", time_rfc(json_int(order, "updated", 0)));
	return brief;
}

static json *
shipment_brief(json *s)
{
	static const char *const same[] = { "id", "tracking_number",
		"tracking_url", "ship_date", "reshipment" };
	json *brief = shape("{\"delivered_at\":null}");
	int64_t delivered = json_int(s, "delivered_kept", 0);

	for (size_t i = 0; i < COUNT(same); i++)
		set_json(brief, same[i], json_get(s, same[i]));
	set_text(brief, "status", delivered ? "delivered" : "shipped");
	set_int(brief, "store_id", STORE);
	set_text(brief, "created_at", time_rfc(json_int(s, "created", 0)));
	set_text(brief, "shipped_at", time_rfc(json_int(s, "shipped_at", 0)));
	if (delivered)
		set_text(brief, "delivered_at", time_rfc(delivered));
	return brief;
}

void
printful_event(
    const char *type, json *order, json *shipment, const char *reason)
{
	json *event = shape("{\"retries\":0}"), *data = shape("{}");

	set_text(event, "type", type);
	set_text(event, "occurred_at", time_rfc(clock_now_s()));
	set_int(event, "store_id", STORE);
	if (shipment)
		set_json(data, "shipment", shipment_brief(shipment));
	if (reason)
		set_text(data, "reason", reason);
	set_json(data, "order", order_brief(order));
	set_json(event, "data", data);
	hook_send("printful", type, json_format(shapes_arena(), event));
}

static json *
variant_shape(const struct blank_variant *v)
{
	json *is = shape("{\"color_code2\":null,\"in_stock\":true,"
			 "\"availability_regions\":{\"US\":\"USA\",\"EU\":"
			 "\"Europe\"},\"availability_status\":[{\"region\":"
			 "\"US\",\"status\":\"in_stock\"},{\"region\":\"EU\","
			 "\"status\":\"in_stock\"}],\"material\":[{\"name\":"
			 "\"cotton\",\"percentage\":100}]}");

	set_int(is, "id", v->id);
	set_int(is, "product_id", v->blank->product);
	set_printf(
	    is, "name", "%s (%s / %s)", v->blank->title, v->colour, v->size);
	set_text(is, "size", v->size);
	set_text(is, "color", v->colour);
	set_text(is, "color_code", v->hex);
	set_printf(is, "image",
	    "https://files.cdn.printful.com/products/%d/%d.jpg",
	    v->blank->product, v->id);
	set_text(is, "price", money_text(price_item(PRINTFUL, v->id), 2));
	if (stock_of(PRINTFUL, v->id) == SOLD_OUT)
		set_json(is, "in_stock", shape("false"));
	return is;
}

static json *
variants_of(const struct blank *b)
{
	json *list = shape_array();
	struct blank_variant v;

	for (size_t n = 0; blank_variant_at(PRINTFUL, b, n, &v); n++)
		if (stock_of(PRINTFUL, v.id) != GONE)
			add_json(list, variant_shape(&v));
	return list;
}

static json *
product_shape(const struct blank *b)
{
	json *is = shape("{\"main_category_id\":24,\"brand\":null,"
			 "\"currency\":\"USD\",\"dimensions\":null,"
			 "\"is_discontinued\":false,\"avg_fulfillment_time\":"
			 "3.1,\"origin_country\":null,\"techniques\":"
			 "[{\"is_default\":true}],\"files\":[{\"id\":"
			 "\"default\",\"additional_price\":null,\"options\":"
			 "[]}],\"options\":[],\"description\":\"\"}");
	json *technique = json_element(json_get(is, "techniques"), 0);
	json *file = json_element(json_get(is, "files"), 0);

	set_int(is, "id", b->product);
	set_text(is, "type", b->type);
	set_text(is, "type_name", b->type);
	set_text(is, "title", b->title);
	set_text(is, "model", b->title);
	set_printf(is, "image",
	    "https://files.cdn.printful.com/o/upload/product-catalog-img/%d",
	    b->product);
	set_int(is, "variant_count", (int64_t)json_count(variants_of(b)));
	set_text(technique, "key", b->technique);
	set_text(technique, "display_name", b->technique);
	set_text(file, "type", b->placement);
	set_text(file, "title", "Front print");
	return is;
}

enum outcome
printful_products(struct request *rq)
{
	json *list = shape_array();

	for (size_t i = 0; i < blank_count; i++)
		add_json(list, product_shape(&blanks[i]));
	return printful_answer(rq, list);
}

static enum outcome
missing(struct request *rq)
{
	return printful_refuse(rq, 404, "NotFound", "Not Found");
}

enum outcome
printful_product(struct request *rq)
{
	const struct blank *b =
	    blank_of_product((int)strtol(rq->params[0], NULL, 10));
	json *result = shape("{}");

	if (!b)
		return missing(rq);
	set_json(result, "product", product_shape(b));
	set_json(result, "variants", variants_of(b));
	return printful_answer(rq, result);
}

enum outcome
printful_variant(struct request *rq)
{
	json *result = shape("{}");
	struct blank_variant v;

	if (!blank_variant_find(
		PRINTFUL, (int)strtol(rq->params[0], NULL, 10), &v))
		return missing(rq);
	set_json(result, "variant", variant_shape(&v));
	set_json(result, "product", product_shape(v.blank));
	return printful_answer(rq, result);
}

enum outcome
printful_printfiles(struct request *rq)
{
	const struct blank *b =
	    blank_of_product((int)strtol(rq->params[0], NULL, 10));
	json *result = shape("{\"available_placements\":{},\"printfiles\":"
			     "[{\"printfile_id\":1,\"fill_mode\":\"fit\","
			     "\"can_rotate\":false}],\"variant_printfiles\":[]"
			     ",\"option_groups\":[\"Flat\"],\"options\":"
			     "[\"Front\"]}");
	json *file = json_element(json_get(result, "printfiles"), 0);
	struct blank_variant v;

	TRY(printful_open(rq));
	if (!b)
		return missing(rq);
	set_int(result, "product_id", b->product);
	set_text(json_get(result, "available_placements"), b->placement,
	    "Front print");
	set_int(file, "width", b->width);
	set_int(file, "height", b->height);
	set_int(file, "dpi", b->dpi);
	for (size_t n = 0; blank_variant_at(PRINTFUL, b, n, &v); n++) {
		json *one = shape("{\"placements\":{}}");

		set_int(one, "variant_id", v.id);
		set_int(json_get(one, "placements"), b->placement, 1);
		add_json(json_get(result, "variant_printfiles"), one);
	}
	return printful_answer(rq, result);
}

enum outcome
printful_stores(struct request *rq)
{
	TRY(printful_open(rq));
	return printful_answer(rq,
	    shape("[{\"id\":1387102,\"type\":\"native\",\"name\":\"TShop\"}]"));
}

enum outcome
printful_countries(struct request *rq)
{
	return printful_answer(rq,
	    shape("[{\"code\":\"US\",\"name\":\"United States\",\"states\":"
		  "[{\"code\":\"CA\",\"name\":\"California\"},{\"code\":"
		  "\"NY\",\"name\":\"New York\"}],\"region\":"
		  "\"north_america\"},{\"code\":\"DE\",\"name\":\"Germany\","
		  "\"states\":null,\"region\":\"europe\"}]"));
}

enum outcome
printful_threads(struct request *rq)
{
	json *body;

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	if (!is_file_url(json_text(body, "file_url")))
		return printful_refuse(
		    rq, 400, "FL-2", "The file URL is not valid.");
	return printful_answer(rq,
	    shape("{\"thread_colors\":[\"#FFFFFF\",\"#CC3333\",\"#333366\"]}"));
}

/* POST /v2/webhooks: the secret is shown this once. */
enum outcome
printful_hooks_set(struct request *rq)
{
	const char *secret = first_secret(CONF_PRINTFUL_WEBHOOK_SECRET);
	json *body, *kept, *shown, *events = shape_array();

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	if (strncmp(text_or(body, "default_url", ""), "https://", 8) != 0)
		return printful_refuse(rq, 400, "BadRequest",
		    "default_url: the URL must begin with https://");
	for (size_t i = 0; i < json_count(json_get(body, "events")); i++) {
		json *event = shape("{\"url\":null,\"params\":[]}");

		set_json(event, "type",
		    json_get(
			json_element(json_get(body, "events"), i), "type"));
		add_json(events, event);
	}
	kept = shape("{\"expires_at\":null}");
	set_json(kept, "default_url", json_get(body, "default_url"));
	set_json(kept, "events", events);
	set_text(kept, "public_key", made_id("", 44));
	store_put("printful/hooks", "v2", kept);
	shown = shape_copy(kept);
	set_text(shown, "secret_key", *secret ? secret : made_hex(64));
	return printful_answer(rq, shown);
}

static enum outcome
hooks_show(struct request *rq, const char *version)
{
	json *kept = store_get("printful/hooks", version);

	TRY(printful_open(rq));
	return kept ? printful_answer(rq, kept) : missing(rq);
}

static enum outcome
hooks_drop(struct request *rq, const char *version)
{
	TRY(printful_open(rq));
	store_drop("printful/hooks", version);
	return printful_answer(rq, shape("{}"));
}

enum outcome
printful_hooks_get(struct request *rq)
{
	return hooks_show(rq, "v2");
}

enum outcome
printful_hooks_drop(struct request *rq)
{
	return hooks_drop(rq, "v2");
}

enum outcome
printful_old_hooks_get(struct request *rq)
{
	return hooks_show(rq, "v1");
}

enum outcome
printful_old_hooks_drop(struct request *rq)
{
	return hooks_drop(rq, "v1");
}

enum outcome
printful_old_hooks_set(struct request *rq)
{
	json *body;

	TRY(printful_open(rq));
	TRY(printful_body(rq, &body));
	if (!json_text(body, "url") || !json_count(json_get(body, "types")))
		return printful_refuse(
		    rq, 400, "BadRequest", "url and types are required");
	store_put("printful/hooks", "v1", body);
	return printful_answer(rq, body);
}
