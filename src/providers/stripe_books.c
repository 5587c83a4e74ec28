/*
 * stripe_books.c: what Stripe has taken and given back lately, page by page.
 */
#include "base/arena.h"
#include "providers/stripe.h"

#define PAGE "100"

/* The next page begins after the last object of this one. */
enum outcome
stripe_books(struct arena *a, enum payment_book book, int64_t since_s,
    const char *page, const char *token, struct call *c)
{
	const char *since = arena_printf(a, "%lld", (long long)since_s);
	const char *path = book == BOOK_TAKEN
			       ? "/v1/payment_intents?limit=" PAGE
				 "&created[gte]="
			       : "/v1/refunds?limit=" PAGE "&created[gte]=";

	(void)token;
	stripe_call(c, a, "GET", NULL);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), path, since,
	    page ? "&starting_after=" : NULL, page, NULL);
	return OK;
}

enum outcome
stripe_books_read(struct arena *a, const struct answer *answer,
    struct payment_books *out, struct trouble *t)
{
	struct payment_books books = { 0 };
	const char *last = NULL;
	json *root, *list;

	TRY(stripe_answer(a, answer, &root, t));
	if (!stripe_is(root, "list"))
		return kit_nonsense(a, t, "not a list");
	list = json_get(root, "data");
	books.rows =
	    arena_array(a, struct payment_notice, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		struct payment_notice *n = &books.rows[books.count];

		if (!(last = kit_id(a, json_element(list, i), "id")))
			return kit_nonsense(a, t, "an object without an id");
		*n = payment_notice_empty();
		stripe_object_heard(a, json_element(list, i), n);
		if (n->about == ABOUT_REFUND ||
		    (n->about == ABOUT_INTENT && n->state == PAYMENT_PAID))
			books.count++;
	}
	if (json_flag(root, "has_more", false))
		books.next = last;
	*out = books;
	return OK;
}
