/*
 * canvas.h: what a customer drew, as Fabric's editor writes it down.
 *
 * canvas_read() takes a strict subset of Fabric's JSON (versions 5, 6 and 7)
 * and builds typed values; canvas_format() writes the document anew from
 * those, so nothing of the client's bytes is ever stored or served. Then
 * canvas_measure() fits the texts and canvas_svg() draws: a document of our
 * own making, numbers and names of ours only.
 *
 * Shapes    plane      canvas units, x right, y down; a child's plane is its
 *                      group's centre
 *           x, y       the centre of the object, unless it is text that is
 *                      not yet measured: then the point named by origin_*
 *           angle      degrees, clockwise, [0, 360)
 * Memory    everything lives in the arena given to canvas_read()
 * Source    Fabric 5.5, 6.9 and 7.4 as measured: geometry copies Fabric,
 *           quirks included, or the print differs from the editor
 */
#ifndef TSHOP_SHOP_CANVAS_H
#define TSHOP_SHOP_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/outcome.h"
#include "shop/picture.h"

struct arena;
struct buf;
struct font;

/* clang-format off */
#define CANVAS_BYTES_MOST     (512 * 1024)
#define CANVAS_OBJECTS_MOST   1000
#define CANVAS_GROUPS_DEEP    8
#define CANVAS_IMAGES_MOST    10
#define CANVAS_POINTS_MOST    20000  /* points and path commands in all */
#define CANVAS_TEXT_MOST      5000   /* characters in all */
#define CANVAS_DASHES_MOST    8
#define CANVAS_STOPS_MOST     10
#define CANVAS_FORMAT_MOST    (4 * 1024 * 1024) /* the document rebuilt */
#define CANVAS_SVG_MOST       (8 * 1024 * 1024) /* without its pictures */

#define THREAD_COLOURS_MOST   6
#define THREAD_LINE_INCH      0.05 /* at least, or it is not stitched */
#define THREAD_TEXT_INCH      0.3  /* likewise, or nobody reads it */
/* clang-format on */

enum canvas_kind {
	CANVAS_RECT,
	CANVAS_CIRCLE,
	CANVAS_ELLIPSE,
	CANVAS_TRIANGLE,
	CANVAS_LINE,
	CANVAS_POLYGON,
	CANVAS_POLYLINE,
	CANVAS_PATH,
	CANVAS_TEXT,
	CANVAS_ITEXT,
	CANVAS_TEXTBOX,
	CANVAS_IMAGE,
	CANVAS_GROUP,
};

struct canvas_colour {
	uint8_t red, green, blue;
	double alpha; /* 0 to 1 */
};

struct canvas_stop {
	double offset;
	struct canvas_colour colour;
};

struct canvas_gradient {
	bool radial, percentage;
	double x1, y1, x2, y2, r2;
	double offset_x, offset_y;
	int stop_count;
	struct canvas_stop stops[CANVAS_STOPS_MOST]; /* by offset */
};

struct canvas_paint {
	bool is_set;                            /* else nothing is painted */
	struct canvas_colour colour;            /* without a gradient */
	const struct canvas_gradient *gradient; /* or NULL */
};

struct canvas_point {
	double x, y;
};

struct canvas_step {
	char command;      /* M L C Q Z */
	double numbers[6]; /* 2 2 6 4 0 of them */
};

struct canvas_line {
	const char *text; /* NUL-terminated */
	size_t length;
	double x, y; /* where its baseline starts, from the centre */
};

struct canvas_text {
	const char *text;
	const struct font *font;
	double size, line_height, spacing; /* spacing: 1/1000 em */
	int weight;                        /* 400 or 700 */
	bool italic, underline, overline, linethrough;
	int align;     /* 0 left, 1 centre, 2 right */
	bool measured; /* below is there, and the object's x, y, box */
	int line_count;
	struct canvas_line *lines;
};

struct canvas_image {
	const char *path; /* the object's: "objects[2]" */
	/*
	 * "/media/…" or "data:image/…;base64,…". Whoever stores or embeds the
	 * picture puts the other kind in its place before formatting.
	 */
	const char *src;
	enum picture_kind kind; /* of a data URI, as its type claims */
	double crop_x, crop_y, width,
	    height; /* the part shown, in its pixels */
};

struct canvas_object {
	enum canvas_kind kind;
	const char *path; /* "objects[3].objects[0]" */
	double x, y, origin_x, origin_y;
	double width, height; /* the box, without stroke or scale */
	double scale_x, scale_y, angle;
	bool flip_x, flip_y, visible;
	double opacity;
	struct canvas_paint fill, stroke;
	double stroke_width, dash_offset, miter_limit;
	double dashes[CANVAS_DASHES_MOST];
	int dash_count, cap, join;
	bool stroke_uniform, stroke_first, even_odd;
	double rx, ry; /* a Rect's corners, an Ellipse's and Circle's radii */
	double x1, y1, x2, y2;         /* a Line's ends */
	struct canvas_point middle;    /* of points or path, in their plane */
	struct canvas_point *points;   /* Polygon, Polyline */
	struct canvas_step *steps;     /* Path */
	struct canvas_text *text;      /* Text, IText, Textbox */
	struct canvas_image *image;    /* Image */
	struct canvas_object *objects; /* Group */
	int count;                     /* of points, steps or objects */
};

struct canvas {
	int width, height;
	bool has_background;
	struct canvas_colour background; /* on screens; never printed */
	struct canvas_object *objects;
	int count;
	struct canvas_image *images[CANVAS_IMAGES_MOST];
	int image_count;
};

/* What is asked beyond the subset itself; zeroes are the usual. */
struct canvas_rules {
	/* A path may be SVG's text: for what a model drew, not for clients. */
	bool path_text;
	/* What a model drew is to be stitched: it is made fit for that. */
	bool stitched;
	/* Pictures may make it larger than CANVAS_BYTES_MOST: our own do. */
	bool embedded;
	/* The size of a canvas that names none; 0: its category's. */
	int width, height;
	/* "https://shop.example": pictures under it are ours too; or NULL. */
	const char *origin;
};

struct canvas_flaw {
	const char *path;    /* "objects[3].fill"; "" is the whole */
	const char *code;    /* required, format, too_small, too_large, enum */
	const char *message; /* "must be …", without the path */
};

/*
 * Canvas units in an inch when it is stitched on the front of a cap, which is
 * where it has to fit into.
 */
double canvas_stitched_inch(int width, int height);

/* The canvas of a category; 1800 by 2400 where it is not known. */
void canvas_size(const char *category, int *width, int *height);

/*
 * Read 'document' for a product of that category. VALIDATION_ERROR: *flaw
 * tells the first culprit. Pictures are listed in out->images and nobody has
 * looked at them: whether a path is the caller's to use, and whether bytes
 * are what they claim, is asked next.
 */
enum outcome canvas_read(struct arena *, json *document, const char *category,
    const struct canvas_rules *, struct canvas *out, struct canvas_flaw *flaw);

/* Append the document as JSON text that Fabric 5 to 7 load alike. */
void canvas_format(const struct canvas *, struct buf *);

/* How wide a text is, in canvas units, kerned and unhinted. */
struct canvas_metrics {
	double (*advance)(void *context, const struct canvas_text *font,
	    const char *text, size_t length);
	void *context;
};

/* Break and place the lines of every text; its box and centre follow. */
void canvas_measure(
    struct arena *, struct canvas *, const struct canvas_metrics *);

/* Where a picture's shown part comes from: a data URI of our making. */
struct canvas_pictures {
	enum outcome (*find)(
	    void *context, const struct canvas_image *, const char **href);
	void *context;
	size_t bytes_most; /* of all the URIs together */
};

/*
 * Append the measured canvas as SVG of that many pixels; 'background' paints
 * the canvas's own behind it. Fails only as pictures->find fails.
 */
enum outcome canvas_svg(const struct canvas *, int width, int height,
    bool background, const struct canvas_pictures *, struct buf *);

/* An object's place in its parent: x' = a x + c y + e, y' = b x + d y + f. */
struct canvas_matrix {
	double a, b, c, d, e, f;
};
struct canvas_matrix canvas_place(const struct canvas_object *);
/* First 'inner', then 'outer'. */
struct canvas_matrix canvas_matrix_join(
    struct canvas_matrix outer, struct canvas_matrix inner);

/* "objects", for the log and messages: "Rect", "Textbox". */
const char *canvas_kind_name(enum canvas_kind);
bool canvas_is_text(const struct canvas_object *);
/*
 * #rgb, #rrggbb, #rrggbbaa, rgb(), rgba(), transparent or a basic name.
 * False if it is none; transparent has alpha 0.
 */
bool canvas_colour_parse(const char *text, struct canvas_colour *);

#endif
