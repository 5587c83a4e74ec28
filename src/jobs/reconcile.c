/*
 * reconcile.c: what the providers have in their books, against ours.
 *
 * Lost webhooks are made up for by the same functions that would have heard
 * them; what no program can settle becomes a case for the admin.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
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

static enum outcome
reconcile_page(
    struct job *job, const char *provider, const struct payment_books *books)
{
	int opened;

	for (size_t i = 0; i < books->count; i++)
		TRY(sql_payment_unknown(job->db, provider,
		    books->rows[i].intent, books->rows[i].minor,
		    books->rows[i].currency, &opened));
	return OK;
}

/* What they have taken, and we know nothing of. */
static enum outcome
reconcile_books(struct job *job)
{
	struct payment_books books = { .more = true };
	int64_t since_s = clock_now_s() - DAY_S;
	struct cashier c;

	if (!payment_stripe.is_on())
		return OK;
	TRY(money_open(job, payment_stripe.name, &c));
	for (int page = 0; books.more && page < PAGES_MOST; page++) {
		enum outcome o = cashier_books(&c, since_s, books.last, &books);

		if (FAILED(o))
			return money_fail(job, &c, o);
		TRY(reconcile_page(job, payment_stripe.name, &books));
	}
	return OK;
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
