/*
 * expire.c: orders that were not paid in time end.
 *
 * The provider is asked first: a lost webhook must not cost the shopper an
 * order. Where it cannot be asked, or money is on its way, the order waits.
 */
#include "base/arena.h"
#include "base/log.h"
#include "sql/payments.h"

#include "money.h"
#include "workers.h"

#define ORDERS_MOST 100

/* May it end? Asks about its open attempt, if there is one. */
static enum outcome
expire_ask(struct job *job, const struct sql_payments_expired *row, bool *may)
{
	struct payment p = { 0 };
	struct cashier c;
	const char *verdict;
	enum outcome o;

	*may = true;
	if (!row->ref)
		return OK;
	*may = false;
	TRY(money_open(job, row->provider, &c));
	o = money_look(job, &c, row->ref,
	    arena_printf(job->arena, "take-%s", row->payment.text), &p,
	    &verdict);
	if (o == NOT_FOUND) {
		*may = true;
		return OK;
	}
	if (FAILED(o))
		return money_fail(job, &c, o);
	*may = p.state != PAYMENT_PROCESSING && p.state != PAYMENT_PAID;
	return OK;
}

enum outcome
work_expire_orders(struct job *job)
{
	struct sql_payments_expired *rows;
	enum outcome worst = OK;
	int count, touched;

	TRY(sql_payments_expired(job->db, ORDERS_MOST, &rows, &count));
	for (int i = 0; i < count; i++) {
		bool may;
		enum outcome o = expire_ask(job, &rows[i], &may);

		if (FAILED(o)) /* the others go on */
			worst = o;
		if (may)
			TRY(sql_order_expire(
			    job->db, rows[i].order_id, &touched));
		else
			TRY(sql_order_wait(job->db, rows[i].order_id));
	}
	return worst;
}
