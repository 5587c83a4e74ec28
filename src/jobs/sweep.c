/*
 * sweep.c: the jobs of the clock that only the database is needed for.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "sql/clock.h"

#include "workers.h"

#define SWEPT_AT_ONCE 5000 /* rows: a short transaction */

struct heap {
	const char *name;
	enum outcome (*sweep)(struct db *, int most, int *touched);
};

static enum outcome
sweep_guest_carts(struct db *db, int most, int *touched)
{
	return sql_sweep_guest_carts(
	    db, most, conf_seconds(CONF_TSHOP_GUEST_CART_LIFE), touched);
}

/* clang-format off */
static const struct heap heaps[] = {
	{ "rate_limits",      sql_sweep_rate_limits },
	{ "one_time_tokens",  sql_sweep_one_time_tokens },
	{ "idempotency_keys", sql_sweep_idempotency_keys },
	{ "sessions",         sql_sweep_sessions },
	{ "guest_carts",      sweep_guest_carts },
	{ "webhook_events",   sql_sweep_webhook_events },
	{ "jobs",             sql_sweep_jobs },
};
/* clang-format on */

enum outcome
work_sweep(struct job *job)
{
	for (size_t i = 0; i < COUNT(heaps); i++) {
		int touched = SWEPT_AT_ONCE, all = 0;

		while (touched == SWEPT_AT_ONCE) {
			TRY(heaps[i].sweep(job->db, SWEPT_AT_ONCE, &touched));
			all += touched;
		}
		if (all > 0)
			log_event(LOG_INFO, "swept",
			    LOG_TEXT("what", heaps[i].name),
			    LOG_INT("rows", all));
	}
	return OK;
}

enum outcome
work_count_gallery(struct job *job)
{
	return sql_count_gallery(job->db);
}

enum outcome
work_refresh_tiers(struct job *job)
{
	int touched;

	return sql_refresh_tiers(job->db, &touched);
}
