/*
 * catalogue.c: what the printers make of our products today: which variants,
 * how much of each is to be had, and for how much.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/limits.h"
#include "jobs/catalogue.h"
#include "jobs/job.h"
#include "sql/catalogue.h"

#include "workers.h"

#define SEEN_WITHIN_S 3600

enum outcome
catalogue_read(struct arena *a, const struct blank_source *by, const char *ref,
    bool make, catalogue_send *send, void *arg, struct blank *blank,
    struct trouble *t)
{
	bool last = false;

	*blank = (struct blank){ .name = "", .may_make = make };
	*t = (struct trouble){ .code = "", .words = "" };
	for (int step = 0; !last && step < BLANK_STEPS_MOST; step++) {
		struct answer answer = { 0 };
		struct call call = { 0 };

		TRY(by->ask(a, ref, step, blank, &call));
		TRY(send(arg, &call, &answer));
		TRY(by->read(a, ref, step, &answer, blank, &last, t));
	}
	return last ? OK : PROVIDER_ERROR;
}

/* What came is read even after a failure: its trouble says more. */
static enum outcome
send_in_turn(void *arg, const struct call *call, struct answer *answer)
{
	struct job *job = arg;
	enum outcome o = outside_send(job, call, answer);

	return job->free_retry ? o : OK;
}

static enum outcome
sync_one(struct job *job, const struct blank_source *by, struct id product,
    const char *ref)
{
	struct blank blank;
	struct trouble t;
	struct buf doc;
	const char *told;
	enum outcome o = catalogue_read(
	    job->arena, by, ref, false, send_in_turn, job, &blank, &t);

	if (job->free_retry)
		return o;
	if (o == NOT_FOUND)
		return sql_catalogue_gone(job->db, product, by->name);
	if (FAILED(o))
		return job_fail(
		    job, o, "%s of %s: %s %s", ref, by->name, t.code, t.words);
	buf_open(&doc, job->arena, LIMIT_CATALOGUE);
	blank_json(&doc, ref, &blank);
	return sql_catalogue_take(job->db, product, by->name, doc.at,
	    conf_int(CONF_TSHOP_MARGIN_LEAST), &told);
}

/* How far it is with all of them. */
struct round {
	struct job *job;
	bool away[BLANK_SOURCES]; /* its turn comes another time */
	enum outcome failed;      /* the first failure, and why */
	const char *why;
	int wait_s;
};

/* One that fails, or a printer that is away, is no matter of the others. */
static void
round_go_on(struct round *r, size_t source, enum outcome o)
{
	struct job *job = r->job;

	if (!FAILED(o))
		return;
	if (job->free_retry)
		r->away[source] = true;
	else if (!FAILED(r->failed))
		r->failed = o;
	if (!r->why || !job->free_retry)
		r->why = job->error;
	if (job->retry_after_s > r->wait_s)
		r->wait_s = job->retry_after_s;
	job->free_retry = job->resting = false;
	job->retry_after_s = 0;
	job->error = NULL;
}

static enum outcome
round_end(struct round *r)
{
	struct job *job = r->job;

	if (!r->why)
		return OK;
	job->error = r->why;
	job->retry_after_s = r->wait_s;
	job->free_retry = !FAILED(r->failed);
	return job->free_retry ? SERVICE_UNAVAILABLE : r->failed;
}

/*
 * Those that were read longest ago come first, and what has been read today
 * is not read again: a try that broke off goes on where it was.
 */
enum outcome
work_sync_catalogue(struct job *job)
{
	struct round r = { .job = job, .failed = OK };
	struct sql_catalogue_due *due;
	int count;

	TRY(sql_catalogue_due(job->db,
	    (int)json_int(job->payload, "seenWithinS", SEEN_WITHIN_S), &due,
	    &count));
	for (int i = 0; i < count; i++)
		for (size_t k = 0; k < BLANK_SOURCES; k++) {
			const struct blank_source *by = blank_sources[k];

			if (strcmp(by->name, due[i].provider) != 0 ||
			    r.away[k] || !by->is_on() ||
			    !by->is_ref(due[i].ref))
				continue;
			round_go_on(&r, k,
			    sync_one(job, by, due[i].product, due[i].ref));
		}
	return round_end(&r);
}
