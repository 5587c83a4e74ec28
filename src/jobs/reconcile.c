/*
 * reconcile.c: what the providers have in their books, against ours.
 *
 * Lost webhooks are made up for by the same functions that would have heard
 * them; what no program can settle becomes a case for the admin.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/insist.h"
#include "sql/payments.h"
#include "sql/subscriptions.h"

#include "subscription.h"
#include "workers.h"

#define DAY_S 86400
#define ASK_MOST 200
#define PAGES_MOST 100

static enum outcome
reconcile_payment(struct job *job, const struct sql_payments_to_ask *row)
{
	struct payment p = { 0 };
	struct cashier c;
	const char *verdict;
	enum outcome o;

	TRY(money_open(job, row->provider, &c));
	o = money_look(job, &c, row->ref,
	    arena_printf(job->arena, "take-%s", row->id.text), &p, &verdict);
	if (o == NOT_FOUND && strcmp(row->status, "succeeded") != 0)
		return sql_payment_lost(job->db, row->id);
	if (o == NOT_FOUND || (!FAILED(o) && p.state != PAYMENT_PAID &&
				  strcmp(row->status, "succeeded") == 0))
		return sql_payment_case(
		    job->db, "not-paid-there", row->id, "{}");
	return FAILED(o) ? money_fail(job, &c, o) : OK;
}

static enum outcome
reconcile_refund(struct job *job, const struct sql_refunds_to_ask *row)
{
	struct sql_refund_heard heard;
	struct refund r = { 0 };
	struct cashier c;
	enum outcome o;

	TRY(money_open(job, row->provider, &c));
	o = cashier_look_refund(&c, row->ref, &r);
	if (o == NOT_FOUND)
		return sql_refund_case(
		    job->db, "refund-missing", row->id, NULL);
	if (FAILED(o))
		return money_fail(job, &c, o);
	if (r.minor != row->amount || strcmp(r.currency, row->currency) != 0)
		return sql_refund_case(
		    job->db, "refund-differs", row->id, &r.minor);
	return sql_refund_heard(job->db, row->provider, row->id.text, r.id,
	    row->intent, row->charge, r.minor, r.currency,
	    cashier_refund_word(r.state), r.failure ? r.failure : "", &heard);
}

/* Lost words about subscriptions are made up for by asking. */
static enum outcome
reconcile_subscriptions(struct job *job)
{
	struct sql_subscriptions_to_ask *rows;
	enum outcome worst = OK;
	struct cashier c;
	int count;

	TRY(sql_subscriptions_to_ask(job->db, ASK_MOST, &rows, &count));
	if (count == 0)
		return OK;
	TRY(money_open(job, "stripe", &c));
	for (int i = 0; i < count; i++) {
		enum outcome o =
		    subscription_settle(job, &c, rows[i].ref, NULL);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}

static enum outcome
reconcile_payments(struct job *job)
{
	struct sql_payments_to_ask *rows;
	enum outcome worst = OK;
	int count;

	TRY(sql_payments_to_ask(job->db, DAY_S, ASK_MOST, &rows, &count));
	for (int i = 0; i < count; i++) {
		enum outcome o = reconcile_payment(job, &rows[i]);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}

static enum outcome
reconcile_refunds(struct job *job)
{
	struct sql_refunds_to_ask *rows;
	enum outcome worst = OK;
	int count;

	TRY(sql_refunds_to_ask(job->db, DAY_S, ASK_MOST, &rows, &count));
	for (int i = 0; i < count; i++) {
		enum outcome o = reconcile_refund(job, &rows[i]);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}

/* Money that came; what we do not know to be paid is looked at. */
static enum outcome
reconcile_taken(
    struct job *job, struct cashier *c, const struct payment_notice *n)
{
	const char *name = c->provider->name, *status, *verdict;
	struct id order;
	enum outcome o;

	if (!id_parse(n->order_id, &order))
		return OK; /* a subscription's, or another shop's */
	o = sql_payment_known(job->db, name, n->intent, &status);
	if (o == NOT_FOUND)
		return sql_payment_unknown(
		    job->db, name, n->intent, n->minor_paid, n->currency);
	TRY(o);
	if (strcmp(status, "succeeded") == 0)
		return OK;
	o = money_look(job, c, n->intent, NULL, NULL, &verdict);
	return FAILED(o) ? money_fail(job, c, o) : OK;
}

static enum outcome
reconcile_given_back(
    struct job *job, struct cashier *c, const struct payment_notice *n)
{
	struct sql_refund_heard heard;

	return sql_refund_heard(job->db, c->provider->name, n->refund_id,
	    n->refund, n->intent, n->charge, n->minor, n->currency,
	    cashier_refund_word(n->refund_state), n->reason, &heard);
}

static enum outcome
reconcile_page(
    struct job *job, struct cashier *c, const struct payment_books *books)
{
	enum outcome worst = OK;

	for (size_t i = 0; i < books->count; i++) {
		const struct payment_notice *n = &books->rows[i];
		enum outcome o = n->about == ABOUT_REFUND
				     ? reconcile_given_back(job, c, n)
				     : reconcile_taken(job, c, n);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}

static enum outcome
reconcile_book(struct job *job, struct cashier *c, enum payment_book book)
{
	struct payment_books books = { 0 };
	int64_t since_s = clock_now_s() - DAY_S;
	enum outcome worst = OK, o;

	for (int page = 0; page < PAGES_MOST; page++) {
		o = cashier_books(c, book, since_s, books.next, &books);
		if (FAILED(o))
			return money_fail(job, c, o);
		o = reconcile_page(job, c, &books);
		worst = FAILED(o) ? o : worst;
		if (!books.next)
			break;
	}
	return worst;
}

/* What they have taken and given back, and we may know nothing of. */
static enum outcome
reconcile_books(struct job *job)
{
	static const struct payment_provider *const all[] = { &payment_stripe,
		&payment_paypal };
	enum outcome worst = OK;
	struct cashier c;

	for (size_t i = 0; i < COUNT(all); i++)
		for (enum payment_book b = BOOK_TAKEN;
		     all[i]->is_on() && b <= BOOK_GIVEN_BACK; b++) {
			enum outcome o;

			TRY(money_open(job, all[i]->name, &c));
			o = reconcile_book(job, &c, b);
			worst = FAILED(o) ? o : worst;
		}
	return worst;
}

/* One that fails does not keep the others from being asked. */
enum outcome
work_reconcile_payments(struct job *job)
{
	static enum outcome (*const books[])(
	    struct job *) = { reconcile_payments, reconcile_refunds,
		reconcile_subscriptions, reconcile_books };
	enum outcome worst = OK;

	for (size_t i = 0; i < COUNT(books); i++) {
		enum outcome o = books[i](job);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}
