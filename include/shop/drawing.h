/*
 * drawing.h: what a model draws: a flat list of shapes, made into a canvas.
 *
 * A model that had to write Fabric's thirty properties for each object would
 * be slow, dear and often wrong. It answers with a short list instead:
 *
 *	{"title":…, "description":…, "objects":[{"type":"circle", "x":900,
 *	 "y":900, "radius":520, "fill":"#ffb347", "fill2":"#ff5e62"}, …]}
 *
 * x and y are the centre; fill2 ends a vertical gradient. The list is
 * expanded and then goes through canvas_read() like any client's document.
 */
#ifndef TSHOP_SHOP_DRAWING_H
#define TSHOP_SHOP_DRAWING_H

#include <stddef.h>

#include "base/json.h"
#include "base/outcome.h"
#include "shop/canvas.h"

struct arena;
struct buf;

#define DRAWING_OBJECTS_MOST 64
#define DRAWING_STEPS_MOST 2000
#define DRAWING_TEXT_MOST 200  /* characters */
#define DRAWING_TITLE_MOST 120 /* characters; the rest is cut */

struct drawing {
	const char *title, *description; /* "" if the model gave none */
	struct canvas canvas;
};

/*
 * Read the model's list for a canvas of that category, or of the size that
 * the rules name. Small overshoots are clamped and unknown fonts replaced;
 * VALIDATION_ERROR: *flaw tells the rest, with a path into the model's own
 * list, so that it can be told to the model for a second try.
 */
enum outcome drawing_read(struct arena *, json *list, const char *category,
    const struct canvas_rules *, struct drawing *out, struct canvas_flaw *flaw);

/*
 * A picture that a model painted becomes a canvas of one image, as large as
 * it fits into the middle. 'src' is its path ("/media/private/…"), width and
 * height are its pixels; the wish gives the title.
 */
enum outcome drawing_of_picture(struct arena *, const char *src, int width,
    int height, const char *wish, const char *category,
    const struct canvas_rules *, struct drawing *out, struct canvas_flaw *flaw);

/* The names of our fonts, comma between, for the model's instruction. */
void drawing_fonts(struct buf *);

#endif
