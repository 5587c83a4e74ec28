/*
 * settle.c: messages whose effect somebody outside has to be asked about.
 *
 * The message is only a hint; what is fetched now is what counts.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "providers/plan.h"
#include "sql/hooks.h"
#include "sql/subscriptions.h"

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

/* The tier follows what Stripe says of the subscription at this moment. */
static enum outcome
settle_subscription(struct job *job, struct cashier *c, const char *ref)
{
	struct answer answer = { .body = "", .type = "" };
	int64_t asked_ms = clock_now_ms();
	struct plan_subscription s;
	struct call call;
	struct id user;
	enum outcome o;

	plan_look(job->arena, ref, &call);
	o = c->send(c->with, &call, &answer);
	if (o == SERVICE_UNAVAILABLE)
		return o;
	o = plan_read(job->arena, &answer, &s, &c->trouble);
	if (FAILED(o))
		return money_fail(job, c, o);
	o = sql_subscription_heard(job->db, s.id, s.customer,
	    *s.user_id ? s.user_id : json_text(job->payload, "user"), s.status,
	    s.price, s.period_end_s, s.ends, asked_ms, &user);
	if (o == CONFLICT)
		return sql_subscription_twice(job->db, s.id, s.customer);
	return o == NOT_FOUND ? OK : o; /* nobody's, or newer word is here */
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
		return settle_subscription(job, &c, subscription);
	return intent && *intent ? settle_intent(job, &c, intent) : OK;
}
