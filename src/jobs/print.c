/*
 * print.c: a paid order reaches exactly one printer.
 *
 * What is to be done next stands in the fulfilment's status, so that a runner
 * that was killed anywhere is followed by one that reads it and goes on:
 *
 *	(none)      choose a printer                          planned
 *	planned     nothing was sent yet: create a draft      submitting
 *	submitting  something may have been sent: look, and
 *	unknown     create only if it is not there            draft
 *	draft       compare what they say they will make,
 *	            then confirm                              accepted
 *
 * Another printer is chosen only after a proven refusal.
 */
#include "base/insist.h"

#include "print.h"
#include "workers.h"

#define STEPS_MOST 12
#define DISPUTE_WAIT_S 3600

/* A new attempt, where that is wanted; else an old failure stays one. */
static enum outcome
begin(struct printing *p)
{
	const struct sql_print_order *o = &p->row;
	int touched;

	if (*o->printing && !strcmp(o->status, "processing") && !p->retry)
		return OK;
	/* The printer still has it: never a second one beside it. */
	if (!strcmp(o->printing, "failed") && o->provider_order_id) {
		if (!p->retry)
			return OK;
		p->go_on = true;
		return sql_fulfillment_revived(
		    p->job->db, o->fulfillment, &touched);
	}
	if (!strcmp(o->printing, "cancelled") && !p->retry)
		return OK;
	return print_plan(p);
}

static const struct {
	const char *status;
	enum outcome (*step)(struct printing *);
} steps[] = {
	{ "", begin },
	{ "failed", begin },
	{ "cancelled", begin },
	{ "planned", print_submit },
	{ "submitting", print_submit },
	{ "unknown", print_submit },
	{ "draft", print_check },
};

typedef enum outcome print_step(struct printing *);

/* NULL: accepted, or beyond. */
static print_step *
step_of(const char *status)
{
	for (size_t i = 0; i < COUNT(steps); i++)
		if (!strcmp(steps[i].status, status))
			return steps[i].step;
	return NULL;
}

/* The end of the dispute asks for the job; this is in case nobody tells. */
enum outcome
print_disputed(struct job *job)
{
	job->free_retry = true;
	job->retry_after_s = DISPUTE_WAIT_S;
	return job_fail(
	    job, SERVICE_UNAVAILABLE, "its payment is being disputed");
}

/* Whoever does not want it any more gets what cancel_print is for. */
static bool
is_wanted(const struct sql_print_order *o)
{
	return !strcmp(o->status, "paid") || !strcmp(o->status, "processing");
}

enum outcome
work_submit_order(struct job *job)
{
	struct printing p = { .job = job };
	print_step *step;

	p.retry = json_flag(job->payload, "retry", false);
	for (int i = 0; i < STEPS_MOST; i++) {
		TRY(sql_print_order(job->db, job->order, &p.row));
		if (!is_wanted(&p.row))
			return OK;
		if (p.row.hold_s > 0) {
			job->free_retry = true;
			job->retry_after_s = p.row.hold_s;
			return job_fail(job, SERVICE_UNAVAILABLE,
			    "the buyer may still change their mind");
		}
		step = step_of(p.row.printing);
		if (!step)
			return OK;
		if (p.row.disputed)
			return print_disputed(job);
		p.by = p.row.provider ? print_find(p.row.provider) : NULL;
		p.go_on = false;
		TRY(step(&p));
		if (!p.go_on)
			return OK;
	}
	return job_fail(job, PROVIDER_ERROR, "the printers keep refusing it");
}
