/*
 * settle.c: messages whose effect somebody outside has to be asked about.
 *
 * The message is only a hint; what is fetched now is what counts.
 */
#include "base/arena.h"
#include "sql/hooks.h"

#include "subscription.h"
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

/* Of a bill: the bill itself, then what it was for. */
static enum outcome
settle_plan(struct job *job, struct cashier *c)
{
	const char *invoice = json_text(job->payload, "invoice");
	const char *type = json_text(job->payload, "type");
	const char *ref = json_text(job->payload, "subscription");

	if (invoice && *invoice)
		TRY(invoice_settle(job, c, invoice,
		    type && strcmp(type, "invoice.payment_failed") == 0));
	return subscription_settle(
	    job, c, ref, json_text(job->payload, "user"));
}

enum outcome
work_settle_webhook(struct job *job)
{
	const char *provider = json_text(job->payload, "provider");
	const char *intent = json_text(job->payload, "intent");
	const char *subscription = json_text(job->payload, "subscription");
	struct cashier c;

	if (!provider)
		return OK;
	TRY(money_open(job, provider, &c));
	if (subscription && *subscription)
		return settle_plan(job, &c);
	return intent && *intent ? settle_intent(job, &c, intent) : OK;
}
