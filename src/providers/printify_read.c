/*
 * printify_read.c: what Printify's orders, prices and errors say.
 */
#include <json-c/linkhash.h>

#include "base/arena.h"
#include "base/insist.h"
#include "providers/print_room.h"

#define RATE_PAUSE_S 60
#define CENTS_MOST 100000000

/* errors.reason, message, error: the first that is a text. */
static const char *
words_of(json *root)
{
	const char *words = json_text(json_get(root, "errors"), "reason");

	if (!words)
		words = json_text(json_get(root, "errors"), "error");
	if (!words)
		words = json_text(root, "message");
	return words ? words : kit_text(root, "error");
}

static enum outcome
answer_read(struct arena *a, const struct answer *answer, json **root,
    struct trouble *t)
{
	const char *words;
	enum outcome o;

	TRY(kit_reached(answer, t));
	*root = kit_json(a, answer->body, answer->size);
	o = kit_status(a, answer, t);
	if (o == OK)
		return *root
			   ? OK
			   : kit_nonsense(a, t, "not JSON where it should be");
	words = words_of(*root);
	/* a repeated external id: the order is there already */
	if (answer->status == 409 || strcasestr(words, "already exist"))
		return kit_trouble(a, t, CONFLICT, CURE_LOOK, "exists", words);
	kit_trouble(a, t, o, t->cure, arena_text(a, t->code), words);
	if (answer->status == 429 && t->wait_s < RATE_PAUSE_S)
		t->wait_s = RATE_PAUSE_S;
	return o;
}

/* An amount in cents that somebody could mean. */
static bool
cents_read(json *object, const char *name, int64_t *cents)
{
	int64_t value = json_int(object, name, -1);

	if (value < 0 || value > CENTS_MOST)
		return false;
	*cents = value;
	return true;
}

static void
costs_read(json *order, struct print_state *s)
{
	s->has_cost = cents_read(order, "total_price", &s->items_cost) &&
		      cents_read(order, "total_shipping", &s->shipping_cost);
	if (!s->has_cost)
		return;
	cents_read(order, "total_tax", &s->tax_cost);
	s->total_cost = s->items_cost + s->shipping_cost + s->tax_cost;
}

/* Most often they tell nothing of them. */
static void
areas_read(json *line, struct print_echo *echo)
{
	json *areas = json_get(line, "print_areas");
	size_t k = 0;

	if (!json_object_is_type(areas, json_type_object) ||
	    json_object_object_length(areas) == 0)
		return;
	echo->files = json_object_object_length(areas);
	json_object_object_foreach(areas, placement, url)
	{
		if (k >= PRINT_FILES_MOST)
			break;
		echo->placements[k] = placement;
		echo->urls[k++] = json_object_is_type(url, json_type_string)
				      ? json_object_get_string(url)
				      : NULL;
	}
}

/* They take a name in two parts, and a dash where there is but one. */
static void
address_read(struct arena *a, json *order, struct print_state *s)
{
	json *to = json_get(order, "address_to");
	const char *last = kit_text(to, "last_name");

	s->to = (struct print_address){ .line1 = json_text(to, "address1"),
		.line2 = json_text(to, "address2"),
		.city = json_text(to, "city"),
		.state = json_text(to, "region"),
		.postal_code = json_text(to, "zip"),
		.country = json_text(to, "country") };
	if (json_text(to, "first_name"))
		s->to.name = arena_printf(a, "%s %s",
		    json_text(to, "first_name"), strcmp(last, "-") ? last : "");
}

static void
items_read(struct arena *a, json *order, struct print_state *s)
{
	json *lines = json_get(order, "line_items");
	size_t count = json_count(lines);
	struct print_echo *out = arena_array(a, struct print_echo, count + 1);

	for (size_t i = 0; i < count; i++) {
		json *line = json_element(lines, i);
		const char *status = kit_text(line, "status");
		const char *variant = kit_id(a, line, "variant_id");

		out[i] = (struct print_echo){ .reference = "",
			.variant_ref = variant ? variant : "",
			.quantity = (int)json_int(line, "quantity", 0),
			.files = -1,
			.failed = !strcmp(status, "has-issues") ||
				  !strcmp(status, "had-issues") };
		areas_read(line, &out[i]);
	}
	s->items = out;
	s->item_count = count;
}

/* 1970 means "not yet". */
static void
shipments_read(struct arena *a, json *order, struct print_state *s)
{
	json *all = json_get(order, "shipments");
	size_t count = json_count(all);
	struct print_shipment *out =
	    arena_array(a, struct print_shipment, count + 1);

	for (size_t i = 0; i < count; i++) {
		json *one = json_element(all, i);
		const char *number = kit_text(one, "number");

		/* a parcel has no id of its own: the order's, and its number */
		out[i] = (struct print_shipment){
			*number ? arena_printf(a, "%s:%.100s", s->id, number)
				: arena_printf(a, "%s:%zu", s->id, i),
			kit_text(one, "carrier"), "", number,
			kit_text(one, "url"), kit_time_of(one, "shipped_at"),
			kit_time_of(one, "delivered_at")
		};
	}
	s->shipments = out;
	s->shipment_count = count;
}

enum print_status
printify_status(const char *word)
{
	/* clang-format off */
	static const struct {
		const char *word;
		enum print_status status;
	} rows[] = {
		{ "pending",               PRINT_DRAFT },
		{ "on-hold",               PRINT_DRAFT },
		{ "payment-not-received",  PRINT_ON_HOLD },
		{ "sending-to-production", PRINT_IN_PRODUCTION },
		{ "in-production",         PRINT_IN_PRODUCTION },
		{ "partially-fulfilled",   PRINT_PARTIAL },
		{ "fulfilled",             PRINT_SHIPPED },
		{ "canceled",              PRINT_CANCELLED },
		{ "cancelled",             PRINT_CANCELLED },
		{ "had-issues",            PRINT_ON_HOLD },
		{ "has-issues",            PRINT_ON_HOLD },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].word, word))
			return rows[i].status;
	return PRINT_UNKNOWN;
}

static void
order_read(struct arena *a, json *order, struct print_state *s)
{
	json *metadata = json_get(order, "metadata");
	const char *external = kit_id(a, metadata, "shop_order_id");

	s->external_id = external ? external : "";
	s->status_words = kit_text(order, "status");
	s->status = printify_status(s->status_words);
	s->may_cancel = !strcmp(s->status_words, "on-hold") ||
			!strcmp(s->status_words, "payment-not-received");
	if (s->status == PRINT_ON_HOLD)
		s->reason = s->status_words;
	s->is_partial = !*s->status_words;
	costs_read(order, s);
	items_read(a, order, s);
	address_read(a, order, s);
	shipments_read(a, order, s);
	if (s->status == PRINT_SHIPPED && print_all_delivered(s))
		s->status = PRINT_DELIVERED;
}

enum outcome
printify_state_read(struct arena *a, const struct answer *answer,
    struct print_state *out, struct trouble *t)
{
	struct print_state s = print_state_empty();
	json *order;

	TRY(answer_read(a, answer, &order, t));
	if (!(s.id = kit_id(a, order, "id")))
		return kit_nonsense(a, t, "not an order");
	order_read(a, order, &s);
	if (s.is_partial)
		s.status = PRINT_DRAFT;
	*out = s;
	return OK;
}

/* The newest come first: is there one that was there before ours? */
static bool
is_older(json *orders, int64_t since_s)
{
	for (size_t i = 0; i < json_count(orders); i++) {
		int64_t made =
		    kit_time_of(json_element(orders, i), "created_at");

		if (made > 0 && made < since_s)
			return true;
	}
	return false;
}

/* A live one beats one that will not be made. */
enum outcome
printify_found(struct arena *a, const char *external_id, int64_t since_s,
    const struct answer *answer, struct print_state *out, bool *more,
    struct trouble *t)
{
	enum outcome o = NOT_FOUND;
	json *root, *data;

	*more = false;
	TRY(answer_read(a, answer, &root, t));
	data = json_get(root, "data");
	if (!data)
		return kit_nonsense(a, t, "not a list of orders");
	for (size_t i = 0; i < json_count(data); i++) {
		struct print_state s = print_state_empty();
		json *order = json_element(data, i);

		if (!(s.id = kit_id(a, order, "id")))
			continue;
		order_read(a, order, &s);
		if (strcmp(s.external_id, external_id) != 0)
			continue;
		if (o == OK && s.status == PRINT_CANCELLED)
			continue;
		*out = s;
		o = OK;
	}
	*more =
	    o != OK && !is_older(data, since_s) &&
	    json_int(root, "current_page", 1) < json_int(root, "last_page", 1);
	return o;
}

/* ---- quotes ---- */

/* Is it the first line that has this product? */
static bool
is_first(const struct print_order *o, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(o->items[k].product_ref, o->items[i].product_ref))
			return false;
	return true;
}

size_t
printify_quote_steps(const struct print_order *o)
{
	size_t steps = 1;

	for (size_t i = 0; i < o->item_count; i++)
		steps += is_first(o, i);
	return steps;
}

const struct print_item *
printify_quote_item(const struct print_order *o, size_t step)
{
	for (size_t i = 0; i < o->item_count; i++)
		if (is_first(o, i) && step-- == 0)
			return &o->items[i];
	return NULL;
}

/* What this product asks for a piece of that variant. */
static bool
product_cost(struct arena *a, json *product, const struct print_item *item,
    int64_t *cost)
{
	json *variants = json_get(product, "variants");
	const char *blueprint = kit_id(a, product, "blueprint_id");
	const char *maker = kit_id(a, product, "print_provider_id");

	if (!blueprint || !maker ||
	    strcmp(blueprint, print_ref_part(a, item->product_ref, 0)) != 0 ||
	    strcmp(maker, print_ref_part(a, item->product_ref, 1)) != 0)
		return false;
	for (size_t i = 0; i < json_count(variants); i++) {
		json *v = json_element(variants, i);
		const char *id = kit_id(a, v, "id");

		if (id && !strcmp(id, item->variant_ref))
			return cents_read(v, "cost", cost);
	}
	return false;
}

/* Theirs of today, from one product or a list of them; else what we know. */
static bool
piece_cost(
    struct arena *a, json *root, const struct print_item *item, int64_t *cost)
{
	json *list = json_get(root, "data");

	if (product_cost(a, root, item, cost))
		return true;
	for (size_t i = 0; i < json_count(list); i++)
		if (product_cost(a, json_element(list, i), item, cost))
			return true;
	*cost = item->cost;
	return item->cost >= 0;
}

static enum outcome
pieces_quoted(struct arena *a, const struct print_order *o,
    const struct print_item *of, json *root, struct print_quote *sum,
    struct trouble *t)
{
	int64_t cost, items = 0;

	for (size_t i = 0; i < o->item_count; i++) {
		const struct print_item *item = &o->items[i];

		if (strcmp(item->product_ref, of->product_ref) != 0)
			continue;
		if (!piece_cost(a, root, item, &cost))
			return kit_trouble(a, t, PROVIDER_ERROR, CURE_PERSON,
			    "no price", "no product tells this piece's cost");
		items += cost * item->quantity;
	}
	sum->items += items;
	return OK;
}

enum outcome
printify_quoted(struct arena *a, const struct print_order *o, size_t step,
    const struct answer *answer, struct print_quote *sum, struct trouble *t)
{
	const struct print_item *item = printify_quote_item(o, step);
	enum outcome reached;
	json *root;

	reached = answer_read(a, answer, &root, t);
	/* a product that is gone: our own table still knows its cost */
	if (item && reached == NOT_FOUND)
		return pieces_quoted(a, o, item, NULL, sum, t);
	TRY(reached);
	if (item)
		return pieces_quoted(a, o, item, root, sum, t);
	if (!cents_read(
		root, o->express ? "priority" : "standard", &sum->shipping) &&
	    !(o->express && cents_read(root, "express", &sum->shipping)))
		return kit_nonsense(a, t, "no such way of shipping");
	sum->total = sum->items + sum->shipping;
	return OK;
}
