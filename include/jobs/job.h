/*
 * job.h: one job as its worker sees it.
 *
 * A job is a row that was written in the transaction of the fact that asks
 * for it (sql_job_add). The runner claims it with a lease and calls the
 * worker of its kind, which may run twice: whatever it does outside carries a
 * key derived from the job's or the order's id, or looks before it acts.
 *
 * Workers run on threads that share one database connection under the
 * program's lock; net_send() and render_run() let go of it while they wait.
 * So no worker may hold a transaction while asking somebody outside, and
 * nothing it read before such a call is certain after it.
 *
 * How a worker ends decides what becomes of the job: OK and its like: done.
 * PROVIDER_ERROR, TIMEOUT, SERVICE_UNAVAILABLE, TRY_AGAIN: queued again after
 * a pause. Anything else: dead, for the admin to see.
 */
#ifndef TSHOP_JOBS_JOB_H
#define TSHOP_JOBS_JOB_H

#include <stdbool.h>

#include "base/id.h"
#include "base/json.h"
#include "base/outcome.h"

struct answer;
struct arena;
struct call;
struct db;

struct job {
	struct arena *arena; /* reset after the job */
	struct db *db;       /* with that arena */
	struct id id;
	const char *kind;
	struct id order, ref; /* "" if none */
	json *payload;        /* an object */
	int attempts;         /* this one included */
	int max_attempts;
	int retry_after_s; /* set by the worker: not sooner than that */
	bool free_retry;   /* set by the worker: it costs no attempt */
	bool resting; /* set by outside_send(): it is no matter of seconds */
	const char *error; /* set by job_fail(): what the admin reads */
};

typedef enum outcome job_worker(struct job *);

struct job_kind {
	const char *kind;
	job_worker *work; /* NULL: nobody here can, leave it in the queue */
	int lease_s;      /* longer than the worker can take */
	int share;        /* % of a runner's hands that may be at it at once */
	bool secret;      /* the payload is emptied once it is done */
};

/* Say why, for the admin: return job_fail(job, PROVIDER_ERROR, "…", …). */
enum outcome job_fail(struct job *, enum outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Ask somebody outside, behind the provider's token bucket and breaker, which
 * all runners share. Outcomes are net_send()'s; SERVICE_UNAVAILABLE: it was
 * not sent, because the breaker is open or the bucket empty, and the job is
 * told to wait without losing an attempt. Return that to the runner as it is.
 */
enum outcome outside_send(struct job *, const struct call *, struct answer *);

/* The table of kinds, in src/jobs/kinds.c; work_<kind>() does the work. */
extern const struct job_kind job_kinds[];
extern const int job_kind_count;

/* Serve the queue until SIGTERM. */
int jobs_run(const char *database_url, int parallel);

#endif
