/*
 * print_steps.c: the steps that ask one printer.
 */
#include "base/arena.h"
#include "base/log.h"

#include "print.h"

#define COST_WAIT_S 5
#define HOLD_WAIT_S 60

static bool
is_at(const struct printing *p, const char *status)
{
	return !strcmp(p->row.printing, status);
}

/*
 * Outcomes of the printer's that waiting may heal, as the runner knows them.
 * What only a person can heal is tried on all the same, for they may have
 * done so, and told by a case.
 */
static enum outcome
healing(enum outcome o)
{
	return o == TIMEOUT || o == SERVICE_UNAVAILABLE || o == TRY_AGAIN
		   ? o
		   : PROVIDER_ERROR;
}

static enum outcome
wait_for(struct printing *p, enum outcome o, const char *doing,
    const struct trouble *t)
{
	struct job *job = p->job;
	enum outcome end = print_failed(job, healing(o), doing, p->by, t);

	if (!job->free_retry &&
	    (t->cure == CURE_PERSON || job->attempts >= PATIENT_TRIES))
		TRY(print_case(job, "print_stuck", p->row.id, p->row.id.text,
		    "warning", job->error ? job->error : outcome_code(o)));
	return end;
}

/* The order was taken back while we asked: the draft must not be made. */
static enum outcome
take_back(struct printing *p, const char *id)
{
	struct print_state state;
	struct trouble t;
	enum outcome o = print_cancel(p->job, p->by, id, &state, &t);

	if (FAILED(o) && o != NOT_FOUND)
		return wait_for(p, o, "cancelling", &t);
	return OK;
}

/* It is there: its id is kept before anything else. */
static enum outcome
adopt(struct printing *p, const struct print_state *state)
{
	struct sql_fulfillment_apply now;
	int touched;

	TRY(sql_fulfillment_drafted(
	    p->job->db, p->row.fulfillment, state->id, &touched));
	if (touched == 0)
		return take_back(p, state->id);
	if (state->status == PRINT_CANCELLED)
		return print_apply(
		    p->job, p->row.fulfillment, state, NULL, &now);
	p->go_on = true;
	return OK;
}

/* Proven: this printer does not make it, and perhaps another one will. */
static enum outcome
refused(struct printing *p, const struct trouble *t)
{
	struct job *job = p->job;
	const char *why = arena_printf(job->arena, "%s refused it: %s %s",
	    p->by->name, t->code ? t->code : "", t->words ? t->words : "");
	bool again = p->row.failed && strstr(p->row.failed, p->by->name);
	int touched;

	log_event(LOG_WARN, "print-refused", LOG_TEXT("order", p->row.number),
	    LOG_TEXT("provider", p->by->name), LOG_TEXT("why", why));
	TRY(sql_fulfillment_refused(
	    job->db, p->row.fulfillment, why, &touched));
	if (!again) {
		p->go_on = true;
		return OK;
	}
	/* A second time: not without a pause, and not unseen. */
	TRY(print_case(
	    job, "print_refused", p->row.id, p->row.id.text, "alarm", why));
	return job_fail(job,
	    t->cure == CURE_PERSON ? VALIDATION_ERROR : PROVIDER_ERROR, "%s",
	    why);
}

/* Nothing was ever sent there, and it does not answer: the other one may. */
static enum outcome
unreachable(struct printing *p, enum outcome o, const struct trouble *t)
{
	int touched;

	if (p->job->free_retry && !p->job->resting) {
		/* Only waiting for its turn: there is nothing to look for. */
		TRY(sql_fulfillment_unsent(
		    p->job->db, p->row.fulfillment, &touched));
		return o;
	}
	TRY(sql_fulfillment_refused(p->job->db, p->row.fulfillment,
	    "could not be reached; nothing was sent", &touched));
	return wait_for(p, o, "reaching it", t);
}

/* They said no; that nothing is there proves it. */
static enum outcome
prove(struct printing *p, const char *number, const struct trouble *said)
{
	struct print_state state;
	struct trouble t;
	enum outcome o =
	    print_look(p->job, p->by, number, p->row.planned_s, &state, &t);

	if (o == OK)
		return adopt(p, &state);
	if (o == NOT_FOUND)
		return refused(p, said);
	return wait_for(p, o, "looking it up", &t);
}

static enum outcome
send(struct printing *p, const struct print_order *order)
{
	struct job *job = p->job;
	struct print_state state;
	struct trouble t;
	enum outcome o;
	int touched;

	switch (print_create(job, p->by, order, &state, &t, &o)) {
	case CREATED_DRAFT:
		return adopt(p, &state);
	case CREATED_NEVER:
		if (o == VALIDATION_ERROR)
			return refused(p, &t);
		return is_at(p, "planned") ? unreachable(p, o, &t)
					   : wait_for(p, o, "creating", &t);
	case CREATED_REFUSED:
		return prove(p, order->external_id, &t);
	case CREATED_UNKNOWN:
		break;
	}
	TRY(sql_fulfillment_unsure(job->db, p->row.fulfillment,
	    "nobody knows whether it arrived", &touched));
	return wait_for(p, o, "creating", &t);
}

static enum outcome
create(struct printing *p)
{
	struct print_job made;
	int touched;

	TRY(print_order_make(p, p->by->name, &made));
	if (made.why && !is_at(p, "planned"))
		return job_fail(p->job, PROVIDER_ERROR, "%s", made.why);
	if (made.why) {
		TRY(sql_fulfillment_refused(
		    p->job->db, p->row.fulfillment, made.why, &touched));
		p->go_on = true;
		return OK;
	}
	TRY(sql_fulfillment_submitting(
	    p->job->db, p->row.fulfillment, &touched));
	return send(p, &made.order);
}

/*
 * Look before creating. Printify cannot be asked for our number, only for the
 * list of all orders: there we look once something may have been sent.
 */
enum outcome
print_submit(struct printing *p)
{
	bool first = is_at(p, "planned");
	struct print_state state;
	struct trouble t;
	enum outcome o;

	if (first && p->by == &print_printify)
		return create(p);
	o = print_look(
	    p->job, p->by, p->row.external_id, p->row.planned_s, &state, &t);
	if (o == OK)
		return adopt(p, &state);
	if (o == NOT_FOUND)
		return create(p);
	return first ? unreachable(p, o, &t)
		     : wait_for(p, o, "looking it up", &t);
}

/* ---- with a draft ---- */

static enum outcome
drop(struct printing *p)
{
	int touched;

	TRY(take_back(p, p->row.provider_order_id));
	return sql_fulfillment_dropped(p->job->db, p->row.fulfillment,
	    "the order was taken back", &touched);
}

/* What they say they will make must be what was ordered. */
static enum outcome
compare(struct printing *p, const struct print_state *state)
{
	struct print_job made;
	const char *flaw;

	TRY(print_order_make(p, p->by->name, &made));
	flaw = made.why ? made.why : print_echo_flaw(&made.order, state);
	if (!flaw)
		return OK;
	TRY(print_case(
	    p->job, "print_differs", p->row.id, p->row.id.text, "alarm", flaw));
	return job_fail(p->job, VALIDATION_ERROR, "%s", flaw);
}

/* Making it costs more than was paid for it: a human should know. */
static enum outcome
margin(struct printing *p, const struct print_state *state)
{
	if (!state->has_cost || strcmp(state->currency, "USD") != 0 ||
	    state->total_cost <= p->row.total_base)
		return OK;
	return print_case(p->job, "print_costs_more", p->row.id, p->row.id.text,
	    "warning",
	    arena_printf(p->job->arena,
		"%s asks %lld.%02lld USD, which is more than was paid",
		p->by->name, (long long)(state->total_cost / 100),
		(long long)(state->total_cost % 100)));
}

static enum outcome
confirm(struct printing *p)
{
	struct job *job = p->job;
	struct sql_fulfillment_apply now;
	struct print_state state;
	struct trouble t;
	struct sql_fulfillment_may_confirm may;
	enum outcome o;

	TRY(sql_fulfillment_may_confirm(job->db, p->row.fulfillment, &may));
	if (!may.wanted)
		return drop(p);
	if (may.disputed)
		return print_disputed(job);
	o = print_confirm(job, p->by, p->row.provider_order_id, &state, &t);
	if (FAILED(o))
		return wait_for(p, o, "confirming", &t);
	if (state.is_partial || state.status == PRINT_DRAFT) {
		o = print_get(job, p->by, p->row.provider_order_id, &state, &t);
		if (FAILED(o))
			return wait_for(p, o, "reading", &t);
	}
	TRY(print_apply(job, p->row.fulfillment, &state, NULL, &now));
	if (!strcmp(now.is_now, "draft")) {
		job->retry_after_s = HOLD_WAIT_S;
		return job_fail(job, PROVIDER_ERROR,
		    "%s says %s after the confirmation", p->by->name,
		    state.status_words);
	}
	return sql_print_cases_over(job->db, p->row.id.text);
}

/* Read what they have, and go on from there. */
enum outcome
print_check(struct printing *p)
{
	struct job *job = p->job;
	struct sql_fulfillment_apply now;
	struct print_state state;
	struct trouble t;
	enum outcome o;

	o = print_get(job, p->by, p->row.provider_order_id, &state, &t);
	if (o == NOT_FOUND)
		state = (struct print_state){ .status = PRINT_CANCELLED,
			.id = p->row.provider_order_id,
			.reason = "the printer has no such order any more",
			.status_words = "gone",
			.currency = "USD" };
	else if (FAILED(o))
		return wait_for(p, o, "reading", &t);
	if (state.status == PRINT_ON_HOLD) {
		job->retry_after_s = HOLD_WAIT_S;
		return job_fail(job, PROVIDER_ERROR,
		    "%s has put it on hold: %s", p->by->name, state.reason);
	}
	if (state.status != PRINT_DRAFT && state.status != PRINT_FAILED)
		return print_apply(job, p->row.fulfillment, &state, NULL, &now);
	TRY(compare(p, &state));
	if (!state.has_cost && job->attempts < PATIENT_TRIES) {
		job->retry_after_s = COST_WAIT_S;
		return job_fail(job, PROVIDER_ERROR,
		    "%s is still calculating its costs", p->by->name);
	}
	TRY(margin(p, &state));
	return confirm(p);
}
