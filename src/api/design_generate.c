/*
 * design_generate.c: a sentence is taken, counted, and queued for drawing.
 *
 * The design, what it takes of the quota and the job stand in one transaction.
 * Who prefers to wait is kept waiting after it, on a word of the job.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "providers/draw.h"
#include "sql/designs.h"
#include "sql/generate.h"
#include "sql/jobs.h"

#include "design_wait.h"
#include "handlers.h"

#define QUEUE_MOST 1000 /* that wait to be drawn, in the whole shop */
#define WAIT_MOST_S 30
#define RETRY_S 2

struct generate_form {
	const char *prompt, *category, *title, *complexity, *style;
	struct id product;
	bool open;
};

static const struct field generate_fields[] = {
	FIELD(generate_form, prompt, "prompt", REQUIRED | PROSE, 3, 2000),
	FIELD(generate_form, category, "productCategory", REQUIRED, 1, 50),
	FIELD(generate_form, product, "productId", OPTIONAL, 0, 0),
	FIELD(generate_form, title, "title", OPTIONAL, 1, 255),
	CHOICE(generate_form, complexity, "complexity", OPTIONAL,
	    "simple|detailed"),
	FIELD(generate_form, style, "style", OPTIONAL, 1, 100),
	FIELD(generate_form, open, "public", OPTIONAL, 0, 0), FIELD_END
};

/* Whose windows count for whom; what is beyond goes into the second pool. */
static const struct quota {
	const char *tier, *overflow;
	enum setting windows;
} quotas[] = {
	{ "premium", "registered", CONF_TSHOP_RATE_AI_PREMIUM },
	{ "registered", NULL, CONF_TSHOP_RATE_AI_REGISTERED },
	{ "free", NULL, CONF_TSHOP_RATE_AI_FREE },
};

static const struct quota *
quota_of(const char *tier)
{
	const struct quota *q = quotas;

	while (strcmp(q->tier, "free") != 0 && strcmp(q->tier, tier) != 0)
		q++;
	return q;
}

/* "{2,4}" and "{3600,86400}", as PostgreSQL writes arrays. */
static void
windows_format(struct request *rq, const struct windows *w, const char **limits,
    const char **seconds)
{
	struct buf l, s;

	buf_open(&l, rq->arena, 256);
	buf_open(&s, rq->arena, 256);
	for (size_t i = 0; i < w->count; i++) {
		buf_printf(&l, "%c%d", i ? ',' : '{', w->at[i].limit);
		buf_printf(&s, "%c%d", i ? ',' : '{', w->at[i].seconds);
	}
	buf_char(&l, '}');
	buf_char(&s, '}');
	*limits = l.at;
	*seconds = s.at;
}

static enum outcome
reserve(struct request *rq, struct id design, const struct quota *q,
    struct sql_generation_reserve *r)
{
	const char *limits, *seconds;

	windows_format(rq, conf_windows(q->windows), &limits, &seconds);
	TRY(sql_generation_reserve(rq->db, rq->caller.id, design, q->tier,
	    limits, seconds, conf_text(CONF_TSHOP_AI_BUDGET_DAY), r));
	if (!id_is_set(r->id) && q->overflow)
		return reserve(rq, design, quota_of(q->overflow), r);
	return OK;
}

static enum outcome
refuse_quota(struct request *rq, const struct sql_generation_reserve *r)
{
	const char *details = arena_printf(rq->arena,
	    "{\"scope\":\"ai_generation\",\"limit\":%d,"
	    "\"windowSeconds\":%d,\"resetAt\":\"%s\"}",
	    r->quota_limit, r->window_seconds, r->reset_at);

	reply_header_int(rq, "Retry-After", r->wait_s);
	return refuse_with(rq, RATE_LIMIT_EXCEEDED, details,
	    "No more designs can be drawn for you just now.");
}

static void
reply_usage(struct request *rq, const struct sql_generation_reserve *r)
{
	reply_meta(rq, "usage",
	    arena_printf(rq->arena,
		"{\"limit\":%d,\"used\":%d,\"remaining\":%d,"
		"\"resetAt\":\"%s\"}",
		r->quota_limit, r->used, r->remaining, r->reset_at));
}

struct waiting {
	struct id design;
	int64_t until_ms;
};

/* After the commit: wait for the job, as long as the client would. */
static enum outcome
wait_drawn(struct request *rq)
{
	const struct waiting *w = rq->after_arg;
	struct sql_generation_show now;

	TRY(design_listen(rq));
	do {
		TRY(sql_generation_show(
		    rq->db, w->design, rq->caller.id, &now));
		reply_json(rq, now.design);
		if (strcmp(now.status, "ready") == 0)
			return CREATED;
		if (strcmp(now.status, "failed") == 0 ||
		    strcmp(now.status, "blocked") == 0)
			return OK;
	} while (design_heard(rq, w->design, w->until_ms));
	reply_header_int(rq, "Retry-After", RETRY_S);
	return ACCEPTED;
}

static void
wait_if_preferred(struct request *rq, struct id design)
{
	int wait_s = request_prefer_wait_s(rq, WAIT_MOST_S);
	struct waiting *w = arena_new(rq->arena, struct waiting);

	if (wait_s == 0) {
		reply_header_int(rq, "Retry-After", RETRY_S);
		return;
	}
	w->design = design;
	w->until_ms = clock_mono_ms() + wait_s * 1000;
	reply_header(rq, "Preference-Applied", "wait=%d", wait_s);
	rq->after = wait_drawn;
	rq->after_arg = w;
}

static enum outcome
generate_check(struct request *rq, struct generate_form *form)
{
	struct sql_design_ground ground;

	TRY(form_open(rq, generate_fields, form));
	if (form->category) {
		TRY(sql_design_ground(
		    rq->db, form->category, form->product, &ground));
		if (!ground.category_known)
			form_wrong(rq, "productCategory", "unknown_reference",
			    "There is no such category.");
		else if (!ground.product_known)
			form_wrong(rq, "productId", "unknown_reference",
			    "There is no such product in that category.");
	}
	TRY(form_check(rq));
	if (!form->complexity)
		form->complexity = "detailed";
	if (!draw_is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, "gemini");
	return OK;
}

enum outcome
design_generate(struct request *rq)
{
	struct generate_form form = { 0 };
	struct sql_generation_reserve r;
	struct sql_generation_show made;
	struct id id = id_create(), none = { "" };

	TRY(generate_check(rq, &form));

	TX(rq->db);
	TRY(sql_generation_add(rq->db, id, rq->caller.id, form.title,
	    form.prompt, form.category, form.product, form.complexity,
	    form.style, form.open, QUEUE_MOST, &id));
	TRY(reserve(rq, id, quota_of(rq->caller.tier), &r));
	if (!id_is_set(r.id))
		return refuse_quota(rq, &r);
	TRY(sql_job_add(rq->db, "draw_design", none, id, "{}",
	    arena_printf(rq->arena, "draw/%s", id.text), 0,
	    conf_int(CONF_TSHOP_JOB_ATTEMPTS)));
	TRY(sql_generation_show(rq->db, id, rq->caller.id, &made));
	reply_json(rq, made.design);
	reply_usage(rq, &r);
	reply_header(rq, "Location", "/api/v1/designs/%s", id.text);
	wait_if_preferred(rq, id);
	return TX_COMMIT(ACCEPTED);
}
