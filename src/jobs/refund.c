/*
 * refund.c: money goes back.
 *
 * The row stands before, and its key is what the provider is asked with, so
 * that asking again after a lost answer gives nothing back twice. Where keys
 * are forgotten it is looked for before it is asked for again.
 */
#include <string.h>

#include "db/tx.h"
#include "sql/payments.h"

#include "money.h"
#include "workers.h"

static enum outcome
refund_hear(struct job *job, const struct cashier *c,
    const struct sql_refund_get *row, const struct refund *r)
{
	struct sql_refund_heard heard;

	return sql_refund_heard(job->db, c->provider->name, job->ref.text,
	    r->id, row->intent, row->charge, r->minor, r->currency,
	    cashier_refund_word(r->state), r->failure ? r->failure : "",
	    &heard);
}

/*
 * The provider says that so much is not left to give back: somebody was there
 * before us. Ours is dropped, theirs is counted, and what is still left is
 * asked for where nothing may be kept: all of it, or none and once more.
 */
static enum outcome
refund_overtaken(
    struct job *job, struct cashier *c, const struct sql_refund_get *row)
{
	struct payment p = { 0 };
	const char *verdict;
	bool explained;
	enum outcome o = cashier_look(c, row->intent, &p);

	if (FAILED(o))
		return money_fail(job, c, o);
	TX(job->db);
	TRY(sql_refund_drop(job->db, job->ref));
	TRY(money_hear(job, c, &p, &verdict));
	TRY(sql_refund_rest(job->db, job->ref, &explained));
	return explained ? TX_COMMIT(OK) : money_fail(job, c, PROVIDER_ERROR);
}

/* Was it made already? NOT_FOUND: no, or it has not been asked for before. */
static enum outcome
refund_look(struct job *job, struct cashier *c,
    const struct sql_refund_get *row, struct refund *r)
{
	if (row->ref)
		return cashier_look_refund(c, row->ref, r);
	if (job->attempts == 1 && !row->old)
		return NOT_FOUND;
	return cashier_find_refund(c, row->intent, job->ref.text, r);
}

static enum outcome
refund_ask(struct job *job, struct cashier *c, const struct sql_refund_get *row,
    struct refund *r)
{
	struct refund_ask ask = { .intent = row->intent,
		.charge = row->charge,
		.minor = row->amount,
		.currency = row->currency,
		.refund_id = job->ref.text,
		.order_id = row->order_id.text,
		.key = row->key };
	enum outcome o = refund_look(job, c, row, r);

	return o == NOT_FOUND && !row->ref ? cashier_refund(c, &ask, r) : o;
}

/* Nobody tries again: somebody should know. */
static bool
is_the_end(const struct job *job, enum outcome o)
{
	return (o != PROVIDER_ERROR && o != TIMEOUT &&
		   o != SERVICE_UNAVAILABLE) ||
	       (!job->free_retry && job->attempts >= job->max_attempts);
}

enum outcome
work_refund_payment(struct job *job)
{
	struct sql_refund_get row;
	struct refund r = { 0 };
	struct cashier c;
	enum outcome o;

	TRY(sql_refund_get(job->db, job->ref, &row));
	if (strcmp(row.status, "pending") != 0 &&
	    strcmp(row.status, "requires_action") != 0)
		return OK;
	TRY(money_open(job, row.provider, &c));
	o = refund_ask(job, &c, &row, &r);
	if (!FAILED(o))
		return refund_hear(job, &c, &row, &r);
	if (o == CONFLICT && c.trouble.cure == CURE_LOOK)
		return refund_overtaken(job, &c, &row);
	o = money_fail(job, &c, o);
	if (is_the_end(job, o))
		TRY(sql_payment_case(
		    job->db, "refund-stuck", row.payment, "{}"));
	return o;
}
