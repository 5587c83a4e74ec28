/*
 * printify_blank.c: Printify's catalogue: the blueprint, what its maker has
 * of it, what of that may be ordered today, and then, page by page, the
 * products of our own shop, because those alone name prices. Where none of
 * them is made of it, one may be made, which nobody ever sees: its picture,
 * then the product, whose answer tells what the variants cost.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/blank.h"
#include "providers/print_room.h"

#define VARIANTS_MOST 1000
#define PAGES_MOST 40 /* of our products, the newest first */
#define AREA_DPI 300

#define ENABLED_MOST 100  /* of a product's variants */
#define PRICE_CENTS 10000 /* at which nobody will buy it */

/* One black pixel; a product needs some picture. */
static const char pixel[] =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+"
    "kcQAAAABJRU5ErkJggg==";

enum step {
	BLUEPRINT,
	ALL,
	ORDERABLE,
	PRICES /* and all steps after it */
};

static bool
is_on(void)
{
	return *conf_text(CONF_PRINTIFY_API_KEY) &&
	       *conf_text(CONF_PRINTIFY_SHOP_ID);
}

static bool
is_ref(const char *ref)
{
	const char *slash = strchr(ref, '/');

	return slash && slash > ref && slash[1] && strlen(ref) <= 20 &&
	       strspn(ref, "0123456789") == (size_t)(slash - ref) &&
	       strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

static void
shop_url(struct call *c, struct arena *a, const char *rest)
{
	kit_url(c, a, conf_text(CONF_PRINTIFY_API_BASE), "/v1/shops/",
	    conf_text(CONF_PRINTIFY_SHOP_ID), rest, NULL);
}

static void
upload_ask(struct arena *a, struct call *c)
{
	struct buf b;

	c->method = "POST";
	kit_url(c, a, conf_text(CONF_PRINTIFY_API_BASE),
	    "/v1/uploads/images.json", NULL);
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "file_name", "prices.png");
	kit_member(&b, "contents", pixel);
	buf_char(&b, '}');
	kit_body(c, a, &b, "application/json");
}

static void
product_ask(
    struct arena *a, const char *ref, const struct blank *blank, struct call *c)
{
	struct buf b, ids;

	c->method = "POST";
	shop_url(c, a, "/products.json");
	kit_open(&ids, a);
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "title", arena_printf(a, "Prices of %s", ref));
	kit_member(&b, "description",
	    "Tells the shop what its pieces cost. Do not publish it.");
	buf_printf(&b, ",\"blueprint_id\":%s,\"print_provider_id\":%s",
	    print_ref_part(a, ref, 0), print_ref_part(a, ref, 1));
	buf_text(&b, ",\"variants\":[");
	for (size_t i = 0; i < blank->count; i++) {
		const char *id = blank->variants[i].ref;

		buf_printf(&b, "%s{\"id\":%s,\"price\":%d,\"is_enabled\":%s}",
		    i ? "," : "", id, PRICE_CENTS,
		    i < ENABLED_MOST ? "true" : "false");
		buf_printf(&ids, "%s%s", i ? "," : "", id);
	}
	buf_printf(&b, "],\"print_areas\":[{\"variant_ids\":[%s]", ids.at);
	buf_text(&b, ",\"placeholders\":[{");
	kit_member(&b, "position", blank->placement);
	buf_text(&b, ",\"images\":[{");
	kit_member(&b, "id", blank->picture);
	buf_text(&b, ",\"x\":0.5,\"y\":0.5,\"scale\":1,\"angle\":0}]}]}]}");
	kit_body(c, a, &b, "application/json");
}

/* The pages first; what follows them is there if none had a price. */
static void
prices_ask(
    struct arena *a, const char *ref, const struct blank *blank, struct call *c)
{
	if (!blank->is_listed)
		shop_url(c, a,
		    arena_printf(
			a, "/products.json?limit=50&page=%d", blank->page + 1));
	else if (!blank->picture)
		upload_ask(a, c);
	else
		product_ask(a, ref, blank, c);
}

static enum outcome
ask(struct arena *a, const char *ref, int step, const struct blank *blank,
    struct call *c)
{
	const char *base = conf_text(CONF_PRINTIFY_API_BASE);
	const char *blueprint = print_ref_part(a, ref, 0);
	const char *maker = print_ref_part(a, ref, 1);

	insist(blueprint && maker);
	/* Their catalogue may be asked less often than all the rest. */
	kit_call(c, step < PRICES ? "printify-catalogue" : "printify", "GET",
	    PRINT_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_PRINTIFY_API_KEY));
	switch (step) {
	case BLUEPRINT:
		kit_url(c, a, base, "/v1/catalog/blueprints/", blueprint,
		    ".json", NULL);
		break;
	case ALL:
	case ORDERABLE:
		kit_url(c, a, base, "/v1/catalog/blueprints/", blueprint,
		    "/print_providers/", maker,
		    "/variants.json?show-out-of-stock=",
		    step == ALL ? "1" : "0", NULL);
		break;
	default:
		prices_ask(a, ref, blank, c);
	}
	return OK;
}

static enum outcome
all_read(struct arena *a, json *root, struct blank *blank, struct trouble *t)
{
	json *list = json_get(root, "variants"), *area;
	size_t count = json_count(list);

	if (count == 0 || count > VARIANTS_MOST)
		return kit_nonsense(a, t, "a blueprint without variants");
	blank->variants = arena_array(a, struct blank_variant, count);
	for (size_t i = 0; i < count; i++) {
		json *from = json_element(list, i);
		json *options = json_get(from, "options");

		blank->variants[i] =
		    (struct blank_variant){ .ref = kit_id(a, from, "id"),
			    .size = arena_text(a, kit_text(options, "size")),
			    .color = arena_text(a, kit_text(options, "color")),
			    .hex = "",
			    .cost = -1 };
		if (!blank->variants[i].ref)
			return kit_nonsense(a, t, "a variant without an id");
	}
	blank->count = count;
	area = json_element(json_get(json_element(list, 0), "placeholders"), 0);
	blank->placement = arena_text(a, kit_text(area, "position"));
	blank->technique = kit_lower(a, kit_text(area, "decoration_method"));
	blank->width = (int)json_int(area, "width", 0);
	blank->height = (int)json_int(area, "height", 0);
	blank->dpi = AREA_DPI;
	return blank->width > 0 && blank->height > 0
		   ? OK
		   : kit_nonsense(a, t, "a variant without a print area");
}

static struct blank_variant *
variant_of(struct arena *a, struct blank *blank, json *from)
{
	const char *ref = kit_id(a, from, "id");

	for (size_t i = 0; ref && i < blank->count; i++)
		if (!strcmp(blank->variants[i].ref, ref))
			return &blank->variants[i];
	return NULL;
}

static void
orderable_read(struct arena *a, json *root, struct blank *blank)
{
	json *list = json_get(root, "variants");

	for (size_t i = 0; i < json_count(list); i++) {
		struct blank_variant *v =
		    variant_of(a, blank, json_element(list, i));

		if (v)
			v->available = true;
	}
}

static void
product_read(
    struct arena *a, const char *ref, json *product, struct blank *blank)
{
	json *variants = json_get(product, "variants");
	long long blueprint = json_int(product, "blueprint_id", 0);
	long long maker = json_int(product, "print_provider_id", 0);

	if (strcmp(ref, arena_printf(a, "%lld/%lld", blueprint, maker)) != 0)
		return;
	for (size_t k = 0; k < json_count(variants); k++) {
		json *from = json_element(variants, k);
		struct blank_variant *v = variant_of(a, blank, from);

		if (v && v->cost < 0)
			v->cost = json_int(from, "cost", -1);
	}
}

static size_t
priced(const struct blank *blank)
{
	size_t count = 0;

	for (size_t i = 0; i < blank->count; i++)
		count += blank->variants[i].cost >= 0;
	return count;
}

/*
 * Each order makes hidden products of its few variants, so that the first one
 * of that blueprint and maker does not do.
 */
static void
page_read(struct arena *a, const char *ref, json *root, struct blank *blank)
{
	json *list = json_get(root, "data");

	for (size_t i = 0; i < json_count(list); i++)
		product_read(a, ref, json_element(list, i), blank);
	blank->page++;
	blank->is_listed =
	    blank->page == PAGES_MOST ||
	    json_int(root, "current_page", 1) >= json_int(root, "last_page", 1);
}

static enum outcome
prices_read(struct arena *a, const char *ref, json *root, struct blank *blank,
    bool *last, struct trouble *t)
{
	bool was_listed = blank->is_listed;

	if (!was_listed)
		page_read(a, ref, root, blank);
	else if (blank->picture)
		product_read(a, ref, root, blank);
	else if (!(blank->picture = kit_id(a, root, "id")))
		return kit_nonsense(a, t, "an upload without an id");
	else
		return OK;
	*last = was_listed || priced(blank) == blank->count ||
		(blank->is_listed && (priced(blank) || !blank->may_make));
	if (!*last || priced(blank) > 0)
		return OK;
	return kit_trouble(a, t, PROVIDER_ERROR, CURE_PERSON, "no-prices",
	    arena_printf(a,
		"no product of the shop is made of %s: keep one there, "
		"unpublished, for its prices",
		ref));
}

static enum outcome
answer_read(struct arena *a, const char *ref, int step,
    const struct answer *answer, struct blank *blank, bool *last,
    struct trouble *t)
{
	json *root;

	TRY(kit_reached(answer, t));
	TRY(kit_status(a, answer, t));
	root = kit_json(a, answer->body, answer->size);
	*last = false;
	switch (step) {
	case BLUEPRINT:
		blank->name = arena_text(a, kit_text(root, "title"));
		blank->description =
		    arena_text(a, kit_text(root, "description"));
		return *blank->name
			   ? OK
			   : kit_nonsense(a, t, "a blueprint without a title");
	case ALL:
		return all_read(a, root, blank, t);
	case ORDERABLE:
		orderable_read(a, root, blank);
		return OK;
	default:
		return prices_read(a, ref, root, blank, last, t);
	}
}

const struct blank_source blank_printify = { "printify", is_on, is_ref, ask,
	answer_read };
