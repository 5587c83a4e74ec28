/*
 * serve.c: one request from end to end. Fonts first, for they are found
 * through files; then the cage; only then a stranger's bytes.
 */
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "furniture.h"

#define ARENA_MOST ((size_t)512 * 1024 * 1024)

static void
put_flaw(struct job *job, struct buf *to)
{
	buf_char(to, '{');
	buf_json_key(to, "path");
	buf_json(to, job->flaw.path ? job->flaw.path : "");
	buf_json_key(to, "code");
	buf_json(to, job->flaw.code ? job->flaw.code : "format");
	buf_json_key(to, "message");
	buf_json(to, job->flaw.message ? job->flaw.message : "is wrong");
	buf_char(to, '}');
}

static void
send_end(struct job *job, enum outcome outcome)
{
	bool good = !FAILED(outcome);
	struct buf text;

	buf_open(&text, job->arena, 64 * 1024);
	if (!good)
		put_flaw(job, &text);
	else if (job->category == NULL)
		buf_text(&text, "[]");
	else
		checks_put(job, &text);
	wire_frame(job, good ? "checks" : "flaw", 0, 0, text.length);
	wire_bytes(job, text.at, text.length);
}

static enum outcome
read_canvas(struct job *job, const char *bytes)
{
	static const struct canvas_rules ours = { .embedded = true };
	struct json_flaw broken = { 0 };
	json *document;

	if (FAILED(json_read(job->input, bytes, job->bytes,
		&json_limits_provider, &document, &broken))) {
		job->flaw =
		    (struct canvas_flaw){ "", "format", "must be JSON" };
		return VALIDATION_ERROR;
	}
	return canvas_read(job->arena, document, job->category, &ours,
	    &job->canvas, &job->flaw);
}

static enum outcome
draw(struct job *job, const char *bytes, const struct canvas_metrics *ruler)
{
	struct canvas_pictures pictures = { .find = picture_find,
		.context = job };
	struct sheet *sheet;
	struct buf svg;

	TRY(read_canvas(job, bytes));
	canvas_measure(job->arena, &job->canvas, ruler);
	buf_open(&svg, job->arena, CANVAS_SVG_MOST);
	TRY(canvas_svg(&job->canvas, job->canvas.width, job->canvas.height,
	    false, &pictures, &svg));
	arena_reset(job->input); /* the pictures in it are drawn from copies */
	TRY(sheet_open(job, &svg, &sheet));
	for (int i = 0; i < job->count; i++)
		TRY(sheet_paint(job, sheet, &job->wants[i]));
	return OK;
}

static enum outcome
serve(struct job *job, int in, const struct canvas_metrics *ruler)
{
	char *bytes;

	TRY(wire_read_line(job, in));
	TRY(wire_read_bytes(job, in, &bytes));
	if (job->category == NULL)
		return picture_recode(job, bytes);
	return draw(job, bytes, ruler);
}

int
render_serve(int in, int out)
{
	struct job job = { .out = out };
	const struct canvas_metrics *ruler = ruler_open();

	if (!cage_close())
		return 3;
	job.arena = arena_create(ARENA_MOST);
	job.input = arena_create(ARENA_MOST);
	send_end(&job, serve(&job, in, ruler));
	arena_destroy(job.input);
	arena_destroy(job.arena);
	return 0;
}
