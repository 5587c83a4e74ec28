/*
 * outside.c: net_send() for jobs, behind the bucket and the breaker that all
 * runners share.
 *
 * A job never waits long for its turn: it goes back into the queue, costs no
 * attempt, and leaves its thread to somebody else. And each provider has a
 * lane that so many of a runner's hands fit into: one that is slow keeps those
 * and no more, and what has to do with others goes on as ever.
 */
#include <limits.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"
#include "net/net.h"
#include "sql/outside.h"

#include "runner.h"

#define TURN_WAIT_MS 2000 /* the longest that a thread waits for a token */
#define LANE_WAIT_MS 250  /* and for room in a lane where nothing moves */
#define STILL_MS 3000     /* nothing has moved for so long: it is slow */
#define LANE_TICK_MS 10
#define REST_MS 5000 /* a wait as long as that is a rest */

/*
 * What each of them allows, with a margin: in any minute a bucket lets 'room'
 * plus 'per_minute' through. 'share' is its lane's, in % of a runner's hands;
 * 'pause' are the seconds after a 429 that says nothing better.
 */
struct pace {
	const char *provider;
	int room, per_minute, share, pause_s;
};

/* clang-format off */
static const struct pace paces[] = {
	{ "printful",           30,   85, 25, 60 }, /* 120 a minute */
	{ "printify",           60,  430, 25, 60 }, /* 600, with its catalogue */
	{ "printify-catalogue", 15,   80, 25, 60 }, /* 100 */
	{ "resend",              4,  120, 25, 15 }, /* 5 a second, less for others */
	{ "sendgrid",           50,  600, 25, 15 },
	{ "stripe",             50, 1500, 50, 15 }, /* 100 a second, live */
	{ "paypal",             50, 1200, 50, 15 },
	{ "gemini",             20,  300, 50, 15 },
	{ "",                   50,  600, 25, 15 }, /* whoever else */
};
/* clang-format on */

/* How many are in it, and when one last came or went; under the lock. */
static struct lane {
	int busy;
	int64_t moved_ms;
} lanes[COUNT(paces)];

static size_t
pace_find(const char *provider)
{
	size_t i = 0;

	while (i < COUNT(paces) - 1 && strcmp(paces[i].provider, provider) != 0)
		i++;
	return i;
}

/* Back into the queue, and not all of them for the same second. */
static enum outcome
wait_outside(struct job *job, const char *provider, int wait_ms, bool rests,
    const char *why)
{
	uint8_t dice;

	random_bytes(&dice, sizeof(dice));
	job->free_retry = true;
	job->resting = rests || wait_ms > REST_MS;
	job->retry_after_s = wait_ms / 1000 + 1 + dice % 4;
	return job_fail(job, SERVICE_UNAVAILABLE, "%s: %s", provider, why);
}

static void
lane_leave(struct lane *lane)
{
	lane->busy--;
	lane->moved_ms = clock_mono_ms();
}

/* Room in its lane, soon; or what does not answer in time is slow. */
static enum outcome
lane_enter(struct job *job, const char *provider, int share, struct lane *lane)
{
	int most = runner_hands() * share / 100;

	while (lane->busy >= (most > 1 ? most : 1)) {
		int64_t still_ms = clock_mono_ms() - lane->moved_ms;

		if (still_ms > STILL_MS)
			return wait_outside(
			    job, provider, REST_MS, true, "slow to answer");
		if (still_ms > LANE_WAIT_MS || runner_is_stopping())
			return wait_outside(
			    job, provider, 0, false, "waiting for a turn");
		runner_leave();
		clock_sleep_ms(LANE_TICK_MS);
		runner_enter();
	}
	lane->busy++;
	lane->moved_ms = clock_mono_ms();
	return OK;
}

static int
of_pace(int calls)
{
	int64_t some =
	    (int64_t)calls * conf_int(CONF_TSHOP_PROVIDER_PACE) / 100;

	return some < 1 ? 1 : some > INT_MAX ? INT_MAX : (int)some;
}

static enum outcome
turn_wait(struct job *job, const char *provider, const struct pace *pace)
{
	int64_t until_ms = clock_mono_ms() + TURN_WAIT_MS;
	int room = of_pace(pace->room), rate = of_pace(pace->per_minute);
	struct sql_outside_admit turn;

	for (;;) {
		TRY(sql_outside_admit(job->db, provider, room, rate, &turn));
		if (!turn.has_wait_ms)
			return OK;
		if (clock_mono_ms() + turn.wait_ms > until_ms ||
		    runner_is_stopping())
			return wait_outside(job, provider, turn.wait_ms,
			    turn.open,
			    turn.open ? "resting after failures"
				      : "waiting for a turn");
		runner_leave();
		clock_sleep_ms(turn.wait_ms + 1);
		runner_enter();
	}
}

static int
pause_of(const struct answer *answer, const struct pace *pace)
{
	bool slow_down = answer->status == 429 || answer->status == 419;

	if (!slow_down && answer->status != 503)
		return 0;
	return answer->retry_after_s > 0 || !slow_down ? answer->retry_after_s
						       : pace->pause_s;
}

/* In its lane. */
static enum outcome
send_in_turn(struct job *job, const struct pace *pace, const struct call *call,
    struct answer *answer)
{
	enum outcome o;
	bool failed, opened = false;

	TRY(turn_wait(job, call->provider, pace));
	o = net_send(job->arena, call, answer);
	failed = FAILED(o) || answer->status >= 500;
	if (answer->retry_after_s > job->retry_after_s)
		job->retry_after_s = answer->retry_after_s;
	/* What came is worth more than the bookkeeping. */
	if (FAILED(sql_outside_report(job->db, call->provider, failed,
		pause_of(answer, pace), &opened)))
		return o;
	if (opened)
		log_event(LOG_WARN, "breaker-open",
		    LOG_TEXT("provider", call->provider));
	return o;
}

enum outcome
outside_send(struct job *job, const struct call *call, struct answer *answer)
{
	size_t i = pace_find(call->provider);
	enum outcome o;

	TRY(lane_enter(job, call->provider, paces[i].share, &lanes[i]));
	o = send_in_turn(job, &paces[i], call, answer);
	lane_leave(&lanes[i]);
	return o;
}
