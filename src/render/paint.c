/*
 * paint.c: SVG to pixels, by librsvg. The document has no base address, so
 * librsvg resolves neither files nor links from it: a third lock, behind our
 * own writing of the SVG and the cage.
 */
#include <cairo.h>
#include <librsvg/rsvg.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "furniture.h"

#define PNG_MOST ((size_t)RENDER_PIXELS_MOST * 4 + 1024 * 1024)

struct sheet {
	RsvgHandle *handle;
};

static void
close_handle(void *handle)
{
	g_object_unref(handle);
}

static void
close_surface(void *surface)
{
	cairo_surface_destroy(surface);
}

static void
close_cairo(void *cairo)
{
	cairo_destroy(cairo);
}

static void
close_arena(void *arena)
{
	arena_destroy(arena);
}

static enum outcome
refuse_drawing(struct job *job)
{
	job->flaw = (struct canvas_flaw){ "", "format", "cannot be drawn" };
	return VALIDATION_ERROR;
}

/* The SVG with the pictures in the places of their marks. */
static GInputStream *
join(const struct job *job, const struct buf *svg)
{
	GInputStream *in = g_memory_input_stream_new();
	GMemoryInputStream *to = G_MEMORY_INPUT_STREAM(in);
	const char *at = svg->at, *mark;

	for (int i = 0; (mark = strchr(at, PICTURE_MARK)) != NULL; i++) {
		insist(i < job->uri_count);
		g_memory_input_stream_add_data(to, at, mark - at, NULL);
		g_memory_input_stream_add_data(
		    to, job->uris[i].text, (gssize)job->uris[i].length, NULL);
		at = mark + 1;
	}
	g_memory_input_stream_add_data(to, at, (gssize)strlen(at), NULL);
	return in;
}

enum outcome
sheet_open(struct job *job, const struct buf *svg, struct sheet **out)
{
	GInputStream *in = join(job, svg);
	struct sheet *s = arena_new(job->arena, struct sheet);

	/* Unlimited: our own pictures may be long; what is not is ours. */
	s->handle = rsvg_handle_new_from_stream_sync(
	    in, NULL, RSVG_HANDLE_FLAG_UNLIMITED, NULL, NULL);
	g_object_unref(in);
	if (s->handle == NULL)
		return refuse_drawing(job);
	arena_defer(job->arena, close_handle, s->handle);
	*out = s;
	return OK;
}

static cairo_status_t
keep(void *to, const unsigned char *bytes, unsigned int size)
{
	buf_put(to, bytes, size);
	return CAIRO_STATUS_SUCCESS;
}

/* The share of pixels that have anything on them. */
static double
count_ink(cairo_surface_t *surface)
{
	int width = cairo_image_surface_get_width(surface);
	int height = cairo_image_surface_get_height(surface);
	int stride = cairo_image_surface_get_stride(surface);
	const unsigned char *data;
	long inked = 0;

	cairo_surface_flush(surface);
	data = cairo_image_surface_get_data(surface);
	for (int y = 0; y < height; y++) {
		const void *row = data + (size_t)y * (size_t)stride;
		const uint32_t *pixel = row;

		for (int x = 0; x < width; x++)
			inked += pixel[x] >> 24 != 0;
	}
	return (double)inked / ((double)width * height);
}

/* Under what is drawn: so that ink could be counted before. */
static void
paint_background(cairo_t *cairo, const struct canvas *canvas)
{
	const struct canvas_colour *c = &canvas->background;

	cairo_set_operator(cairo, CAIRO_OPERATOR_DEST_OVER);
	cairo_set_source_rgba(
	    cairo, c->red / 255.0, c->green / 255.0, c->blue / 255.0, c->alpha);
	cairo_paint(cairo);
}

static enum outcome
paint(struct job *job, struct arena *arena, struct sheet *sheet,
    const struct want *w)
{
	const RsvgRectangle page = { 0, 0, w->width, w->height };
	cairo_surface_t *surface = cairo_image_surface_create(
	    CAIRO_FORMAT_ARGB32, w->width, w->height);
	cairo_t *cairo = cairo_create(surface);
	struct buf png;
	bool drawn;

	arena_defer(arena, close_surface, surface);
	arena_defer(arena, close_cairo, cairo);
	drawn = rsvg_handle_render_document(sheet->handle, cairo, &page, NULL);
	if (!drawn || cairo_status(cairo) != CAIRO_STATUS_SUCCESS)
		return refuse_drawing(job);
	job->ink = count_ink(surface);
	if (w->background && job->canvas.has_background)
		paint_background(cairo, &job->canvas);
	buf_open(&png, arena, PNG_MOST);
	if (cairo_surface_write_to_png_stream(surface, keep, &png) !=
	    CAIRO_STATUS_SUCCESS)
		return refuse_drawing(job);
	png_send(job, w->kind, w->width, w->height, w->dpi, png.at, png.length);
	return OK;
}

enum outcome
sheet_paint(struct job *job, struct sheet *sheet, const struct want *w)
{
	struct arena *arena = arena_create(3 * PNG_MOST);

	/* Frames are large: each has an arena of its own, given back at once,
	 * and the job's arena sees to it if painting fails. */
	arena_defer(job->arena, close_arena, arena);
	TRY(paint(job, arena, sheet, w));
	arena_reset(arena);
	return OK;
}
