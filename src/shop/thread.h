/*
 * thread.h: what a drawing may be when it is stitched: few flat colours, no
 * hair lines, no small print.
 */
#ifndef TSHOP_SHOP_THREAD_H
#define TSHOP_SHOP_THREAD_H

#include "shop/canvas.h"

/* The threads used so far. */
struct thread {
	bool on;     /* else everything goes as it is */
	double inch; /* canvas units in a stitched one */
	int count;
	struct canvas_colour colours[THREAD_COLOURS_MOST];
};

/* Ready for a canvas of that size. */
struct thread thread_start(bool on, int width, int height);
/*
 * That colour, or the nearest of those there are when they are used up; as
 * text, without its alpha.
 */
const char *thread_colour(
    struct thread *, struct arena *, const struct canvas_colour *);
/* As wide, or as high, as it has to be; no line stays none. */
double thread_line(const struct thread *, double width);
/* Of whatever opacity. */
double thread_solid(const struct thread *, double opacity);
double thread_text(const struct thread *, double size);

#endif
