/*
 * clock.c: what has to be done every so often, whoever is there to do it.
 *
 * Every runner looks at its own clock and asks the database, whose clock
 * decides: of any number of runners one queues the job.
 */
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "sql/clock.h"

#include "runner.h"

struct clocked {
	const char *kind;
	int every_s;
};

/* clang-format off */
static const struct clocked clocked[] = {
	{ "count_gallery",         15 },
	{ "trending",              30 },
	{ "expire_orders",         60 },
	{ "reconcile_payments",   300 },
	{ "refresh_tiers",        300 },
	{ "poll_fulfillment",     300 },
	{ "sweep",               3600 },
	{ "sweep_media",         3600 },
	{ "sync_catalogue",     21600 },
};
/* clang-format on */

void
clock_tick(struct db *db)
{
	static int64_t next_ms[COUNT(clocked)];
	int64_t now_ms = clock_mono_ms();
	int touched;

	for (size_t i = 0; i < COUNT(clocked); i++) {
		const struct clocked *c = &clocked[i];
		const struct job_kind *kind = job_kind_find(c->kind);

		if (now_ms < next_ms[i] || !kind || !kind->work)
			continue;
		if (FAILED(sql_clock_job(db, c->kind, c->every_s,
			conf_int(CONF_TSHOP_JOB_ATTEMPTS), &touched)))
			return; /* at the next tick, then */
		/* Twice a period, so that drifting clocks skip none. */
		next_ms[i] = now_ms + c->every_s * 500;
	}
}
