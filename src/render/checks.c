/*
 * checks.c: whether a drawing will print well. It warns; only a blank sheet,
 * which every printer refuses, is an error. The measures are Printful's.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "furniture.h"

#define COLOURS_COUNTED 64
#define INK_LEAST 0.001      /* of the sheet */
#define RESOLUTION_LEAST 150 /* pixels an inch */
#define SLACK 0.5 /* pixels that may stand out: rounding, soft edges */

enum check {
	CHECK_EMPTY,
	CHECK_LOW_RESOLUTION,
	CHECK_OUTSIDE,
	CHECK_THIN_LINE,
	CHECK_SMALL_TEXT,
	CHECK_COLOURS,
	CHECK_GRADIENT,
	CHECK_PICTURE,
	CHECK_TRANSLUCENT,
	CHECK_COUNT
};

/* clang-format off */
static const struct {
	const char *code;
	bool        stitched; /* matters for embroidery only */
	const char *severity, *message;
} rows[] = {
	[CHECK_EMPTY]          = { "EMPTY", false, "error",
	    "There is next to nothing to print." },
	[CHECK_LOW_RESOLUTION] = { "LOW_RESOLUTION", false, "warning",
	    "A picture has fewer than 150 pixels an inch and will look coarse." },
	[CHECK_OUTSIDE]        = { "OUTSIDE_PRINT_AREA", false, "warning",
	    "A part lies outside the print area and will be cut off." },
	[CHECK_THIN_LINE]      = { "THIN_LINE", true, "warning",
	    "A line is thinner than 0.05 inch and may not be stitched." },
	[CHECK_SMALL_TEXT]     = { "SMALL_TEXT", true, "warning",
	    "A text is lower than 0.3 inch and may not be readable." },
	[CHECK_COLOURS]        = { "TOO_MANY_COLORS", true, "warning",
	    "There are more than 6 colors; the nearest threads are used." },
	[CHECK_GRADIENT]       = { "GRADIENT", true, "warning",
	    "A gradient cannot be stitched." },
	[CHECK_PICTURE]        = { "PICTURE", true, "warning",
	    "A photograph or picture is hard to stitch." },
	[CHECK_TRANSLUCENT]    = { "TRANSLUCENT", true, "warning",
	    "Something is translucent; thread is not." },
};
/* clang-format on */

struct finding {
	const struct job *job;
	double inch;     /* canvas units in one, printed */
	double stitched; /* and stitched */
	bool found[CHECK_COUNT];
	const char *where[CHECK_COUNT]; /* the first culprit's path, or NULL */
	uint32_t colours[COLOURS_COUNTED];
	int colour_count;
};

static void
find(struct finding *f, enum check check, const char *where)
{
	if (!f->found[check])
		f->where[check] = where;
	f->found[check] = true;
}

static void
see_colour(
    struct finding *f, const struct canvas_object *o, struct canvas_colour c)
{
	uint32_t colour =
	    (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;

	if (c.alpha <= 0)
		return;
	if (c.alpha < 1)
		find(f, CHECK_TRANSLUCENT, o->path);
	for (int i = 0; i < f->colour_count; i++)
		if (f->colours[i] == colour)
			return;
	if (f->colour_count < COLOURS_COUNTED)
		f->colours[f->colour_count++] = colour;
}

static void
see_paint(struct finding *f, const struct canvas_object *o)
{
	if (o->fill.gradient != NULL)
		find(f, CHECK_GRADIENT, o->path);
	else if (o->fill.is_set && o->kind != CANVAS_LINE)
		see_colour(f, o, o->fill.colour);
	if (o->stroke.is_set && o->stroke_width > 0)
		see_colour(f, o, o->stroke.colour);
}

/* Do the corners of its box, as it stands, leave the canvas? */
static void
see_edges(struct finding *f, const struct canvas_object *o,
    const struct canvas_matrix *m)
{
	double edge = o->stroke.is_set ? o->stroke_width / 2 : 0;
	double x = o->width / 2 + edge, y = o->height / 2 + edge;
	/* How far it reaches from its centre, across and down. */
	double across = fabs(m->a) * x + fabs(m->c) * y;
	double down = fabs(m->b) * x + fabs(m->d) * y;

	if (o->kind == CANVAS_CIRCLE || o->kind == CANVAS_ELLIPSE) {
		across = hypot(m->a * x, m->c * y);
		down = hypot(m->b * x, m->d * y);
	}
	if (m->e - across < -SLACK || m->f - down < -SLACK ||
	    m->e + across > f->job->canvas.width + SLACK ||
	    m->f + down > f->job->canvas.height + SLACK)
		find(f, CHECK_OUTSIDE, o->path);
}

static void
see_details(struct finding *f, const struct canvas_object *o, double scale)
{
	double line = o->stroke_width * (o->stroke_uniform ? 1 : scale);

	if (o->stroke.is_set && line > 0 &&
	    line < THREAD_LINE_INCH * f->stitched)
		find(f, CHECK_THIN_LINE, o->path);
	if (o->text && o->text->size * scale < THREAD_TEXT_INCH * f->stitched)
		find(f, CHECK_SMALL_TEXT, o->path);
	if (o->image == NULL)
		return;
	find(f, CHECK_PICTURE, o->path);
	if (f->inch / scale < RESOLUTION_LEAST - 1) /* 150 may be 149.9 */
		find(f, CHECK_LOW_RESOLUTION, o->path);
}

static void
see(void *context, const struct canvas_object *o, struct canvas_matrix m)
{
	struct finding *f = context;

	if (o->opacity < 1)
		find(f, CHECK_TRANSLUCENT, o->path);
	if (o->kind == CANVAS_GROUP)
		return;
	see_edges(f, o, &m);
	if (o->image == NULL)
		see_paint(f, o);
	see_details(f, o, fmax(hypot(m.a, m.b), hypot(m.c, m.d)));
}

/* Canvas units in a printed inch: as the frame for print says. */
static double
inch_of(const struct job *job)
{
	for (int i = 0; i < job->count; i++)
		if (job->wants[i].dpi > 0)
			return (double)job->wants[i].dpi * job->canvas.width /
			       job->wants[i].width;
	return strcmp(job->category, "cap") == 0 ? 300 : 150;
}

static void
put_finding(struct buf *to, const struct finding *f, enum check check)
{
	buf_json_comma(to);
	buf_char(to, '{');
	buf_json_key(to, "code");
	buf_json(to, rows[check].code);
	buf_json_key(to, "severity");
	buf_json(to, rows[check].severity);
	buf_json_key(to, "message");
	buf_json(to, rows[check].message);
	if (rows[check].stitched) {
		buf_json_key(to, "technique");
		buf_json(to, "embroidery");
	}
	if (f->where[check] != NULL) {
		buf_json_key(to, "path");
		buf_json(to, f->where[check]);
	}
	buf_char(to, '}');
}

void
checks_put(const struct job *job, struct buf *to)
{
	struct finding f = { .job = job,
		.inch = inch_of(job),
		.stitched = canvas_stitched_inch(
		    job->canvas.width, job->canvas.height) };

	walk(&job->canvas, see, &f);
	f.found[CHECK_EMPTY] = job->ink < INK_LEAST;
	f.found[CHECK_COLOURS] = f.colour_count > THREAD_COLOURS_MOST;
	buf_char(to, '[');
	for (int i = 0; i < CHECK_COUNT; i++)
		if (f.found[i])
			put_finding(to, &f, (enum check)i);
	buf_char(to, ']');
}
