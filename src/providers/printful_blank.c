/*
 * printful_blank.c: Printful's catalogue: a product with its variants and
 * prices, then the size of its print files.
 */
#include "base/arena.h"
#include "providers/amount.h"
#include "providers/blank.h"
#include "providers/print_room.h"

#define VARIANTS_MOST 1000

enum step {
	PRODUCT,
	PRINT_FILES
};

static bool
is_on(void)
{
	return *conf_text(CONF_PRINTFUL_API_KEY) != '\0';
}

static bool
is_ref(const char *ref)
{
	return *ref && strlen(ref) <= 9 &&
	       strspn(ref, "0123456789") == strlen(ref);
}

static enum outcome
ask(struct arena *a, const char *ref, int step, const struct blank *blank,
    struct call *c)
{
	kit_call(c, "printful", "GET", PRINT_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_PRINTFUL_API_KEY));
	if (step == PRODUCT)
		kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), "/products/",
		    ref, NULL);
	else
		kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE),
		    "/mockup-generator/printfiles/", ref,
		    "?technique=", kit_upper(a, blank->technique), NULL);
	return OK;
}

/* "#14191e" and nothing else; else "". */
static const char *
hex_of(const char *text)
{
	return strlen(text) == 7 && text[0] == '#' &&
		       strspn(text + 1, "0123456789abcdefABCDEF") == 6
		   ? text
		   : "";
}

static void
variant_read(struct arena *a, json *from, bool ends, struct blank_variant *v)
{
	int64_t cost;

	*v = (struct blank_variant){ .ref = kit_id(a, from, "id"),
		.size = arena_text(a, kit_text(from, "size")),
		.color = arena_text(a, kit_text(from, "color")),
		.hex = arena_text(a, hex_of(kit_text(from, "color_code"))),
		.cost = -1,
		.available = json_flag(from, "in_stock", false) && !ends };
	if (amount_parse(kit_text(from, "price"), 2, &cost) && cost >= 0)
		v->cost = cost;
}

/* The technique that they name first, unless another is the default. */
static const char *
technique_of(struct arena *a, json *product)
{
	json *list = json_get(product, "techniques");
	const char *key = kit_text(json_element(list, 0), "key");

	for (size_t i = 0; i < json_count(list); i++)
		if (json_flag(json_element(list, i), "is_default", false))
			key = kit_text(json_element(list, i), "key");
	return kit_lower(a, key);
}

static enum outcome
product_read(
    struct arena *a, json *result, struct blank *blank, struct trouble *t)
{
	json *product = json_get(result, "product");
	json *list = json_get(result, "variants");
	bool ends = json_flag(product, "is_discontinued", false);
	size_t count = json_count(list);

	if (!product || count == 0 || count > VARIANTS_MOST)
		return kit_nonsense(a, t, "a product without variants");
	blank->name = arena_text(a, kit_text(product, "title"));
	blank->description = arena_text(a, kit_text(product, "description"));
	blank->technique = technique_of(a, product);
	blank->placement = arena_text(
	    a, kit_text(json_element(json_get(product, "files"), 0), "type"));
	blank->variants = arena_array(a, struct blank_variant, count);
	for (size_t i = 0; i < count; i++) {
		variant_read(
		    a, json_element(list, i), ends, &blank->variants[i]);
		if (!blank->variants[i].ref)
			return kit_nonsense(a, t, "a variant without an id");
	}
	blank->count = count;
	return OK;
}

/* The print file that the first variant takes at the blank's placement. */
static enum outcome
print_files_read(
    struct arena *a, json *result, struct blank *blank, struct trouble *t)
{
	json *files = json_get(result, "printfiles");
	json *of =
	    json_get(json_element(json_get(result, "variant_printfiles"), 0),
		"placements");
	int64_t wanted = json_int(of, blank->placement, -1);

	for (size_t i = 0; i < json_count(files); i++) {
		json *file = json_element(files, i);

		if (wanted >= 0 && json_int(file, "printfile_id", 0) != wanted)
			continue;
		blank->width = (int)json_int(file, "width", 0);
		blank->height = (int)json_int(file, "height", 0);
		blank->dpi = (int)json_int(file, "dpi", 0);
		break;
	}
	return blank->width > 0 && blank->height > 0 && blank->dpi > 0
		   ? OK
		   : kit_nonsense(a, t, "no print file of that placement");
}

static enum outcome
answer_read(struct arena *a, const char *ref, int step,
    const struct answer *answer, struct blank *blank, bool *last,
    struct trouble *t)
{
	json *result;

	(void)ref;
	TRY(kit_reached(answer, t));
	TRY(kit_status(a, answer, t));
	result = json_get(kit_json(a, answer->body, answer->size), "result");
	*last = step == PRINT_FILES;
	return step == PRODUCT ? product_read(a, result, blank, t)
			       : print_files_read(a, result, blank, t);
}

const struct blank_source blank_printful = { "printful", is_on, is_ref, ask,
	answer_read };
