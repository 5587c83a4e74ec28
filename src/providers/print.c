/*
 * print.c: what no printer may be sent, and what is the same for both.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/insist.h"
#include "providers/print_room.h"

#define QUANTITY_MOST 1000
#define EXTERNAL_ID_MOST 32

const char *
print_status_name(enum print_status s)
{
	/* clang-format off */
	static const char *const names[] = {
		[PRINT_UNKNOWN]       = "unknown",
		[PRINT_DRAFT]         = "draft",
		[PRINT_ACCEPTED]      = "accepted",
		[PRINT_ON_HOLD]       = "on_hold",
		[PRINT_IN_PRODUCTION] = "in_production",
		[PRINT_PARTIAL]       = "partial",
		[PRINT_SHIPPED]       = "shipped",
		[PRINT_DELIVERED]     = "delivered",
		[PRINT_RETURNED]      = "returned",
		[PRINT_FAILED]        = "failed",
		[PRINT_CANCELLED]     = "cancelled",
	};
	/* clang-format on */

	insist((size_t)s < COUNT(names));
	return names[s];
}

void
print_shipment_members(struct buf *b, const struct print_shipment *s)
{
	buf_json_key(b, "ref");
	buf_json(b, s->ref);
	buf_json_key(b, "carrier");
	buf_json(b, s->carrier);
	buf_json_key(b, "service");
	buf_json(b, s->service);
	buf_json_key(b, "number");
	buf_json(b, s->number);
	buf_json_key(b, "url");
	buf_json(b, s->url);
	buf_json_key(b, "shipped");
	buf_int(b, s->shipped_s);
	buf_json_key(b, "delivered");
	buf_int(b, s->delivered_s);
}

const struct print_provider *const print_providers[PRINT_PROVIDERS] = {
	&print_printful, &print_printify
};

const struct print_provider *
print_find(const char *name)
{
	for (size_t i = 0; i < PRINT_PROVIDERS; i++)
		if (!strcmp(print_providers[i]->name, name))
			return print_providers[i];
	return NULL;
}

struct print_state
print_state_empty(void)
{
	return (struct print_state){ .status_words = "",
		.id = "",
		.external_id = "",
		.reason = "",
		.currency = "USD" };
}

struct print_notice
print_notice_empty(void)
{
	return (struct print_notice){ .event = "",
		.type = "",
		.id = "",
		.external_id = "",
		.reason = "",
		.shipment = { .ref = "",
		    .carrier = "",
		    .service = "",
		    .number = "",
		    .url = "" } };
}

const char *
print_ref_part(struct arena *a, const char *ref, int n)
{
	while (ref && n-- > 0) {
		ref = strchr(ref, '/');
		ref = ref ? ref + 1 : NULL;
	}
	if (!ref || !strcspn(ref, "/"))
		return NULL;
	return arena_text_n(a, ref, strcspn(ref, "/"));
}

bool
print_all_delivered(const struct print_state *s)
{
	for (size_t i = 0; i < s->shipment_count; i++)
		if (!s->shipments[i].delivered_s)
			return false;
	return s->shipment_count > 0;
}

/* ---- what must not be sent ---- */

static bool
is_there(const char *text)
{
	return text && *text;
}

/* CA, ON, NSW: the code, never the name; the printers refuse names. */
static bool
is_state_code(const char *state)
{
	size_t length = state ? strlen(state) : 0;

	if (length < 2 || length > 3)
		return false;
	for (; *state; state++)
		if (!isupper((unsigned char)*state))
			return false;
	return true;
}

static const char *
address_flaw(const struct print_address *to)
{
	static const char *const with_states[] = { "US", "CA", "AU" };

	if (!is_there(to->name) || !is_there(to->line1) || !is_there(to->city))
		return "the address lacks a name, a street or a city";
	if (!to->country || strlen(to->country) != 2)
		return "the address lacks a country code";
	for (size_t i = 0; i < COUNT(with_states); i++)
		if (!strcmp(with_states[i], to->country) &&
		    !is_state_code(to->state))
			return "the address lacks a state code";
	return NULL;
}

static bool
is_digits(const char *text)
{
	return is_there(text) && strspn(text, "0123456789") == strlen(text);
}

/* A line without a picture would be a blank shirt. */
static const char *
item_flaw(const struct print_item *item)
{
	if (!is_digits(item->variant_ref))
		return "a line has no variant at this printer";
	if (item->quantity < 1 || item->quantity > QUANTITY_MOST)
		return "a line's quantity is out of range";
	if (item->file_count == 0 && !item->blank)
		return "a line has no print file";
	if (item->file_count > PRINT_FILES_MOST)
		return "a line has too many print files";
	for (size_t i = 0; i < item->file_count; i++)
		if (!is_there(item->files[i].placement) ||
		    !item->files[i].url ||
		    strncmp(item->files[i].url, "https://", 8) != 0)
			return "a print file has no placement or no https URL";
	return NULL;
}

static const char *
order_flaw(const struct print_order *o)
{
	const char *flaw = address_flaw(&o->to);
	size_t length = o->external_id ? strlen(o->external_id) : 0;

	if (length == 0 || length > EXTERNAL_ID_MOST ||
	    strspn(o->external_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789_-") != length)
		return "the order's external id is not fit";
	if (o->item_count == 0)
		return "the order has no lines";
	for (size_t i = 0; !flaw && i < o->item_count; i++)
		flaw = item_flaw(&o->items[i]);
	return flaw;
}

enum outcome
print_may(struct arena *a, const struct print_order *o, struct trouble *t)
{
	const char *flaw = order_flaw(o);

	*t = (struct trouble){ .code = "", .words = "" };
	if (!flaw)
		return OK;
	return kit_trouble(a, t, VALIDATION_ERROR, CURE_PERSON, "unfit", flaw);
}
