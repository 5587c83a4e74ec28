/*
 * settle.c: messages whose effect somebody outside has to be asked about.
 *
 * The message is only a hint; what is fetched now is what counts.
 */
#include "base/arena.h"
#include "sql/hooks.h"

#include "money.h"
#include "workers.h"

static enum outcome
settle_intent(struct job *job, struct cashier *c, const char *intent)
{
	const char *verdict;
	struct id payment;
	enum outcome o;

	o = sql_hook_payment(job->db, c->provider->name, intent, &payment);
	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	o = money_look(job, c, intent,
	    arena_printf(job->arena, "take-%s", payment.text), NULL, &verdict);
	return FAILED(o) ? money_fail(job, c, o) : OK;
}

enum outcome
work_settle_webhook(struct job *job)
{
	const char *provider = json_text(job->payload, "provider");
	const char *intent = json_text(job->payload, "intent");
	struct cashier c;

	if (!provider || !intent || !*intent)
		return OK;
	TRY(money_open(job, provider, &c));
	return settle_intent(job, &c, intent);
}
