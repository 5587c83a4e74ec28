/*
 * till.c: asking payment providers while a client waits.
 */
#include "base/conf.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sql/outside.h"
#include "sql/payments.h"

#include "till.h"

/* Clients are few and wait: the bucket is for the runner, the breaker for all.
 */
#define ROOM 1000
#define PER_MINUTE 60000

static enum outcome
till_send(void *with, const struct call *call, struct answer *answer)
{
	struct request *rq = with;
	struct sql_outside_admit turn;
	bool failed, opened;
	enum outcome o;

	TRY(sql_outside_admit(rq->db, call->provider, ROOM, PER_MINUTE, &turn));
	if (turn.has_wait_ms && turn.open)
		return SERVICE_UNAVAILABLE;
	o = net_send(rq->arena, call, answer);
	failed = FAILED(o) || answer->status >= 500;
	/* What came is worth more than the bookkeeping. */
	if (FAILED(
		sql_outside_report(rq->db, call->provider, failed, 0, &opened)))
		return o;
	return o;
}

struct cashier
till_open(struct request *rq, const struct payment_provider *provider)
{
	insist(!db_in_tx(rq->db));
	return (struct cashier){ .arena = rq->arena,
		.provider = provider,
		.send = till_send,
		.with = rq };
}

enum outcome
till_refuse(
    struct request *rq, const struct payment_provider *provider, enum outcome o)
{
	if (o != TIMEOUT && o != SERVICE_UNAVAILABLE)
		o = PROVIDER_ERROR;
	return refuse_provider(rq, o, provider->name);
}

enum outcome
till_hear(struct request *rq, const struct payment_provider *provider,
    const struct payment *p, struct till_word *word)
{
	struct sql_payment_heard heard;

	TRY(sql_payment_heard(rq->db, provider->name, p->intent, p->order_id,
	    cashier_word(p->state), p->minor_paid, p->currency, p->charge,
	    p->declined, 60 * conf_int(CONF_TSHOP_HOLD_MINUTES), &heard));
	word->verdict = heard.verdict;
	word->order = heard.order_id;
	if (!p->fee_currency)
		return OK;
	return sql_payment_fee(
	    rq->db, provider->name, p->intent, p->minor_fee, p->fee_currency);
}
