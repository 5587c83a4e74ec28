/*
 * print_route.c: which printer makes an order.
 *
 * First who can: product, variant, files, country. Then premium customers go
 * to Printful, others to whoever asks less now, shipping included; equal
 * quotes to Printful. Who does not name a price in time is not chosen. Both
 * quotes and the reason are kept with the decision.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "base/log.h"

#include "print.h"

#define WAIT_FOR_FILES_S 2
#define QUOTES_BYTES 4096

struct offer {
	const struct print_provider *by;
	struct print_job made;
	struct print_quote quote;
	const char *why; /* NULL: it may be chosen */
	bool may_heal;   /* waiting would help */
	bool waits;      /* for the print files */
	bool tried;      /* it would not have it before */
};

static bool
is_in(const char *list, const char *name)
{
	return list && strstr(list, name);
}

/* The quote's calls, one after the other. */
static enum outcome
quote_ask(struct printing *p, struct offer *f)
{
	struct job *job = p->job;
	struct trouble t = { .code = "", .words = "" };
	size_t steps = f->by->quote_steps(&f->made.order);
	enum outcome o = OK;

	for (size_t i = 0; i < steps && !FAILED(o); i++) {
		struct call call = { 0 };
		struct answer answer;

		o = f->by->quote(job->arena, &f->made.order, i, &call, &t);
		if (FAILED(o))
			break;
		o = print_send(job, &call, &answer);
		if (job->free_retry)
			return o;
		o = f->by->quoted(
		    job->arena, &f->made.order, i, &answer, &f->quote, &t);
	}
	if (!FAILED(o))
		return OK;
	f->may_heal = t.cure != CURE_PERSON;
	f->why = arena_printf(job->arena, "%s gave no quote: %s %s",
	    f->by->name, t.code && *t.code ? t.code : outcome_code(o),
	    t.words ? t.words : "");
	return OK;
}

/* A price, or why there is none. Only waiting for a turn ends the job. */
static enum outcome
offer_get(struct printing *p, struct offer *f)
{
	struct job *job = p->job;
	struct trouble t = { .code = "", .words = "" };
	enum outcome o;

	f->tried = is_in(p->row.failed, f->by->name);
	if (!f->by->is_on()) {
		f->why =
		    arena_printf(job->arena, "%s is switched off", f->by->name);
		return OK;
	}
	TRY(print_order_make(p, f->by->name, &f->made));
	if (f->made.why) {
		f->why = f->made.why;
		f->waits = f->made.waits;
		return OK;
	}
	if (FAILED(f->by->may(job->arena, &f->made.order, &t))) {
		f->why = arena_text(job->arena, t.words);
		return OK;
	}
	o = quote_ask(p, f);
	/* One that rests after failures is one that does not answer. */
	if (FAILED(o) && job->free_retry && job->resting) {
		f->why = job->error;
		f->may_heal = true;
		job->free_retry = job->resting = false;
		job->retry_after_s = 0;
		job->error = NULL;
		return OK;
	}
	return o;
}

static const char *
cents(struct arena *a, int64_t minor)
{
	return arena_printf(a, "%lld.%02lld", (long long)(minor / 100),
	    (long long)(minor % 100));
}

/* For the admin, who reads dollars. */
static void
offer_write(struct arena *a, struct buf *b, const struct offer *f)
{
	buf_json_comma(b);
	buf_text(b, "{\"provider\":");
	buf_json(b, f->by->name);
	if (f->why) {
		buf_text(b, ",\"why\":");
		buf_json(b, f->why);
	} else {
		buf_printf(b,
		    ",\"items\":%s,\"shipping\":%s,\"total\":%s"
		    ",\"currency\":\"USD\"",
		    cents(a, f->quote.items), cents(a, f->quote.shipping),
		    cents(a, f->quote.total));
	}
	buf_char(b, '}');
}

/* The winner, and in what words it won. */
static const struct offer *
choose(struct printing *p, const struct offer *f, const char **reason)
{
	struct arena *a = p->job->arena;
	const struct offer *can[PRINT_PROVIDERS];
	size_t n = 0;

	/* One that refused before is asked again only if nobody else can. */
	for (int tried = 0; tried < 2 && n == 0; tried++)
		for (size_t i = 0; i < PRINT_PROVIDERS; i++)
			if (!f[i].why && f[i].tried == (tried == 1))
				can[n++] = &f[i];
	if (n == 0)
		return NULL;
	if (n == 1) {
		*reason = arena_printf(a, "only %s can: %s USD",
		    can[0]->by->name, cents(a, can[0]->quote.total));
		return can[0];
	}
	if (p->row.premium) {
		*reason = "a premium customer's";
		return can[0];
	}
	if (can[0]->quote.total == can[1]->quote.total) {
		*reason = arena_printf(
		    a, "equal quotes: %s USD", cents(a, can[0]->quote.total));
		return can[0];
	}
	if (can[1]->quote.total < can[0]->quote.total) {
		const struct offer *cheaper = can[1];

		can[1] = can[0];
		can[0] = cheaper;
	}
	*reason = arena_printf(a, "cheaper: %s USD against %s",
	    cents(a, can[0]->quote.total), cents(a, can[1]->quote.total));
	return can[0];
}

/* One whose files are still being drawn may yet be the better one. */
static enum outcome
wait_for_files(struct job *job, const struct offer *f)
{
	for (size_t i = 0; i < PRINT_PROVIDERS; i++)
		if (f[i].waits) {
			job->free_retry = true;
			job->retry_after_s = WAIT_FOR_FILES_S;
			return job_fail(
			    job, SERVICE_UNAVAILABLE, "%s", f[i].why);
		}
	return OK;
}

/* Nobody can: wait if that may help, else a human has to look. */
static enum outcome
nobody(struct printing *p, const struct offer *f)
{
	struct job *job = p->job;
	const char *why = arena_printf(
	    job->arena, "%s; %s", f[0].why, f[PRINT_PROVIDERS - 1].why);

	for (size_t i = 0; i < PRINT_PROVIDERS; i++)
		if (f[i].may_heal)
			return job_fail(job, PROVIDER_ERROR, "%s", why);
	TRY(print_case(
	    job, "print_impossible", p->row.id, p->row.id.text, "alarm", why));
	return job_fail(job, VALIDATION_ERROR, "%s", why);
}

/*
 * Our number, as long as the printer has not seen it in an attempt that
 * ended; it is unique there for ever.
 */
static const char *
external_id(struct printing *p, const struct offer *winner)
{
	if (!is_in(p->row.used, winner->by->name))
		return p->row.number;
	return arena_printf(
	    p->job->arena, "%s-%d", p->row.number, p->row.attempt + 1);
}

enum outcome
print_plan(struct printing *p)
{
	struct job *job = p->job;
	struct offer offers[PRINT_PROVIDERS] = { { 0 } };
	const struct offer *winner;
	const char *reason = "";
	enum outcome o;
	struct buf quotes;
	struct id id;

	p->row.external_id = NULL;
	for (size_t i = 0; i < PRINT_PROVIDERS; i++) {
		offers[i].by = print_providers[i];
		TRY(offer_get(p, &offers[i]));
	}
	TRY(wait_for_files(job, offers));
	winner = choose(p, offers, &reason);
	if (!winner)
		return nobody(p, offers);
	buf_open(&quotes, job->arena, QUOTES_BYTES);
	buf_char(&quotes, '[');
	for (size_t i = 0; i < PRINT_PROVIDERS; i++)
		offer_write(job->arena, &quotes, &offers[i]);
	buf_char(&quotes, ']');
	o = sql_fulfillment_plan(job->db, p->row.id, p->row.seen,
	    winner->by->name, external_id(p, winner), reason, quotes.at, &id);
	p->go_on = true;
	if (o == INVALID_ORDER_STATE)
		return OK; /* it has changed since it was read: look again */
	TRY(o);
	log_event(LOG_INFO, "print-routed", LOG_TEXT("order", p->row.number),
	    LOG_TEXT("provider", winner->by->name), LOG_TEXT("why", reason));
	job->retry_after_s = 0; /* the loser's wish */
	return OK;
}
