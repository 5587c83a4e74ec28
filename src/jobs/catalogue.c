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

/*
 * Those that were read longest ago come first, and what has been read today
 * is not read again: a try that broke off goes on where it was.
 */
enum outcome
work_sync_catalogue(struct job *job)
{
	struct sql_catalogue_due *due;
	int count;

	TRY(sql_catalogue_due(job->db,
	    (int)json_int(job->payload, "seenWithinS", SEEN_WITHIN_S), &due,
	    &count));
	for (int i = 0; i < count; i++)
		for (size_t k = 0; k < BLANK_SOURCES; k++)
			if (!strcmp(blank_sources[k]->name, due[i].provider) &&
			    blank_sources[k]->is_on() &&
			    blank_sources[k]->is_ref(due[i].ref))
				TRY(sync_one(job, blank_sources[k],
				    due[i].product, due[i].ref));
	return OK;
}
