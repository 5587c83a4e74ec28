/*
 * print_cancel.c: taking back an order that a printer may have begun.
 *
 * It ends in one of two ways, cancelled or too late; what is too late a human
 * is told. Until then nobody knows, and it is asked again: by the job, and
 * when that has given up, by the next poll (print_watch.c). The money is no
 * matter of this: it went back before.
 */
#include "base/arena.h"

#include "print.h"
#include "workers.h"

#define SUBMISSION_WAIT_S 2

/* Nobody knows yet. */
static enum outcome
unsure(struct job *job, const struct sql_fulfillment_get *f, enum outcome o,
    const char *doing, const struct trouble *t)
{
	enum outcome end = print_failed(job, o == TIMEOUT ? o : PROVIDER_ERROR,
	    doing, print_find(f->provider), t);

	if (!job->free_retry && job->attempts >= PATIENT_TRIES)
		TRY(print_case(job, "print_cancel_unknown", f->order,
		    f->order.text, "alarm", job->error));
	return end;
}

/* It is cancelled, or it is made: nothing is in doubt any more. */
static enum outcome
is_over(struct job *job, const struct sql_fulfillment_get *f)
{
	return sql_print_cases_over(job->db, f->order.text);
}

static enum outcome
gone(struct job *job, const struct sql_fulfillment_get *f)
{
	int touched;

	TRY(sql_fulfillment_dropped(
	    job->db, f->id, "the order was taken back", &touched));
	return is_over(job, f);
}

/* They did not say that it is cancelled: read what it is. */
static enum outcome
read_anew(struct job *job, const struct sql_fulfillment_get *f,
    const struct trouble *said)
{
	const struct print_provider *by = print_find(f->provider);
	struct sql_fulfillment_apply now;
	struct print_state state;
	struct trouble t;
	enum outcome o = print_get(job, by, f->provider_order_id, &state, &t);

	if (o == NOT_FOUND)
		return gone(job, f);
	if (FAILED(o))
		return unsure(job, f, o, "reading", &t);
	if (state.may_cancel)
		return unsure(job, f, PROVIDER_ERROR, "cancelling", said);
	TRY(print_apply(job, f->id, &state, NULL, &now));
	if (strcmp(now.is_now, "cancelled") != 0)
		TRY(print_case(job, "print_not_cancelled", f->order, f->id.text,
		    "alarm",
		    arena_printf(job->arena,
			"it is %s at %s and cannot be stopped",
			state.status_words, by->name)));
	return is_over(job, f);
}

static enum outcome
cancel(struct job *job, const struct sql_fulfillment_get *f)
{
	const struct print_provider *by = print_find(f->provider);
	struct sql_fulfillment_apply now;
	struct print_state state;
	struct trouble t;
	enum outcome o =
	    print_cancel(job, by, f->provider_order_id, &state, &t);

	if (!FAILED(o)) {
		/* A draft is removed, and answers as it was. */
		if (state.status == PRINT_DRAFT || state.is_partial)
			state.status = PRINT_CANCELLED;
		state.reason = "taken back by the shop";
		TRY(print_apply(job, f->id, &state, NULL, &now));
		return is_over(job, f);
	}
	if (job->free_retry)
		return o;
	if (o == TIMEOUT || t.cure == CURE_WAIT)
		return unsure(job, f, o, "cancelling", &t);
	return read_anew(job, f, &t);
}

/* Its id may not have reached us: look for it by our number. */
static enum outcome
cancel_unknown(struct job *job, struct sql_fulfillment_get *f)
{
	struct print_state state;
	struct trouble t;
	enum outcome o;
	int touched;

	if (!strcmp(f->status, "planned"))
		return gone(job, f);
	/* What is not there now may be in a moment. */
	if (f->in_hand) {
		job->free_retry = true;
		job->retry_after_s = SUBMISSION_WAIT_S;
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "it is just being submitted");
	}
	o = print_look(job, print_find(f->provider), f->external_id,
	    f->planned_s, &state, &t);
	if (o == NOT_FOUND)
		return gone(job, f);
	if (job->free_retry)
		return o;
	if (FAILED(o))
		return unsure(job, f, o, "looking it up", &t);
	TRY(sql_fulfillment_drafted(job->db, f->id, state.id, &touched));
	f->provider_order_id = state.id;
	return cancel(job, f);
}

enum outcome
work_cancel_print(struct job *job)
{
	struct sql_fulfillment_get f;
	struct id id;
	enum outcome o = sql_fulfillment_of_order(job->db, job->order, &id);

	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	TRY(sql_fulfillment_get(job->db, id, &f));
	if (!strcmp(f.status, "cancelled"))
		return is_over(job, &f);
	/* Nobody takes back what is still wanted. */
	if (!strcmp(f.order_status, "paid"))
		return OK;
	return f.provider_order_id ? cancel(job, &f) : cancel_unknown(job, &f);
}
