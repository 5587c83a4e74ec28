/*
 * printify.c: orders at Printify, API v1.
 *
 * Money is in cents; create() tells the id alone. The catalogue has no
 * prices: a piece's stand in the variants of one of our shop's products.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/print_room.h"

#define PAGE_ORDERS "10"
#define PAGE_PRODUCTS "50"

static bool
is_on(void)
{
	return *conf_text(CONF_PRINTIFY_API_KEY) &&
	       *conf_text(CONF_PRINTIFY_SHOP_ID);
}

static void
call(struct call *c, struct arena *a, const char *method)
{
	kit_call(c, "printify", method, PRINT_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_PRINTIFY_API_KEY));
}

/* /v1/shops/{ours}/ and the rest: literal, value, literal … of kit_url. */
#define SHOP_URL(c, a, ...)                                                    \
	kit_url((c), (a), conf_text(CONF_PRINTIFY_API_BASE), "/v1/shops/",     \
	    conf_text(CONF_PRINTIFY_SHOP_ID), __VA_ARGS__, NULL)

static enum outcome
may(struct arena *a, const struct print_order *o, struct trouble *t)
{
	TRY(print_may(a, o, t));
	for (size_t i = 0; i < o->item_count; i++)
		for (int part = 0; part < 2; part++) {
			const char *text =
			    print_ref_part(a, o->items[i].product_ref, part);

			if (!text || strspn(text, "0123456789") != strlen(text))
				return kit_trouble(a, t, VALIDATION_ERROR,
				    CURE_PERSON, "unfit",
				    "a line has no blueprint and maker");
		}
	return OK;
}

/* ---- building an order ---- */

/* They want two names and refuse an empty one. */
static void
name_put(struct buf *b, struct arena *a, const char *name)
{
	const char *blank = strrchr(name, ' ');

	if (!blank || blank == name || !blank[1]) {
		kit_member(b, "first_name", name);
		kit_member(b, "last_name", "-");
		return;
	}
	kit_member(
	    b, "first_name", arena_text_n(a, name, (size_t)(blank - name)));
	kit_member(b, "last_name", blank + 1);
}

static void
address_put(struct buf *b, struct arena *a, const struct print_address *to)
{
	buf_json_key(b, "address_to");
	buf_char(b, '{');
	name_put(b, a, to->name);
	kit_member(b, "email", to->email);
	kit_member(b, "phone", to->phone);
	kit_member(b, "country", to->country);
	kit_member(b, "region", to->state ? to->state : "");
	kit_member(b, "address1", to->line1);
	kit_member(b, "address2", to->line2);
	kit_member(b, "city", to->city);
	kit_member(b, "zip", to->postal_code ? to->postal_code : "");
	buf_char(b, '}');
}

/* The file has just the area's size, so its URL says it all. */
static void
areas_put(struct buf *b, const struct print_item *item)
{
	buf_json_key(b, "print_areas");
	buf_char(b, '{');
	for (size_t i = 0; i < item->file_count; i++)
		kit_member(b, item->files[i].placement, item->files[i].url);
	buf_char(b, '}');
}

static void
lines_put(struct buf *b, struct arena *a, const struct print_order *o)
{
	buf_json_key(b, "line_items");
	buf_char(b, '[');
	for (size_t i = 0; i < o->item_count; i++) {
		const struct print_item *item = &o->items[i];

		buf_json_comma(b);
		buf_char(b, '{');
		/* all three are digits: may() */
		buf_json_key(b, "print_provider_id");
		buf_text(b, print_ref_part(a, item->product_ref, 1));
		buf_json_key(b, "blueprint_id");
		buf_text(b, print_ref_part(a, item->product_ref, 0));
		buf_json_key(b, "variant_id");
		buf_text(b, item->variant_ref);
		areas_put(b, item);
		kit_member_int(b, "quantity", item->quantity);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static enum outcome
create(struct arena *a, const struct print_order *o, struct call *c,
    struct trouble *t)
{
	struct buf b;

	TRY(may(a, o, t));
	call(c, a, "POST");
	SHOP_URL(c, a, "/orders.json");
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "external_id", o->external_id);
	kit_member(&b, "label", o->external_id);
	lines_put(&b, a, o);
	kit_member_int(&b, "shipping_method", o->express ? 2 : 1);
	buf_json_key(&b, "send_shipping_notification");
	buf_json_bool(&b, false);
	address_put(&b, a, &o->to);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

/* ---- quotes ---- */

static enum outcome
shipping_ask(struct arena *a, const struct print_order *o, struct call *c)
{
	struct buf b;

	call(c, a, "POST");
	SHOP_URL(c, a, "/orders/shipping.json");
	kit_open(&b, a);
	buf_char(&b, '{');
	lines_put(&b, a, o);
	address_put(&b, a, &o->to);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

static enum outcome
quote(struct arena *a, const struct print_order *o, size_t step, struct call *c,
    struct trouble *t)
{
	const struct print_item *item = printify_quote_item(o, step);
	const char *product;

	TRY(may(a, o, t));
	if (!item)
		return shipping_ask(a, o, c);
	product = print_ref_part(a, item->product_ref, 2);
	call(c, a, "GET");
	if (product)
		SHOP_URL(c, a, "/products/", product, ".json");
	else
		SHOP_URL(c, a, "/products.json?limit=" PAGE_PRODUCTS);
	return OK;
}

/* ---- the other calls ---- */

/* They cannot be asked for an external id: page through, newest first. */
static enum outcome
find(struct arena *a, const char *external_id, int page, struct call *c)
{
	(void)external_id;
	call(c, a, "GET");
	SHOP_URL(c, a, "/orders.json?limit=" PAGE_ORDERS "&page=",
	    arena_printf(a, "%d", page));
	return OK;
}

static enum outcome
confirm(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "POST");
	SHOP_URL(c, a, "/orders/", id, "/send_to_production.json");
	return OK;
}

static enum outcome
get(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "GET");
	SHOP_URL(c, a, "/orders/", id, ".json");
	return OK;
}

static enum outcome
cancel(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "POST");
	SHOP_URL(c, a, "/orders/", id, "/cancel.json");
	return OK;
}

const struct print_provider print_printify = {
	.name = "printify",
	.is_on = is_on,
	.may = may,
	.quote_steps = printify_quote_steps,
	.quote = quote,
	.quoted = printify_quoted,
	.find = find,
	.found = printify_found,
	.create = create,
	.confirm = confirm,
	.get = get,
	.cancel = cancel,
	.read = printify_state_read,
	.hear = printify_hear,
};
