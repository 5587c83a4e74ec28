/*
 * paypal_books.c: what PayPal has taken and given back lately.
 *
 * It keeps no list of payments for us, but one of the messages that it has
 * sent or tried to send: GET /v1/notifications/webhooks-events.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "providers/paypal.h"

#define EVENTS "/v1/notifications/webhooks-events?"
#define PAGE_MOST 1000

/* A further page is the query of the link that the one before has told. */
enum outcome
paypal_books(struct arena *a, enum payment_book book, int64_t since_s,
    const char *page, const char *token, struct call *c)
{
	char since[CLOCK_TEXT], now[CLOCK_TEXT];

	clock_format(1000 * since_s, since);
	clock_format(clock_now_ms(), now);
	paypal_call(c, a, "GET", token, NULL);
	if (page)
		kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE),
		    arena_printf(a, EVENTS "%s", page), NULL);
	else
		kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE),
		    EVENTS "page_size=100&start_time=", since,
		    "&end_time=", now, "&event_type=",
		    book == BOOK_TAKEN ? "PAYMENT.CAPTURE.COMPLETED"
				       : "PAYMENT.CAPTURE.REFUNDED",
		    NULL);
	return OK;
}

/* Only the query counts: where it is sent is ours to say. */
static const char *
next_page(json *root)
{
	const char *query = strchr(paypal_link(root, "next"), '?');

	return query && kit_is_token(query + 1, PAGE_MOST) &&
		       !strchr(query, '#')
		   ? query + 1
		   : NULL;
}

enum outcome
paypal_books_read(struct arena *a, const struct answer *answer,
    struct payment_books *out, struct trouble *t)
{
	struct payment_books books = { 0 };
	json *root, *list;

	TRY(paypal_answer(a, answer, &root, t));
	list = json_get(root, "events");
	books.rows =
	    arena_array(a, struct payment_notice, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		struct payment_notice *n = &books.rows[books.count];

		*n = payment_notice_empty();
		paypal_event_heard(a, json_element(list, i), n);
		if (n->about == ABOUT_REFUND ||
		    (n->about == ABOUT_INTENT && n->state == PAYMENT_PAID))
			books.count++;
	}
	books.next = json_count(list) > 0 ? next_page(root) : NULL;
	*out = books;
	return OK;
}
