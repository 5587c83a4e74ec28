/*
 * render.c: tshop-render as its caller sees it: real pictures, to the pixel
 * those that Fabric's own SVG gives, and hostile ones that cost only the
 * child.
 */
#include <math.h>
#include <unistd.h>

#include <cairo.h>
#include <librsvg/rsvg.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/insist.h"
#include "media/render.h"
#include "tap.h"

static struct arena *arena;
static struct render_result result;
static const char *program;
static int left, entered;

static void
leave(void)
{
	left++;
}

static void
enter(void)
{
	entered++;
}

static const struct render_lock lock = { leave, enter };

static enum outcome
draw(const char *category, const char *canvas, int width, int height, int dpi)
{
	const struct render_request rq = {
		.category = category,
		.bytes = canvas,
		.size = strlen(canvas),
		.wants = { { "screen", width / 2, height / 2, 0, true },
		    { "print", width, height, dpi, false } },
		.count = 2,
	};

	return render_run(
	    arena, program, &rq, RENDER_PATIENCE_MS, &lock, &result);
}

/* One object on a T-shirt. */
static enum outcome
draw_one(const char *object)
{
	return draw("t-shirt",
	    arena_printf(
		arena, "{\"version\":\"7.4.0\",\"objects\":[%s]}", object),
	    1800, 2400, 150);
}

/* ---- pixels ---- */

static cairo_status_t
feed(void *from, unsigned char *to, unsigned int size)
{
	const char **at = from;

	memcpy(to, *at, size);
	*at += size;
	return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
open_png(const struct render_frame *f)
{
	const char *at = f->bytes;

	return cairo_image_surface_create_from_png_stream(feed, &at);
}

static uint32_t
pixel(cairo_surface_t *s, int x, int y)
{
	const unsigned char *data = cairo_image_surface_get_data(s);
	uint32_t p;

	memcpy(&p, data + y * cairo_image_surface_get_stride(s) + x * 4, 4);
	return p;
}

static bool
is_near(uint32_t a, uint32_t b)
{
	for (int shift = 0; shift < 32; shift += 8)
		if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > 8)
			return false;
	return true;
}

static const char *
document(const char *name)
{
	const char *top = getenv("srcdir");
	const char *path = arena_printf(
	    arena, "%s/t/unit/canvas_docs/%s", top ? top : ".", name);
	char *text = arena_alloc(arena, 65536);
	FILE *f = fopen(path, "r");

	insist(f != NULL);
	insist(fread(text, 1, 65535, f) > 0);
	(void)fclose(f);
	return text;
}

/* How many pixels differ from what librsvg makes of Fabric's own SVG. */
static long
differing(const char *svg, const struct render_frame *f)
{
	const RsvgRectangle page = { 0, 0, f->width, f->height };
	cairo_surface_t *ours = open_png(f);
	cairo_surface_t *theirs = cairo_image_surface_create(
	    CAIRO_FORMAT_ARGB32, f->width, f->height);
	cairo_t *cairo = cairo_create(theirs);
	RsvgHandle *handle =
	    rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
	long count = 0;

	insist(handle != NULL);
	insist(rsvg_handle_render_document(handle, cairo, &page, NULL));
	cairo_surface_flush(theirs);
	for (int y = 0; y < f->height; y++)
		for (int x = 0; x < f->width; x++)
			count +=
			    !is_near(pixel(ours, x, y), pixel(theirs, x, y));
	g_object_unref(handle);
	cairo_destroy(cairo);
	cairo_surface_destroy(theirs);
	cairo_surface_destroy(ours);
	return count;
}

static void
test_fabric(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *category;
		int width, height, dpi;
		long slack; /* a picture is shrunk on another way */
	} docs[] = {
		{ "shirt", "t-shirt",  1800, 2400, 150, 50 },
		{ "cap",   "cap",      1200,  525, 300, 50 },
		{ "tote",  "tote-bag", 1500, 1800, 150, 50 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(docs); i++) {
		const char *json =
		    document(arena_printf(arena, "%s.json", docs[i].name));
		const char *svg =
		    document(arena_printf(arena, "%s.svg", docs[i].name));
		const struct render_frame *f;
		long count;

		ok(draw(docs[i].category, json, docs[i].width, docs[i].height,
		       docs[i].dpi) == OK,
		    "%s is drawn", docs[i].name);
		printf("# %s\n",
		    result.flaw_message ? result.flaw_message : result.checks);
		f = render_frame_find(&result, "print");
		if (!ok(f != NULL, "with a frame for print"))
			continue;
		is_int(f->width, docs[i].width, "of the width asked for");
		count = differing(svg, f);
		ok(count <= docs[i].slack,
		    "and looks as in the editor: %ld pixels differ", count);
	}
	ok(left > 0 && left == entered, "the lock is let go and taken again");
}

static void
test_pixels(void)
{
	cairo_surface_t *print, *screen;
	const uint8_t *png;

	insist(draw("t-shirt",
		   "{\"version\":\"7.4.0\","
		   "\"background\":\"#00ff00\",\"objects\":[{\"type\":"
		   "\"Rect\",\"left\":900,\"top\":1200,\"width\":900,"
		   "\"height\":1200,\"strokeWidth\":0,\"fill\":\"#ff0000\"}]}",
		   1800, 2400, 150) == OK);
	is_text(result.checks, "[]", "nothing is wrong with a plain square");
	print = open_png(render_frame_find(&result, "print"));
	screen = open_png(render_frame_find(&result, "screen"));
	is_int(pixel(print, 900, 1200), 0xffff0000, "it is red in the middle");
	is_int(pixel(print, 451, 601), 0xffff0000, "to its corner");
	is_int(pixel(print, 449, 601), 0, "and nothing beside it");
	is_int(pixel(screen, 10, 10), 0xff00ff00, "but the screen's ground");
	is_int(pixel(screen, 450, 600), 0xffff0000, "under the red");
	cairo_surface_destroy(print);
	cairo_surface_destroy(screen);
	png = render_frame_find(&result, "print")->bytes;
	ok(memcmp(png + 37, "pHYs\0\0\x17\x12\0\0\x17\x12\1", 13) == 0,
	    "150 dpi are written into the print");
	ok(memcmp(
	       (const char *)render_frame_find(&result, "screen")->bytes + 37,
	       "pHYs", 4) != 0,
	    "and nothing into the screen");
}

/* ---- pictures ---- */

/* clang-format off */
static const char png_1x1[] = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAA"
	"ADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
static const char webp_1x1[] =
	"UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
/* clang-format on */

/* A JPEG of one red pixel. */
static char *
jpeg(size_t *size)
{
	GdkPixbuf *p = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, 1, 1);
	gchar *bytes;
	gsize length;
	char *copy;

	gdk_pixbuf_fill(p, 0xff0000ff);
	insist(
	    gdk_pixbuf_save_to_buffer(p, &bytes, &length, "jpeg", NULL, NULL));
	copy = arena_copy(arena, bytes, length);
	g_free(bytes);
	g_object_unref(p);
	*size = length;
	return copy;
}

static const char *
jpeg_base64(void)
{
	size_t size;
	const char *bytes = jpeg(&size);
	char *text = arena_alloc(arena, B64_TEXT(size));

	(void)b64_format(bytes, size, text);
	return text;
}

static const char *
image(const char *mime, const char *base64, int side)
{
	return arena_printf(arena,
	    "{\"type\":\"Image\",\"left\":900,\"top\":900,\"width\":%d,"
	    "\"height\":1,\"scaleX\":300,\"scaleY\":300,"
	    "\"src\":\"data:image/%s;base64,%s\"}",
	    side, mime, base64);
}

static void
test_pictures(void)
{
	/* A header that speaks of 30000 by 30000, and little behind it. */
	static const char bomb[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30"
				   "\0\0\x75\x30\x08\2\0\0\0\0\0\0\0";
	char text[B64_TEXT(sizeof(bomb))];

	ok(draw_one(image("png", png_1x1, 1)) == OK, "a PNG is drawn");
	ok(strstr(result.checks, "LOW_RESOLUTION") != NULL,
	    "and a warning says that it is coarse");
	ok(draw_one(image("jpeg", jpeg_base64(), 1)) == OK, "a JPEG is drawn");
	ok(draw_one(image("webp", webp_1x1, 1)) == OK, "a WEBP is drawn");
	ok(draw_one(image("png", png_1x1, 2)) == VALIDATION_ERROR,
	    "more of it than there is is not");
	is_text(result.flaw_path, "objects[0].width", "by name");
	ok(draw_one(image("png", "AAAA", 1)) == VALIDATION_ERROR,
	    "what is no picture is refused");
	is_text(result.flaw_path, "objects[0].src", "by name");
	ok(draw_one(image("png", "A*", 1)) == VALIDATION_ERROR,
	    "so is what is no base64");
	(void)b64_format(bomb, sizeof(bomb) - 1, text);
	ok(draw_one(image("png", text, 1)) == VALIDATION_ERROR,
	    "a bomb is refused before it is unpacked");
}

static void
test_recode(void)
{
	struct render_request rq = { 0 };

	rq.bytes = jpeg(&rq.size);
	ok(render_run(arena, program, &rq, 5000, NULL, &result) == OK,
	    "a picture is written anew");
	ok(result.count == 1 &&
		memcmp(result.frames[0].bytes, "\x89PNG", 4) == 0,
	    "as PNG");
	is_int(result.frames[0].width, 1, "of its size");
	rq.bytes = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
	rq.size = strlen(rq.bytes);
	ok(render_run(arena, program, &rq, 5000, NULL, &result) ==
		VALIDATION_ERROR,
	    "SVG is none");
}

/* ---- a painted picture on its ground ---- */

/* A JPEG, which smears: a square of 'ink' in the middle of the ground. */
static struct render_request
painted(guint32 ground, guint32 ink, int side)
{
	GdkPixbuf *p = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, side, side);
	GdkPixbuf *middle =
	    gdk_pixbuf_new_subpixbuf(p, side / 4, side / 4, side / 2, side / 2);
	struct render_request rq = { 0 };
	gchar *bytes;
	gsize length;

	gdk_pixbuf_fill(p, ground);
	gdk_pixbuf_fill(middle, ink);
	insist(gdk_pixbuf_save_to_buffer(
	    p, &bytes, &length, "jpeg", NULL, "quality", "80", NULL));
	rq.bytes = arena_copy(arena, bytes, length);
	rq.size = length;
	g_free(bytes);
	g_object_unref(middle);
	g_object_unref(p);
	return rq;
}

/* The worst pixel: how much more green than anything else is to be seen. */
static int
greenest(GdkPixbuf *p)
{
	const guchar *at = gdk_pixbuf_read_pixels(p);
	int worst = 0, width = gdk_pixbuf_get_width(p);

	for (int y = 0; y < gdk_pixbuf_get_height(p); y++)
		for (int x = 0; x < width; x++) {
			const guchar *c =
			    at + y * gdk_pixbuf_get_rowstride(p) + 4 * x;
			int other = c[0] > c[2] ? c[0] : c[2];
			int green = (c[1] - other) * c[3] / 255;

			if (green > worst)
				worst = green;
		}
	return worst;
}

static GdkPixbuf *
opened(const struct render_frame *frame)
{
	GdkPixbufLoader *loader = gdk_pixbuf_loader_new();
	GdkPixbuf *p;

	insist(
	    gdk_pixbuf_loader_write(loader, frame->bytes, frame->size, NULL));
	insist(gdk_pixbuf_loader_close(loader, NULL));
	p = g_object_ref(gdk_pixbuf_loader_get_pixbuf(loader));
	g_object_unref(loader);
	return p;
}

static int
alpha_at(GdkPixbuf *p, int x, int y)
{
	return gdk_pixbuf_read_pixels(
	    p)[y * gdk_pixbuf_get_rowstride(p) + 4 * x + 3];
}

static void
test_ground(void)
{
	struct render_request rq = painted(0x00ff00ff, 0xc02020ff, 600);
	GdkPixbuf *p;

	rq.key = "#00ff00";
	insist(render_run(arena, program, &rq, 5000, NULL, &result) == OK);
	p = opened(&result.frames[0]);
	ok(gdk_pixbuf_get_has_alpha(p), "a picture on a ground");
	is_int(alpha_at(p, 0, 0), 0, "loses it");
	is_int(alpha_at(p, 300, 300), 255, "and nothing else");
	ok(greenest(p) < 16, "not a trace: %d", greenest(p));
	g_object_unref(p);

	rq.key = "#ff00ff";
	insist(render_run(arena, program, &rq, 5000, NULL, &result) == OK);
	p = opened(&result.frames[0]);
	is_int(alpha_at(p, 0, 0), 255, "one on another ground keeps it");
	g_object_unref(p);

	rq.key = NULL;
	rq.side_most = 300;
	insist(render_run(arena, program, &rq, 5000, NULL, &result) == OK);
	is_int(result.frames[0].width, 300, "a large one is shrunk");
	rq.side_least = 601;
	is_int(render_run(arena, program, &rq, 5000, NULL, &result),
	    VALIDATION_ERROR, "a small one is refused");
	rq.key = "green-ish";
	is_int(render_run(arena, program, &rq, 5000, NULL, &result),
	    VALIDATION_ERROR, "as is a key that is no colour");
}

/* ---- checks ---- */

static void
test_checks(void)
{
	insist(draw_one("{\"type\":\"Rect\",\"left\":-500,\"top\":0,\"width\":"
			"100,\"height\":100}") == OK);
	ok(strstr(result.checks, "\"code\":\"EMPTY\",\"severity\":\"error\""),
	    "art off the sheet is an empty print");
	ok(strstr(result.checks, "OUTSIDE_PRINT_AREA") != NULL,
	    "and outside of its area");
	insist(draw("cap",
		   "{\"objects\":[{\"type\":\"Circle\",\"left\":600,\"top\":"
		   "260,\"radius\":200,\"fill\":{\"type\":\"linear\","
		   "\"coords\":{\"x2\":9},\"colorStops\":[{\"offset\":0,"
		   "\"color\":\"red\"},{\"offset\":1,\"color\":\"blue\"}]},"
		   "\"stroke\":\"#000\",\"strokeWidth\":3}]}",
		   1200, 525, 300) == OK);
	ok(strstr(result.checks, "GRADIENT") != NULL,
	    "thread has no gradients");
	ok(strstr(result.checks, "THIN_LINE") != NULL, "nor hair lines");
	ok(strstr(result.checks, "TOO_MANY") == NULL, "few colours are fine");
}

/* ---- hostile ones ---- */

static void
put_curves(struct buf *to, int paths)
{
	unsigned seed = 1;

	buf_text(to, "{\"objects\":[");
	for (int i = 0; i < paths; i++) {
		buf_printf(to,
		    "%s{\"type\":\"Path\",\"left\":900,\"top\":1200,"
		    "\"stroke\":\"blue\",\"strokeWidth\":500,"
		    "\"strokeLineJoin\":\"round\",\"path\":"
		    "[[\"M\",0,0]",
		    i ? "," : "");
		for (int j = 0; j < 4900; j++) {
			buf_text(to, ",[\"C\"");
			for (int k = 0; k < 6; k++) {
				seed = seed * 1103515245 + 12345;
				buf_printf(
				    to, ",%d", (int)(seed >> 16 & 4095) - 2048);
			}
			buf_text(to, "]");
		}
		buf_text(to, "]}");
	}
	buf_text(to, "]}");
}

static void
test_hostile(void)
{
	struct buf text;
	enum outcome outcome;

	buf_open(&text, arena, 4 * 1024 * 1024);
	put_curves(&text, 4);
	outcome = draw("t-shirt", text.at, 1800, 2400, 150);
	ok(outcome == VALIDATION_ERROR || outcome == TIMEOUT,
	    "a canvas that takes too long is ended");
	printf("# %s\n", result.flaw_message ? result.flaw_message : "");
	ok(draw("t-shirt", "{\"objects\":[", 900, 1200, 0) == VALIDATION_ERROR,
	    "broken JSON is refused");
	ok(draw_one(
	       "{\"type\":\"Rect\",\"width\":1,\"height\":1,"
	       "\"fill\":\"url(file:///etc/passwd)\"}") == VALIDATION_ERROR,
	    "a file is no colour");
	is_text(result.flaw_path, "objects[0].fill", "by name");
}

/* A stand-in for a child that says nothing, breaks, or is not there. */
static void
test_children(void)
{
	const struct render_request rq = { .category = "cap",
		.bytes = "{}",
		.size = 2,
		.count = 1,
		.wants = { { "screen", 1, 1, 0, 0 } } };

	ok(render_run(arena, "/nonexistent", &rq, 1000, NULL, &result) ==
		INTERNAL_ERROR,
	    "a program that is not there is our failure");
	ok(render_run(arena, "/bin/true", &rq, 1000, NULL, &result) ==
		INTERNAL_ERROR,
	    "so is one that says nothing");
	ok(render_run(arena, "/bin/cat", &rq, 1000, NULL, &result) ==
		INTERNAL_ERROR,
	    "or echoes");
	ok(render_run(arena, program, &rq, 0, NULL, &result) == TIMEOUT,
	    "patience ends");
}

int
main(void)
{
	const char *folder = getenv("builddir");
	int status;

	arena = arena_create((size_t)1024 * 1024 * 1024);
	program = arena_printf(arena, "%s/tshop-render", folder ? folder : ".");
	if (access(program, X_OK) != 0) {
		tap_skip("tshop-render is not built");
		return tap_done();
	}
	test_fabric();
	test_pixels();
	test_pictures();
	test_recode();
	test_ground();
	test_checks();
	test_children();
	test_hostile();
	arena_destroy(arena);
	status = tap_done();
	/* Not by return: fontconfig keeps what a leak checker would find. */
	(void)fflush(stdout);
	_exit(status);
}
