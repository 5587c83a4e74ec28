/*
 * hostile.c: canvases made to eat memory or time. Each is drawn, refused or
 * ended, and whatever it asks for, its drawing takes no more than 256 MB and
 * ten seconds of a processor: the child's, by the kernel's own count.
 */
#include <unistd.h>

#include <cairo.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/insist.h"
#include "base/log.h"
#include "media/render.h"
#include "tap.h"

#define MEMORY_KB (256 * 1024)
#define CPU_MS 10000
#define TEXT_MOST ((size_t)32 * 1024 * 1024)

static struct arena *arena;
static const char *program;

static int64_t
cpu_ms(const struct rusage *use)
{
	return (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1000 +
	       (use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1000;
}

/* Draw it as large as anything is drawn; what it cost is the test. */
static void
feed(const char *name, const struct buf *canvas, int width, int height)
{
	const struct render_request rq = { .category = "t-shirt",
		.bytes = canvas->at,
		.size = canvas->length,
		.wants = { { "print", width, height, 300, false } },
		.count = 1 };
	struct render_result result = { 0 };
	struct rusage before, after;
	enum outcome outcome;

	insist(getrusage(RUSAGE_CHILDREN, &before) == 0);
	outcome =
	    render_run(arena, program, &rq, RENDER_PATIENCE_MS, NULL, &result);
	insist(getrusage(RUSAGE_CHILDREN, &after) == 0);
	printf("# %s: %s %s %s, %ld MB at most, %lld ms\n", name,
	    outcome_code(outcome), result.flaw_path ? result.flaw_path : "",
	    result.flaw_message ? result.flaw_message : "",
	    after.ru_maxrss / 1024,
	    (long long)(cpu_ms(&after) - cpu_ms(&before)));
	ok(outcome == OK || outcome == VALIDATION_ERROR || outcome == TIMEOUT,
	    "%s: drawn, refused or ended", name);
#ifndef __SANITIZE_ADDRESS__
	ok(after.ru_maxrss <= MEMORY_KB, "%s: in 256 MB", name);
	ok(cpu_ms(&after) - cpu_ms(&before) <= CPU_MS, "%s: in 10 s", name);
#endif
}

/* ---- the meals ---- */

static void
begin(struct buf *b)
{
	buf_open(b, arena, TEXT_MOST);
	buf_text(b, "{\"width\":1800,\"height\":2400,\"objects\":[");
}

static void
end(struct buf *b)
{
	buf_text(b, "]}");
}

/* A sheet as large as may be asked for, and a layer for each group on it. */
static void
put_layers(struct buf *b)
{
	begin(b);
	for (int i = 0; i < 8; i++)
		buf_printf(b,
		    "%s{\"type\":\"Group\",\"left\":%d,\"top\":0,"
		    "\"width\":1800,\"height\":2400,\"opacity\":0.9,"
		    "\"objects\":[",
		    "", i ? 0 : 900);
	for (int i = 0; i < 8; i++)
		buf_printf(b,
		    "%s{\"type\":\"Rect\",\"left\":%d,\"top\":0,"
		    "\"width\":1800,\"height\":2400,\"opacity\":0.5}",
		    i ? "," : "", i);
	for (int i = 0; i < 8; i++)
		buf_text(b, "]}");
	end(b);
}

static cairo_status_t
keep(void *to, const unsigned char *bytes, unsigned int size)
{
	buf_put(to, bytes, size);
	return CAIRO_STATUS_SUCCESS;
}

/* A picture of one colour: few bytes, and 160 MB once it is unpacked. */
static const char *
bomb(int side)
{
	cairo_surface_t *s =
	    cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side);
	struct buf png;
	char *text;

	buf_open(&png, arena, TEXT_MOST);
	insist(cairo_surface_write_to_png_stream(s, keep, &png) ==
	       CAIRO_STATUS_SUCCESS);
	cairo_surface_destroy(s);
	text = arena_alloc(arena, B64_TEXT(png.length));
	(void)b64_format(png.at, png.length, text);
	return text;
}

static void
put_bombs(struct buf *b, int count, int side)
{
	const char *text = bomb(side);

	begin(b);
	for (int i = 0; i < count; i++)
		buf_printf(b,
		    "%s{\"type\":\"Image\",\"left\":900,\"top\":1200,"
		    "\"width\":%d,\"height\":%d,\"scaleX\":0.5,"
		    "\"scaleY\":0.5,\"angle\":%d,\"opacity\":0.9,"
		    "\"src\":\"data:image/png;base64,%s\"}",
		    i ? "," : "", side, side, i * 7, text);
	end(b);
}

/* Every object that may be, each with a gradient over all the sheet. */
static void
put_gradients(struct buf *b)
{
	begin(b);
	for (int i = 0; i < 1000; i++)
		buf_printf(b,
		    "%s{\"type\":\"Ellipse\",\"left\":900,\"top\":"
		    "1200,\"rx\":3600,\"ry\":4800,\"opacity\":0.5,"
		    "\"angle\":%d,\"stroke\":\"#123\","
		    "\"strokeWidth\":500,\"fill\":{\"type\":"
		    "\"radial\",\"coords\":{\"x1\":9,\"y1\":9,"
		    "\"x2\":2000,\"y2\":2000,\"r1\":0,\"r2\":4000},"
		    "\"colorStops\":[{\"offset\":0,\"color\":"
		    "\"rgba(255,0,0,0.5)\"},{\"offset\":1,"
		    "\"color\":\"#00f\"}]}}",
		    i ? "," : "", i);
	end(b);
}

/* As much text as may be, as large as may be. */
static void
put_letters(struct buf *b)
{
	begin(b);
	for (int i = 0; i < 10; i++) {
		buf_printf(b,
		    "%s{\"type\":\"Textbox\",\"left\":900,\"top\":0,"
		    "\"width\":7000,\"fontSize\":2000,\"stroke\":"
		    "\"#00f\",\"strokeWidth\":500,\"opacity\":0.5,"
		    "\"strokeDashArray\":[1,1],\"angle\":%d,"
		    "\"underline\":true,\"text\":\"",
		    i ? "," : "", i * 33);
		for (int j = 0; j < 500; j++)
			buf_printf(b, "%c", j % 40 ? 'A' + j % 26 : ' ');
		buf_text(b, "\"}");
	}
	end(b);
}

/* JSON that is large where the canvas is small. */
static void
put_chaff(struct buf *b)
{
	begin(b);
	buf_text(b, "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"x\":[");
	for (int i = 0; i < 4000000; i++)
		buf_text(b, i ? ",[]" : "[]");
	buf_text(b, "]}");
	end(b);
}

int
main(void)
{
	const char *folder = getenv("builddir");
	struct buf b;

	log_open("test", "error");
	arena = arena_create((size_t)1024 * 1024 * 1024);
	program = arena_printf(arena, "%s/tshop-render", folder ? folder : ".");
	if (access(program, X_OK) != 0) {
		tap_skip("tshop-render is not built");
		return tap_done();
	}
	put_layers(&b);
	feed("groups in groups", &b, 4000, 5000);
	put_bombs(&b, 1, 6300);
	feed("a large picture", &b, 1800, 2400);
	put_bombs(&b, 10, 3000);
	feed("ten large pictures", &b, 4000, 5000);
	put_gradients(&b);
	feed("a thousand gradients", &b, 4000, 5000);
	put_letters(&b);
	feed("five thousand letters", &b, 4000, 5000);
	put_chaff(&b);
	feed("four million empty arrays", &b, 900, 1200);
	arena_destroy(arena);
	return tap_done();
}
