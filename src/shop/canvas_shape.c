/*
 * canvas_shape.c: what each kind of object has of its own, and which box
 * follows from it.
 */
#include <ctype.h>
#include <math.h>

#include "canvas_room.h"

static enum outcome
read_box(struct reader *r, json *object, struct canvas_object *o)
{
	TRY(read_length(r, object, o->path, "width", 0, CANVAS_FAR, &o->width));
	return read_length(
	    r, object, o->path, "height", 0, CANVAS_FAR, &o->height);
}

static enum outcome
read_rect(struct reader *r, json *object, struct canvas_object *o)
{
	TRY(read_box(r, object, o));
	TRY(read_number(r, object, o->path, "rx", 0, CANVAS_FAR, 0, &o->rx));
	TRY(read_number(r, object, o->path, "ry", 0, CANVAS_FAR, 0, &o->ry));
	if (o->rx > 0 && !(o->ry > 0)) /* Fabric: one stands for both */
		o->ry = o->rx;
	if (o->ry > 0 && !(o->rx > 0))
		o->rx = o->ry;
	o->rx = fmin(o->rx, o->width / 2);
	o->ry = fmin(o->ry, o->height / 2);
	return OK;
}

static enum outcome
read_circle(struct reader *r, json *object, struct canvas_object *o)
{
	double angle;

	TRY(read_length(r, object, o->path, "radius", 0.1, 10000, &o->rx));
	TRY(read_number(r, object, o->path, "startAngle", 0, 0, 0, &angle));
	TRY(read_number(r, object, o->path, "endAngle", 360, 360, 360, &angle));
	o->ry = o->rx;
	o->width = o->height = 2 * o->rx;
	return OK;
}

static enum outcome
read_ellipse(struct reader *r, json *object, struct canvas_object *o)
{
	TRY(read_length(r, object, o->path, "rx", 0.1, 10000, &o->rx));
	TRY(read_length(r, object, o->path, "ry", 0.1, 10000, &o->ry));
	o->width = 2 * o->rx;
	o->height = 2 * o->ry;
	return OK;
}

static enum outcome
read_line(struct reader *r, json *object, struct canvas_object *o)
{
	static const char *const keys[] = { "x1", "y1", "x2", "y2" };
	double *const into[] = { &o->x1, &o->y1, &o->x2, &o->y2 };

	for (size_t i = 0; i < COUNT(keys); i++)
		TRY(read_number(r, object, o->path, keys[i], -CANVAS_FAR,
		    CANVAS_FAR, 0, into[i]));
	o->width = fabs(o->x2 - o->x1);
	o->height = fabs(o->y2 - o->y1);
	return OK;
}

/* Our own pictures: /media/ and a name without dots on the way. */
static bool
is_own_picture(const char *src)
{
	static const char *const ends[] = { ".png", ".jpg", ".webp" };
	const char *dot = strchr(src, '.');

	if (strncmp(src, "/media/", 7) != 0 || dot == NULL || dot == src + 7)
		return false;
	for (const char *s = src; s < dot; s++)
		if (!islower((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) && !strchr("/_-", *s))
			return false;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (strcmp(dot, ends[i]) == 0)
			return strlen(src) <= 256;
	return false;
}

/* "data:image/png;base64,": which kind it claims to be. */
static enum picture_kind
embedded_kind(const char *src)
{
	const char *type = src + 5, *semicolon = strchr(src, ';');

	if (strncmp(src, "data:", 5) != 0 || semicolon == NULL ||
	    strncmp(semicolon, ";base64,", 8) != 0)
		return PICTURE_NONE;
	return picture_kind_of(type, (size_t)(semicolon - type));
}

/* An address of ours without its origin, signature or tag. */
static const char *
own_address(struct reader *r, const char *src)
{
	size_t length = r->rules->origin ? strlen(r->rules->origin) : 0;

	if (length > 0 && strncmp(src, r->rules->origin, length) == 0 &&
	    src[length] == '/')
		src += length;
	return arena_text_n(r->arena, src, strcspn(src, "?#"));
}

static enum outcome
read_source(struct reader *r, json *object, struct canvas_object *o)
{
	const char *src = json_text(object, "src");

	if (src == NULL)
		return reader_refuse(
		    r, o->path, "src", "required", "is required");
	o->image->kind = embedded_kind(src);
	if (o->image->kind == PICTURE_NONE) {
		src = own_address(r, src);
		if (!is_own_picture(src))
			return reader_refuse(r, o->path, "src", "format",
			    "must be a PNG, JPEG or WEBP data URI or a "
			    "picture of ours");
	}
	o->image->src = src;
	if (r->canvas->image_count == CANVAS_IMAGES_MOST)
		return reader_refuse(r, o->path, "src", "too_large",
		    "is one picture more than %d", CANVAS_IMAGES_MOST);
	r->canvas->images[r->canvas->image_count++] = o->image;
	return OK;
}

static enum outcome
read_image(struct reader *r, json *object, struct canvas_object *o)
{
	struct canvas_image *i = arena_new(r->arena, struct canvas_image);

	o->image = i;
	i->path = o->path;
	TRY(read_box(r, object, o));
	i->width = o->width;
	i->height = o->height;
	TRY(read_number(
	    r, object, o->path, "cropX", 0, CANVAS_FAR, 0, &i->crop_x));
	TRY(read_number(
	    r, object, o->path, "cropY", 0, CANVAS_FAR, 0, &i->crop_y));
	if (!is_nothing(json_get(object, "filters")))
		return reader_refuse(
		    r, o->path, "filters", "enum", "must be empty");
	return read_source(r, object, o);
}

/* The children come later, when the group's scale is known. */
static enum outcome
read_group(struct reader *r, json *object, struct canvas_object *o)
{
	TRY(read_number(
	    r, object, o->path, "width", 0, CANVAS_FAR, 0, &o->width));
	return read_number(
	    r, object, o->path, "height", 0, CANVAS_FAR, 0, &o->height);
}

enum outcome
read_shape(struct reader *r, json *object, struct canvas_object *o)
{
	static enum outcome (*const shapes[])(
	    struct reader *, json *, struct canvas_object *) = {
		[CANVAS_RECT] = read_rect,
		[CANVAS_CIRCLE] = read_circle,
		[CANVAS_ELLIPSE] = read_ellipse,
		[CANVAS_TRIANGLE] = read_box,
		[CANVAS_LINE] = read_line,
		[CANVAS_POLYGON] = read_points,
		[CANVAS_POLYLINE] = read_points,
		[CANVAS_PATH] = read_path,
		[CANVAS_TEXT] = read_text,
		[CANVAS_ITEXT] = read_text,
		[CANVAS_TEXTBOX] = read_text,
		[CANVAS_IMAGE] = read_image,
		[CANVAS_GROUP] = read_group,
	};

	return shapes[o->kind](r, object, o);
}
