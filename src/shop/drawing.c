/*
 * drawing.c: expands a model's flat list into Fabric's JSON and has it read
 * by the same reader that clients' documents go through. Models answer
 * almost right: what is slightly out of range is clamped, what is wild is
 * refused.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "base/utf8.h"
#include "canvas_room.h"
#include "shop/drawing.h"
#include "shop/font.h"
#include "thread.h"

#define EXPANDED_MOST (1024 * 1024)

struct pen {
	struct arena *arena;
	struct buf out;
	struct canvas_flaw *flaw;
	int index; /* of the object being expanded */
	int steps;
	struct thread thread;
};

static enum outcome
refuse_field(struct pen *p, const char *key, const char *message)
{
	p->flaw->path = arena_printf(p->arena, "objects[%d].%s", p->index, key);
	p->flaw->code = "format";
	p->flaw->message = message;
	return VALIDATION_ERROR;
}

/* clang-format off */
static const struct {
	const char *key;       /* the model's */
	const char *fabric;    /* and Fabric's */
	double least, most;    /* clamped to these */
	double wild;           /* refused beyond */
	double (*stitched)(const struct thread *, double); /* or NULL */
} numbers[] = {
	{ "x",           "left",        -20000, 20000, 20000, NULL },
	{ "y",           "top",         -20000, 20000, 20000, NULL },
	{ "angle",       "angle",         -360,   360, 36000, NULL },
	{ "strokeWidth", "strokeWidth",      0,   500,  1000, thread_line },
	{ "opacity",     "opacity",          0,     1,     2, thread_solid },
};
/* clang-format on */

/* The number, clamped; the fallback if it is not there. */
static enum outcome
pen_number(struct pen *p, json *object, const char *key, double least,
    double most, double wild, double fallback, double *out)
{
	json *value = json_get(object, key);

	*out = fallback;
	if (value == NULL)
		return OK;
	if (!is_number(value, -wild, wild, out))
		return refuse_field(p, key, "must be a number in range");
	*out = fmin(fmax(*out, least), most);
	return OK;
}

static void
put_member(struct pen *p, const char *key, double n)
{
	buf_json_key(&p->out, key);
	put_number(&p->out, n);
}

static enum outcome
put_common(struct pen *p, json *object)
{
	double n, fallback;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		if (json_get(object, numbers[i].key) == NULL) {
			if (i < 2)
				return refuse_field(
				    p, numbers[i].key, "is required");
			if (strcmp(numbers[i].key, "strokeWidth") != 0)
				continue;
		}
		fallback = json_get(object, "stroke") ? 1 : 0;
		TRY(pen_number(p, object, numbers[i].key, numbers[i].least,
		    numbers[i].most, numbers[i].wild, fallback, &n));
		if (p->thread.on && numbers[i].stitched)
			n = numbers[i].stitched(&p->thread, n);
		put_member(p, numbers[i].fabric, n);
	}
	return OK;
}

/* A colour, or NULL for "none" and its like. */
static enum outcome
pen_colour(struct pen *p, json *object, const char *key, const char **out)
{
	const char *text = json_text(object, key);
	struct canvas_colour colour;

	*out = NULL;
	if (json_get(object, key) == NULL ||
	    (text && (*text == '\0' || strcmp(text, "none") == 0 ||
			 strcmp(text, "transparent") == 0)))
		return OK;
	if (text == NULL || !canvas_colour_parse(text, &colour))
		return refuse_field(p, key, "must be #RRGGBB or none");
	*out =
	    p->thread.on ? thread_colour(&p->thread, p->arena, &colour) : text;
	return OK;
}

/* From the top to the bottom; a path's height is known only to Fabric. */
static void
put_gradient(struct pen *p, const char *from, const char *to)
{
	buf_json_key(&p->out, "fill");
	buf_text(&p->out,
	    "{\"type\":\"linear\",\"gradientUnits\":\"percentage\","
	    "\"coords\":{\"x1\":0,\"y1\":0,\"x2\":0,\"y2\":1},"
	    "\"colorStops\":[{\"offset\":0,\"color\":");
	buf_json(&p->out, from);
	buf_text(&p->out, "},{\"offset\":1,\"color\":");
	buf_json(&p->out, to);
	buf_text(&p->out, "}]}");
}

static enum outcome
put_colours(struct pen *p, json *object, bool may_gradient)
{
	const char *fill, *fill2, *stroke;

	TRY(pen_colour(p, object, "fill", &fill));
	TRY(pen_colour(p, object, "fill2", &fill2));
	TRY(pen_colour(p, object, "stroke", &stroke));
	if (may_gradient && fill && fill2 && !p->thread.on) {
		put_gradient(p, fill, fill2);
	} else {
		buf_json_key(&p->out, "fill");
		buf_json(&p->out, fill);
	}
	buf_json_key(&p->out, "stroke");
	buf_json(&p->out, stroke);
	return OK;
}

/* A side, from the first of the keys that is there. */
static enum outcome
put_side(struct pen *p, json *object, const char *key, const char *fabric,
    double least, double share)
{
	double n;

	if (json_get(object, key) == NULL)
		return refuse_field(p, key, "is required");
	TRY(pen_number(p, object, key, least, 20000, 20000, 0, &n));
	put_member(p, fabric, n * share);
	return OK;
}

static enum outcome
put_rect(struct pen *p, json *object)
{
	double radius;

	TRY(put_side(p, object, "w", "width", 1, 1));
	TRY(put_side(p, object, "h", "height", 1, 1));
	TRY(pen_number(p, object, "radius", 0, 10000, 20000, 0, &radius));
	put_member(p, "rx", radius);
	put_member(p, "ry", radius);
	return OK;
}

static enum outcome
put_circle(struct pen *p, json *object)
{
	if (json_get(object, "radius") == NULL)
		return put_side(p, object, "w", "radius", 1, 0.5);
	return put_side(p, object, "radius", "radius", 1, 1);
}

static enum outcome
put_ellipse(struct pen *p, json *object)
{
	TRY(put_side(p, object, "w", "rx", 1, 0.5));
	return put_side(p, object, "h", "ry", 1, 0.5);
}

static enum outcome
put_triangle(struct pen *p, json *object)
{
	TRY(put_side(p, object, "w", "width", 1, 1));
	return put_side(p, object, "h", "height", 1, 1);
}

/* From one corner of the box w, h to the other; angle turns it. */
static enum outcome
put_line(struct pen *p, json *object)
{
	double w, h;

	TRY(pen_number(p, object, "w", -20000, 20000, 20000, 0, &w));
	TRY(pen_number(p, object, "h", -20000, 20000, 20000, 0, &h));
	if (fabs(w) + fabs(h) < 1)
		return refuse_field(p, "w", "is required");
	put_member(p, "x1", -w / 2);
	put_member(p, "y1", -h / 2);
	put_member(p, "x2", w / 2);
	put_member(p, "y2", h / 2);
	return OK;
}

static enum outcome
put_path(struct pen *p, json *object)
{
	const char *d = json_text(object, "d");
	int commands = 0;

	if (d == NULL)
		return refuse_field(p, "d", "is required");
	for (const char *s = d; *s; s++)
		commands += strchr("MLCQZz", *s) != NULL;
	p->steps += commands;
	if (p->steps > DRAWING_STEPS_MOST)
		return refuse_field(p, "d", "has too many commands");
	buf_json_key(&p->out, "path");
	buf_json(&p->out, d);
	return OK;
}

static enum outcome
put_text(struct pen *p, json *object)
{
	const char *text = json_text(object, "text");
	const char *font = json_text(object, "font");
	const char *align = json_text(object, "align");
	double size;

	if (text == NULL || *text == '\0' ||
	    utf8_length(text) > DRAWING_TEXT_MOST)
		return refuse_field(p, "text", "must have 1 to 200 characters");
	TRY(pen_number(p, object, "fontSize", 8, 2000, 4000, 120, &size));
	put_member(p, "fontSize", thread_text(&p->thread, size));
	buf_json_key(&p->out, "text");
	buf_json(&p->out, text);
	buf_json_key(&p->out, "fontFamily");
	buf_json(
	    &p->out, font && font_find(font) ? font : font_default()->family);
	buf_json_key(&p->out, "fontWeight");
	buf_json(&p->out, json_flag(object, "bold", false) ? "bold" : "normal");
	buf_json_key(&p->out, "textAlign");
	buf_json(&p->out, align ? align : "center");
	if (json_get(object, "w") != NULL)
		return put_side(p, object, "w", "width", 1, 1);
	return OK;
}

/* clang-format off */
static const struct {
	const char *type, *fabric;
	bool may_gradient;
	enum outcome (*put)(struct pen *, json *object);
} shapes[] = {
	{ "rect",     "Rect",     true,  put_rect },
	{ "circle",   "Circle",   true,  put_circle },
	{ "ellipse",  "Ellipse",  true,  put_ellipse },
	{ "triangle", "Triangle", true,  put_triangle },
	{ "line",     "Line",     false, put_line },
	{ "path",     "Path",     true,  put_path },
	{ "text",     "Text",     false, put_text },
};
/* clang-format on */

static enum outcome
put_object(struct pen *p, json *object)
{
	const char *type = json_text(object, "type"), *fabric;
	size_t i = 0;

	while (i < COUNT(shapes) && (!type || strcmp(shapes[i].type, type)))
		i++;
	if (i == COUNT(shapes))
		return refuse_field(p, "type", "is not one of the types");
	fabric = shapes[i].fabric;
	if (shapes[i].put == put_text && json_get(object, "w") != NULL)
		fabric = "Textbox"; /* with a width it wraps */
	buf_json_comma(&p->out);
	buf_char(&p->out, '{');
	buf_json_key(&p->out, "type");
	buf_json(&p->out, fabric);
	TRY(put_common(p, object));
	TRY(put_colours(p, object, shapes[i].may_gradient));
	TRY(shapes[i].put(p, object));
	buf_char(&p->out, '}');
	return OK;
}

static enum outcome
expand(struct pen *p, json *list)
{
	json *objects = json_get(list, "objects");
	size_t count = json_count(objects);

	if (count < 1 || count > DRAWING_OBJECTS_MOST) {
		*p->flaw = (struct canvas_flaw){ "objects", "format",
			"must have 1 to 64 objects" };
		return VALIDATION_ERROR;
	}
	buf_text(&p->out, "{\"version\":\"7.4.0\",\"objects\":[");
	for (size_t i = 0; i < count; i++) {
		p->index = (int)i;
		TRY(put_object(p, json_element(objects, i)));
	}
	buf_text(&p->out, "]}");
	return OK;
}

/* The first 'most' characters; "" for nothing or for what has controls. */
static const char *
short_text(struct arena *arena, json *list, const char *key, size_t most)
{
	const char *text = json_text(list, key), *end;

	if (text == NULL || utf8_has_control(text, false))
		return "";
	for (end = text; *end; end++)
		if (((unsigned char)*end & 0xc0) != 0x80 && most-- == 0)
			break;
	return arena_text_n(arena, text, (size_t)(end - text));
}

/* Is anything's centre inside? A model that drew elsewhere may try again. */
static bool
is_on_canvas(const struct canvas *c)
{
	for (int i = 0; i < c->count; i++)
		if (c->objects[i].x >= 0 && c->objects[i].x <= c->width &&
		    c->objects[i].y >= 0 && c->objects[i].y <= c->height)
			return true;
	return false;
}

enum outcome
drawing_read(struct arena *arena, json *list, const char *category,
    const struct canvas_rules *rules, struct drawing *out,
    struct canvas_flaw *flaw)
{
	struct pen p = { .arena = arena,
		.flaw = flaw,
		.thread = thread_start(
		    rules->stitched, rules->width, rules->height) };
	struct canvas_rules with_paths = *rules;
	struct drawing d = { 0 };
	struct json_flaw ignored;
	json *document;

	if (strlen(json_format(arena, list)) > CANVAS_BYTES_MOST) {
		*flaw = (struct canvas_flaw){ "", "too_large",
			"must not be larger than 512 KiB" };
		return VALIDATION_ERROR;
	}
	buf_open(&p.out, arena, EXPANDED_MOST);
	TRY(expand(&p, list));
	insist(json_read(arena, p.out.at, p.out.length, &json_limits_provider,
		   &document, &ignored) == OK);
	with_paths.path_text = true;
	TRY(canvas_read(
	    arena, document, category, &with_paths, &d.canvas, flaw));
	if (!is_on_canvas(&d.canvas)) {
		*flaw = (struct canvas_flaw){ "objects", "format",
			"must be on the canvas" };
		return VALIDATION_ERROR;
	}
	d.title = short_text(arena, list, "title", DRAWING_TITLE_MOST);
	d.description = short_text(arena, list, "description", 1000);
	*out = d;
	return OK;
}

void
drawing_fonts(struct buf *to)
{
	for (size_t i = 0; i < font_count; i++) {
		if (i > 0)
			buf_text(to, ", ");
		buf_text(to, fonts[i].family);
	}
}
