/*
 * reconcile.c: what the providers have in their books, against ours.
 *
 * Lost webhooks are made up for by the same functions that would have heard
 * them; what no program can settle becomes a case for the admin.
 */
#include <string.h>

#include "base/arena.h"
#include "sql/payments.h"

#include "money.h"
#include "workers.h"

#define DAY_S 86400
#define ASK_MOST 200

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
	if (FAILED(o))
		return money_fail(job, &c, o);
	return sql_refund_heard(job->db, row->provider, row->id.text, r.id,
	    row->intent, row->charge, r.minor, r.currency,
	    cashier_refund_word(r.state), r.failure ? r.failure : "", &heard);
}

enum outcome
work_reconcile_payments(struct job *job)
{
	struct sql_payments_to_ask *payments;
	struct sql_refunds_to_ask *refunds;
	enum outcome worst = OK;
	int count;

	TRY(sql_payments_to_ask(job->db, DAY_S, ASK_MOST, &payments, &count));
	for (int i = 0; i < count; i++) {
		enum outcome o = reconcile_payment(job, &payments[i]);

		worst = FAILED(o) ? o : worst; /* the others go on */
	}
	TRY(sql_refunds_to_ask(job->db, ASK_MOST, &refunds, &count));
	for (int i = 0; i < count; i++) {
		enum outcome o = reconcile_refund(job, &refunds[i]);

		worst = FAILED(o) ? o : worst;
	}
	return worst;
}
