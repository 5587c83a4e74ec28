/*
 * picture.c: strangers' pictures. Bounded by their headers, decoded, turned
 * upright, cropped, shrunk to what the drawing needs, and written anew: what
 * reaches the drawing or the disk was encoded here.
 */
#include <math.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "furniture.h"

#define ROUNDING 0.01 /* of numbers with four decimals */
#define FINE 2.0      /* pixels kept for each that is drawn, along a side */

static enum outcome
refuse_picture(struct job *job, const char *path, const char *message)
{
	const char *dot = *path ? "." : "";

	job->flaw.path = arena_printf(job->arena, "%s%ssrc", path, dot);
	job->flaw.code = "format";
	job->flaw.message = message;
	return VALIDATION_ERROR;
}

/* A PNG that was cut off decodes to a half picture without complaint. */
static bool
is_cut_short(const struct picture *p, const void *bytes, size_t size)
{
	return p->kind == PICTURE_PNG &&
	       memmem(bytes, size, "IEND\xae\x42\x60\x82", 8) == NULL;
}

/* The decoder for exactly that type; NULL if it will not have the bytes. */
static GdkPixbuf *
decode(const struct picture *p, const void *bytes, size_t size)
{
	static const char *const names[] = { [PICTURE_PNG] = "png",
		[PICTURE_JPEG] = "jpeg",
		[PICTURE_WEBP] = "webp" };
	GdkPixbufLoader *loader =
	    gdk_pixbuf_loader_new_with_type(names[p->kind], NULL);
	GdkPixbuf *raw = NULL, *upright = NULL;
	bool whole;

	if (loader == NULL)
		return NULL;
	whole = gdk_pixbuf_loader_write(loader, bytes, size, NULL);
	whole &= gdk_pixbuf_loader_close(loader, NULL);
	if (whole)
		raw = gdk_pixbuf_loader_get_pixbuf(loader);
	if (raw != NULL && gdk_pixbuf_get_width(raw) == (int)p->width &&
	    gdk_pixbuf_get_height(raw) == (int)p->height)
		upright = gdk_pixbuf_apply_embedded_orientation(raw);
	g_object_unref(loader);
	return upright;
}

static enum outcome
open_picture(struct job *job, const char *path, const void *bytes, size_t size,
    GdkPixbuf **out)
{
	struct picture p;

	if (FAILED(picture_read(bytes, size, &p)))
		return refuse_picture(
		    job, path, "must be a PNG, JPEG or WEBP within bounds");
	*out = is_cut_short(&p, bytes, size) ? NULL : decode(&p, bytes, size);
	if (*out == NULL)
		return refuse_picture(job, path, "is a damaged picture");
	return OK;
}

/* How large, at most, a unit of the image is drawn. */
struct sizing {
	const struct canvas_image *image;
	double across, down;
};

static void
size_up(void *context, const struct canvas_object *o, struct canvas_matrix m)
{
	struct sizing *s = context;

	if (o->image == s->image) {
		s->across = hypot(m.a, m.b);
		s->down = hypot(m.c, m.d);
	}
}

/* Pixels worth keeping of the part shown. */
static void
useful_size(
    struct job *job, const struct canvas_image *image, int *width, int *height)
{
	struct sizing s = { .image = image };
	double scale = 0;

	walk(&job->canvas, size_up, &s);
	for (int i = 0; i < job->count; i++)
		scale = fmax(scale,
		    fmax((double)job->wants[i].width / job->canvas.width,
			(double)job->wants[i].height / job->canvas.height));
	*width = (int)fmax(1, fmin(*width, *width * s.across * scale * FINE));
	*height = (int)fmax(1, fmin(*height, *height * s.down * scale * FINE));
}

/* The part shown, which must lie inside the picture. */
static enum outcome
crop(struct job *job, const struct canvas_image *image, GdkPixbuf **whole)
{
	int width = gdk_pixbuf_get_width(*whole);
	int height = gdk_pixbuf_get_height(*whole);
	int x = (int)image->crop_x, y = (int)image->crop_y;
	int wide = (int)ceil(image->width), high = (int)ceil(image->height);
	GdkPixbuf *part;

	if (image->crop_x + image->width > width + ROUNDING ||
	    image->crop_y + image->height > height + ROUNDING || x >= width ||
	    y >= height) {
		(void)refuse_picture(job, image->path, "");
		job->flaw.path =
		    arena_printf(job->arena, "%s.width", image->path);
		job->flaw.message = "must not show more than the picture has";
		return VALIDATION_ERROR;
	}
	wide = wide > width - x ? width - x : wide;
	high = high > height - y ? height - y : high;
	part = gdk_pixbuf_new_subpixbuf(*whole, x, y, wide, high);
	g_object_unref(*whole);
	*whole = part;
	return OK;
}

static enum outcome
shrink(struct job *job, const struct canvas_image *image, GdkPixbuf **part)
{
	int width = gdk_pixbuf_get_width(*part);
	int height = gdk_pixbuf_get_height(*part);
	int wide = width, high = height;
	GdkPixbuf *small;

	useful_size(job, image, &wide, &high);
	if (wide == width && high == height)
		return OK;
	small = gdk_pixbuf_scale_simple(*part, wide, high, GDK_INTERP_BILINEAR);
	g_object_unref(*part);
	*part = small;
	return small ? OK
		     : refuse_picture(job, image->path, "is a huge picture");
}

/* The picture as PNG; quick rather than small, for it is drawn at once. */
static enum outcome
encode(
    struct job *job, GdkPixbuf *p, const char *level, gchar **png, gsize *size)
{
	if (gdk_pixbuf_save_to_buffer(
		p, png, size, "png", NULL, "compression", level, NULL))
		return OK;
	return refuse_picture(job, "", "cannot be written anew");
}

static enum outcome
put_uri(struct job *job, GdkPixbuf *p)
{
	static const char prefix[] = "data:image/png;base64,";
	struct uri *out = &job->uris[job->uri_count];
	gchar *png;
	gsize size;
	char *uri;

	TRY(encode(job, p, "1", &png, &size));
	job->embedded += B64_TEXT(size) + sizeof(prefix);
	if (job->embedded > RENDER_INPUT_MOST * 3UL) {
		g_free(png);
		return refuse_picture(job, "", "make too large a canvas");
	}
	uri = arena_alloc(job->arena, B64_TEXT(size) + sizeof(prefix));
	memcpy(uri, prefix, sizeof(prefix));
	out->text = uri;
	out->length = sizeof(prefix) - 1 +
		      b64_format(png, size, uri + sizeof(prefix) - 1);
	g_free(png);
	job->uri_count++;
	return OK;
}

/* The bytes behind "data:image/…;base64,". */
static enum outcome
unpack(struct job *job, struct arena *arena, const struct canvas_image *image,
    char **bytes, size_t *size)
{
	const char *text = strchr(image->src, ',') + 1;
	size_t length = strlen(text);

	*bytes = arena_alloc(arena, B64_ROOM(length));
	if (!b64_parse(text, length, *bytes, size))
		return refuse_picture(job, image->path, "must be base64");
	return OK;
}

/* Decode in an arena of its own: the packed bytes are not kept. */
static enum outcome
open_image(struct job *job, const struct canvas_image *image, GdkPixbuf **p)
{
	struct arena *arena = arena_create(RENDER_INPUT_MOST);
	enum outcome outcome;
	char *bytes;
	size_t size;

	outcome = unpack(job, arena, image, &bytes, &size);
	if (!FAILED(outcome))
		outcome = open_picture(job, image->path, bytes, size, p);
	arena_destroy(arena);
	return outcome;
}

enum outcome
picture_find(void *context, const struct canvas_image *image, const char **href)
{
	static const char mark[] = { PICTURE_MARK, '\0' };
	struct job *job = context;
	enum outcome outcome;
	GdkPixbuf *p;

	if (image->kind == PICTURE_NONE) /* the caller should have put it in */
		return refuse_picture(job, image->path, "is not embedded");
	TRY(open_image(job, image, &p));
	outcome = crop(job, image, &p);
	if (!FAILED(outcome))
		outcome = shrink(job, image, &p);
	if (!FAILED(outcome))
		outcome = put_uri(job, p);
	if (p != NULL)
		g_object_unref(p);
	*href = mark;
	return outcome;
}

/* As large as is wanted, and never larger than it came. */
static enum outcome
fit(struct job *job, GdkPixbuf **p)
{
	int width = gdk_pixbuf_get_width(*p),
	    height = gdk_pixbuf_get_height(*p);
	int longest = width > height ? width : height;
	int shortest = width < height ? width : height;
	double share = (double)job->side_most / longest;
	GdkPixbuf *small;

	if (shortest < job->side_least)
		return refuse_picture(job, "", "is too small");
	if (job->side_most == 0 || longest <= job->side_most)
		return OK;
	small = gdk_pixbuf_scale_simple(*p, (int)fmax(1, width * share),
	    (int)fmax(1, height * share), GDK_INTERP_BILINEAR);
	g_object_unref(*p);
	*p = small;
	return small ? OK : refuse_picture(job, "", "is a huge picture");
}

enum outcome
picture_recode(struct job *job, const char *bytes)
{
	GdkPixbuf *p;
	gchar *png;
	gsize size;

	TRY(open_picture(job, "", bytes, job->bytes, &p));
	arena_reset(job->input); /* all that is needed is in the pixels */
	TRY(fit(job, &p));
	if (job->key.alpha > 0)
		p = key_out(job, p, &job->key);
	TRY(encode(job, p, "6", &png, &size));
	png_send(job, "picture", gdk_pixbuf_get_width(p),
	    gdk_pixbuf_get_height(p), 0, png, size);
	g_free(png);
	g_object_unref(p);
	return OK;
}
