/*
 * outside.c: net_send() for jobs, behind the bucket and the breaker that all
 * runners share.
 *
 * A job never waits long for its turn: it goes back into the queue, costs no
 * attempt, and leaves its thread to somebody else.
 */
#include "base/clock.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"
#include "net/net.h"
#include "sql/outside.h"

#include "runner.h"

#define TURN_WAIT_MS 2000 /* the longest that a thread waits for a token */
#define REST_MS 5000      /* a wait as long as that is a rest */
#define PAUSE_S 15        /* after a 429 that does not say how long */

/*
 * What each of them allows, with a margin: in any minute a bucket lets 'room'
 * plus 'per_minute' through.
 */
struct pace {
	const char *provider;
	int room, per_minute;
};

/* clang-format off */
static const struct pace paces[] = {
	{ "printful",  30,   85 }, /* 120 a minute */
	{ "printify", 100,  450 }, /* 600 a minute */
	{ "resend",     4,  120 }, /* 5 a second, less for others */
	{ "sendgrid",  50,  600 },
	{ "stripe",    50, 1500 }, /* 100 a second, live */
	{ "paypal",    50, 1200 },
	{ "gemini",    20,  300 },
};
/* clang-format on */

static struct pace
pace_of(const char *provider)
{
	for (size_t i = 0; i < COUNT(paces); i++)
		if (!strcmp(paces[i].provider, provider))
			return paces[i];
	return (struct pace){ provider, 50, 600 };
}

/* Back into the queue, and not all of them for the same second. */
static enum outcome
wait_outside(struct job *job, const char *provider, int wait_ms, bool open)
{
	uint8_t dice;

	random_bytes(&dice, sizeof(dice));
	job->free_retry = true;
	job->resting = open || wait_ms > REST_MS;
	job->retry_after_s = wait_ms / 1000 + 1 + dice % 4;
	return job_fail(job, SERVICE_UNAVAILABLE,
	    open ? "%s is resting after failures" : "waiting for a turn at %s",
	    provider);
}

static enum outcome
outside_admit(struct job *job, const char *provider)
{
	struct pace pace = pace_of(provider);
	int64_t until_ms = clock_mono_ms() + TURN_WAIT_MS;
	struct sql_outside_admit turn;

	for (;;) {
		TRY(sql_outside_admit(
		    job->db, provider, pace.room, pace.per_minute, &turn));
		if (!turn.has_wait_ms)
			return OK;
		if (clock_mono_ms() + turn.wait_ms > until_ms)
			return wait_outside(
			    job, provider, turn.wait_ms, turn.open);
		runner_leave();
		clock_sleep_ms(turn.wait_ms + 1);
		runner_enter();
	}
}

static int
pause_of(const struct answer *answer)
{
	bool slow_down = answer->status == 429 || answer->status == 419;

	if (!slow_down && answer->status != 503)
		return 0;
	return answer->retry_after_s > 0 || !slow_down ? answer->retry_after_s
						       : PAUSE_S;
}

enum outcome
outside_send(struct job *job, const struct call *call, struct answer *answer)
{
	enum outcome o;
	bool failed, opened = false;

	TRY(outside_admit(job, call->provider));
	o = net_send(job->arena, call, answer);
	failed = FAILED(o) || answer->status >= 500;
	if (answer->retry_after_s > job->retry_after_s)
		job->retry_after_s = answer->retry_after_s;
	/* What came is worth more than the bookkeeping. */
	if (FAILED(sql_outside_report(
		job->db, call->provider, failed, pause_of(answer), &opened)))
		return o;
	if (opened)
		log_event(LOG_WARN, "breaker-open",
		    LOG_TEXT("provider", call->provider));
	return o;
}
