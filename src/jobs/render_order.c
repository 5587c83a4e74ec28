/*
 * render_order.c: the very files that an order prints.
 *
 * Made at checkout, from the designs as they are then, at the size of each
 * printer's own area; they never change afterwards. Run twice, it goes on
 * where it was.
 */
#include "base/arena.h"
#include "sql/generate.h"
#include "sql/render_order.h"

#include "paint.h"
#include "workers.h"

/* Draw one of them, and keep it with its design. */
static enum outcome
order_print_draw(struct job *job, const struct sql_order_prints_missing *row)
{
	const struct render_want want = { .kind = "print",
		.width = row->width,
		.height = row->height,
		.dpi = row->dpi };
	struct render_result result;
	uint8_t digest[SHA256_BYTES];
	enum outcome o;
	int touched;

	if (!row->data)
		return job_fail(job, NOT_FOUND, "a design has no canvas");
	o = paint(job, row->data, row->category, &want, 1, &result);
	if (o == VALIDATION_ERROR)
		return job_fail(job, o, "cannot be drawn: %s",
		    result.flaw_message ? result.flaw_message : "");
	if (FAILED(o))
		return job_fail(
		    job, SERVICE_UNAVAILABLE, "not drawn: %s", outcome_code(o));
	TRY(paint_keep(job, render_frame_find(&result, "print"), digest));
	return sql_print_add(job->db, row->design, row->revision, row->product,
	    row->provider, row->placement,
	    (struct bytes){ digest, sizeof(digest) }, row->width, row->height,
	    row->dpi, result.checks, &touched);
}

enum outcome
work_render_order(struct job *job)
{
	struct sql_order_prints_missing *rows, *again;
	int count, left, touched;

	TRY(sql_order_prints_missing(job->db, job->order, &rows, &count));
	for (int i = 0; i < count; i++) {
		struct sql_order_prints_missing *row = &rows[i];

		if (!row->drawn)
			TRY(order_print_draw(job, row));
		TRY(sql_order_print_add(job->db, row->item, row->design,
		    row->revision, row->product, row->provider, row->placement,
		    row->technique, &touched));
	}
	TRY(sql_order_prints_missing(job->db, job->order, &again, &left));
	if (left > 0)
		return job_fail(job, SERVICE_UNAVAILABLE,
		    "%d files are missing still", left);
	return sql_order_prints_done(job->db, job->order, &touched);
}
