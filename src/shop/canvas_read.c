/*
 * canvas_read.c: the document and what all objects have in common. Whatever
 * is not asked for here is dropped; whatever would have to be drawn and
 * cannot be is refused by name.
 */
#include <ctype.h>
#include <math.h>
#include <stddef.h>

#include "canvas_room.h"

#define SCALE_MOST 10000 /* of an object and its groups together */

static const struct {
	const char *category;
	int width, height;
} sizes[] = {
	{ "t-shirt", 1800, 2400 },
	{ "cap", 1200, 525 },
	{ "tote-bag", 1500, 1500 },
};

/* clang-format off */
static const struct {
	const char *now, *once; /* Fabric 6 and 7; Fabric 5 */
	bool may_gradient;
} kinds[] = {
	[CANVAS_RECT]     = { "Rect",     "rect",     true  },
	[CANVAS_CIRCLE]   = { "Circle",   "circle",   true  },
	[CANVAS_ELLIPSE]  = { "Ellipse",  "ellipse",  true  },
	[CANVAS_TRIANGLE] = { "Triangle", "triangle", true  },
	[CANVAS_LINE]     = { "Line",     "line",     false },
	[CANVAS_POLYGON]  = { "Polygon",  "polygon",  true  },
	[CANVAS_POLYLINE] = { "Polyline", "polyline", true  },
	[CANVAS_PATH]     = { "Path",     "path",     true  },
	[CANVAS_TEXT]     = { "Text",     "text",     false },
	[CANVAS_ITEXT]    = { "IText",    "i-text",   false },
	[CANVAS_TEXTBOX]  = { "Textbox",  "textbox",  false },
	[CANVAS_IMAGE]    = { "Image",    "image",    false },
	[CANVAS_GROUP]    = { "Group",    "group",    true  },
};
/* clang-format on */

bool
kind_may_gradient(enum canvas_kind kind)
{
	return kinds[kind].may_gradient;
}

const char *
canvas_kind_name(enum canvas_kind kind)
{
	return kinds[kind].now;
}

bool
canvas_is_text(const struct canvas_object *o)
{
	return o->text != NULL;
}

void
canvas_size(const char *category, int *width, int *height)
{
	size_t i = COUNT(sizes);

	while (--i > 0 && strcmp(sizes[i].category, category) != 0)
		;
	*width = sizes[i].width;
	*height = sizes[i].height;
}

static enum outcome
read_kind(struct reader *r, json *object, struct canvas_object *o)
{
	const char *type = json_text(object, "type");

	for (size_t i = 0; type != NULL && i < COUNT(kinds); i++)
		if (strcmp(kinds[i].now, type) == 0 ||
		    strcmp(kinds[i].once, type) == 0) {
			o->kind = (enum canvas_kind)i;
			return OK;
		}
	return reader_refuse(r, o->path, "type",
	    type == NULL ? "required" : "enum",
	    "must be a Rect, Circle, Ellipse, Triangle, Line, Polygon, "
	    "Polyline, Path, Text, IText, Textbox, Image or Group");
}

/* A name, or a share of the side; absent, the version's own default. */
static enum outcome
read_origin(struct reader *r, json *object, const char *path, const char *key,
    const char *first, const char *last, double *out)
{
	json *value = json_get(object, key);
	const char *text = json_text(object, key);

	*out = r->major >= 7 ? 0.5 : 0;
	if (value == NULL || is_number(value, 0, 1, out))
		return OK;
	if (text != NULL && strcmp(text, first) == 0)
		*out = 0;
	else if (text != NULL && strcmp(text, "center") == 0)
		*out = 0.5;
	else if (text != NULL && strcmp(text, last) == 0)
		*out = 1;
	else
		return reader_refuse(r, path, key, "enum",
		    "must be %s, center, %s or a number from 0 to 1", first,
		    last);
	return OK;
}

/* Negative is Fabric's old way of saying flipped. */
static enum outcome
read_scale(struct reader *r, json *object, const char *path, const char *key,
    bool *flip, double *out)
{
	TRY(read_number(r, object, path, key, -1000, 1000, 1, out));
	if (*out < 0) {
		*out = -*out;
		*flip = !*flip;
	}
	if (*out < 0.001)
		return reader_refuse(
		    r, path, key, "too_small", "must be 0.001 at least");
	return OK;
}

static enum outcome
read_geometry(struct reader *r, json *ob, struct canvas_object *o)
{
	const char *p = o->path;
	double skew;

	TRY(read_number(r, ob, p, "left", -CANVAS_FAR, CANVAS_FAR, 0, &o->x));
	TRY(read_number(r, ob, p, "top", -CANVAS_FAR, CANVAS_FAR, 0, &o->y));
	TRY(read_origin(r, ob, p, "originX", "left", "right", &o->origin_x));
	TRY(read_origin(r, ob, p, "originY", "top", "bottom", &o->origin_y));
	TRY(read_bool(r, ob, p, "flipX", false, &o->flip_x));
	TRY(read_bool(r, ob, p, "flipY", false, &o->flip_y));
	TRY(read_scale(r, ob, p, "scaleX", &o->flip_x, &o->scale_x));
	TRY(read_scale(r, ob, p, "scaleY", &o->flip_y, &o->scale_y));
	TRY(read_number(r, ob, p, "angle", -36000, 36000, 0, &o->angle));
	o->angle = fmod(o->angle, 360);
	if (o->angle < 0)
		o->angle += 360;
	TRY(read_number(r, ob, p, "skewX", 0, 0, 0, &skew));
	return read_number(r, ob, p, "skewY", 0, 0, 0, &skew);
}

/* What Fabric could draw and we do not; it must not be there. */
static enum outcome
refuse_undrawable(struct reader *r, json *object, struct canvas_object *o)
{
	static const char *const keys[] = { "shadow", "clipPath",
		"backgroundColor", "textBackgroundColor" };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (!is_nothing(json_get(object, keys[i])))
			return reader_refuse(r, o->path, keys[i], "enum",
			    "must be absent or null");
	return OK;
}

/* A small file must not ask for an enormous drawing. */
static enum outcome
check_extent(
    struct reader *r, struct canvas_object *o, double scale_x, double scale_y)
{
	double sum = 0;

	if (scale_x > SCALE_MOST || scale_y > SCALE_MOST)
		return reader_refuse(r, o->path, "scaleX", "too_large",
		    "must not be more than %d with its groups", SCALE_MOST);
	if (o->text && o->text->size * scale_x > 4.0 * r->canvas->width)
		return reader_refuse(r, o->path, "fontSize", "too_large",
		    "must not be wider than 4 times the canvas");
	if (o->width * scale_x > 4.0 * r->canvas->width)
		return reader_refuse(r, o->path, "width", "too_large",
		    "must not be wider than 4 times the canvas");
	if (o->height * scale_y > 4.0 * r->canvas->height)
		return reader_refuse(r, o->path, "height", "too_large",
		    "must not be higher than 4 times the canvas");
	for (int i = 0; i < o->dash_count; i++)
		sum += o->dashes[i];
	if (o->dash_count > 0 && o->text == NULL)
		r->dashes += outline_length(o) / sum;
	if (r->dashes > 50000)
		return reader_refuse(r, o->path, "strokeDashArray", "too_large",
		    "makes too many dashes");
	if (o->fill.gradient && o->fill.gradient->percentage &&
	    (o->width <= 0 || o->height <= 0))
		return reader_refuse(r, o->path, "fill", "format",
		    "must not be a gradient in percent without an area");
	return OK;
}

/* Its centre is what is stored, and must be no farther than others may be. */
static enum outcome
find_centre(struct reader *r, struct canvas_object *o)
{
	if (canvas_is_text(o)) /* its width is not known yet */
		return OK;
	canvas_centre(o);
	if (fabs(o->x) > CANVAS_FAR || fabs(o->y) > CANVAS_FAR)
		return reader_refuse(r, o->path,
		    fabs(o->x) > CANVAS_FAR ? "left" : "top", "too_large",
		    "must not be so far away");
	return OK;
}

static enum outcome
read_object(struct reader *r, json *object, struct canvas_object *o, int depth,
    double scale_x, double scale_y)
{
	if (!json_object_is_type(object, json_type_object))
		return reader_refuse(
		    r, o->path, "", "format", "must be an object");
	TRY(read_kind(r, object, o));
	TRY(read_geometry(r, object, o));
	TRY(read_look(r, object, o));
	TRY(refuse_undrawable(r, object, o));
	TRY(read_shape(r, object, o));
	scale_x *= o->scale_x;
	scale_y *= o->scale_y;
	TRY(check_extent(r, o, scale_x, scale_y));
	TRY(find_centre(r, o));
	if (o->kind != CANVAS_GROUP)
		return OK;
	if (depth >= CANVAS_GROUPS_DEEP)
		return reader_refuse(r, o->path, "", "too_large",
		    "must not be nested deeper than %d groups",
		    CANVAS_GROUPS_DEEP);
	return read_objects(r, json_get(object, "objects"), o->path, depth + 1,
	    scale_x, scale_y, &o->objects, &o->count);
}

enum outcome
read_objects(struct reader *r, json *array, const char *path, int depth,
    double scale_x, double scale_y, struct canvas_object **out, int *count)
{
	const char *dot = *path ? "." : "";
	size_t n = json_count(array);
	struct canvas_object *objects;

	if (!json_object_is_type(array, json_type_array) || n == 0)
		return reader_refuse(r, path, "objects", "required",
		    "must be an array of 1 to %d objects", CANVAS_OBJECTS_MOST);
	if (n > CANVAS_OBJECTS_MOST ||
	    r->objects + (int)n > CANVAS_OBJECTS_MOST)
		return reader_refuse(r, path, "objects", "too_large",
		    "must not make more than %d in all", CANVAS_OBJECTS_MOST);
	r->objects += (int)n;
	objects = arena_array(r->arena, struct canvas_object, n);
	for (size_t i = 0; i < n; i++) {
		objects[i].path =
		    arena_printf(r->arena, "%s%sobjects[%zu]", path, dot, i);
		TRY(read_object(r, json_element(array, i), &objects[i], depth,
		    scale_x, scale_y));
	}
	*out = objects;
	*count = (int)n;
	return OK;
}

static int
digits(const char *s)
{
	int count = 0;

	while (isdigit((unsigned char)s[count]))
		count++;
	return count;
}

/* 5, 6 or 7, a point, and two numbers of up to three digits. */
static enum outcome
read_version(struct reader *r, json *document)
{
	const char *version = json_text(document, "version");
	int minor, patch;

	/* Who names none wrote it by hand, and counts from the corner. */
	r->major = 6;
	if (json_get(document, "version") == NULL)
		return OK;
	if (version == NULL || *version < '5' || *version > '7' ||
	    version[1] != '.' || (minor = digits(version + 2)) < 1 ||
	    minor > 3 || version[2 + minor] != '.' ||
	    (patch = digits(version + 3 + minor)) < 1 || patch > 3)
		return reader_refuse(
		    r, "", "version", "format", "must be Fabric's, 5, 6 or 7");
	r->major = *version - '0';
	return OK;
}

static enum outcome
read_side(
    struct reader *r, json *document, const char *key, int fallback, int *out)
{
	double n;

	*out = fallback;
	if (json_get(document, key) == NULL)
		return OK;
	if (!is_number(json_get(document, key), 50, 10000, &n) || n > floor(n))
		return reader_refuse(r, "", key, "format",
		    "must be a whole number from 50 to 10000");
	*out = (int)n;
	return OK;
}

static enum outcome
read_backdrop(struct reader *r, json *document)
{
	static const char *const keys[] = { "backgroundImage", "overlayImage",
		"clipPath" };
	struct canvas_paint paint;

	for (size_t i = 0; i < COUNT(keys); i++)
		if (json_get(document, keys[i]) != NULL)
			return reader_refuse(
			    r, "", keys[i], "enum", "must be absent or null");
	TRY(read_paint(r, document, "", "background", false, &paint));
	r->canvas->has_background = paint.is_set;
	r->canvas->background = paint.colour;
	return OK;
}

static enum outcome
check_bytes(struct reader *r, json *document)
{
	if (!r->rules->embedded &&
	    strlen(json_format(r->arena, document)) > CANVAS_BYTES_MOST)
		return reader_refuse(r, "", "", "too_large",
		    "must not be larger than %d bytes", CANVAS_BYTES_MOST);
	return OK;
}

enum outcome
canvas_read(struct arena *arena, json *document, const char *category,
    const struct canvas_rules *rules, struct canvas *out,
    struct canvas_flaw *flaw)
{
	struct canvas canvas = { .width = rules->width,
		.height = rules->height };
	struct reader r = {
		.arena = arena, .rules = rules, .canvas = &canvas, .flaw = flaw
	};

	if (!json_object_is_type(document, json_type_object))
		return reader_refuse(&r, "", "", "format", "must be an object");
	if (canvas.width == 0 || canvas.height == 0)
		canvas_size(category, &canvas.width, &canvas.height);
	TRY(check_bytes(&r, document));
	TRY(read_version(&r, document));
	TRY(read_side(&r, document, "width", canvas.width, &canvas.width));
	TRY(read_side(&r, document, "height", canvas.height, &canvas.height));
	TRY(read_backdrop(&r, document));
	TRY(read_objects(&r, json_get(document, "objects"), "", 0, 1, 1,
	    &canvas.objects, &canvas.count));
	*out = canvas;
	return OK;
}
