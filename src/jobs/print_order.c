/*
 * print_order.c: an order as one printer would get it.
 */
#include "base/arena.h"
#include "base/limits.h"

#include "print.h"

static struct print_address
address_of(const struct sql_print_order *o)
{
	return (struct print_address){
		.name = o->name,
		.line1 = o->line1,
		.line2 = o->line2,
		.city = o->city,
		.state = o->state,
		.postal_code = o->postal_code,
		.country = o->country,
		.phone = o->phone,
		.email = o->email,
	};
}

static json *
json_of(struct arena *a, const char *text)
{
	struct json_flaw flaw;
	json *tree = NULL;

	if (json_read(a, text, strlen(text), &json_limits_provider, &tree,
		&flaw) != OK)
		return NULL;
	return tree;
}

static void
files_read(struct arena *a, const char *text, struct print_item *item)
{
	json *files = json_of(a, text);
	size_t count = json_count(files);

	/* Too many are counted, not cut: may() refuses the line then. */
	item->file_count = count;
	for (size_t i = 0; i < count && i < PRINT_FILES_MOST; i++) {
		json *from = json_element(files, i);
		json *colours = json_get(from, "colours");
		struct print_file *to = &item->files[i];

		to->placement = json_text(from, "placement");
		to->technique = json_text(from, "technique");
		to->url = json_text(from, "url");
		for (size_t k = 0;
		     k < json_count(colours) && k < PRINT_COLOURS_MOST; k++)
			to->thread_colours[k] =
			    json_object_get_string(json_element(colours, k));
	}
}

/* Why this line cannot be made there; NULL: it can. */
static const char *
line_flaw(const struct sql_print_lines *l, const struct print_item *item)
{
	if (!l->product_ref || !l->variant_ref)
		return "does not carry it";
	if (!l->available)
		return "is out of stock of it";
	if (l->designed && item->file_count == 0)
		return "has no print file for it";
	if (!l->designed && !l->blank_allowed)
		return "would print it blank";
	return NULL;
}

static void
line_make(struct printing *p, const char *provider,
    const struct sql_print_lines *l, struct print_job *out,
    struct print_item *item)
{
	const char *flaw;

	*item = (struct print_item){
		.reference = l->item.text,
		.product_ref = l->product_ref,
		.variant_ref = l->variant_ref,
		.quantity = l->quantity,
		.name = l->name,
		.retail_minor = l->retail,
		.cost = l->cost,
		.blank = !l->designed,
	};
	files_read(p->job->arena, l->files, item);
	flaw = line_flaw(l, item);
	if (!flaw)
		return;
	out->waits = l->product_ref && l->variant_ref && l->available &&
		     l->designed && (!out->why || out->waits);
	out->why =
	    arena_printf(p->job->arena, "%s %s (%s)", provider, flaw, l->name);
}

static bool
renders(const char *state)
{
	return state && (!strcmp(state, "queued") || !strcmp(state, "running"));
}

enum outcome
print_order_make(
    struct printing *p, const char *provider, struct print_job *out)
{
	struct arena *a = p->job->arena;
	const struct sql_print_order *o = &p->row;
	struct sql_print_lines *lines;
	struct print_item *items;
	int count;

	TRY(sql_print_lines(p->job->db, o->id, provider, &lines, &count));
	items = arena_array(a, struct print_item, count + 1);
	*out = (struct print_job){ 0 };
	for (int i = 0; i < count; i++)
		line_make(p, provider, &lines[i], out, &items[i]);
	out->waits = out->waits && renders(o->render_state);
	out->order = (struct print_order){
		.external_id = o->external_id ? o->external_id : o->number,
		.express = o->express,
		.to = address_of(o),
		.items = items,
		.item_count = (size_t)count,
		.retail_currency = o->currency,
		.retail_subtotal = o->subtotal,
		.retail_discount = o->discount,
		.retail_shipping = o->shipping,
		.retail_tax = o->tax,
	};
	return OK;
}
