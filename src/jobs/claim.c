/*
 * claim.c: taking a job, working on it, and writing down how it ended.
 *
 * Every end names the lease that it ends. A runner that was away for so long
 * that another one has the job by now changes nothing.
 */
#include <stdarg.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "db/db.h"
#include "sql/queue.h"

#include "runner.h"

#define WORK_TRIES 3 /* of one that met a deadlock */
#define END_TRIES 40 /* of writing the end while the database is away */
#define END_PAUSE_MS 250
#define UNKNOWN_KIND_WAIT_S 60

enum outcome
job_fail(struct job *job, enum outcome o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	job->error = arena_vprintf(job->arena, format, ap);
	va_end(ap);
	return o;
}

const struct job_kind *
job_kind_find(const char *kind)
{
	for (int i = 0; i < job_kind_count; i++)
		if (!strcmp(job_kinds[i].kind, kind))
			return &job_kinds[i];
	return NULL;
}

bool
job_claim(
    struct db *db, struct arena *arena, const char *full_kinds, struct job *job)
{
	struct sql_job_claim row;
	struct json_flaw flaw;

	if (FAILED(sql_job_claim(db, runner_name(), LEASE_S, full_kinds, &row)))
		return false;
	*job = (struct job){
		.arena = arena,
		.db = db,
		.id = row.id,
		.kind = row.kind,
		.order = row.order,
		.ref = row.ref,
		.attempts = row.attempts,
		.max_attempts = row.max_attempts,
	};
	/* A payload is an object that we wrote; another one reads as empty. */
	if (json_read(arena, row.payload, strlen(row.payload),
		&json_limits_provider, &job->payload, &flaw) != OK)
		job->payload = NULL;
	log_request(row.request_id ? row.request_id : row.id.text);
	return true;
}

/* Does it heal by waiting? */
static bool
may_heal(enum outcome o)
{
	return o == PROVIDER_ERROR || o == TIMEOUT ||
	       o == SERVICE_UNAVAILABLE || o == TRY_AGAIN;
}

/* The state that it ended in, or the failure to write it down. */
static enum outcome
job_end(struct job *job, const struct job_kind *kind, enum outcome o,
    const char **state)
{
	const char *me = runner_name();
	const char *error = job->error ? job->error : outcome_code(o);
	int touched;

	if (!FAILED(o)) {
		*state = "done";
		return sql_job_done(job->db, job->id, me, job->attempts,
		    kind->secret, &touched);
	}
	if (may_heal(o) || job->free_retry)
		return sql_job_again(job->db, job->id, me, job->attempts,
		    job->free_retry, conf_seconds(CONF_TSHOP_JOB_BACKOFF),
		    job->retry_after_s, error, state);
	*state = "dead";
	return sql_job_dead(
	    job->db, job->id, me, job->attempts, error, &touched);
}

/* While the database is away the end is kept; the lease bounds that. */
static void
job_end_surely(struct job *job, const struct job_kind *kind, enum outcome o)
{
	const char *state = "lost";
	enum outcome written = job_end(job, kind, o, &state);

	for (int i = 1; i < END_TRIES && may_heal(written); i++) {
		runner_leave();
		clock_sleep_ms(END_PAUSE_MS);
		runner_enter();
		written = job_end(job, kind, o, &state);
	}
	log_event(FAILED(o) && !job->free_retry ? LOG_WARN : LOG_INFO, "job",
	    LOG_TEXT("id", job->id.text), LOG_TEXT("kind", job->kind),
	    LOG_INT("attempt", job->attempts),
	    LOG_TEXT("outcome", outcome_code(o)), LOG_TEXT("state", state),
	    LOG_TEXT("error", job->error));
}

void
job_run(struct job *job, const struct job_kind *kind)
{
	static const struct job_kind nobody = { 0 };
	enum outcome o = TRY_AGAIN;

	if (!kind || !kind->work) {
		job->free_retry = true;
		job->retry_after_s = UNKNOWN_KIND_WAIT_S;
		job_end_surely(job, &nobody,
		    job_fail(job, SERVICE_UNAVAILABLE,
			"this runner cannot do %s", job->kind));
		return;
	}
	for (int i = 0; i < WORK_TRIES && o == TRY_AGAIN; i++)
		o = kind->work(job);
	job_end_surely(job, kind, o);
}
