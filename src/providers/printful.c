/*
 * printful.c: orders at Printful, API v1.
 *
 * {id} may be @external_id. An order is made as a draft, looked at, and only
 * then confirmed. printful_read.c reads what comes back.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/print_room.h"

static bool
is_on(void)
{
	return *conf_text(CONF_PRINTFUL_API_KEY) != '\0';
}

static void
call(struct call *c, struct arena *a, const char *method)
{
	kit_call(c, "printful", method, PRINT_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_PRINTFUL_API_KEY));
}

/* ---- building an order ---- */

static void
money_member(
    struct buf *b, const char *key, int64_t minor, const char *currency)
{
	char text[AMOUNT_TEXT];

	amount_format(minor, amount_decimals(AMOUNT_OURS, currency), text);
	kit_member(b, key, text);
}

/* A text that says something; else NULL, and the member is left out. */
static const char *
given(const char *text)
{
	return text && *text ? text : NULL;
}

static void
recipient_put(struct buf *b, const struct print_address *to)
{
	buf_json_key(b, "recipient");
	buf_char(b, '{');
	kit_member(b, "name", to->name);
	kit_member(b, "address1", to->line1);
	kit_member(b, "address2", given(to->line2));
	kit_member(b, "city", to->city);
	kit_member(b, "state_code", given(to->state));
	kit_member(b, "country_code", to->country);
	kit_member(b, "zip", given(to->postal_code));
	kit_member(b, "phone", given(to->phone));
	kit_member(b, "email", given(to->email));
	buf_char(b, '}');
}

static bool
is_embroidered(const struct print_file *f)
{
	return f->technique && !strcmp(f->technique, "embroidery");
}

static void
files_put(struct buf *b, const struct print_item *item)
{
	buf_json_key(b, "files");
	buf_char(b, '[');
	for (size_t i = 0; i < item->file_count; i++) {
		const struct print_file *f = &item->files[i];

		buf_json_comma(b);
		buf_char(b, '{');
		kit_member(b, "type", f->placement);
		kit_member(b, "url", f->url);
		if (is_embroidered(f) && !f->thread_colours[0]) {
			buf_json_key(b, "options");
			buf_text(b, "[{\"id\":\"auto_thread_color\","
				    "\"value\":true}]");
		}
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

/* thread_colors, or thread_colors_back for embroidery_back and the like. */
static void
threads_put(struct buf *b, struct arena *a, const struct print_file *f)
{
	static const char prefix[] = "embroidery_";
	const char *where = f->placement, *id = "thread_colors";

	if (!strncmp(where, prefix, strlen(prefix)))
		where += strlen(prefix);
	if (strcmp(where, "front") != 0 && strcmp(where, "default") != 0)
		id = arena_printf(a, "thread_colors_%s", where);
	buf_json_comma(b);
	buf_char(b, '{');
	kit_member(b, "id", id);
	buf_json_key(b, "value");
	buf_char(b, '[');
	for (size_t i = 0; i < PRINT_COLOURS_MOST && f->thread_colours[i];
	     i++) {
		buf_json_comma(b);
		buf_json(b, f->thread_colours[i]);
	}
	buf_text(b, "]}");
}

static void
options_put(struct buf *b, struct arena *a, const struct print_item *item)
{
	bool any = false;

	for (size_t i = 0; i < item->file_count; i++)
		any |= is_embroidered(&item->files[i]);
	if (!any)
		return;
	buf_json_key(b, "options");
	buf_text(b, "[{\"id\":\"embroidery_type\",\"value\":\"flat\"}");
	for (size_t i = 0; i < item->file_count; i++)
		if (is_embroidered(&item->files[i]) &&
		    item->files[i].thread_colours[0])
			threads_put(b, a, &item->files[i]);
	buf_char(b, ']');
}

static void
items_put(struct buf *b, struct arena *a, const struct print_order *o)
{
	buf_json_key(b, "items");
	buf_char(b, '[');
	for (size_t i = 0; i < o->item_count; i++) {
		const struct print_item *item = &o->items[i];

		buf_json_comma(b);
		buf_char(b, '{');
		kit_member(b, "external_id", item->reference);
		buf_json_key(b, "variant_id");
		buf_text(b, item->variant_ref); /* digits: print_may() */
		kit_member_int(b, "quantity", item->quantity);
		kit_member(b, "name", item->name);
		if (o->retail_currency)
			money_member(b, "retail_price", item->retail_minor,
			    o->retail_currency);
		files_put(b, item);
		options_put(b, a, item);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void
retail_put(struct buf *b, const struct print_order *o)
{
	const char *currency = o->retail_currency;

	if (!currency)
		return;
	buf_json_key(b, "retail_costs");
	buf_char(b, '{');
	kit_member(b, "currency", currency);
	money_member(b, "subtotal", o->retail_subtotal, currency);
	money_member(b, "discount", o->retail_discount, currency);
	money_member(b, "shipping", o->retail_shipping, currency);
	money_member(b, "tax", o->retail_tax, currency);
	buf_char(b, '}');
}

static enum outcome
order_post(struct arena *a, const struct print_order *o, const char *path,
    struct call *c, struct trouble *t)
{
	struct buf b;

	TRY(print_may(a, o, t));
	call(c, a, "POST");
	kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), path, NULL);
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "external_id", o->external_id);
	kit_member(&b, "shipping", o->express ? "PRINTFUL_FAST" : "STANDARD");
	recipient_put(&b, &o->to);
	items_put(&b, a, o);
	retail_put(&b, o);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

static enum outcome
create(struct arena *a, const struct print_order *o, struct call *c,
    struct trouble *t)
{
	return order_post(a, o, "/orders", c, t);
}

static enum outcome
quote(struct arena *a, const struct print_order *o, size_t step, struct call *c,
    struct trouble *t)
{
	insist(step == 0);
	return order_post(a, o, "/orders/estimate-costs", c, t);
}

static size_t
quote_steps(const struct print_order *o)
{
	(void)o;
	return 1;
}

/* ---- the other calls ---- */

static enum outcome
find(struct arena *a, const char *external_id, int page, struct call *c)
{
	(void)page;
	call(c, a, "GET");
	kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), "/orders/@",
	    external_id, NULL);
	return OK;
}

static enum outcome
confirm(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "POST");
	kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), "/orders/", id,
	    "/confirm", NULL);
	return OK;
}

static enum outcome
get(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "GET");
	kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), "/orders/", id, NULL);
	return OK;
}

static enum outcome
cancel(struct arena *a, const char *id, struct call *c)
{
	call(c, a, "DELETE");
	kit_url(c, a, conf_text(CONF_PRINTFUL_API_BASE), "/orders/", id, NULL);
	return OK;
}

const struct print_provider print_printful = {
	.name = "printful",
	.is_on = is_on,
	.may = print_may,
	.quote_steps = quote_steps,
	.quote = quote,
	.quoted = printful_quoted,
	.find = find,
	.found = printful_found,
	.create = create,
	.confirm = confirm,
	.get = get,
	.cancel = cancel,
	.read = printful_state_read,
	.hear = printful_hear,
};
