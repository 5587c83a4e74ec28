/*
 * intent.c: an attempt that shall not be paid any more is called off.
 *
 * Where it was paid in the meantime, that is heard like any payment: the
 * order takes it, or the money goes back.
 */
#include "base/arena.h"
#include "sql/payments.h"

#include "money.h"
#include "workers.h"

enum outcome
work_cancel_intent(struct job *job)
{
	struct sql_payment_get at;
	struct payment p = { 0 };
	const char *verdict, *key;
	struct cashier c;
	enum outcome o;

	TRY(sql_payment_get(job->db, job->ref, &at));
	if (!at.ref)
		return OK; /* nobody has got to see it */
	TRY(money_open(job, at.provider, &c));
	key = arena_printf(job->arena, "cancel-%s", job->ref.text);
	o = cashier_cancel(&c, at.ref, key, &p);
	if (o == CONFLICT || (!FAILED(o) && !p.intent))
		o = money_look(job, &c, at.ref, NULL, NULL, &verdict);
	else if (!FAILED(o))
		o = money_hear(job, &c, &p, &verdict);
	if (o == NOT_FOUND)
		return OK;
	return FAILED(o) ? money_fail(job, &c, o) : OK;
}
