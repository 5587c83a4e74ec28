/*
 * answer_fuzz.c: what providers answer. The first byte says to whose reader
 * it is given, the second with which status; the rest is the body.
 */
#include "fuzz.h"
#include "providers/draw.h"
#include "providers/identity.h"
#include "providers/mail.h"
#include "providers/payment.h"
#include "providers/plan.h"
#include "providers/print.h"

typedef void reader(struct arena *, const struct answer *);

static void
read_payment(const struct payment_provider *p, struct arena *arena,
    const struct answer *answer)
{
	struct payment_books books = { 0 };
	struct trouble trouble = { 0 };
	struct payment_token token;
	struct payment payment;
	struct refund refund;

	(void)p->started(arena, answer, &payment, &trouble);
	(void)p->looked(arena, answer, &payment, &trouble);
	if (p->taken)
		(void)p->taken(arena, answer, &payment, &trouble);
	if (p->cancelled)
		(void)p->cancelled(arena, answer, &payment, &trouble);
	(void)p->refunded(arena, answer, &refund, &trouble);
	if (p->refund_found)
		(void)p->refund_found(arena, answer, "ours", &refund, &trouble);
	(void)p->books_read(arena, answer, &books, &trouble);
	for (size_t i = 0; i < books.count; i++)
		insist(*books.rows[i].intent || *books.rows[i].charge ||
		       *books.rows[i].refund || books.rows[i].about);
	if (p->checked)
		(void)p->checked(arena, answer, &trouble);
	if (p->token_read)
		(void)p->token_read(arena, answer, &token, &trouble);
}

static void
read_stripe(struct arena *arena, const struct answer *answer)
{
	struct plan_subscription subscription;
	struct plan_session session;
	struct plan_invoice invoice;
	struct trouble trouble = { 0 };
	struct plan_price price;
	const char *id;

	read_payment(&payment_stripe, arena, answer);
	(void)plan_customer_read(arena, answer, &id, &trouble);
	(void)plan_price_found(arena, answer, &price, &trouble);
	(void)plan_made_read(arena, answer, &id, &trouble);
	(void)plan_session_read(arena, answer, &session, &trouble);
	(void)plan_read(arena, answer, &subscription, &trouble);
	(void)plan_invoice_read(arena, answer, &invoice, &trouble);
}

static void
read_paypal(struct arena *arena, const struct answer *answer)
{
	read_payment(&payment_paypal, arena, answer);
}

static void
read_print(const struct print_provider *p, struct arena *arena,
    const struct answer *answer)
{
	static const struct print_item item = { .reference = "a",
		.product_ref = "1/2",
		.variant_ref = "4011",
		.quantity = 2,
		.name = "Shirt",
		.cost = 950 };
	static const struct print_order order = { .external_id = "TS1",
		.to = { .country = "US" },
		.items = &item,
		.item_count = 1 };
	struct trouble trouble = { 0 };
	struct print_quote quote = { 0 };
	struct print_state state = { 0 };
	bool more;

	for (size_t i = 0; i < p->quote_steps(&order); i++)
		(void)p->quoted(arena, &order, i, answer, &quote, &trouble);
	(void)p->found(arena, "TS1", 0, answer, &state, &more, &trouble);
	if (p->read(arena, answer, &state, &trouble) == OK)
		(void)print_echo_flaw(&order, &state);
}

static void
read_printful(struct arena *arena, const struct answer *answer)
{
	read_print(&print_printful, arena, answer);
}

static void
read_printify(struct arena *arena, const struct answer *answer)
{
	read_print(&print_printify, arena, answer);
}

static void
read_drawing(struct arena *arena, const struct answer *answer)
{
	struct trouble trouble = { 0 };
	struct draw_result result;

	(void)draw_read(arena, answer, &result, &trouble);
	(void)draw_picture_read(arena, answer, &result, &trouble);
}

static void
read_identity(struct arena *arena, const struct answer *answer)
{
	struct identity_places places;
	struct identity_tokens tokens;
	struct identity_keys keys;
	struct trouble trouble = { 0 };

	(void)identity_discovered(arena, answer, &places, &trouble);
	(void)identity_exchanged(arena, answer, &tokens, &trouble);
	(void)identity_keys_read(arena, answer, &keys, &trouble);
}

static void
read_mail(struct arena *arena, const struct answer *answer)
{
	struct trouble trouble = { 0 };
	struct mail_sent sent;

	(void)mail_resend.sent(arena, answer, &sent, &trouble);
	(void)mail_sendgrid.sent(arena, answer, &sent, &trouble);
}

FUZZ(answer)
{
	static reader *const readers[] = { read_stripe, read_paypal,
		read_printful, read_printify, read_drawing, read_identity,
		read_mail };
	static const int statuses[] = { 200, 201, 400, 401, 402, 404, 409, 422,
		429, 500 };
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct answer answer = { .reach = REACH_ANSWERED,
		.type = "application/json",
		.max_age_s = -1,
		.request_id = "" };

	fuzz_settings();
	if (size >= 2) {
		answer.status =
		    statuses[fuzz_way(bytes + 1, 1, COUNT(statuses))];
		answer.body =
		    arena_text_n(arena, (const char *)bytes + 2, size - 2);
		answer.size = size - 2;
		readers[fuzz_way(bytes, size, COUNT(readers))](arena, &answer);
	}
	arena_destroy(arena);
	return 0;
}
