/*
 * canvas_room.h: what the canvas_*.c files share. Furniture: no other room
 * includes it.
 */
#ifndef TSHOP_SHOP_CANVAS_ROOM_H
#define TSHOP_SHOP_CANVAS_ROOM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "shop/canvas.h"

#define CANVAS_FAR 20000.0 /* no coordinate is farther out */

/* One reading: what it may, what it counted, whom it would tell. */
struct reader {
	struct arena *arena;
	const struct canvas_rules *rules;
	struct canvas *canvas;
	struct canvas_flaw *flaw;
	int major; /* Fabric's version: origins have other defaults */
	int objects, points, characters;
	double dashes;
};

/* canvas_value.c: single values. 'path' is the object's. */
enum outcome reader_refuse(struct reader *, const char *path, const char *key,
    const char *code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
enum outcome read_number(struct reader *, json *object, const char *path,
    const char *key, double least, double most, double fallback, double *out);
/* As read_number, but it must be there and above zero. */
enum outcome read_length(struct reader *, json *object, const char *path,
    const char *key, double least, double most, double *out);
enum outcome read_bool(struct reader *, json *object, const char *path,
    const char *key, bool fallback, bool *out);
/* One of the names, NULL at their end; its index. Absent is the first. */
enum outcome read_name(struct reader *, json *object, const char *path,
    const char *key, const char *const *names, int *out);
/* A JSON number that is finite and in range. */
bool is_number(json *, double least, double most, double *out);
/* Absent, null, "", false, 0, [] and {} are nothing. */
bool is_nothing(json *);

/* canvas_paint.c */
enum outcome read_paint(struct reader *, json *object, const char *path,
    const char *key, bool may_gradient, struct canvas_paint *out);
extern const struct canvas_paint paint_black;

/* canvas_look.c: what every kind may wear. */
enum outcome read_look(struct reader *, json *object, struct canvas_object *);

/* canvas_path.c */
enum outcome read_path(struct reader *, json *object, struct canvas_object *);
enum outcome read_points(struct reader *, json *object, struct canvas_object *);
/* How long the outline is, at most; for the count of dashes. */
double outline_length(const struct canvas_object *);

/* canvas_text.c */
enum outcome read_text(struct reader *, json *object, struct canvas_object *);
void text_box_height(struct canvas_object *, int lines);

/* canvas_shape.c: what each kind has of its own. */
enum outcome read_shape(struct reader *, json *object, struct canvas_object *);

/* canvas_place.c: the point of origin becomes the centre. */
void canvas_centre(struct canvas_object *);

/* canvas_read.c */
bool kind_may_gradient(enum canvas_kind);
enum outcome read_objects(struct reader *, json *array, const char *path,
    int depth, double scale_x, double scale_y, struct canvas_object **out,
    int *count);

/* canvas_number.c: up to four decimals, no exponent, never -0. */
void put_number(struct buf *, double);
void put_colour_hex(struct buf *, const struct canvas_colour *);

/* canvas_svg_paint.c */
struct svg {
	struct buf *to;
	const struct canvas_pictures *pictures;
	int gradients; /* ids given so far */
};
/* name="number" */
void svg_number(struct svg *, const char *name, double);
/* The object's gradient, under the next id. */
void svg_gradient(struct svg *, const struct canvas_object *);
/* fill="…" or stroke="…", and its opacity. */
void svg_paint(struct svg *, const char *name, const struct canvas_paint *);

extern const char *const canvas_caps[], *const canvas_joins[];
extern const char *const canvas_aligns[];

#endif
