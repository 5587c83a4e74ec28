/*
 * key.c: takes the ground out of a picture that was painted on one.
 *
 * Picture models know no transparency, so they are asked for a ground of a
 * pure colour, and it is taken out here. A pixel's share of it is told by how
 * far the channels that make the colour stand above those that do not. Pure
 * ones go, and whatever they touch that still has some of it: the soft edge,
 * where the colour is subtracted and what is left becomes as opaque as it is
 * much.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "furniture.h"

#define CORNER 120 /* a corner with that much of the colour is ground */
#define PURE 200   /* so is any pixel */
#define TRACE 16   /* less than that is the picture's own */

struct ground {
	guchar *pixels;
	int width, height, stride;
	bool on[3]; /* the channels that make the colour */
	uint8_t *seen;
	int *left; /* pixels whose neighbours are to be looked at */
	int count;
};

static guchar *
pixel(const struct ground *g, int at)
{
	return g->pixels + (ptrdiff_t)(at / g->width) * g->stride +
	       (ptrdiff_t)(at % g->width) * 4;
}

/* 0 to 255: how much of the ground's colour is in it. */
static int
share_of(const struct ground *g, const guchar *p)
{
	int least_on = 255, most_off = 0;

	for (int i = 0; i < 3; i++) {
		if (g->on[i] && p[i] < least_on)
			least_on = p[i];
		if (!g->on[i] && p[i] > most_off)
			most_off = p[i];
	}
	return least_on > most_off ? least_on - most_off : 0;
}

/* Once each, if there is a trace of the ground in it. */
static void
visit_pixel(struct ground *g, int at, int least)
{
	if (g->seen[at] || share_of(g, pixel(g, at)) < least)
		return;
	g->seen[at] = 1;
	g->left[g->count++] = at;
}

static void
visit_neighbours(struct ground *g, int at)
{
	int x = at % g->width, y = at / g->width;

	if (x > 0)
		visit_pixel(g, at - 1, TRACE);
	if (x < g->width - 1)
		visit_pixel(g, at + 1, TRACE);
	if (y > 0)
		visit_pixel(g, at - g->width, TRACE);
	if (y < g->height - 1)
		visit_pixel(g, at + g->width, TRACE);
}

/* Take the ground's share out of what was painted over it. */
static void
clear(const struct ground *g, guchar *p)
{
	int share = share_of(g, p), rest = 255 - share;

	if (share >= PURE) {
		memset(p, 0, 4);
		return;
	}
	for (int i = 0; i < 3; i++) {
		int own = (g->on[i] ? p[i] - share : p[i]) * 255 / rest;

		p[i] = (guchar)(own > 255 ? 255 : own);
	}
	p[3] = (guchar)(p[3] * rest / 255);
}

static bool
is_on_ground(const struct ground *g)
{
	const int last = g->width * g->height - 1;
	const int corners[] = { 0, g->width - 1, last - g->width + 1, last };

	for (size_t i = 0; i < COUNT(corners); i++)
		if (share_of(g, pixel(g, corners[i])) < CORNER)
			return false;
	return true;
}

GdkPixbuf *
key_out(struct job *job, GdkPixbuf *picture, const struct canvas_colour *colour)
{
	GdkPixbuf *p = gdk_pixbuf_add_alpha(picture, FALSE, 0, 0, 0);
	struct ground g = { .on = { colour->red > 127, colour->green > 127,
				colour->blue > 127 } };
	int all;

	insist(p != NULL); /* no memory: whoever waits hears of it */
	g_object_unref(picture);
	g.pixels = gdk_pixbuf_get_pixels(p);
	g.width = gdk_pixbuf_get_width(p);
	g.height = gdk_pixbuf_get_height(p);
	g.stride = gdk_pixbuf_get_rowstride(p);
	all = g.width * g.height;
	if (!is_on_ground(&g))
		return p;
	g.seen = arena_alloc(job->arena, (size_t)all);
	g.left = arena_array(job->arena, int, all);
	for (int at = 0; at < all; at++)
		visit_pixel(&g, at, PURE);
	while (g.count > 0)
		visit_neighbours(&g, g.left[--g.count]);
	for (int at = 0; at < all; at++)
		if (g.seen[at])
			clear(&g, pixel(&g, at));
	return p;
}
