/*
 * render.c: the pictures of a design that was drawn by hand, and print files.
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/tx.h"
#include "sql/generate.h"

#include "paint.h"
#include "workers.h"

#define TRIES 3 /* of a canvas that does not come out */

/* Both pictures are there: the design shows them from now on. */
static enum outcome
render_ready(struct job *job, const struct sql_render_source *source,
    const char *checks, const struct paint_pair *pair, bool *open)
{
	struct sql_render_ready ready;
	struct id points;

	TX(job->db);
	TRY(sql_render_ready(job->db, job->ref, source->revision,
	    (struct bytes){ pair->image, SHA256_BYTES },
	    (struct bytes){ pair->thumbnail, SHA256_BYTES }, checks, &ready));
	TRY(sql_draw_reward(job->db, ready.owner, &points));
	*open = ready.open;
	return TX_COMMIT(OK);
}

static enum outcome
render_show(struct job *job, const struct sql_render_source *source,
    const struct render_result *result)
{
	struct paint_pair pair;
	enum outcome o;
	bool open = false;

	TRY(paint_keep_pair(job, result, source->open, &pair));
	o = render_ready(job, source, result->checks, &pair, &open);
	/* Deleted, or changed again: the sweeper takes what we have kept. */
	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	return paint_open_pair(job, open, &pair);
}

/* It did not come out: once more, or never, as the case may be. */
static enum outcome
render_trouble(struct job *job, const struct sql_render_source *source,
    enum outcome o, const struct render_result *result)
{
	int touched;

	if (o != VALIDATION_ERROR && job->attempts < TRIES)
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "not drawn: %s", outcome_code(o));
	TRY(sql_render_failed(job->db, job->ref, source->revision,
	    o == TIMEOUT ? "RENDER_TIMEOUT" : "RENDER_FAILED", &touched));
	if (o == VALIDATION_ERROR) {
		log_event(LOG_WARN, "canvas-undrawable",
		    LOG_TEXT("design", job->ref.text),
		    LOG_TEXT("path", result->flaw_path),
		    LOG_TEXT("why", result->flaw_message));
		return OK;
	}
	return job_fail(job, o, "cannot be drawn: %s", outcome_code(o));
}

static enum outcome
render_screen(struct job *job, const struct sql_render_source *source)
{
	struct render_result result;
	enum outcome o;

	if (source->rendered_revision == source->revision)
		return OK;
	o = paint_screen(job, source->data, source->category, &result);
	if (FAILED(o))
		return render_trouble(job, source, o, &result);
	return render_show(job, source, &result);
}

static enum outcome
print_keep(struct job *job, const struct sql_render_source *source,
    const struct render_want *want, const struct render_result *result)
{
	uint8_t digest[SHA256_BYTES];
	struct id product;
	int touched;

	if (!id_parse(json_text(job->payload, "product"), &product))
		return job_fail(job, VALIDATION_ERROR, "no product");
	TRY(paint_keep(job, render_frame_find(result, "print"), digest));
	return sql_print_add(job->db, job->ref, source->revision, product,
	    json_text(job->payload, "provider"),
	    json_text(job->payload, "placement"),
	    (struct bytes){ digest, sizeof(digest) }, want->width, want->height,
	    want->dpi, result->checks, &touched);
}

static enum outcome
render_print(struct job *job, const struct sql_render_source *source)
{
	const struct render_want want = {
		.kind = "print",
		.width = (int)json_int(job->payload, "width", 0),
		.height = (int)json_int(job->payload, "height", 0),
		.dpi = (int)json_int(job->payload, "dpi", 150),
	};
	struct render_result result;
	enum outcome o;

	/* Changed since it was asked for: nobody waits for the old one. */
	if (json_int(job->payload, "revision", 0) != source->revision)
		return OK;
	o = paint(job, source->data, source->category, &want, 1, &result);
	if (!FAILED(o))
		return print_keep(job, source, &want, &result);
	if (o != VALIDATION_ERROR && job->attempts < TRIES)
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "not drawn: %s", outcome_code(o));
	return job_fail(
	    job, VALIDATION_ERROR, "cannot be drawn: %s", outcome_code(o));
}

enum outcome
work_render_design(struct job *job)
{
	struct sql_render_source source;
	enum outcome o = sql_render_source(job->db, job->ref, &source);

	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	return json_get(job->payload, "product") ? render_print(job, &source)
						 : render_screen(job, &source);
}
