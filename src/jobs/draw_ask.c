/*
 * draw_ask.c: asking models for a drawing, and writing down what it cost.
 *
 * What is to be done next is the provider's word (enum draw_end); how often,
 * and until when, is ours. Every answer is a row in ai_calls before anything
 * else happens to it.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/log.h"
#include "net/net.h"
#include "providers/draw.h"
#include "shop/drawing.h"

#include "drawing.h"

#define PAUSE_MOST_S 8

static bool
is_over(const struct drawing_job *d)
{
	return d->calls >= DRAW_CALLS_MOST ||
	       clock_mono_ms() - d->first_ms >= DRAW_PATIENCE_MS;
}

enum outcome
draw_find_models(struct drawing_job *d, const char *role)
{
	TRY(sql_draw_models(d->job->db, role, &d->models, &d->model_count));
	d->model = 0;
	d->artwork = strcmp(role, "picture") == 0;
	if (d->model_count > 0)
		return OK;
	if (d->artwork) /* nobody paints: then it is drawn */
		return draw_find_models(d, "quality");
	d->why = "NO_MODEL";
	return CONFLICT;
}

bool
draw_is_stitched(const struct drawing_job *d)
{
	return strcmp(d->wish.technique, "embroidery") == 0;
}

/* Green, unless the picture itself would be. */
const char *
draw_ground(const struct drawing_job *d)
{
	static const char *const greens[] = { "green", "grass", "leaf",
		"leaves", "forest", "jungle", "tree", "plant", "frog", "lime",
		"cactus", "dragon", "crocodile", "emerald", "mint", "neon" };

	for (size_t i = 0; i < COUNT(greens); i++)
		if (strcasestr(d->wish.prompt, greens[i]))
			return "#FF00FF";
	return "#00FF00";
}

static enum outcome
build_picture(struct drawing_job *d, struct call *call)
{
	const struct sql_draw_begin *w = &d->wish;
	const struct sql_draw_models *m = &d->models[d->model];
	const struct draw_picture_ask ask = {
		.model = m->name,
		.brief = w->prompt,
		.style = w->style,
		.ratio = draw_ratio(w->width, w->height),
		.size = m->picture_size,
		.key_colour = draw_ground(d),
	};

	return draw_picture_ask(d->job->arena, &ask, call);
}

static enum outcome
build(struct drawing_job *d, struct call *call)
{
	const struct sql_draw_begin *w = &d->wish;
	struct buf fonts;
	const struct draw_ask ask = {
		.model = d->models[d->model].name,
		.brief = w->prompt,
		.product = w->product,
		.colours = w->colours,
		.style = w->style,
		.width = w->width,
		.height = w->height,
		.embroidery = draw_is_stitched(d),
		.detailed = w->detailed,
		.brisk = d->seen[DRAW_TRUNCATED] > 0,
		.tokens_most = d->models[d->model].tokens_most,
		.schema = d->schema,
		.before = d->before,
		.flaws = d->flaws,
	};
	struct draw_ask full = ask;

	buf_open(&fonts, d->job->arena, 4096);
	drawing_fonts(&fonts);
	full.fonts = fonts.at;
	return draw_ask(d->job->arena, &full, call);
}

static void
cost_of(const struct sql_draw_models *m, const struct draw_usage *usage,
    char cost[DRAW_COST_TEXT])
{
	struct draw_price price;

	if (!draw_price_parse(m->input, &price.prompt) ||
	    !draw_price_parse(m->cached_input, &price.cached) ||
	    !draw_price_parse(m->output, &price.text) ||
	    !draw_price_parse(m->image_output, &price.image)) {
		log_event(LOG_ERROR, "ai-price", LOG_TEXT("model", m->name));
		price = (struct draw_price){ 0, 0, 0, 0 };
	}
	draw_cost_format(draw_cost_nano(usage, &price), cost);
}

/* Write the call down. What went wrong is named by 'error', or NULL. */
static enum outcome
record(struct drawing_job *d, const struct answer *answer,
    const struct draw_result *r, const char *error)
{
	const struct sql_draw_models *m = &d->models[d->model];
	const struct draw_usage *u = &r->usage;
	const struct bytes nothing = { NULL, 0 };
	char cost[DRAW_COST_TEXT];

	cost_of(m, u, cost);
	d->calls++;
	return sql_draw_call_add(d->job->db, d->job->ref, m->name,
	    (int)u->prompt, (int)(u->text + u->thoughts + u->image), cost,
	    answer->took_ms, error, error || r->picture ? NULL : r->text,
	    error ? nothing : (struct bytes){ r->picture, r->picture_size });
}

/* Back into the queue for some seconds, or over if that would be too late. */
static enum outcome
later(struct drawing_job *d, int wait_s)
{
	struct job *job = d->job;
	int pause_s = 1 << (d->calls < 3 ? d->calls - 1 : 3);
	int64_t then_ms;
	int touched;

	if (pause_s > PAUSE_MOST_S)
		pause_s = PAUSE_MOST_S;
	if (wait_s > pause_s)
		pause_s = wait_s;
	then_ms = clock_mono_ms() + (int64_t)pause_s * 1000;
	if (d->calls >= DRAW_CALLS_MOST ||
	    then_ms - d->first_ms >= DRAW_PATIENCE_MS)
		return CONFLICT;
	TRY(sql_draw_pause(job->db, job->ref, &touched));
	job->free_retry = true;
	job->retry_after_s = pause_s;
	return job_fail(
	    job, SERVICE_UNAVAILABLE, "%s: once more in %d s", d->why, pause_s);
}

/* The next model, if there is one. */
static bool
next_model(struct drawing_job *d)
{
	if (d->model + 1 >= d->model_count)
		return false;
	d->model++;
	return true;
}

/* clang-format off */
static const struct {
	const char *why;   /* what the shopper reads if this was the last */
	enum outcome then; /* OK: at once; TRY_AGAIN: later; else it is over */
	int again;         /* so often in one run; the calls are counted too */
} ends[DRAW_ENDS] = {
	[DRAW_DONE]      = { NULL,                OK,        0 },
	[DRAW_BLOCKED]   = { "BLOCKED",           FORBIDDEN, 0 },
	[DRAW_TRUNCATED] = { "TRUNCATED_ANSWER",  OK,        1 },
	[DRAW_GARBAGE]   = { "INVALID_ANSWER",    OK,        1 },
	[DRAW_ONCE_MORE] = { "NO_DRAWING",        OK,        1 },
	[DRAW_LATER]     = { "PROVIDER_ERROR",    TRY_AGAIN, DRAW_CALLS_MOST },
	[DRAW_NO_MODEL]  = { "NO_MODEL",          OK,        DRAW_CALLS_MOST },
	[DRAW_NO_SCHEMA] = { "INVALID_ANSWER",    OK,        1 },
	[DRAW_NEVER]     = { "PROVIDER_ERROR",    CONFLICT,  0 },
	[DRAW_UNKNOWN]   = { "TIMEOUT",           TRY_AGAIN, DRAW_CALLS_MOST },
};
/* clang-format on */

/* That was the last of its kind: what came too close to another is refused. */
static enum outcome
given_up(struct drawing_job *d, const struct draw_result *r)
{
	if (!strstr(r->reason, "RECITATION"))
		return CONFLICT;
	d->why = arena_text(d->job->arena, r->reason);
	return FORBIDDEN;
}

/* After an answer that was none: what the end of it asks for. */
static enum outcome
after_failure(struct drawing_job *d, const struct draw_result *r, int wait_s)
{
	/* A picture's request has no schema to leave out. */
	bool other =
	    r->end == DRAW_NO_MODEL || (r->end == DRAW_NO_SCHEMA && d->artwork);

	if (other && !next_model(d))
		return d->artwork ? draw_find_models(d, "quality") : CONFLICT;
	if (other)
		return OK;
	if (ends[r->end].then == FORBIDDEN || ends[r->end].then == CONFLICT)
		return ends[r->end].then;
	if (++d->seen[r->end] > ends[r->end].again)
		return given_up(d, r);
	if (r->end == DRAW_UNKNOWN && ++d->lost > 1)
		return CONFLICT;
	if (r->end == DRAW_NO_SCHEMA)
		d->schema = false;
	/* One model that is overloaded twice is asked no third time. */
	if (r->end == DRAW_LATER && d->calls >= 2)
		(void)next_model(d);
	if (r->end == DRAW_GARBAGE && *r->text) {
		d->before = r->text;
		d->flaws = "It is not the JSON that was asked for.";
	}
	return ends[r->end].then == TRY_AGAIN ? later(d, wait_s) : OK;
}

/* One call. OK without an answer: at once again. */
static enum outcome
ask_once(struct drawing_job *d)
{
	struct draw_result r = { 0 };
	struct trouble trouble = { 0 };
	struct answer answer;
	struct call call;
	const char *error;
	enum outcome o;

	TRY(d->artwork ? build_picture(d, &call) : build(d, &call));
	o = outside_send(d->job, &call, &answer);
	if (o == SERVICE_UNAVAILABLE && d->job->free_retry) {
		int touched;

		/* Nothing was sent: the breaker is open, or the bucket dry. */
		TRY(sql_draw_pause(d->job->db, d->job->ref, &touched));
		return o;
	}
	if (d->artwork)
		(void)draw_picture_read(d->job->arena, &answer, &r, &trouble);
	else
		(void)draw_read(d->job->arena, &answer, &r, &trouble);
	insist((size_t)r.end < COUNT(ends));
	d->why = ends[r.end].why;
	if (r.end == DRAW_BLOCKED && *r.reason)
		d->why = arena_text(d->job->arena, r.reason);
	error = r.end == DRAW_DONE
		    ? NULL
		    : arena_printf(d->job->arena, "%s: %s %s",
			  r.end == DRAW_UNKNOWN ? "no answer" : d->why,
			  trouble.code ? trouble.code : "",
			  trouble.words ? trouble.words : "");
	TRY(record(d, &answer, &r, error));
	if (r.end == DRAW_DONE) {
		d->answer = d->artwork ? NULL : r.text;
		d->picture = (struct bytes){ r.picture, r.picture_size };
		return OK;
	}
	if (r.end == DRAW_NO_MODEL)
		log_event(LOG_WARN, "ai-model-gone",
		    LOG_TEXT("model", d->models[d->model].name),
		    LOG_TEXT("says", error));
	if (r.end == DRAW_NEVER)
		log_event(LOG_ERROR, "ai-refused", LOG_TEXT("says", error));
	return after_failure(d, &r, trouble.wait_s);
}

enum outcome
draw_ask_models(struct drawing_job *d)
{
	d->answer = NULL;
	d->picture.at = NULL;
	while (!d->answer && !d->picture.at) {
		if (is_over(d))
			return CONFLICT;
		TRY(ask_once(d));
	}
	return OK;
}
