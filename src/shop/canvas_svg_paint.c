/*
 * canvas_svg_paint.c: colours and gradients in SVG, from numbers alone.
 */
#include "canvas_room.h"

void
svg_number(struct svg *w, const char *name, double n)
{
	buf_printf(w->to, " %s=\"", name);
	put_number(w->to, n);
	buf_char(w->to, '"');
}

static void
put_stops(struct svg *w, const struct canvas_gradient *g)
{
	for (int i = 0; i < g->stop_count; i++) {
		buf_text(w->to, "<stop");
		svg_number(w, "offset", g->stops[i].offset);
		buf_text(w->to, " stop-color=\"");
		put_colour_hex(w->to, &g->stops[i].colour);
		buf_char(w->to, '"');
		svg_number(w, "stop-opacity", g->stops[i].colour.alpha);
		buf_text(w->to, "/>");
	}
}

/* Pixels count from the box's corner, percents are shares of the box. */
static void
put_gradient_frame(struct svg *w, const struct canvas_object *o,
    const struct canvas_gradient *g)
{
	double x = g->offset_x / (g->percentage ? o->width : 1);
	double y = g->offset_y / (g->percentage ? o->height : 1);

	if (!g->percentage) {
		x -= o->width / 2;
		y -= o->height / 2;
	}
	if (!g->percentage && o->kind == CANVAS_PATH) {
		x += o->middle.x;
		y += o->middle.y;
	}
	buf_printf(w->to,
	    " id=\"g%d\" gradientUnits=\"%s\" gradientTransform=\"translate(",
	    w->gradients,
	    g->percentage ? "objectBoundingBox" : "userSpaceOnUse");
	put_number(w->to, x);
	buf_char(w->to, ' ');
	put_number(w->to, y);
	buf_text(w->to, ")\"");
}

void
svg_gradient(struct svg *w, const struct canvas_object *o)
{
	const struct canvas_gradient *g = o->fill.gradient;
	const char *name = g->radial ? "radialGradient" : "linearGradient";

	buf_printf(w->to, "<defs><%s", name);
	put_gradient_frame(w, o, g);
	svg_number(w, g->radial ? "fx" : "x1", g->x1);
	svg_number(w, g->radial ? "fy" : "y1", g->y1);
	svg_number(w, g->radial ? "cx" : "x2", g->x2);
	svg_number(w, g->radial ? "cy" : "y2", g->y2);
	if (g->radial)
		svg_number(w, "r", g->r2);
	buf_char(w->to, '>');
	put_stops(w, g);
	buf_printf(w->to, "</%s></defs>", name);
}

void
svg_paint(struct svg *w, const char *name, const struct canvas_paint *p)
{
	buf_printf(w->to, " %s=\"", name);
	if (!p->is_set)
		buf_text(w->to, "none");
	else if (p->gradient != NULL)
		buf_printf(w->to, "url(#g%d)", w->gradients);
	else
		put_colour_hex(w->to, &p->colour);
	buf_char(w->to, '"');
	if (p->is_set && p->gradient == NULL && p->colour.alpha < 1) {
		buf_printf(w->to, " %s-opacity=\"", name);
		put_number(w->to, p->colour.alpha);
		buf_char(w->to, '"');
	}
}
