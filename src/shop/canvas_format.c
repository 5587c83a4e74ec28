/*
 * canvas_format.c: the document, written from the values accepted. Every
 * property is there, defaults too, because Fabric 5, 6 and 7 have different
 * ones.
 */
#include "canvas_room.h"

#include "shop/font.h"

#define VERSION "7.4.0"

static void
put_key_number(struct buf *to, const char *key, double n)
{
	buf_json_key(to, key);
	put_number(to, n);
}

static void
put_key_text(struct buf *to, const char *key, const char *text)
{
	buf_json_key(to, key);
	buf_json(to, text);
}

static void
put_key_bool(struct buf *to, const char *key, bool value)
{
	buf_json_key(to, key);
	buf_json_bool(to, value);
}

/* As the editor's colour pickers write it: #rrggbb or rgba(). */
static void
put_colour(struct buf *to, const struct canvas_colour *c)
{
	buf_char(to, '"');
	if (c->alpha < 1) {
		buf_printf(to, "rgba(%d,%d,%d,", c->red, c->green, c->blue);
		put_number(to, c->alpha);
		buf_char(to, ')');
	} else {
		put_colour_hex(to, c);
	}
	buf_char(to, '"');
}

static void
put_gradient(struct buf *to, const struct canvas_gradient *g)
{
	buf_char(to, '{');
	put_key_text(to, "type", g->radial ? "radial" : "linear");
	buf_json_key(to, "coords");
	buf_char(to, '{');
	put_key_number(to, "x1", g->x1);
	put_key_number(to, "y1", g->y1);
	put_key_number(to, "x2", g->x2);
	put_key_number(to, "y2", g->y2);
	if (g->radial) {
		put_key_number(to, "r1", 0);
		put_key_number(to, "r2", g->r2);
	}
	buf_char(to, '}');
	buf_json_key(to, "colorStops");
	buf_char(to, '[');
	for (int i = 0; i < g->stop_count; i++) {
		buf_json_comma(to);
		buf_char(to, '{');
		put_key_number(to, "offset", g->stops[i].offset);
		buf_json_key(to, "color");
		put_colour(to, &g->stops[i].colour);
		buf_char(to, '}');
	}
	buf_char(to, ']');
	put_key_number(to, "offsetX", g->offset_x);
	put_key_number(to, "offsetY", g->offset_y);
	put_key_text(
	    to, "gradientUnits", g->percentage ? "percentage" : "pixels");
	buf_char(to, '}');
}

static void
put_paint(struct buf *to, const char *key, const struct canvas_paint *p)
{
	buf_json_key(to, key);
	if (!p->is_set)
		buf_text(to, "null");
	else if (p->gradient != NULL)
		put_gradient(to, p->gradient);
	else
		put_colour(to, &p->colour);
}

/* By name where it has one, for Fabric 5. */
static void
put_origin(
    struct buf *to, const char *key, const char *const names[3], double origin)
{
	for (int i = 0; i < 3; i++)
		if (origin > i * 0.5 - 1e-6 && origin < i * 0.5 + 1e-6) {
			put_key_text(to, key, names[i]);
			return;
		}
	put_key_number(to, key, origin);
}

static void
put_geometry(struct buf *to, const struct canvas_object *o)
{
	static const char *const across[] = { "left", "center", "right" };
	static const char *const down[] = { "top", "center", "bottom" };

	put_key_text(to, "type", canvas_kind_name(o->kind));
	put_key_text(to, "version", VERSION);
	put_origin(to, "originX", across, o->origin_x);
	put_origin(to, "originY", down, o->origin_y);
	put_key_number(to, "left", o->x);
	put_key_number(to, "top", o->y);
	put_key_number(to, "width", o->width);
	put_key_number(to, "height", o->height);
}

static void
put_stroke(struct buf *to, const struct canvas_object *o)
{
	put_paint(to, "stroke", &o->stroke);
	put_key_number(to, "strokeWidth", o->stroke_width);
	buf_json_key(to, "strokeDashArray");
	if (o->dash_count == 0)
		buf_text(to, "null");
	for (int i = 0; i < o->dash_count; i++) {
		buf_char(to, i == 0 ? '[' : ',');
		put_number(to, o->dashes[i]);
	}
	if (o->dash_count > 0)
		buf_char(to, ']');
	put_key_text(to, "strokeLineCap", canvas_caps[o->cap]);
	put_key_number(to, "strokeDashOffset", o->dash_offset);
	put_key_text(to, "strokeLineJoin", canvas_joins[o->join]);
	put_key_bool(to, "strokeUniform", o->stroke_uniform);
	put_key_number(to, "strokeMiterLimit", o->miter_limit);
}

static void
put_look(struct buf *to, const struct canvas_object *o)
{
	put_paint(to, "fill", &o->fill);
	put_stroke(to, o);
	put_key_number(to, "scaleX", o->scale_x);
	put_key_number(to, "scaleY", o->scale_y);
	put_key_number(to, "angle", o->angle);
	put_key_bool(to, "flipX", o->flip_x);
	put_key_bool(to, "flipY", o->flip_y);
	put_key_number(to, "opacity", o->opacity);
	put_key_text(to, "shadow", NULL);
	put_key_bool(to, "visible", o->visible);
	put_key_text(to, "backgroundColor", "");
	put_key_text(to, "fillRule", o->even_odd ? "evenodd" : "nonzero");
	put_key_text(to, "paintFirst", o->stroke_first ? "stroke" : "fill");
	put_key_text(to, "globalCompositeOperation", "source-over");
	put_key_number(to, "skewX", 0);
	put_key_number(to, "skewY", 0);
}

static void
put_corners(struct buf *to, const struct canvas_object *o)
{
	put_key_number(to, "rx", o->rx);
	put_key_number(to, "ry", o->ry);
}

static void
put_circle(struct buf *to, const struct canvas_object *o)
{
	put_key_number(to, "radius", o->rx);
	put_key_number(to, "startAngle", 0);
	put_key_number(to, "endAngle", 360);
	put_key_bool(to, "counterClockwise", false);
}

static void
put_line(struct buf *to, const struct canvas_object *o)
{
	put_key_number(to, "x1", o->x1);
	put_key_number(to, "x2", o->x2);
	put_key_number(to, "y1", o->y1);
	put_key_number(to, "y2", o->y2);
}

static void
put_points(struct buf *to, const struct canvas_object *o)
{
	buf_json_key(to, "points");
	buf_char(to, '[');
	for (int i = 0; i < o->count; i++) {
		buf_json_comma(to);
		buf_char(to, '{');
		put_key_number(to, "x", o->points[i].x);
		put_key_number(to, "y", o->points[i].y);
		buf_char(to, '}');
	}
	buf_char(to, ']');
}

static void
put_path(struct buf *to, const struct canvas_object *o)
{
	static const int numbers[] = {
		['M'] = 2, ['L'] = 2, ['Q'] = 4, ['C'] = 6, ['Z'] = 0
	};

	buf_json_key(to, "path");
	buf_char(to, '[');
	for (int i = 0; i < o->count; i++) {
		const struct canvas_step *s = &o->steps[i];

		buf_json_comma(to);
		buf_printf(to, "[\"%c\"", s->command);
		for (int j = 0; j < numbers[(int)s->command]; j++) {
			buf_char(to, ',');
			put_number(to, s->numbers[j]);
		}
		buf_char(to, ']');
	}
	buf_char(to, ']');
}

static void
put_text(struct buf *to, const struct canvas_object *o)
{
	const struct canvas_text *t = o->text;

	put_key_text(to, "text", t->text);
	put_key_text(to, "fontFamily", t->font->family);
	put_key_number(to, "fontSize", t->size);
	put_key_text(to, "fontWeight", t->weight > 400 ? "bold" : "normal");
	put_key_text(to, "fontStyle", t->italic ? "italic" : "normal");
	put_key_number(to, "lineHeight", t->line_height);
	put_key_number(to, "charSpacing", t->spacing);
	put_key_text(to, "textAlign", canvas_aligns[t->align]);
	put_key_bool(to, "underline", t->underline);
	put_key_bool(to, "overline", t->overline);
	put_key_bool(to, "linethrough", t->linethrough);
	put_key_text(to, "textBackgroundColor", "");
	put_key_text(to, "direction", "ltr");
	buf_json_key(to, "styles");
	buf_text(to, "[]");
	if (o->kind != CANVAS_TEXTBOX)
		return;
	put_key_number(to, "minWidth", 20);
	put_key_bool(to, "splitByGrapheme", false);
}

static void
put_image(struct buf *to, const struct canvas_object *o)
{
	put_key_number(to, "cropX", o->image->crop_x);
	put_key_number(to, "cropY", o->image->crop_y);
	put_key_text(to, "src", o->image->src);
	put_key_text(to, "crossOrigin", NULL);
	buf_json_key(to, "filters");
	buf_text(to, "[]");
}

static void put_objects(struct buf *, const struct canvas_object *, int count);

static void
put_group(struct buf *to, const struct canvas_object *o)
{
	put_key_bool(to, "subTargetCheck", false);
	put_key_bool(to, "interactive", false);
	buf_json_key(to, "layoutManager");
	buf_text(to, "{\"type\":\"layoutManager\",\"strategy\":"
		     "\"fit-content\"}");
	put_objects(to, o->objects, o->count);
}

static void
put_nothing(struct buf *to, const struct canvas_object *o)
{
	(void)to;
	(void)o;
}

static void
put_objects(struct buf *to, const struct canvas_object *objects, int count)
{
	static void (*const own[])(
	    struct buf *, const struct canvas_object *) = {
		[CANVAS_RECT] = put_corners,
		[CANVAS_CIRCLE] = put_circle,
		[CANVAS_ELLIPSE] = put_corners,
		[CANVAS_TRIANGLE] = put_nothing,
		[CANVAS_LINE] = put_line,
		[CANVAS_POLYGON] = put_points,
		[CANVAS_POLYLINE] = put_points,
		[CANVAS_PATH] = put_path,
		[CANVAS_TEXT] = put_text,
		[CANVAS_ITEXT] = put_text,
		[CANVAS_TEXTBOX] = put_text,
		[CANVAS_IMAGE] = put_image,
		[CANVAS_GROUP] = put_group,
	};

	buf_json_key(to, "objects");
	buf_char(to, '[');
	for (int i = 0; i < count; i++) {
		buf_json_comma(to);
		buf_char(to, '{');
		put_geometry(to, &objects[i]);
		put_look(to, &objects[i]);
		own[objects[i].kind](to, &objects[i]);
		buf_char(to, '}');
	}
	buf_char(to, ']');
}

void
canvas_format(const struct canvas *canvas, struct buf *to)
{
	buf_char(to, '{');
	put_key_text(to, "version", VERSION);
	put_objects(to, canvas->objects, canvas->count);
	buf_json_key(to, "background");
	if (canvas->has_background)
		put_colour(to, &canvas->background);
	else
		buf_json(to, "");
	put_key_number(to, "width", canvas->width);
	put_key_number(to, "height", canvas->height);
	buf_char(to, '}');
}
