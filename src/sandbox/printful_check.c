/*
 * printful_check.c: recipients, items and files, and the codes they are
 * refused with.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"

#define QUANTITY_MOST 1000

static bool
has_text(json *o, const char *name)
{
	const char *text = json_text(o, name);

	return text && *text;
}

enum outcome
printful_recipient(struct request *rq, json *body, bool whole)
{
	static const char *const wanted[] = { "name", "address1", "city" };
	json *to = json_get(body, "recipient");
	const char *country = json_text(to, "country_code");
	const char *state = json_text(to, "state_code");

	if (!to)
		return printful_refuse(
		    rq, 400, "BadRequest", "Missing `recipient` parameter");
	for (size_t i = 0; whole && i < COUNT(wanted); i++)
		if (!has_text(to, wanted[i]))
			return printful_refuse(rq, 400, "BadRequest",
			    "Recipient: %s can't be blank", wanted[i]);
	if (!country || !*country)
		return printful_refuse(
		    rq, 400, "SH-1", "Recipient: country code is missing");
	if (!country_is_known(country))
		return printful_refuse(rq, 400, "SH-1",
		    "Recipient: country code `%s` is not valid", country);
	if (state_wanted(country) && (!state || !*state))
		return printful_refuse(rq, 400, "BadRequest",
		    "Invalid `state_code` value: recipient state code is "
		    "missing");
	if (state_wanted(country) && !state_is_known(country, state))
		return printful_refuse(rq, 400, "BadRequest",
		    "Invalid `state_code` value: `%s` is no state of %s", state,
		    country);
	if (whole && zip_wanted(country) && !has_text(to, "zip"))
		return printful_refuse(
		    rq, 400, "BadRequest", "Recipient: zip can't be blank");
	return OK;
}

static bool
option_is_given(json *options, const char *id)
{
	for (size_t i = 0; i < json_count(options); i++)
		if (text_is(json_element(options, i), "id", id) &&
		    json_get(json_element(options, i), "value"))
			return true;
	return false;
}

/* Embroidery needs threads, or to be left to Printful, section 3. */
static enum outcome
threads_check(struct request *rq, json *item, json *file, const char *type)
{
	const char *where = type + strlen("embroidery_");
	const char *id = "thread_colors";

	if (strncmp(type, "embroidery", 10) != 0)
		return OK;
	if (strcmp(where, "front") != 0)
		id = arena_printf(rq->arena, "thread_colors_%s", where);
	if (option_is_given(json_get(item, "options"), id) ||
	    option_is_given(json_get(file, "options"), "auto_thread_color") ||
	    option_is_given(json_get(file, "options"), "full_color"))
		return OK;
	return printful_refuse(rq, 400, "BadRequest",
	    "Item: `%s` option is missing or incorrect! Allowed values: "
	    "#FFFFFF, #000000, #96A1A8, #A67843, #FFCC00, #E25C27, #CC3366, "
	    "#CC3333, #660000, #333366, #005397, #3399FF, #6B5294, #01784E, "
	    "#7BA35A",
	    id);
}

static enum outcome
file_check(struct request *rq, json *item, json *file)
{
	const char *type = text_or(file, "type", "default");
	const char *url = json_text(file, "url");

	if (!url && !json_get(file, "id"))
		return printful_refuse(
		    rq, 400, "FL-8", "File: url or id is missing");
	if (url && !is_file_url(url))
		return printful_refuse(
		    rq, 400, "FL-2", "File: the URL is not valid");
	if (url && (strstr(url, ".psd") || strstr(url, ".ai?") ||
		       strstr(url, ".tiff")))
		return printful_refuse(
		    rq, 400, "OR-10", "File: this file type is not supported");
	return threads_check(rq, item, file, type);
}

static enum outcome
files_check(struct request *rq, json *item)
{
	json *files = json_get(item, "files");

	/* an empty list is a blank garment, and meant so */
	if (!json_object_is_type(files, json_type_array))
		return printful_refuse(rq, 400, "BadRequest",
		    "Item: at least one print file must be added");
	for (size_t i = 0; i < json_count(files); i++) {
		json *file = json_element(files, i);

		TRY(file_check(rq, item, file));
		for (size_t n = 0; n < i; n++)
			if (!strcmp(text_or(file, "type", "default"),
				text_or(
				    json_element(files, n), "type", "default")))
				return printful_refuse(rq, 400, "OR-12",
				    "Item: two files for one placement");
	}
	return OK;
}

enum outcome
printful_items(struct request *rq, json *body, bool files)
{
	json *items = json_get(body, "items");

	if (json_count(items) == 0)
		return printful_refuse(
		    rq, 400, "BadRequest", "Missing `items` parameter");
	for (size_t i = 0; i < json_count(items); i++) {
		json *item = json_element(items, i);
		int64_t quantity = number_of(json_get(item, "quantity"));

		if (!json_object_is_type(item, json_type_object))
			return printful_refuse(
			    rq, 400, "OR-5", "Item is not an object");
		if (number_of(json_get(item, "variant_id")) < 1)
			return printful_refuse(rq, 400, "BadRequest",
			    "Item: variant_id is missing or not valid");
		if (quantity < 1 || quantity > QUANTITY_MOST)
			return printful_refuse(rq, 400, "BadRequest",
			    "Item: quantity must be between 1 and %d",
			    QUANTITY_MOST);
		if (files)
			TRY(files_check(rq, item));
	}
	return OK;
}

json *
printful_costs(json *items, bool express)
{
	json *costs = shape("{\"currency\":\"USD\",\"discount\":\"0.00\","
			    "\"digitization\":\"0.00\",\"additional_fee\":"
			    "\"0.00\",\"fulfillment_fee\":\"0.00\","
			    "\"retail_delivery_fee\":\"0.00\",\"tax\":"
			    "\"0.00\",\"vat\":\"0.00\"}");
	int64_t subtotal = 0, pieces = 0, shipping;

	for (size_t i = 0; i < json_count(items); i++) {
		json *item = json_element(items, i);
		int64_t n = number_of(json_get(item, "quantity"));
		int id = (int)number_of(json_get(item, "variant_id"));

		subtotal += n * price_item(PRINTFUL, id);
		pieces += n;
	}
	shipping = price_shipping(PRINTFUL, pieces, express);
	set_text(costs, "subtotal", money_text(subtotal, 2));
	set_text(costs, "shipping", money_text(shipping, 2));
	set_text(costs, "total", money_text(subtotal + shipping, 2));
	return costs;
}
