/*
 * thread.c: what a model drew for embroidery is made fit for it, where it has
 * forgotten what it was told.
 */
#include <math.h>

#include "base/arena.h"
#include "thread.h"

double
canvas_stitched_inch(int width, int height)
{
	return fmax(width / 4.0, height / 1.75);
}

struct thread
thread_start(bool on, int width, int height)
{
	return (struct thread){ .on = on,
		.inch = canvas_stitched_inch(width, height) };
}

static int
distance(const struct canvas_colour *a, const struct canvas_colour *b)
{
	int red = a->red - b->red, green = a->green - b->green;
	int blue = a->blue - b->blue;

	return red * red + green * green + blue * blue;
}

const char *
thread_colour(
    struct thread *t, struct arena *arena, const struct canvas_colour *wanted)
{
	const struct canvas_colour *c = t->colours;

	for (int i = 1; i < t->count; i++)
		if (distance(&t->colours[i], wanted) < distance(c, wanted))
			c = &t->colours[i];
	if (t->count == 0 ||
	    (t->count < THREAD_COLOURS_MOST && distance(c, wanted) > 0)) {
		t->colours[t->count] = *wanted;
		c = &t->colours[t->count++];
	}
	return arena_printf(arena, "#%02x%02x%02x", c->red, c->green, c->blue);
}

double
thread_line(const struct thread *t, double width)
{
	double least = THREAD_LINE_INCH * t->inch;

	return t->on && width > 0 && width < least ? least : width;
}

double
thread_text(const struct thread *t, double size)
{
	double least = THREAD_TEXT_INCH * t->inch;

	return t->on && size < least ? least : size;
}

double
thread_solid(const struct thread *t, double opacity)
{
	return t->on ? 1 : opacity;
}
