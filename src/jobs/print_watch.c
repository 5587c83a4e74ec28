/*
 * print_watch.c: what a printer says of an order, and what that means.
 *
 * The order itself is always read anew at the printer; an event only says
 * when to do so. What the order does not tell (Printful's deliveries) comes
 * with the event, where that was signed.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include "print.h"
#include "workers.h"

#define PARCELS_BYTES (256 * 1024)
#define QUIET_S 1800   /* nobody told us anything for so long */
#define POLLED_MOST 20 /* at each printer; the rest at the next round */

static void
parcel_write(struct buf *b, const struct print_shipment *s)
{
	buf_json_comma(b);
	buf_char(b, '{');
	print_shipment_members(b, s);
	buf_json_key(b, "returned");
	buf_json_bool(b, s->returned);
	buf_json_key(b, "withdrawn");
	buf_json_bool(b, s->withdrawn);
	buf_char(b, '}');
}

static const char *
parcels_write(struct arena *a, const struct print_state *state,
    const struct print_shipment *told)
{
	struct buf b;

	buf_open(&b, a, PARCELS_BYTES);
	buf_char(&b, '[');
	for (size_t i = 0; i < state->shipment_count; i++)
		parcel_write(&b, &state->shipments[i]);
	if (told && *told->ref)
		parcel_write(&b, told);
	buf_char(&b, ']');
	return b.at;
}

/* Printify's word for trouble that it will not get out of by itself. */
static const char *
status_name(const struct print_state *state)
{
	if (state->status == PRINT_ON_HOLD &&
	    (!strcmp(state->status_words, "had-issues") ||
		!strcmp(state->status_words, "has-issues")))
		return "failed";
	return print_status_name(state->status);
}

enum outcome
print_apply(struct job *job, struct id fulfillment,
    const struct print_state *state, const struct print_shipment *told,
    struct sql_fulfillment_apply *now)
{
	const int64_t *items = state->has_cost ? &state->items_cost : NULL;
	const int64_t *shipping =
	    state->has_cost ? &state->shipping_cost : NULL;
	const int64_t *tax = state->has_cost ? &state->tax_cost : NULL;
	const char *reason =
	    *state->reason ? state->reason : state->status_words;
	const char *name = told && told->returned &&
				   state->status >= PRINT_PARTIAL &&
				   state->status <= PRINT_DELIVERED
			       ? "returned"
			       : status_name(state);

	TRY(sql_fulfillment_apply(job->db, fulfillment, state->id, name, reason,
	    items, shipping, tax, items ? state->currency : NULL,
	    parcels_write(job->arena, state, told), now));
	if (strcmp(now->was, now->is_now) != 0)
		log_event(LOG_INFO, "print-moved",
		    LOG_TEXT("fulfillment", fulfillment.text),
		    LOG_TEXT("from", now->was), LOG_TEXT("to", now->is_now),
		    LOG_TEXT("order", now->order_status));
	return OK;
}

/* A draft again after a hold: it has to be confirmed once more. */
static enum outcome
confirm_again(struct job *job, const struct sql_fulfillment_get *f,
    struct print_state *state)
{
	const struct print_provider *by = print_find(f->provider);
	struct trouble t;
	enum outcome o;

	if (strcmp(f->order_status, "processing") != 0)
		return OK;
	o = print_confirm(job, by, f->provider_order_id, state, &t);
	if (FAILED(o))
		return print_failed(job,
		    o == TIMEOUT ? TIMEOUT : PROVIDER_ERROR, "confirming", by,
		    &t);
	return OK;
}

static bool
is_held(const struct sql_fulfillment_get *f)
{
	return !strcmp(f->status, "accepted") || !strcmp(f->status, "on_hold");
}

enum outcome
print_settle(
    struct job *job, struct id fulfillment, const struct print_shipment *told)
{
	struct sql_fulfillment_get f;
	struct sql_fulfillment_apply now;
	const struct print_provider *by;
	struct print_state state;
	struct trouble t;
	enum outcome o;
	int touched;

	TRY(sql_fulfillment_get(job->db, fulfillment, &f));
	by = print_find(f.provider);
	/* Not submitted for all that we know: whoever does so will look. */
	if (!f.provider_order_id)
		return OK;
	o = print_get(job, by, f.provider_order_id, &state, &t);
	if (o == NOT_FOUND)
		return OK; /* deleted there, which the submission notices */
	if (FAILED(o))
		return print_failed(job,
		    o == TIMEOUT ? TIMEOUT : PROVIDER_ERROR, "reading", by, &t);
	if (state.status == PRINT_DRAFT && is_held(&f))
		TRY(confirm_again(job, &f, &state));
	else if (state.status == PRINT_DRAFT && !strcmp(f.status, "draft"))
		return sql_fulfillment_resume(job->db, f.order, &touched);
	TRY(print_apply(job, fulfillment, &state, told, &now));
	return OK;
}

/* One of those that nobody told us about; false: ask that printer no more. */
static bool
poll_one(struct job *job, struct id fulfillment)
{
	enum outcome o = print_settle(job, fulfillment, NULL);
	bool away = job->free_retry || o == TIMEOUT;
	int touched;

	if (FAILED(o) && !job->free_retry)
		log_event(LOG_WARN, "print-unheard",
		    LOG_TEXT("fulfillment", fulfillment.text),
		    LOG_TEXT("why", job->error));
	/* One that fails goes behind the others. */
	if (!job->free_retry)
		o = sql_fulfillment_heard(job->db, fulfillment, &touched);
	job->free_retry = job->resting = false;
	job->retry_after_s = 0;
	job->error = NULL;
	return !away && !FAILED(o);
}

enum outcome
work_poll_fulfillment(struct job *job)
{
	struct sql_fulfillment_missing *missing;
	int count, touched;

	TRY(sql_print_cancel_again(job->db, &touched));
	TRY(sql_fulfillment_missing(job->db, &missing, &count));
	if (count > 0)
		log_event(
		    LOG_WARN, "orders-unprinted", LOG_INT("orders", count));
	for (size_t p = 0; p < PRINT_PROVIDERS; p++) {
		struct sql_fulfillment_quiet *quiet;

		TRY(sql_fulfillment_quiet(job->db, print_providers[p]->name,
		    QUIET_S, POLLED_MOST, &quiet, &count));
		for (int i = 0; i < count; i++)
			if (!poll_one(job, quiet[i].id))
				break;
	}
	return OK;
}
