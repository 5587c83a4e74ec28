/*
 * furniture.h: what the files of this room share.
 */
#ifndef TSHOP_RENDER_FURNITURE_H
#define TSHOP_RENDER_FURNITURE_H

#include <stdbool.h>
#include <stddef.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "base/json.h"
#include "render/render.h"
#include "shop/canvas.h"

struct arena;
struct buf;

#define KIND_MOST 16

/* One picture asked for. */
struct want {
	char kind[KIND_MOST]; /* lower-case letters */
	int width, height, dpi;
	bool background;
};

/* A request, and what is known about it by now. */
struct job {
	struct arena *arena;
	struct arena *input; /* what came in; given back before drawing */
	int out;
	const char *category; /* NULL: a picture to write anew */
	size_t bytes;
	struct want wants[RENDER_FRAMES_MOST];
	int count;
	int side_least, side_most; /* of a picture, pixels; 0 is any */
	struct canvas_colour key;  /* its ground; alpha 0: stays */
	struct canvas canvas;
	struct canvas_flaw flaw; /* filled whenever VALIDATION_ERROR is said */
	double ink;              /* share of pixels with anything on them */
	/*
	 * The pictures' data URIs. They are megabytes, so the SVG has a mark
	 * in the place of each, in this order, and they meet in the parser.
	 */
	struct uri {
		const char *text;
		size_t length;
	} uris[CANVAS_IMAGES_MOST];
	int uri_count;
	size_t embedded; /* bytes of them so far */
};

/* An object, and the matrix from its own plane to the canvas. */
typedef void visit(
    void *context, const struct canvas_object *, struct canvas_matrix);
/* Every visible leaf and group, in the order of painting. */
void walk(const struct canvas *, visit *, void *context);

/* cage.c: give everything away; false if the kernel would not have it. */
bool cage_close(void);

/* wire.c */
enum outcome wire_read_line(struct job *, int in);
enum outcome wire_read_bytes(struct job *, int in, char **bytes);
void wire_frame(
    struct job *, const char *kind, int width, int height, size_t bytes);
void wire_bytes(struct job *, const void *bytes, size_t size);

/* ruler.c: loads the fonts, so call it before the cage closes. */
const struct canvas_metrics *ruler_open(void);

/* picture.c */
#define PICTURE_MARK '\1' /* no text of a canvas has it */

/* Make the shown part a data URI fit for 'job'; href is the mark. */
enum outcome picture_find(
    void *job, const struct canvas_image *, const char **href);
/* Decode a stranger's picture and send it on as a PNG frame. */
enum outcome picture_recode(struct job *, const char *bytes);

/* key.c: make a ground of that colour transparent, if the picture has it. */
GdkPixbuf *key_out(
    struct job *, GdkPixbuf *picture, const struct canvas_colour *);

/* paint.c: draw one frame of the SVG and send it. */
struct sheet;
enum outcome sheet_open(struct job *, const struct buf *svg, struct sheet **);
enum outcome sheet_paint(struct job *, struct sheet *, const struct want *);

/* png.c */
/* Send a PNG, with its resolution written in if it has one. */
void png_send(struct job *, const char *kind, int width, int height, int dpi,
    const void *png, size_t size);

/* checks.c: append the JSON array. */
void checks_put(const struct job *, struct buf *);

#endif
