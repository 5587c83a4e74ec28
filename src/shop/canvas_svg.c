/*
 * canvas_svg.c: the measured canvas as SVG. Nothing is copied but the words
 * of texts, and those are escaped; numbers, colours, names and ids are ours.
 *
 * Texts always start at a measured x: librsvg misplaces anchors when the two
 * scales differ. Uniform strokes are divided by the scale, since librsvg 2.54
 * knows no vector-effect.
 */
#include <math.h>

#include "canvas_room.h"

#include "shop/font.h"

static void
put_matrix(struct svg *w, const struct canvas_matrix *m)
{
	const double n[] = { m->a, m->b, m->c, m->d, m->e, m->f };

	buf_text(w->to, "<g transform=\"matrix(");
	for (size_t i = 0; i < COUNT(n); i++) {
		if (i > 0)
			buf_char(w->to, ' ');
		put_number(w->to, n[i]);
	}
	buf_text(w->to, ")\">");
}

static void
put_stroke(struct svg *w, const struct canvas_object *o, double scale)
{
	double thin = o->stroke_uniform ? scale : 1;

	svg_paint(w, "stroke", &o->stroke);
	if (!o->stroke.is_set)
		return;
	svg_number(w, "stroke-width", o->stroke_width / thin);
	for (int i = 0; i < o->dash_count; i++) {
		buf_text(w->to, i == 0 ? " stroke-dasharray=\"" : " ");
		put_number(w->to, o->dashes[i] / thin);
	}
	if (o->dash_count > 0)
		buf_char(w->to, '"');
	buf_printf(w->to, " stroke-linecap=\"%s\"", canvas_caps[o->cap]);
	if (o->dash_count > 0)
		svg_number(w, "stroke-dashoffset", o->dash_offset / thin);
	buf_printf(w->to, " stroke-linejoin=\"%s\"", canvas_joins[o->join]);
	svg_number(w, "stroke-miterlimit", o->miter_limit);
	if (o->stroke_first)
		buf_text(w->to, " paint-order=\"stroke\"");
}

static void
put_look(struct svg *w, const struct canvas_object *o, double scale)
{
	static const struct canvas_paint none;

	svg_paint(w, "fill", o->kind == CANVAS_LINE ? &none : &o->fill);
	buf_printf(
	    w->to, " fill-rule=\"%s\"", o->even_odd ? "evenodd" : "nonzero");
	put_stroke(w, o, scale);
	if (o->opacity < 1)
		svg_number(w, "opacity", o->opacity);
}

/* ---- shapes: the element, open for put_look ---- */

static void
put_rect(struct svg *w, const struct canvas_object *o)
{
	buf_text(w->to, "<rect");
	svg_number(w, "x", -o->width / 2);
	svg_number(w, "y", -o->height / 2);
	svg_number(w, "width", o->width);
	svg_number(w, "height", o->height);
	if (o->rx > 0) {
		svg_number(w, "rx", o->rx);
		svg_number(w, "ry", o->ry);
	}
}

static void
put_circle(struct svg *w, const struct canvas_object *o)
{
	buf_text(w->to, "<circle cx=\"0\" cy=\"0\"");
	svg_number(w, "r", o->rx);
}

static void
put_ellipse(struct svg *w, const struct canvas_object *o)
{
	buf_text(w->to, "<ellipse cx=\"0\" cy=\"0\"");
	svg_number(w, "rx", o->rx);
	svg_number(w, "ry", o->ry);
}

static void
put_pair(struct svg *w, double x, double y)
{
	put_number(w->to, x);
	buf_char(w->to, ',');
	put_number(w->to, y);
}

static void
put_triangle(struct svg *w, const struct canvas_object *o)
{
	buf_text(w->to, "<polygon points=\"");
	put_pair(w, -o->width / 2, o->height / 2);
	buf_char(w->to, ' ');
	put_pair(w, 0, -o->height / 2);
	buf_char(w->to, ' ');
	put_pair(w, o->width / 2, o->height / 2);
	buf_char(w->to, '"');
}

/* Only the direction of the ends counts: the box has their distance. */
static void
put_line(struct svg *w, const struct canvas_object *o)
{
	double x = (o->x1 <= o->x2 ? -0.5 : 0.5) * o->width;
	double y = (o->y1 <= o->y2 ? -0.5 : 0.5) * o->height;

	buf_text(w->to, "<line");
	svg_number(w, "x1", x);
	svg_number(w, "y1", y);
	svg_number(w, "x2", -x);
	svg_number(w, "y2", -y);
}

static void
put_points(struct svg *w, const struct canvas_object *o)
{
	buf_printf(w->to, "<%s points=\"",
	    o->kind == CANVAS_POLYGON ? "polygon" : "polyline");
	for (int i = 0; i < o->count; i++) {
		if (i > 0)
			buf_char(w->to, ' ');
		put_pair(w, o->points[i].x - o->middle.x,
		    o->points[i].y - o->middle.y);
	}
	buf_char(w->to, '"');
}

static void
put_path(struct svg *w, const struct canvas_object *o)
{
	static const int numbers[] = {
		['M'] = 2, ['L'] = 2, ['Q'] = 4, ['C'] = 6, ['Z'] = 0
	};

	buf_text(w->to, "<path transform=\"translate(");
	put_number(w->to, -o->middle.x);
	buf_char(w->to, ' ');
	put_number(w->to, -o->middle.y);
	buf_text(w->to, ")\" d=\"");
	for (int i = 0; i < o->count; i++) {
		const struct canvas_step *s = &o->steps[i];

		if (i > 0)
			buf_char(w->to, ' ');
		buf_char(w->to, s->command);
		for (int j = 0; j < numbers[(int)s->command]; j++) {
			buf_char(w->to, ' ');
			put_number(w->to, s->numbers[j]);
		}
	}
	buf_char(w->to, '"');
}

static void
put_decoration(struct svg *w, const struct canvas_text *t)
{
	if (!t->overline && !t->underline && !t->linethrough)
		return;
	buf_printf(w->to, " text-decoration=\"%s%s%s\"",
	    t->overline ? "overline " : "", t->underline ? "underline " : "",
	    t->linethrough ? "line-through " : "");
}

static void
put_font(struct svg *w, const struct canvas_object *o)
{
	const struct canvas_text *t = o->text;

	buf_printf(w->to, "<text xml:space=\"preserve\" font-family=\"%s\"",
	    t->font->family);
	svg_number(w, "font-size", t->size);
	buf_printf(w->to, " font-weight=\"%s\" font-style=\"%s\"",
	    t->weight > 400 ? "bold" : "normal",
	    t->italic ? "italic" : "normal");
	if (t->spacing < 0 || t->spacing > 0)
		svg_number(w, "letter-spacing", t->spacing * t->size / 1000);
	put_decoration(w, t);
}

static void
put_lines(struct svg *w, const struct canvas_text *t)
{
	for (int i = 0; i < t->line_count; i++) {
		const struct canvas_line *l = &t->lines[i];

		if (l->length == 0)
			continue;
		buf_text(w->to, "<tspan");
		svg_number(w, "x", l->x);
		svg_number(w, "y", l->y);
		buf_char(w->to, '>');
		buf_html(w->to, l->text);
		buf_text(w->to, "</tspan>");
	}
}

static enum outcome
put_image(struct svg *w, const struct canvas_object *o)
{
	const char *href;

	TRY(w->pictures->find(w->pictures->context, o->image, &href));
	buf_text(w->to, "<image");
	svg_number(w, "x", -o->width / 2);
	svg_number(w, "y", -o->height / 2);
	svg_number(w, "width", o->width);
	svg_number(w, "height", o->height);
	if (o->opacity < 1)
		svg_number(w, "opacity", o->opacity);
	buf_text(w->to, " preserveAspectRatio=\"none\" xlink:href=\"");
	buf_text(w->to, href);
	buf_text(w->to, "\"/>");
	return OK;
}

/* ---- the tree ---- */

static enum outcome put_objects(
    struct svg *, const struct canvas_object *, int count, double scale);

static enum outcome
put_group(struct svg *w, const struct canvas_object *o, double scale)
{
	bool veil = o->opacity < 1;

	if (veil) {
		buf_text(w->to, "<g");
		svg_number(w, "opacity", o->opacity);
		buf_char(w->to, '>');
	}
	TRY(put_objects(w, o->objects, o->count, scale));
	if (veil)
		buf_text(w->to, "</g>");
	return OK;
}

static void
put_shape(struct svg *w, const struct canvas_object *o, double scale)
{
	static void (*const shapes[])(
	    struct svg *, const struct canvas_object *) = {
		[CANVAS_RECT] = put_rect,
		[CANVAS_CIRCLE] = put_circle,
		[CANVAS_ELLIPSE] = put_ellipse,
		[CANVAS_TRIANGLE] = put_triangle,
		[CANVAS_LINE] = put_line,
		[CANVAS_POLYGON] = put_points,
		[CANVAS_POLYLINE] = put_points,
		[CANVAS_PATH] = put_path,
		[CANVAS_TEXT] = put_font,
		[CANVAS_ITEXT] = put_font,
		[CANVAS_TEXTBOX] = put_font,
	};

	if (o->fill.gradient != NULL)
		svg_gradient(w, o);
	shapes[o->kind](w, o);
	put_look(w, o, scale);
	w->gradients += o->fill.gradient != NULL;
	if (o->text == NULL) {
		buf_text(w->to, "/>");
		return;
	}
	insist(o->text->measured);
	buf_char(w->to, '>');
	put_lines(w, o->text);
	buf_text(w->to, "</text>");
}

static enum outcome
put_objects(
    struct svg *w, const struct canvas_object *objects, int count, double scale)
{
	for (int i = 0; i < count; i++) {
		const struct canvas_object *o = &objects[i];
		struct canvas_matrix m = canvas_place(o);
		double own = scale * sqrt(o->scale_x * o->scale_y);

		if (!o->visible)
			continue;
		put_matrix(w, &m);
		if (o->kind == CANVAS_GROUP)
			TRY(put_group(w, o, own));
		else if (o->kind == CANVAS_IMAGE)
			TRY(put_image(w, o));
		else
			put_shape(w, o, own);
		buf_text(w->to, "</g>\n");
	}
	return OK;
}

enum outcome
canvas_svg(const struct canvas *canvas, int width, int height, bool background,
    const struct canvas_pictures *pictures, struct buf *to)
{
	struct svg w = { .to = to, .pictures = pictures };
	struct canvas_paint paint = { .is_set = true,
		.colour = canvas->background };

	buf_printf(to,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\">\n",
	    width, height, canvas->width, canvas->height);
	if (background && canvas->has_background) {
		buf_text(to, "<rect width=\"100%\" height=\"100%\"");
		svg_paint(&w, "fill", &paint);
		buf_text(to, "/>\n");
	}
	TRY(put_objects(&w, canvas->objects, canvas->count, 1));
	buf_text(to, "</svg>\n");
	return OK;
}
