/*
 * printify_blank.c: Printify's catalogue: the blueprint, what its maker has
 * of it, what of that may be ordered today, and then, page by page, the
 * products of our own shop, because those alone name prices.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/blank.h"
#include "providers/print_room.h"

#define VARIANTS_MOST 1000
#define PAGES_MOST 40
#define AREA_DPI 300

enum step {
	BLUEPRINT,
	ALL,
	ORDERABLE,
	OUR_PRODUCTS /* its first page; the next pages are the next steps */
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

static enum outcome
ask(struct arena *a, const char *ref, int step, const struct blank *blank,
    struct call *c)
{
	const char *base = conf_text(CONF_PRINTIFY_API_BASE);
	const char *blueprint = print_ref_part(a, ref, 0);
	const char *maker = print_ref_part(a, ref, 1);

	(void)blank;
	insist(blueprint && maker);
	kit_call(c, "printify", "GET", PRINT_PATIENCE_MS);
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
		kit_url(c, a, base, "/v1/shops/",
		    conf_text(CONF_PRINTIFY_SHOP_ID),
		    "/products.json?limit=50&page=",
		    arena_printf(a, "%d", step - OUR_PRODUCTS + 1), NULL);
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

/*
 * The prices that our products of that blueprint and maker name. Each order
 * makes hidden ones of its few variants, so that one alone does not do.
 */
static void
prices_read(struct arena *a, const char *ref, json *list, struct blank *blank)
{
	for (size_t i = 0; i < json_count(list); i++) {
		json *product = json_element(list, i);
		json *variants = json_get(product, "variants");

		if (strcmp(ref,
			arena_printf(a, "%lld/%lld",
			    (long long)json_int(product, "blueprint_id", 0),
			    (long long)json_int(
				product, "print_provider_id", 0))) != 0)
			continue;
		for (size_t k = 0; k < json_count(variants); k++) {
			json *from = json_element(variants, k);
			struct blank_variant *v = variant_of(a, blank, from);

			if (v && v->cost < 0)
				v->cost = json_int(from, "cost", -1);
		}
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

static enum outcome
our_products_read(struct arena *a, const char *ref, json *root,
    struct blank *blank, bool *last, struct trouble *t)
{
	bool more =
	    json_int(root, "current_page", 1) < json_int(root, "last_page", 1);

	prices_read(a, ref, json_get(root, "data"), blank);
	*last = !more || priced(blank) == blank->count;
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
		return our_products_read(a, ref, root, blank, last, t);
	}
}

const struct blank_source blank_printify = { "printify", is_on, is_ref, ask,
	answer_read };
