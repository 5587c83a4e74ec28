/*
 * purge.c: purge_user: what an erased person leaves behind at others.
 *
 * The account is gone when this runs. A subscription ends at once at Stripe,
 * whose notices about the customer lose their text here.
 */
#include <string.h>

#include "net/net.h"
#include "providers/plan.h"
#include "sql/purge.h"

#include "workers.h"

/* A subscription that they no longer know has ended. */
static enum outcome
subscription_stop(struct job *job, const char *subscription)
{
	struct trouble t = { .code = "", .words = "" };
	struct plan_subscription was;
	struct answer answer;
	struct call call;
	enum outcome o;

	if (!plan_is_on())
		return job_fail(job, SERVICE_UNAVAILABLE, "stripe has no key");
	plan_stop(job->arena, subscription, &call);
	o = outside_send(job, &call, &answer);
	if (o == SERVICE_UNAVAILABLE)
		return o;
	o = plan_read(job->arena, &answer, &was, &t);
	if (!FAILED(o) || o == NOT_FOUND)
		return sql_purge_subscription_end(job->db, job->ref);
	if (t.wait_s > job->retry_after_s)
		job->retry_after_s = t.wait_s;
	return job_fail(job, t.cure == CURE_PERSON ? CONFLICT : o,
	    "stripe: %s %s", t.code, t.words);
}

enum outcome
work_purge_user(struct job *job)
{
	const char *subscription = json_text(job->payload, "subscription");
	const char *customer = json_text(job->payload, "customer");
	int touched;

	if (subscription)
		TRY(subscription_stop(job, subscription));
	if (customer)
		TRY(sql_purge_notices(job->db, customer, &touched));
	return OK;
}
