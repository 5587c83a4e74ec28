/*
 * printful_read.c: what Printful's orders say.
 *
 * Money comes as decimal strings in the store's currency, ids are numbers,
 * and costs may be missing while they calculate.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/print_room.h"

#define RATE_PAUSE_S 60

/* "OR-13" and "OR-1" mean: it is there, or beyond that. */
static enum outcome
answer_read(struct arena *a, const struct answer *answer, json **result,
    struct trouble *t)
{
	json *root, *error;
	const char *reason, *words;
	enum outcome o;

	TRY(kit_reached(answer, t));
	root = kit_json(a, answer->body, answer->size);
	o = kit_status(a, answer, t);
	if (o == OK) {
		*result = json_get(root, "result");
		return json_get(*result, "id") || json_get(*result, "costs")
			   ? OK
			   : kit_nonsense(
				 a, t, "not one of Printful's objects");
	}
	error = json_get(root, "error");
	reason = kit_text(error, "reason");
	words = kit_text(error, "message");
	if (!strcmp(reason, "OR-13") || !strcmp(reason, "OR-1") ||
	    answer->status == 409)
		return kit_trouble(a, t, CONFLICT, CURE_LOOK, reason, words);
	if (*reason)
		kit_trouble(a, t, o, t->cure, reason, words);
	if (answer->status == 429 && t->wait_s < RATE_PAUSE_S)
		t->wait_s = RATE_PAUSE_S;
	return o;
}

static bool
money_read(json *costs, const char *name, const char *currency, int64_t *minor)
{
	int decimals = amount_decimals(AMOUNT_OURS, currency);

	return decimals >= 0 &&
	       amount_parse(json_text(costs, name), decimals, minor);
}

/* All of it or nothing: some are null while they calculate. */
static void
costs_read(struct arena *a, json *order, struct print_state *s)
{
	json *costs = json_get(order, "costs");
	const char *currency = kit_upper(a, json_text(costs, "currency"));
	int64_t vat = 0, off = 0;

	s->has_cost =
	    *currency &&
	    money_read(costs, "subtotal", currency, &s->items_cost) &&
	    money_read(costs, "shipping", currency, &s->shipping_cost) &&
	    money_read(costs, "total", currency, &s->total_cost);
	if (!s->has_cost)
		return;
	money_read(costs, "tax", currency, &s->tax_cost);
	money_read(costs, "vat", currency, &vat);
	money_read(costs, "discount", currency, &off);
	s->tax_cost += vat;
	s->items_cost -= off < s->items_cost ? off : s->items_cost;
	s->currency = currency;
}

static void
file_read(json *file, size_t k, struct print_echo *echo)
{
	if (!strcmp(kit_text(file, "status"), "failed"))
		echo->failed = true;
	if (k >= PRINT_FILES_MOST)
		return;
	echo->placements[k] = json_text(file, "type");
	echo->urls[k] = json_text(file, "url");
}

static void
items_read(struct arena *a, json *order, struct print_state *s)
{
	json *items = json_get(order, "items");
	size_t count = json_count(items);
	struct print_echo *echoes =
	    arena_array(a, struct print_echo, count + 1);

	for (size_t i = 0; i < count; i++) {
		json *item = json_element(items, i);
		json *files = json_get(item, "files");
		const char *variant = kit_id(a, item, "variant_id");

		echoes[i].reference = kit_text(item, "external_id");
		echoes[i].variant_ref = variant ? variant : "";
		echoes[i].quantity = (int)json_int(item, "quantity", 0);
		echoes[i].files = (int)json_count(files);
		for (size_t k = 0; k < json_count(files); k++)
			file_read(json_element(files, k), k, &echoes[i]);
	}
	s->items = echoes;
	s->item_count = count;
}

static void
recipient_read(json *order, struct print_state *s)
{
	json *to = json_get(order, "recipient");

	s->to = (struct print_address){ .name = json_text(to, "name"),
		.line1 = json_text(to, "address1"),
		.line2 = json_text(to, "address2"),
		.city = json_text(to, "city"),
		.state = json_text(to, "state_code"),
		.postal_code = json_text(to, "zip"),
		.country = json_text(to, "country_code") };
}

static void
shipments_read(struct arena *a, json *order, struct print_state *s)
{
	json *all = json_get(order, "shipments");
	size_t count = json_count(all);
	struct print_shipment *out =
	    arena_array(a, struct print_shipment, count + 1);

	for (size_t i = 0; i < count; i++) {
		json *one = json_element(all, i);
		const char *id = kit_id(a, one, "id");

		out[i] = (struct print_shipment){ id ? id : "",
			kit_text(one, "carrier"), kit_text(one, "service"),
			kit_text(one, "tracking_number"),
			kit_text(one, "tracking_url"),
			kit_time_of(one, "shipped_at"),
			kit_time_of(one, "delivered_at") };
	}
	s->shipments = out;
	s->shipment_count = count;
}

enum print_status
printful_status(const char *word)
{
	/* clang-format off */
	static const struct {
		const char *word;
		enum print_status status;
	} rows[] = {
		{ "draft",     PRINT_DRAFT },
		{ "pending",   PRINT_ACCEPTED },
		{ "inreview",  PRINT_IN_PRODUCTION },
		{ "inprocess", PRINT_IN_PRODUCTION },
		{ "onhold",    PRINT_ON_HOLD },
		{ "failed",    PRINT_FAILED },
		{ "partial",   PRINT_PARTIAL },
		{ "fulfilled", PRINT_SHIPPED },
		{ "canceled",  PRINT_CANCELLED },
		{ "archived",  PRINT_CANCELLED },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].word, word))
			return rows[i].status;
	return PRINT_UNKNOWN;
}

enum outcome
printful_state_read(struct arena *a, const struct answer *answer,
    struct print_state *out, struct trouble *t)
{
	struct print_state s = print_state_empty();
	json *order;

	TRY(answer_read(a, answer, &order, t));
	if (!(s.id = kit_id(a, order, "id")))
		return kit_nonsense(a, t, "not an order");
	s.external_id = kit_text(order, "external_id");
	s.status_words = kit_text(order, "status");
	s.status = printful_status(s.status_words);
	s.may_cancel = s.status == PRINT_DRAFT || s.status == PRINT_ACCEPTED ||
		       s.status == PRINT_FAILED;
	s.reason = kit_text(order, "error");
	costs_read(a, order, &s);
	items_read(a, order, &s);
	recipient_read(order, &s);
	shipments_read(a, order, &s);
	if (s.status == PRINT_SHIPPED && print_all_delivered(&s))
		s.status = PRINT_DELIVERED;
	*out = s;
	return OK;
}

enum outcome
printful_found(struct arena *a, const char *external_id, int64_t since_s,
    const struct answer *answer, struct print_state *out, bool *more,
    struct trouble *t)
{
	struct print_state s;

	(void)since_s;
	*more = false;
	TRY(printful_state_read(a, answer, &s, t));
	if (strcmp(s.external_id, external_id) != 0)
		return kit_nonsense(a, t, "somebody else's order");
	*out = s;
	return OK;
}

/* We compare in dollars; a store in another currency is not chosen. */
enum outcome
printful_quoted(struct arena *a, const struct print_order *o, size_t step,
    const struct answer *answer, struct print_quote *sum, struct trouble *t)
{
	struct print_state s = print_state_empty();
	json *result;

	(void)o;
	(void)step;
	TRY(answer_read(a, answer, &result, t));
	costs_read(a, result, &s);
	if (!s.has_cost || strcmp(s.currency, "USD") != 0)
		return kit_nonsense(a, t, "no costs in dollars");
	sum->items = s.items_cost;
	sum->shipping = s.shipping_cost;
	sum->total = s.items_cost + s.shipping_cost;
	return OK;
}
