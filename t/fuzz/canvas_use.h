/*
 * canvas_use.h: what is done with a canvas once it is accepted: it formats,
 * is read again, and draws.
 */
#ifndef TSHOP_FUZZ_CANVAS_USE_H
#define TSHOP_FUZZ_CANVAS_USE_H

#include "base/buf.h"
#include "fuzz.h"
#include "shop/canvas.h"

static inline double
canvas_use_advance(
    void *context, const struct canvas_text *t, const char *text, size_t length)
{
	(void)context;
	(void)text;
	return t->size * 0.6 * (double)length;
}

static inline enum outcome
canvas_use_picture(
    void *context, const struct canvas_image *image, const char **href)
{
	(void)context;
	(void)image;
	*href = "data:,";
	return OK;
}

static inline void
canvas_use(struct arena *arena, struct canvas *canvas)
{
	static const struct canvas_metrics metrics = { canvas_use_advance,
		NULL };
	static const struct canvas_pictures pictures = { canvas_use_picture,
		NULL, 0 };
	const struct canvas_rules rules = { .embedded = true };
	struct canvas_flaw flaw;
	struct json_flaw broken;
	struct canvas again;
	struct buf text, svg;
	json *document;

	buf_open(&text, arena, CANVAS_FORMAT_MOST);
	canvas_format(canvas, &text);
	insist(json_read(arena, text.at, text.length, &json_limits_provider,
		   &document, &broken) == OK);
	insist(canvas_read(arena, document, "t-shirt", &rules, &again, &flaw) ==
	       OK);
	canvas_measure(arena, canvas, &metrics);
	buf_open(&svg, arena, CANVAS_SVG_MOST);
	insist(canvas_svg(canvas, 100, 100, true, &pictures, &svg) == OK);
}

#endif
