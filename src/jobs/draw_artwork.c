/*
 * draw_artwork.c: what a picture model painted becomes a design.
 *
 * Nobody believes its bytes: the confined child decodes them, takes out the
 * ground, and writes them anew. Then it is a picture of ours, private, and the
 * one object of a canvas.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "media/media.h"

#include "drawing.h"
#include "paint.h"
#include "runner.h"

#define SIDE_LEAST 512
#define SIDE_MOST 3200 /* more than that no printer shows */

static const struct render_lock program_lock = { runner_leave, runner_enter };

/* Written anew and kept: its frame, and where it lies. */
static enum outcome
keep(struct drawing_job *d, const struct render_frame *frame, const char **src)
{
	uint8_t digest[SHA256_BYTES];
	char key[MEDIA_KEY];

	TRY(paint_keep(d->job, frame, digest));
	if (!media_key_of(digest, "image/png", key))
		return INTERNAL_ERROR;
	*src = media_path(d->job->arena, key, MEDIA_PRIVATE);
	return OK;
}

/* Not the picture's fault: the same again, from what was paid for. */
static enum outcome
not_now(struct drawing_job *d, enum outcome o)
{
	if (d->job->attempts >= DRAW_TRIES) {
		d->why = "RENDER_FAILED";
		return CONFLICT;
	}
	return job_fail(
	    d->job, SERVICE_UNAVAILABLE, "not kept: %s", outcome_code(o));
}

/* Written anew by the child; smaller, if it would be too much for a canvas. */
static enum outcome
clean(struct drawing_job *d, struct render_result *result)
{
	struct render_request request = { .bytes = d->picture.at,
		.size = d->picture.size,
		.side_least = SIDE_LEAST,
		.key = draw_ground(d) };
	enum outcome o = OK;

	for (int side = SIDE_MOST; !FAILED(o); side /= 2) {
		request.side_most = side;
		o = render_run(d->job->arena, conf_text(CONF_TSHOP_RENDER),
		    &request, RENDER_PATIENCE_MS, &program_lock, result);
		if (!FAILED(o) &&
		    result->frames[0].size <= LIMIT_EMBEDDED_BYTES)
			break;
	}
	return o;
}

enum outcome
draw_make_artwork(struct drawing_job *d)
{
	const struct canvas_rules rules = { .width = d->wish.width,
		.height = d->wish.height };
	struct canvas_flaw flaw = { "", "", "" };
	struct render_result result;
	struct drawing drawing;
	const char *src;
	enum outcome o;

	o = clean(d, &result);
	if (o == VALIDATION_ERROR)
		return draw_answer_bad(
		    d, result.flaw_path, result.flaw_message);
	if (!FAILED(o))
		o = keep(d, &result.frames[0], &src);
	if (FAILED(o))
		return not_now(d, o);
	if (FAILED(drawing_of_picture(d->job->arena, src,
		result.frames[0].width, result.frames[0].height, d->wish.prompt,
		d->wish.category, &rules, &drawing, &flaw)))
		return draw_answer_bad(d, flaw.path, flaw.message);
	return draw_finish(d, &drawing);
}
