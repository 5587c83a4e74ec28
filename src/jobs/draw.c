/*
 * draw.c: from a sentence to a picture: draw_design.
 *
 * The wish is checked, a model asked, its list made into a canvas by the same
 * reader that clients' canvases go through, drawn by the confined child, and
 * kept; the books are closed in the transaction that says how it ended. Each
 * step may be the last of a runner that is killed: the next one finds the
 * answer that was paid for, and goes on from there.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "db/tx.h"
#include "shop/drawing.h"

#include "drawing.h"
#include "paint.h"
#include "workers.h"

#define TURN_S 1 /* until somebody with two at work is looked at again */

/* It ended without a picture. */
static enum outcome
end_badly(struct drawing_job *d, const char *status, const char *why)
{
	/* What was refused is used up; what failed is given back. */
	bool used = strcmp(status, "blocked") == 0;
	struct job *job = d->job;
	int touched;

	TX(job->db);
	TRY(sql_draw_failed(job->db, job->ref, status, why, &touched));
	TRY(sql_draw_settle(
	    job->db, job->ref, used ? "used" : "returned", false, why));
	return TX_COMMIT(OK);
}

/* Nobody wants it any more. What was paid for stays used. */
static enum outcome
end_gone(struct drawing_job *d)
{
	return sql_draw_settle(d->job->db, d->job->ref,
	    d->calls > 0 ? "used" : "returned", false, "DELETED");
}

/* The design has its picture, and the books are closed: both or neither. */
static enum outcome
draw_ready(struct drawing_job *d, const struct drawing *drawing,
    const char *canvas, const char *checks, const struct paint_pair *pair,
    bool *open)
{
	struct job *job = d->job;
	struct sql_draw_ready ready;
	struct id points;
	enum outcome o;

	TX(job->db);
	o = sql_draw_ready(job->db, job->ref, d->models[d->model].name,
	    *drawing->title ? drawing->title : NULL,
	    *drawing->description ? drawing->description : NULL, canvas,
	    (struct bytes){ pair->image, SHA256_BYTES },
	    (struct bytes){ pair->thumbnail, SHA256_BYTES }, checks, &ready);
	*open = false;
	if (o != NOT_FOUND) {
		TRY(o);
		*open = ready.open;
		TRY(sql_draw_reward(job->db, d->wish.owner, &points));
	}
	TRY(sql_draw_settle(job->db, job->ref, "used", o != NOT_FOUND,
	    o == NOT_FOUND ? "DELETED" : NULL));
	return TX_COMMIT(OK);
}

static enum outcome
end_well(struct drawing_job *d, const struct drawing *drawing,
    const char *canvas, const struct render_result *result)
{
	struct paint_pair pair;
	bool open = false;

	TRY(paint_keep_pair(d->job, result, d->wish.open, &pair));
	TRY(draw_ready(d, drawing, canvas, result->checks, &pair, &open));
	return paint_open_pair(d->job, open, &pair);
}

enum outcome
draw_answer_bad(struct drawing_job *d, const char *path, const char *message)
{
	bool tried = d->before != NULL || d->tried;
	const char *flaws = arena_printf(d->job->arena, "%s: %s",
	    path && *path ? path : "drawing", message ? message : "is wrong");

	TRY(sql_draw_answer_bad(d->job->db, d->job->ref, flaws));
	d->why = "INVALID_ANSWER";
	d->before = d->answer;
	d->flaws = flaws;
	d->tried = true;
	return tried ? CONFLICT : VALIDATION_ERROR;
}

enum outcome
draw_finish(struct drawing_job *d, const struct drawing *drawing)
{
	struct job *job = d->job;
	struct render_result result;
	struct buf canvas;
	enum outcome o;

	buf_open(&canvas, job->arena, CANVAS_FORMAT_MOST);
	canvas_format(&drawing->canvas, &canvas);
	o = paint_screen(job, canvas.at, d->wish.category, &result);
	if (o == VALIDATION_ERROR)
		return draw_answer_bad(
		    d, result.flaw_path, result.flaw_message);
	if (FAILED(o) && job->attempts >= DRAW_TRIES) {
		d->why = "RENDER_FAILED";
		return CONFLICT;
	}
	if (FAILED(o))
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "not drawn: %s", outcome_code(o));
	return end_well(d, drawing, canvas.at, &result);
}

/* The model's list becomes a canvas, and the canvas pictures. */
static enum outcome
make(struct drawing_job *d)
{
	struct job *job = d->job;
	const struct canvas_rules rules = { .path_text = true,
		.stitched = draw_is_stitched(d),
		.width = d->wish.width,
		.height = d->wish.height };
	struct canvas_flaw flaw = { "", "", "" };
	struct json_flaw json_flaw = { "", "", "it is no JSON" };
	struct drawing drawing;
	json *list;

	if (FAILED(json_read(job->arena, d->answer, strlen(d->answer),
		&json_limits_provider, &list, &json_flaw)))
		return draw_answer_bad(d, json_flaw.path, json_flaw.message);
	if (FAILED(drawing_read(
		job->arena, list, d->wish.category, &rules, &drawing, &flaw)))
		return draw_answer_bad(d, flaw.path, flaw.message);
	return draw_finish(d, &drawing);
}

/* The model that gave the answer which an earlier run has left. */
static void
find_model(struct drawing_job *d, const char *name)
{
	for (int i = 0; i < d->model_count; i++)
		if (strcmp(d->models[i].name, name) == 0)
			d->model = i;
}

static enum outcome
draw(struct drawing_job *d)
{
	enum outcome o;

	/* An answer that was paid for is used, of whatever role it is. */
	d->artwork = strcmp(d->wish.role, "picture") == 0;
	TRY(draw_find_models(
	    d, d->answer && d->artwork ? "quality" : d->wish.role));
	if (d->answer || d->picture.at)
		find_model(d, d->wish.answer_model);
	do {
		if (!d->answer && !d->picture.at)
			TRY(draw_ask_models(d));
		o = d->picture.at ? draw_make_artwork(d) : make(d);
		d->answer = NULL;
		d->picture.at = NULL;
	} while (o == VALIDATION_ERROR);
	return o;
}

static enum outcome
wait_turn(struct job *job)
{
	job->free_retry = true;
	job->retry_after_s = TURN_S;
	return job_fail(
	    job, SERVICE_UNAVAILABLE, "two others of the same person first");
}

/* Would the job be dead with this, for want of a cure or of attempts? */
static bool
is_the_end(const struct job *job, enum outcome o)
{
	bool heals = o == PROVIDER_ERROR || o == TIMEOUT ||
		     o == SERVICE_UNAVAILABLE || o == TRY_AGAIN;

	return FAILED(o) && !job->free_retry &&
	       (!heals || job->attempts >= job->max_attempts);
}

enum outcome
work_draw_design(struct job *job)
{
	struct drawing_job d = {
		.job = job, .schema = true, .why = "PROVIDER_ERROR"
	};
	enum outcome o = sql_draw_begin(job->db, job->ref, &d.wish);

	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	d.calls = d.wish.calls;
	d.lost = d.wish.lost;
	d.first_ms = clock_mono_ms() - d.wish.since_ms;
	d.answer = d.wish.answer;
	d.picture = d.wish.picture;
	if (strcmp(d.wish.verdict, "gone") == 0)
		return end_gone(&d);
	if (strcmp(d.wish.verdict, "wait") == 0)
		return wait_turn(job);
	if (d.wish.policy)
		return end_badly(&d, "blocked",
		    arena_printf(job->arena, "POLICY_%s", d.wish.policy));
	o = draw(&d);
	if (o == CONFLICT)
		return end_badly(&d, "failed", d.why);
	if (o == FORBIDDEN)
		return end_badly(&d, "blocked", d.why);
	if (is_the_end(job, o))
		TRY(end_badly(&d, "failed", "INTERNAL_ERROR"));
	return o;
}
