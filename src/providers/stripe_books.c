/*
 * stripe_books.c: what Stripe has taken lately, page by page.
 */
#include "base/arena.h"
#include "providers/stripe.h"

#define PAGE "100"

enum outcome
stripe_books(
    struct arena *a, int64_t since_s, const char *after, struct call *c)
{
	const char *since = arena_printf(a, "%lld", (long long)since_s);

	stripe_call(c, a, "GET", NULL);
	if (after)
		kit_url(c, a, conf_text(CONF_STRIPE_API_BASE),
		    "/v1/payment_intents?limit=" PAGE "&created[gte]=", since,
		    "&starting_after=", after, NULL);
	else
		kit_url(c, a, conf_text(CONF_STRIPE_API_BASE),
		    "/v1/payment_intents?limit=" PAGE "&created[gte]=", since,
		    NULL);
	return OK;
}

/* Money of an order of ours: subscriptions and other shops have no such id. */
static bool
is_taken_for_us(json *intent)
{
	return stripe_is(intent, "payment_intent") &&
	       !strcmp(kit_text(intent, "status"), "succeeded") &&
	       *kit_text(json_get(intent, "metadata"), "order_id");
}

enum outcome
stripe_books_read(struct arena *a, const struct answer *answer,
    struct payment_books *out, struct trouble *t)
{
	struct payment_books books = { 0 };
	json *root, *list;

	TRY(stripe_answer(a, answer, &root, t));
	list = json_get(root, "data");
	books.rows = arena_array(a, struct payment_row, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		json *intent = json_element(list, i);
		struct payment_row *row = &books.rows[books.count];

		*row = (struct payment_row){ .intent = kit_id(a, intent, "id"),
			.currency =
			    kit_upper(a, json_text(intent, "currency")) };
		if (!row->intent)
			return kit_nonsense(a, t, "an intent without an id");
		books.last = row->intent;
		if (is_taken_for_us(intent) &&
		    stripe_amount(
			intent, "amount_received", row->currency, &row->minor))
			books.count++;
	}
	books.more = json_flag(root, "has_more", false);
	*out = books;
	return OK;
}
