/*
 * printify_catalog.c: blueprints, variants, and the products that carry the
 * prices.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

#define PRODUCTS "printify/products"

static int
number_at(struct request *rq, int index)
{
	return (int)strtol(printify_id(rq, index), NULL, 10);
}

static const struct blank *
blank_at(struct request *rq)
{
	return blank_of_blueprint(number_at(rq, 0), number_at(rq, 1));
}

static json *
blueprint_shape(const struct blank *b)
{
	json *is = shape("{\"description\":\"\",\"brand\":\"\",\"images\":[]}");

	set_int(is, "id", b->blueprint);
	set_text(is, "title", b->title);
	set_text(is, "model", b->title);
	return is;
}

static json *
maker_shape(int id)
{
	json *is = shape("{}");

	set_int(is, "id", id);
	set_text(is, "title",
	    id == 29   ? "Monster Digital"
	    : id == 41 ? "Cap and Thread"
		       : "Tote House");
	return is;
}

enum outcome
printify_blueprints(struct request *rq)
{
	json *list = shape_array();

	TRY(printify_open(rq));
	for (size_t i = 0; i < blank_count; i++)
		add_json(list, blueprint_shape(&blanks[i]));
	return answer(rq, 200, list);
}

enum outcome
printify_blueprint(struct request *rq)
{
	const struct blank *b = blank_of_blueprint(number_at(rq, 0), 0);

	TRY(printify_open(rq));
	return b ? answer(rq, 200, blueprint_shape(b)) : printify_missing(rq);
}

enum outcome
printify_makers(struct request *rq)
{
	const struct blank *b = blank_of_blueprint(number_at(rq, 0), 0);
	json *list = shape_array();

	TRY(printify_open(rq));
	if (!b)
		return printify_missing(rq);
	add_json(list, maker_shape(b->maker));
	return answer(rq, 200, list);
}

enum outcome
printify_all_makers(struct request *rq)
{
	json *list = shape_array();
	static const int ids[] = { 29, 34, 41 };

	TRY(printify_open(rq));
	for (size_t i = 0; i < COUNT(ids); i++)
		add_json(list, maker_shape(ids[i]));
	return answer(rq, 200, list);
}

static json *
variant_shape(const struct blank_variant *v)
{
	json *is = shape("{\"options\":{},\"placeholders\":[{\"position\":"
			 "\"front\",\"decoration_method\":\"dtg\"}]}");
	json *area = json_element(json_get(is, "placeholders"), 0);

	set_int(is, "id", v->id);
	set_printf(is, "title", "%s / %s", v->colour, v->size);
	set_text(json_get(is, "options"), "color", v->colour);
	set_text(json_get(is, "options"), "size", v->size);
	set_int(area, "width", v->blank->wide);
	set_int(area, "height", v->blank->high);
	return is;
}

enum outcome
printify_variants(struct request *rq)
{
	const struct blank *b = blank_at(rq);
	bool all = strstr(request_query(rq), "show-out-of-stock=1") != NULL;
	json *list = shape_array(), *said;
	struct blank_variant v;

	TRY(printify_open(rq));
	if (!b)
		return printify_missing(rq);
	for (size_t n = 0; blank_variant_at(PRINTIFY, b, n, &v); n++)
		if (stock_of(PRINTIFY, v.id) <= (all ? SOLD_OUT : STOCKED))
			add_json(list, variant_shape(&v));
	said = maker_shape(b->maker);
	set_json(said, "variants", list);
	return answer(rq, 200, said);
}

static void
cost_set(json *profile, const char *name, int64_t cents)
{
	json *cost = shape("{\"currency\":\"USD\"}");

	set_int(cost, "cost", cents);
	set_json(profile, name, cost);
}

enum outcome
printify_shipping(struct request *rq)
{
	const struct blank *b = blank_at(rq);
	json *ids = shape_array(), *profile = shape("{}");
	json *said = shape("{\"handling_time\":{\"value\":30,\"unit\":\"day\"},"
			   "\"profiles\":[]}");
	int64_t first = price_shipping(PRINTIFY, 1, false);
	struct blank_variant v;

	TRY(printify_open(rq));
	if (!b)
		return printify_missing(rq);
	for (size_t n = 0; blank_variant_at(PRINTIFY, b, n, &v); n++)
		json_object_array_add(ids, json_object_new_int(v.id));
	set_json(profile, "variant_ids", ids);
	cost_set(profile, "first_item", first);
	cost_set(profile, "additional_items",
	    price_shipping(PRINTIFY, 2, false) - first);
	set_json(profile, "countries", shape("[\"US\",\"REST_OF_THE_WORLD\"]"));
	add_json(json_get(said, "profiles"), profile);
	return answer(rq, 200, said);
}

static json *
product_variant(int id, const char *title)
{
	json *v = shape("{\"price\":2000,\"is_enabled\":true,\"is_default\":"
			"false,\"is_available\":true,\"grams\":150}");

	set_int(v, "id", id);
	set_printf(v, "sku", "1686%05d", id);
	set_text(v, "title", title);
	return v;
}

/* A restart of a demo finds them there and leaves them. */
void
printify_products_open(void)
{
	for (size_t i = 0; i < blank_count; i++) {
		json *p = shape("{\"tags\":[],\"options\":[],\"images\":[],"
				"\"visible\":false,\"is_locked\":false,"
				"\"print_areas\":[]}");
		json *variants = shape_array();
		const char *id =
		    arena_printf(shapes_arena(), "5b05842f3921c954%04d%04d",
			blanks[i].blueprint, blanks[i].maker);
		struct blank_variant v;

		if (store_get(PRODUCTS, id))
			continue;
		for (size_t n = 0;
		     blank_variant_at(PRINTIFY, &blanks[i], n, &v); n++)
			add_json(variants,
			    product_variant(
				v.id, arena_printf(shapes_arena(), "%s / %s",
					  v.colour, v.size)));
		set_text(p, "id", id);
		set_text(p, "title", blanks[i].title);
		set_text(p, "description", "");
		set_int(p, "blueprint_id", blanks[i].blueprint);
		set_int(p, "print_provider_id", blanks[i].maker);
		set_int(p, "shop_id", printify_shop());
		set_text(p, "created_at", time_spaced(clock_now_s()));
		set_json(p, "variants", variants);
		store_put(PRODUCTS, id, p);
	}
}

/* What a piece costs is today's price, whenever it was made. */
static void
costs_set(json *product)
{
	json *variants = json_get(product, "variants");

	for (size_t i = 0; i < json_count(variants); i++) {
		json *v = json_element(variants, i);

		set_int(
		    v, "cost", price_item(PRINTIFY, (int)json_int(v, "id", 0)));
	}
}

enum outcome
printify_product_get(struct request *rq)
{
	json *p = store_get(PRODUCTS, printify_id(rq, 1));

	TRY(printify_open_shop(rq));
	if (!p)
		return printify_missing(rq);
	costs_set(p);
	return answer(rq, 200, p);
}

enum outcome
printify_product_list(struct request *rq)
{
	TRY(printify_open_shop(rq));
	for (struct lh_entry *e = store_head(PRODUCTS); e; e = lh_entry_next(e))
		costs_set(entry_json(e));
	return printify_page(rq, PRODUCTS, 50, 10);
}

enum outcome
printify_product_create(struct request *rq)
{
	static const char *const wanted[] = { "title", "blueprint_id",
		"print_provider_id", "variants", "print_areas" };
	json *body, *variants = shape_array(), *from;

	TRY(printify_open_shop(rq));
	TRY(printify_body(rq, &body));
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (!json_get(body, wanted[i]))
			return printify_required(rq, wanted[i]);
	from = json_get(body, "variants");
	for (size_t i = 0; i < json_count(from); i++) {
		json *one = json_element(from, i);
		json *v = product_variant((int)json_int(one, "id", 0), "");

		if (json_int(one, "id", 0) < 1)
			return printify_required(rq, "variants.0.id");
		set_all(v, one);
		add_json(variants, v);
	}
	if (json_count(variants) == 0)
		return printify_required(rq, "variants");
	set_text(body, "id", made_hex(24));
	set_json(body, "variants", variants);
	set_int(body, "shop_id", printify_shop());
	set_flag(body, "visible", false);
	set_text(body, "created_at", time_spaced(clock_now_s()));
	costs_set(body);
	store_put(PRODUCTS, json_text(body, "id"), body);
	return answer(rq, 200, body);
}
