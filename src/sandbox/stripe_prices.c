/*
 * stripe_prices.c: products and prices.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define PRODUCTS "stripe/products"
#define PRICES "stripe/prices"
#define BAD_CALL "invalid_request_error"
#define INTERVALS "day|week|month|year"

/* clang-format off */
#define PAGE \
	{ "created[*]", PARAM_TEXT, false, NULL }, \
	{ "limit", PARAM_INT, false, NULL }, \
	{ "starting_after", PARAM_TEXT, false, NULL }, \
	{ "ending_before", PARAM_TEXT, false, NULL }, EXPAND

static const struct param get_params[] = { EXPAND, PARAMS_END };
static const struct param product_create_params[] = {
	{ "name", PARAM_TEXT, true, NULL },
	{ "id", PARAM_TEXT, false, NULL },
	{ "active", PARAM_BOOL, false, NULL },
	{ "description", PARAM_TEXT, false, NULL },
	{ "default_price_data[*]", PARAM_TEXT, false, NULL },
	{ "images[#]", PARAM_TEXT, false, NULL },
	{ "statement_descriptor", PARAM_TEXT, false, NULL },
	{ "tax_code", PARAM_TEXT, false, NULL },
	{ "unit_label", PARAM_TEXT, false, NULL },
	{ "shippable", PARAM_BOOL, false, NULL },
	{ "url", PARAM_TEXT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param product_update_params[] = {
	{ "name", PARAM_TEXT, false, NULL },
	{ "active", PARAM_BOOL, false, NULL },
	{ "description", PARAM_TEXT, false, NULL },
	{ "default_price", PARAM_TEXT, false, NULL },
	{ "images[#]", PARAM_TEXT, false, NULL },
	{ "statement_descriptor", PARAM_TEXT, false, NULL },
	{ "tax_code", PARAM_TEXT, false, NULL },
	{ "unit_label", PARAM_TEXT, false, NULL },
	{ "url", PARAM_TEXT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param price_create_params[] = {
	{ "currency", PARAM_TEXT, true, NULL },
	{ "unit_amount", PARAM_INT, false, NULL },
	{ "unit_amount_decimal", PARAM_TEXT, false, NULL },
	{ "product", PARAM_TEXT, false, NULL },
	{ "product_data[name]", PARAM_TEXT, false, NULL },
	{ "product_data[*]", PARAM_TEXT, false, NULL },
	{ "recurring[interval]", PARAM_TEXT, false, INTERVALS },
	{ "recurring[interval_count]", PARAM_INT, false, NULL },
	{ "recurring[usage_type]", PARAM_TEXT, false, "licensed|metered" },
	{ "lookup_key", PARAM_TEXT, false, NULL },
	{ "transfer_lookup_key", PARAM_BOOL, false, NULL },
	{ "nickname", PARAM_TEXT, false, NULL },
	{ "active", PARAM_BOOL, false, NULL },
	{ "billing_scheme", PARAM_TEXT, false, "per_unit|tiered" },
	{ "tax_behavior", PARAM_TEXT, false, "inclusive|exclusive|unspecified" },
	METADATA, EXPAND, PARAMS_END
};
static const struct param price_update_params[] = {
	{ "active", PARAM_BOOL, false, NULL },
	{ "lookup_key", PARAM_TEXT, false, NULL },
	{ "transfer_lookup_key", PARAM_BOOL, false, NULL },
	{ "nickname", PARAM_TEXT, false, NULL },
	{ "tax_behavior", PARAM_TEXT, false, "inclusive|exclusive|unspecified" },
	METADATA, EXPAND, PARAMS_END
};
static const struct param list_params[] = {
	{ "active", PARAM_BOOL, false, NULL },
	{ "product", PARAM_TEXT, false, NULL },
	{ "currency", PARAM_TEXT, false, NULL },
	{ "type", PARAM_TEXT, false, "one_time|recurring" },
	{ "lookup_keys[#]", PARAM_TEXT, false, NULL },
	{ "ids[#]", PARAM_TEXT, false, NULL },
	{ "recurring[*]", PARAM_TEXT, false, NULL },
	PAGE, PARAMS_END
};
/* clang-format on */

static json *
product_make(const char *name)
{
	json *p = shape(
	    "{\"id\":null,\"object\":\"product\",\"active\":true,"
	    "\"attributes\":[],\"created\":0,\"default_price\":null,"
	    "\"description\":null,\"features\":[],\"images\":[],"
	    "\"livemode\":false,\"metadata\":{},\"name\":null,"
	    "\"package_dimensions\":null,\"shippable\":null,"
	    "\"statement_descriptor\":null,\"tax_code\":null,\"type\":"
	    "\"service\",\"unit_label\":null,\"updated\":0,\"url\":null}");

	set_text(p, "id", made_id("prod_", 14));
	set_text(p, "name", name);
	set_int(p, "created", clock_now_s());
	set_int(p, "updated", clock_now_s());
	return p;
}

static void
product_set(const struct stripe *s, json *p)
{
	static const char *const plain[] = { "name", "description",
		"default_price", "statement_descriptor", "tax_code",
		"unit_label", "url", NULL };

	param_copy(s, p, plain);
	param_metadata(s, p);
	if (param_text(s, "active"))
		set_flag(p, "active", param_is(s, "active", "true"));
}

enum outcome
stripe_product_create(struct request *rq)
{
	struct stripe s;
	const char *id;
	json *p;

	TRY(stripe_open(rq, product_create_params, &s));
	id = param_text(&s, "id");
	if (id && store_get(PRODUCTS, id))
		return stripe_refuse(rq, 400, BAD_CALL,
		    "resource_already_exists", "id", "Product already exists.");
	p = product_make(param_text(&s, "name"));
	if (id && *id)
		set_text(p, "id", id);
	product_set(&s, p);
	stripe_put(PRODUCTS, p);
	return stripe_answer(&s, p);
}

enum outcome
stripe_product_get(struct request *rq)
{
	struct stripe s;
	json *p;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, PRODUCTS, "product", rq->params[0], &p));
	return stripe_answer(&s, p);
}

enum outcome
stripe_product_update(struct request *rq)
{
	struct stripe s;
	json *p;

	TRY(stripe_open(rq, product_update_params, &s));
	TRY(stripe_find(rq, PRODUCTS, "product", rq->params[0], &p));
	product_set(&s, p);
	stripe_put(PRODUCTS, p);
	return stripe_answer(&s, p);
}

enum outcome
stripe_product_list(struct request *rq)
{
	static const char *const filters[] = { "active", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, PRODUCTS, "/v1/products", filters);
}

/* Parameters of a price may stand below line_items[0][price_data]. */
static const char *
named(const char *prefix, const char *name)
{
	size_t length = strcspn(name, "[");

	if (!*prefix)
		return name;
	return arena_printf(shapes_arena(), "%s[%.*s]%s", prefix, (int)length,
	    name, name + length);
}

static enum outcome
product_of(const struct stripe *s, const char *prefix, const char **id)
{
	const char *name = param_text(s, named(prefix, "product_data[name]"));
	json *p;

	*id = param_text(s, named(prefix, "product"));
	if (*id && !store_get(PRODUCTS, *id))
		return stripe_missing(s->rq, "product", *id, "product");
	if (*id)
		return OK;
	if (!name)
		return stripe_refuse(s->rq, 400, BAD_CALL, "parameter_missing",
		    "product",
		    "You must specify either `product` or "
		    "`product_data` when creating a price.");
	p = product_make(name);
	stripe_put(PRODUCTS, p);
	*id = json_text(p, "id");
	return OK;
}

static void
recurring_set(const struct stripe *s, const char *prefix, json *price)
{
	const char *interval =
	    param_text(s, named(prefix, "recurring[interval]"));
	json *r;

	if (!interval)
		return;
	r = shape("{\"aggregate_usage\":null,\"interval\":null,"
		  "\"interval_count\":1,\"usage_type\":\"licensed\"}");
	set_text(r, "interval", interval);
	set_int(r, "interval_count",
	    param_int(s, named(prefix, "recurring[interval_count]"), 1));
	set_json(price, "recurring", r);
	set_text(price, "type", "recurring");
}

enum outcome
price_of(const struct stripe *s, const char *prefix, json **made)
{
	json *price = shape(
	    "{\"id\":null,\"object\":\"price\",\"active\":true,"
	    "\"billing_scheme\":\"per_unit\",\"created\":0,\"currency\":null,"
	    "\"custom_unit_amount\":null,\"livemode\":false,\"lookup_key\":"
	    "null,\"metadata\":{},\"nickname\":null,\"product\":null,"
	    "\"recurring\":null,\"tax_behavior\":\"unspecified\","
	    "\"tiers_mode\":null,\"transform_quantity\":null,\"type\":"
	    "\"one_time\",\"unit_amount\":0,\"unit_amount_decimal\":null}");
	const char *currency = param_text(s, named(prefix, "currency"));
	int64_t amount = param_int(s, named(prefix, "unit_amount"), -1), least;
	const char *product;

	if (!currency || !stripe_currency(currency, &least))
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, "currency",
		    "Invalid currency: %s", currency ? currency : "");
	if (amount < 0)
		return stripe_refuse(s->rq, 400, BAD_CALL, "parameter_missing",
		    "unit_amount",
		    "Prices require an `unit_amount` or "
		    "`unit_amount_decimal` parameter to be set.");
	TRY(product_of(s, prefix, &product));
	set_text(price, "id", made_id("price_1", 23));
	set_int(price, "created", clock_now_s());
	set_text(price, "currency", currency);
	set_text(price, "product", product);
	set_int(price, "unit_amount", amount);
	set_printf(price, "unit_amount_decimal", "%lld", (long long)amount);
	recurring_set(s, prefix, price);
	*made = price;
	return OK;
}

enum outcome
price_sold(
    const struct stripe *s, const char *id, const char *param, json **price)
{
	*price = store_get(PRICES, id);
	if (!*price)
		return stripe_missing(s->rq, "price", id, param);
	if (!json_flag(*price, "active", true))
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, param,
		    "The price specified is inactive. This field only accepts "
		    "active prices.");
	return OK;
}

static json *
price_with_key(const char *lookup_key)
{
	for (struct lh_entry *e = store_head(PRICES); e; e = lh_entry_next(e))
		if (text_is(entry_json(e), "lookup_key", lookup_key))
			return entry_json(e);
	return NULL;
}

static enum outcome
price_set(const struct stripe *s, json *price)
{
	static const char *const plain[] = { "nickname", "tax_behavior",
		"lookup_key", NULL };
	const char *key = param_text(s, "lookup_key");
	json *other = key && *key ? price_with_key(key) : NULL;

	if (other && other != price &&
	    !param_is(s, "transfer_lookup_key", "true"))
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, "lookup_key",
		    "A price (`%s`) already uses that lookup key.",
		    json_text(other, "id"));
	if (other && other != price) {
		set_json(other, "lookup_key", NULL);
		stripe_put(PRICES, other);
	}
	param_copy(s, price, plain);
	param_metadata(s, price);
	if (param_text(s, "active"))
		set_flag(price, "active", param_is(s, "active", "true"));
	return OK;
}

enum outcome
stripe_price_create(struct request *rq)
{
	struct stripe s;
	json *price;

	TRY(stripe_open(rq, price_create_params, &s));
	TRY(price_of(&s, "", &price));
	TRY(price_set(&s, price));
	stripe_put(PRICES, price);
	return stripe_answer(&s, price);
}

enum outcome
stripe_price_get(struct request *rq)
{
	struct stripe s;
	json *price;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, PRICES, "price", rq->params[0], &price));
	return stripe_answer(&s, price);
}

enum outcome
stripe_price_update(struct request *rq)
{
	struct stripe s;
	json *price;

	TRY(stripe_open(rq, price_update_params, &s));
	TRY(stripe_find(rq, PRICES, "price", rq->params[0], &price));
	TRY(price_set(&s, price));
	stripe_put(PRICES, price);
	return stripe_answer(&s, price);
}

enum outcome
stripe_price_list(struct request *rq)
{
	static const char *const filters[] = { "active", "product", "currency",
		"type", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, PRICES, "/v1/prices", filters);
}
