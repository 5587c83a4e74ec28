/*
 * printify_check.c: addresses, lines and print areas.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

static const char *const positions[] = { "front", "back", "neck", "neck_outer",
	"left_sleeve", "right_sleeve", "sleeve_left", "sleeve_right",
	"embroidery_front", "front_embroidery", "default" };

enum outcome
printify_address(struct request *rq, json *body)
{
	static const char *const wanted[] = { "first_name", "last_name",
		"country", "address1", "city" };
	json *to = json_get(body, "address_to");
	const char *country = json_text(to, "country");
	const char *region = json_text(to, "region");

	if (!to)
		return printify_required(rq, "address_to");
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (!json_text(to, wanted[i]) || !*json_text(to, wanted[i]))
			return printify_required(
			    rq, arena_printf(
				    rq->arena, "address_to.%s", wanted[i]));
	if (!country_is_known(country))
		return printify_refuse(rq, 400, 8103, "Validation failed.",
		    "{\"address_to.country\":[\"The selected country is "
		    "invalid.\"]}");
	if (state_wanted(country) && (!region || !*region))
		return printify_required(rq, "address_to.region");
	if (state_wanted(country) && !state_is_known(country, region))
		return printify_refuse(rq, 400, 8103, "Validation failed.",
		    "{\"address_to.region\":[\"The selected region is "
		    "invalid.\"]}");
	if (zip_wanted(country) &&
	    (!json_text(to, "zip") || !*json_text(to, "zip")))
		return printify_required(rq, "address_to.zip");
	return OK;
}

static bool
is_position(const char *name)
{
	for (size_t i = 0; i < COUNT(positions); i++)
		if (!strcmp(positions[i], name))
			return true;
	return false;
}

/* A URL, or layers with a src each. */
static enum outcome
area_check(struct request *rq, const char *name, json *area)
{
	if (!is_position(name))
		return printify_refuse(rq, 400, 8150, "Validation failed.",
		    arena_printf(rq->arena,
			"The position %s is not known to the variant.", name));
	if (json_object_is_type(area, json_type_string))
		return is_file_url(json_object_get_string(area))
			   ? OK
			   : printify_refuse(rq, 400, 10300,
				 "Operation failed.",
				 "Failed to download file from url");
	for (size_t i = 0; i < json_count(area); i++)
		if (!is_file_url(json_text(json_element(area, i), "src")))
			return printify_refuse(rq, 400, 10300,
			    "Operation failed.",
			    "Failed to download file from url");
	return json_count(area)
		   ? OK
		   : printify_required(rq, "line_items.0.print_areas");
}

static enum outcome
line_check(struct request *rq, json *line, bool areas)
{
	json *print_areas = json_get(line, "print_areas");
	int64_t quantity = number_of(json_get(line, "quantity"));

	if (quantity < 1 || quantity > 1000)
		return printify_required(rq, "line_items.0.quantity");
	if (json_text(line, "sku"))
		return OK;
	if (number_of(json_get(line, "variant_id")) < 1)
		return printify_required(rq, "line_items.0.variant_id");
	if (json_text(line, "product_id"))
		return store_get(
			   "printify/products", json_text(line, "product_id"))
			   ? OK
			   : printify_refuse(rq, 400, 8251,
				 "Validation failed.", "Product not found.");
	if (number_of(json_get(line, "blueprint_id")) < 1)
		return printify_required(rq, "line_items.0.blueprint_id");
	if (number_of(json_get(line, "print_provider_id")) < 1)
		return printify_required(rq, "line_items.0.print_provider_id");
	if (!areas)
		return OK;
	/* an empty one is a blank garment, and meant so */
	if (!json_object_is_type(print_areas, json_type_object))
		return printify_required(rq, "line_items.0.print_areas");
	json_object_object_foreach(print_areas, name, area)
	{
		TRY(area_check(rq, name, area));
	}
	return OK;
}

enum outcome
printify_lines(struct request *rq, json *body, bool areas)
{
	json *lines = json_get(body, "line_items");

	if (json_count(lines) == 0)
		return printify_required(rq, "line_items");
	for (size_t i = 0; i < json_count(lines); i++)
		TRY(line_check(rq, json_element(lines, i), areas));
	return OK;
}
