/*
 * money.c: what the jobs about money share.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "sql/payments.h"

#include "money.h"

#define OFF_PAUSE_S 300
/*
 * Stripe keeps a failure under its key for a day, and what came of it nobody
 * can tell: another key might do it twice. So the key stays, and a dozen tries
 * outlast the day.
 */
#define STORED_PAUSE_S (3 * 3600)

static enum outcome
job_send(void *with, const struct call *call, struct answer *answer)
{
	return outside_send(with, call, answer);
}

enum outcome
money_open(struct job *job, const char *name, struct cashier *c)
{
	const struct payment_provider *provider = payment_find(name);

	insist(provider);
	*c = (struct cashier){ .arena = job->arena,
		.provider = provider,
		.send = job_send,
		.with = job };
	if (provider->is_on())
		return OK;
	job->free_retry = true;
	job->retry_after_s = OFF_PAUSE_S;
	return job_fail(job, SERVICE_UNAVAILABLE, "%s is switched off", name);
}

enum outcome
money_fail(struct job *job, const struct cashier *c, enum outcome o)
{
	const struct trouble *t = &c->trouble;

	if (o == SERVICE_UNAVAILABLE && t->cure == CURE_NONE)
		return o; /* the sender has said why */
	if (t->wait_s > job->retry_after_s)
		job->retry_after_s = t->wait_s;
	if (t->cure == CURE_ANEW && job->retry_after_s < STORED_PAUSE_S)
		job->retry_after_s = STORED_PAUSE_S;
	/* what is only slow or confused heals; what was refused does not */
	if (t->cure == CURE_WAIT || t->cure == CURE_LOOK ||
	    t->cure == CURE_ANEW || t->cure == CURE_TOKEN)
		o = PROVIDER_ERROR;
	else if (t->cure == CURE_PERSON && o == PROVIDER_ERROR)
		o = CONFLICT;
	return job_fail(job, o, "%s: %s %s", c->provider->name,
	    t->code ? t->code : outcome_code(o), t->words ? t->words : "");
}

enum outcome
money_hear(struct job *job, const struct cashier *c, const struct payment *p,
    const char **verdict)
{
	struct sql_payment_heard heard;
	struct sql_charge_heard back;

	TRY(sql_payment_heard(job->db, c->provider->name, p->intent,
	    p->order_id, cashier_word(p->state), p->minor_paid, p->currency,
	    p->charge, p->declined, 60 * conf_int(CONF_TSHOP_HOLD_MINUTES),
	    &heard));
	*verdict = heard.verdict;
	if (p->fee_currency)
		TRY(sql_payment_fee(job->db, c->provider->name, p->intent,
		    p->minor_fee, p->fee_currency));
	if (p->state == PAYMENT_PAID)
		TRY(sql_charge_heard(job->db, c->provider->name, p->intent,
		    p->charge, p->minor_refunded, p->currency, true, &back));
	return OK;
}

enum outcome
money_look(struct job *job, struct cashier *c, const char *intent,
    const char *take_key, struct payment *out, const char **verdict)
{
	struct payment p = { 0 };

	TRY(cashier_look(c, intent, &p));
	if (p.state == PAYMENT_APPROVED && c->provider->needs_taking &&
	    take_key) {
		enum outcome o = cashier_take(c, intent, take_key, &p);

		if (FAILED(o) && c->trouble.cure == CURE_PERSON)
			TRY(sql_capture_case(job->db, c->provider->name, intent,
			    c->trouble.code));
		if (o == CONFLICT || o == PAYMENT_FAILED)
			o = cashier_look(c, intent, &p);
		TRY(o);
	}
	if (out)
		*out = p;
	return money_hear(job, c, &p, verdict);
}
