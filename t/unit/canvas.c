/*
 * canvas.c: what of Fabric's JSON is taken, what is refused and by which
 * name, and that the geometry is Fabric's to the fourth decimal.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "shop/canvas.h"
#include "shop/font.h"
#include "tap.h"

static struct arena *arena;
static struct canvas canvas;
static struct canvas_flaw flaw;
static const struct canvas_rules plain;

static enum outcome
read_as(
    const char *text, const char *category, const struct canvas_rules *rules)
{
	struct json_flaw broken;
	json *document;

	arena_reset(arena);
	flaw = (struct canvas_flaw){ "-", "-", "-" };
	insist(json_read(arena, text, strlen(text), &json_limits_provider,
		   &document, &broken) == OK);
	return canvas_read(arena, document, category, rules, &canvas, &flaw);
}

/* One object on a T-shirt. */
static enum outcome
read_one(const char *object)
{
	static char text[8192];

	(void)snprintf(text, sizeof(text),
	    "{\"version\":\"7.4.0\",\"objects\":[%s]}", object);
	return read_as(text, "t-shirt", &plain);
}

/* ---- the transform ---- */

/* clang-format off */
static const struct {
	const char *object, *version, *matrix;
} places[] = {
	{ "\"type\":\"rect\",\"originX\":\"left\",\"originY\":\"top\",\"left\":10,"
	  "\"top\":20,\"width\":30,\"height\":40", "5.3.0", "1 0 0 1 25.5 40.5" },
	{ "\"type\":\"rect\",\"left\":10,\"top\":20,\"width\":30,\"height\":40",
	  "5.3.0", "1 0 0 1 25.5 40.5" },
	{ "\"type\":\"Rect\",\"left\":10,\"top\":20,\"width\":30,\"height\":40",
	  "7.4.0", "1 0 0 1 10 20" },
	{ "\"type\":\"rect\",\"left\":10,\"top\":20,\"width\":30,\"height\":40",
	  NULL, "1 0 0 1 25.5 40.5" },
	{ "\"type\":\"Rect\",\"left\":10,\"top\":20,\"width\":30,\"height\":40",
	  "6.9.1", "1 0 0 1 25.5 40.5" },
	{ "\"type\":\"Rect\",\"left\":100,\"top\":50,\"width\":40,\"height\":20,"
	  "\"strokeWidth\":2,\"scaleX\":2,\"angle\":30", "7.4.0",
	  "1.7321 1 -0.5 0.866 100 50" },
	{ "\"type\":\"Rect\",\"left\":0,\"top\":0,\"width\":100,\"height\":50,"
	  "\"strokeWidth\":0,\"flipX\":true", "6.0.0", "-1 0 0 1 50 25" },
	{ "\"type\":\"Rect\",\"left\":0,\"top\":0,\"width\":100,\"height\":50,"
	  "\"strokeWidth\":0,\"scaleX\":-1", "6.0.0", "-1 0 0 1 50 25" },
	{ "\"type\":\"Triangle\",\"left\":262,\"top\":240,\"width\":190,"
	  "\"height\":170,\"angle\":180", "7.4.0", "-1 0 0 -1 262 240" },
};

static const struct {
	const char *object, *path;
} wrong[] = {
	{ "{\"type\":\"Sphere\"}", "objects[0].type" },
	{ "{\"type\":\"activeSelection\",\"objects\":[]}", "objects[0].type" },
	{ "{\"width\":1}", "objects[0].type" },
	{ "7", "objects[0]" },
	{ "{\"type\":\"Rect\",\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":0,\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":\"5\",\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":1e308,\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":1e999,\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":7300,\"height\":5}", "objects[0].width" },
	{ "{\"type\":\"Rect\",\"width\":100,\"height\":100,\"scaleY\":97}",
	  "objects[0].height" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"left\":20001}",
	  "objects[0].left" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"scaleX\":0}",
	  "objects[0].scaleX" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"skewX\":3}",
	  "objects[0].skewX" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"opacity\":1.01}",
	  "objects[0].opacity" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"visible\":1}",
	  "objects[0].visible" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"originX\":\"top\"}",
	  "objects[0].originX" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"fill\":\"url(#a)\"}",
	  "objects[0].fill" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"fill\":\"rgb(1,2)\"}",
	  "objects[0].fill" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"fill\":\"rgb(1,2,256)\"}",
	  "objects[0].fill" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"fill\":\"#12345\"}",
	  "objects[0].fill" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"fill\":{\"type\":"
	  "\"pattern\",\"source\":\"http://x\"}}", "objects[0].fill.type" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"stroke\":{\"type\":"
	  "\"linear\"}}", "objects[0].stroke" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"shadow\":{\"blur\":3}}",
	  "objects[0].shadow" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,\"clipPath\":{\"a\":3}}",
	  "objects[0].clipPath" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,"
	  "\"globalCompositeOperation\":\"xor\"}",
	  "objects[0].globalCompositeOperation" },
	{ "{\"type\":\"Rect\",\"width\":1,\"height\":1,"
	  "\"strokeDashArray\":[0.1,0.1]}", "objects[0].strokeDashArray" },
	{ "{\"type\":\"Rect\",\"width\":7000,\"height\":9000,\"scaleX\":1,"
	  "\"strokeDashArray\":[0.3,0.3]}", "objects[0].strokeDashArray" },
	{ "{\"type\":\"Circle\",\"radius\":-1}", "objects[0].radius" },
	{ "{\"type\":\"Circle\",\"radius\":9,\"endAngle\":180}",
	  "objects[0].endAngle" },
	{ "{\"type\":\"Polygon\",\"points\":[{\"x\":1,\"y\":1}]}",
	  "objects[0].points" },
	{ "{\"type\":\"Polygon\",\"points\":[{\"x\":1,\"y\":1},{\"x\":1}]}",
	  "objects[0].points[1]" },
	{ "{\"type\":\"Path\",\"path\":\"M 0 0 L 1 1\"}", "objects[0].path" },
	{ "{\"type\":\"Path\",\"path\":[[\"L\",0,0],[\"L\",1,1]]}",
	  "objects[0].path[0]" },
	{ "{\"type\":\"Path\",\"path\":[[\"M\",0,0],[\"H\",1]]}",
	  "objects[0].path[1]" },
	{ "{\"type\":\"Path\",\"path\":[[\"M\",0,0],[\"L\",1]]}",
	  "objects[0].path[1]" },
	{ "{\"type\":\"Path\",\"path\":[[\"M\",0,0],[\"L\",1,\"2\"]]}",
	  "objects[0].path[1]" },
	{ "{\"type\":\"Text\"}", "objects[0].text" },
	{ "{\"type\":\"Text\",\"text\":\"\"}", "objects[0].text" },
	{ "{\"type\":\"Text\",\"text\":\"a\\u0007\"}", "objects[0].text" },
	{ "{\"type\":\"Text\",\"text\":\"a\\u202eb\"}", "objects[0].text" },
	{ "{\"type\":\"Text\",\"text\":\"a\",\"fontSize\":2001}",
	  "objects[0].fontSize" },
	{ "{\"type\":\"Text\",\"text\":\"a\",\"fontWeight\":450}",
	  "objects[0].fontWeight" },
	{ "{\"type\":\"Text\",\"text\":\"a\",\"direction\":\"rtl\"}",
	  "objects[0].direction" },
	{ "{\"type\":\"Text\",\"text\":\"a\",\"styles\":[{\"start\":0,\"end\":1,"
	  "\"style\":{\"fill\":\"red\"}}]}", "objects[0].styles" },
	{ "{\"type\":\"Text\",\"text\":\"a\",\"fill\":{\"type\":\"linear\"}}",
	  "objects[0].fill" },
	{ "{\"type\":\"Textbox\",\"text\":\"a\"}", "objects[0].width" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,"
	  "\"src\":\"https://evil.example/media/a.png\"}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,"
	  "\"src\":\"/media/../private/a.png\"}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,"
	  "\"src\":\"file:///etc/passwd\"}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,"
	  "\"src\":\"data:image/svg+xml;base64,PHN2Zz4=\"}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,"
	  "\"src\":\"data:image/png,xx\"}", "objects[0].src" },
	{ "{\"type\":\"Image\",\"width\":1,\"height\":1,\"src\":\"/media/a.png\","
	  "\"filters\":[{\"type\":\"Blur\"}]}", "objects[0].filters" },
	{ "{\"type\":\"Group\",\"objects\":[]}", "objects[0].objects" },
	{ "{\"type\":\"Group\",\"objects\":[{\"type\":\"Rect\",\"width\":9,"
	  "\"height\":9,\"fill\":3}]}", "objects[0].objects[0].fill" },
	{ "{\"type\":\"Group\",\"scaleX\":200,\"objects\":[{\"type\":\"Rect\","
	  "\"width\":90,\"height\":9}]}", "objects[0].objects[0].width" },
};

static const struct {
	const char *text;
	int red, green, blue, alpha; /* alpha in percent */
} colours[] = {
	{ "#fff",                 255, 255, 255, 100 },
	{ "#1F3b4D",               31,  59,  77, 100 },
	{ "#ff000080",            255,   0,   0,  50 },
	{ "rgb(0,0,0)",             0,   0,   0, 100 },
	{ "rgb(1, 2, 3)",           1,   2,   3, 100 },
	{ "rgba(217,119,6,0.6)",  217, 119,   6,  60 },
	{ "transparent",            0,   0,   0,   0 },
	{ "navy",                   0,   0, 128, 100 },
};

static const char *const nonsense[] = {
	"", "#", "#ff", "#gggggg", "rgb(", "rgb(1,2,3", "rgb(1,2,3))",
	"rgba(1,2,3,1.5)", "rgb(-1,2,3)", "rgb(nan,0,0)", "url(#a)",
	"expression(1)", "rgb(0x1,0,0)", "hsl(0,0%,0%)", "red;",
};
/* clang-format on */

static void
test_places(void)
{
	static char text[1024], got[128];

	for (size_t i = 0; i < COUNT(places); i++) {
		const char *version = places[i].version;
		struct canvas_matrix m;

		(void)snprintf(text, sizeof(text), "{%s%s%s\"objects\":[{%s}]}",
		    version ? "\"version\":\"" : "", version ? version : "",
		    version ? "\"," : "", places[i].object);
		insist(read_as(text, "t-shirt", &plain) == OK);
		m = canvas_place(&canvas.objects[0]);
		(void)snprintf(got, sizeof(got), "%.5g %.5g %.4g %.4g %g %g",
		    m.a + 0.0, m.b + 0.0, m.c + 0.0, m.d + 0.0, m.e, m.f);
		for (char *s; (s = strstr(got, "-0 ")) != NULL;)
			memmove(s, s + 1, strlen(s));
		is_text(got, places[i].matrix,
		    "%s %s stands where Fabric puts "
		    "it",
		    version ? version : "by hand", places[i].object);
	}
}

static void
test_wrong(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		enum outcome o = read_one(wrong[i].object);

		ok(o == VALIDATION_ERROR, "%s is refused", wrong[i].object);
		is_text(flaw.path, wrong[i].path, "and the culprit is named");
	}
}

static void
test_colours(void)
{
	struct canvas_colour c;

	for (size_t i = 0; i < COUNT(colours); i++)
		ok(canvas_colour_parse(colours[i].text, &c) &&
			c.red == colours[i].red &&
			c.green == colours[i].green &&
			c.blue == colours[i].blue &&
			lround(c.alpha * 100) == colours[i].alpha,
		    "%s is a colour", colours[i].text);
	for (size_t i = 0; i < COUNT(nonsense); i++)
		ok(!canvas_colour_parse(nonsense[i], &c), "\"%s\" is none",
		    nonsense[i]);
}

static void
test_document(void)
{
	static const char *const rect =
	    "{\"type\":\"Rect\",\"width\":9,\"height\":9}";
	static char text[400];

	insist(read_one(rect) == OK);
	is_int(canvas.width, 1800, "a shirt is 1800 wide");
	(void)snprintf(text, sizeof(text), "{\"objects\":[%s]}", rect);
	insist(read_as(text, "cap", &plain) == OK);
	is_int(canvas.height, 525, "a cap is 525 high");
	insist(read_as(text, "tote-bag", &plain) == OK);
	is_int(canvas.height, 1500, "a bag is 1500 high");
	(void)snprintf(text, sizeof(text),
	    "{\"width\":600,\"height\":300.0,\"objects\":[%s]}", rect);
	insist(read_as(text, "cap", &plain) == OK);
	is_int(canvas.width, 600, "a size of one's own counts");
	ok(FAILED(read_as("{\"objects\":[]}", "cap", &plain)),
	    "an empty canvas is refused");
	is_text(flaw.path, "objects", "by name");
	ok(FAILED(read_as("{\"width\":49,\"objects\":[]}", "cap", &plain)),
	    "so is a tiny one");
	ok(FAILED(read_as(
	       "{\"version\":\"4.6.0\",\"objects\":[]}", "cap", &plain)),
	    "and an old Fabric's");
	ok(FAILED(read_as("[]", "cap", &plain)), "and an array");
	ok(FAILED(read_as(
	       "{\"backgroundImage\":{},\"objects\":[]}", "cap", &plain)),
	    "and a picture behind it");
	is_text(flaw.path, "backgroundImage", "by name");
}

/* Groups in groups, 'deep' of them, around a rectangle. */
static enum outcome
read_nest(int deep)
{
	static char text[8192];
	size_t n = 0;

	n += (size_t)snprintf(text, sizeof(text), "{\"objects\":[");
	for (int i = 0; i < deep; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "{\"type\":\"Group\",\"objects\":[");
	n += (size_t)snprintf(text + n, sizeof(text) - n,
	    "{\"type\":\"Rect\",\"width\":9,\"height\":9}");
	for (int i = 0; i < deep; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "]}");
	(void)snprintf(text + n, sizeof(text) - n, "]}");
	return read_as(text, "t-shirt", &plain);
}

static enum outcome
read_many(int count, const char *object)
{
	static char text[800000];
	size_t n = (size_t)snprintf(text, sizeof(text), "{\"objects\":[");

	for (int i = 0; i < count; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s%s", i ? "," : "", object);
	(void)snprintf(text + n, sizeof(text) - n, "]}");
	return read_as(text, "t-shirt", &plain);
}

static void
test_ceilings(void)
{
	static const char rect[] =
	    "{\"type\":\"Rect\",\"width\":9,\"height\":9}";
	static const char image[] =
	    "{\"type\":\"Image\",\"width\":9,\"height\":9,"
	    "\"src\":\"/media/a.png\"}";

	ok(read_nest(8) == OK, "groups nest eight deep");
	ok(read_nest(9) == VALIDATION_ERROR, "and no deeper");
	ok(read_many(1000, rect) == OK, "a thousand objects are taken");
	ok(read_many(1001, rect) == VALIDATION_ERROR, "one more is not");
	ok(read_many(10, image) == OK, "ten pictures are taken");
	is_int(canvas.image_count, 10, "and listed");
	is_text(canvas.images[3]->path, "objects[3]", "with their places");
	ok(read_many(11, image) == VALIDATION_ERROR, "one more is not");
	is_text(flaw.path, "objects[10].src", "by name");
	ok(read_many(1000,
	       "{\"type\":\"Rect\",\"width\":9,\"height\":9,\"angle\":0,"
	       "\"padding\":\"1234567890123456789012345678901234567890123456"
	       "78901234567890123456789012345678901234567890123456789012345678"
	       "90123456789012345678901234567890123456789012345678901234567890"
	       "12345678901234567890123456789012345678901234567890123456789012"
	       "34567890123456789012345678901234567890123456789012345678901234"
	       "5678901234567890123456789012345678901234567890123456789012345"
	       "6789012345678901234567890123456789012345678901234567890123456"
	       "7890123456789012345678901234567890123456789012345678901234567"
	       "\"}") == VALIDATION_ERROR,
	    "more than 512 KiB are refused");
	is_text(flaw.code, "too_large", "as too large");
}

static void
test_path_box(void)
{
	const struct canvas_object *o;

	insist(read_one("{\"type\":\"Path\",\"path\":[[\"M\",10,10],[\"C\",200,"
			"-50,-100,200,150,160],[\"Q\",200,100,90,30],"
			"[\"Z\"]]}") == OK);
	o = &canvas.objects[0];
	is_int(lround(o->middle.x * 10000), 960808, "Fabric's box, across");
	is_int(lround(o->middle.y * 10000), 825056, "and down");
}

static void
test_rules(void)
{
	static const struct canvas_rules model = { .path_text = true };
	static const struct canvas_rules shop = { .origin =
						      "https://shop.example" };

	ok(read_as("{\"objects\":[{\"type\":\"Path\",\"path\":\"M300,2800 "
		   "L 620-760 800 980 z\"}]}",
	       "cap", &model) == VALIDATION_ERROR,
	    "a path of text may still be too large");
	ok(read_as("{\"objects\":[{\"type\":\"Path\",\"path\":\"M30,120 L "
		   "62-76 80 9.5 z\"}]}",
	       "cap", &model) == OK,
	    "a model may write paths as text");
	is_int(canvas.objects[0].count, 4, "with points that follow a command");
	ok(FAILED(read_as("{\"objects\":[{\"type\":\"Path\",\"path\":\"M 0 0 "
			  "l 1 1\"}]}",
	       "cap", &model)),
	    "but no relative commands");
	ok(FAILED(read_as("{\"objects\":[{\"type\":\"Path\",\"path\":\"M 0 0 "
			  "L nan 0x1\"}]}",
	       "cap", &model)),
	    "and no wild numbers");
	ok(read_as("{\"objects\":[{\"type\":\"Image\",\"width\":1,\"height\":"
		   "1,\"src\":\"https://shop.example/media/private/aa/b_1.png"
		   "?e=1&s=x\"}]}",
	       "cap", &shop) == OK,
	    "a picture at our own address is ours");
	is_text(canvas.images[0]->src, "/media/private/aa/b_1.png",
	    "without origin and signature");
}

/* Every character half as wide as high: enough to see where lines go. */
static double
half(void *context, const struct canvas_text *font, const char *text,
    size_t length)
{
	(void)context;
	(void)text;
	return font->size * 0.5 * (double)length;
}

static const struct canvas_metrics ruler = { half, NULL };

static void
test_text(void)
{
	const struct canvas_object *o;

	insist(read_one("{\"type\":\"textbox\",\"text\":\"The quick brown fox "
			"jumps\\n\\nover\",\"width\":220,\"fontSize\":40,"
			"\"fontFamily\":\"'DejaVu Serif'\",\"textAlign\":"
			"\"justify-right\",\"fontWeight\":\"800\"}") == OK);
	o = &canvas.objects[0];
	is_text(o->text->font->family, "DejaVu Serif", "quotes are stripped");
	is_int(o->text->weight, 700, "800 is drawn bold");
	canvas_measure(arena, &canvas, &ruler);
	is_int(o->text->line_count, 5, "it wraps into five lines");
	is_text(o->text->lines[0].text, "The quick", "the first has two words");
	is_text(o->text->lines[3].text, "", "the empty line stays");
	is_int(lround(o->text->lines[4].x), 30, "the last stands right");
	is_int(lround(o->height * 1000), lround(1130 * 40 * (1.16 * 4 + 1)),
	    "the box is Fabric's");

	insist(read_one("{\"type\":\"IText\",\"text\":\"WIDE\",\"originX\":"
			"\"left\",\"originY\":\"top\",\"left\":100,\"top\":50,"
			"\"fontSize\":100,\"strokeWidth\":0,\"charSpacing\":40,"
			"\"fontFamily\":\"Wingdings\"}") == OK);
	o = &canvas.objects[0];
	is_text(o->text->font->family, "DejaVu Sans", "no such font: ours");
	canvas_measure(arena, &canvas, &ruler);
	is_int(lround(o->x * 10), 1000 + 1060, "its centre follows its width");
	is_int(lround(o->y * 10), 500 + 565, "and its height");
}

static enum outcome
no_picture(void *context, const struct canvas_image *image, const char **href)
{
	(void)context;
	(void)image;
	*href = "data:image/png;base64,AAAA";
	return OK;
}

static void
test_svg(void)
{
	static const struct canvas_pictures pictures = { no_picture, NULL, 99 };
	struct buf svg;

	insist(
	    read_as(
		"{\"version\":\"7.4.0\",\"background\":\"#fff\",\"objects\":["
		"{\"type\":\"Circle\",\"left\":900,\"top\":900,"
		"\"radius\":520,\"strokeWidth\":0,\"fill\":{\"type\":"
		"\"linear\",\"coords\":{\"x1\":0,\"y1\":0,\"x2\":0,"
		"\"y2\":1040},\"colorStops\":[{\"offset\":1,\"color\":"
		"\"#FF5E62\"},{\"offset\":0,\"color\":\"#FFB347\"}]}},"
		"{\"type\":\"Text\",\"text\":\"<b>&\\\"\",\"fill\":"
		"\"red\"},{\"type\":\"Image\",\"width\":32,\"height\":"
		"24,\"src\":\"/media/a.png\",\"opacity\":0.5},"
		"{\"type\":\"Rect\",\"width\":9,\"height\":9,"
		"\"visible\":false}]}",
		"t-shirt", &plain) == OK);
	canvas_measure(arena, &canvas, &ruler);
	buf_open(&svg, arena, CANVAS_SVG_MOST);
	ok(canvas_svg(&canvas, 900, 1200, false, &pictures, &svg) == OK,
	    "a canvas becomes SVG");
	ok(strstr(svg.at, "width=\"900\" height=\"1200\" "
			  "viewBox=\"0 0 1800 2400\"") != NULL,
	    "of the size asked for");
	ok(strstr(svg.at,
	       "<g transform=\"matrix(1 0 0 1 900 900)\"><defs>"
	       "<linearGradient id=\"g0\" gradientUnits=\"userSpaceOnUse\" "
	       "gradientTransform=\"translate(-520 -520)\" x1=\"0\" y1=\"0\" "
	       "x2=\"0\" y2=\"1040\"><stop offset=\"0\" "
	       "stop-color=\"#ffb347\" stop-opacity=\"1\"/><stop offset=\"1\" "
	       "stop-color=\"#ff5e62\" stop-opacity=\"1\"/></linearGradient>"
	       "</defs><circle cx=\"0\" cy=\"0\" r=\"520\" "
	       "fill=\"url(#g0)\" fill-rule=\"nonzero\" "
	       "stroke=\"none\"/></g>") != NULL,
	    "a gradient is drawn as Fabric draws it");
	ok(strstr(svg.at, "&lt;b&gt;&amp;") != NULL, "text is escaped");
	ok(strstr(svg.at, "#ffffff") == NULL, "the background is not printed");
	ok(strstr(svg.at, "<rect") == NULL, "what is invisible is left out");
	buf_open(&svg, arena, CANVAS_SVG_MOST);
	insist(canvas_svg(&canvas, 900, 1200, true, &pictures, &svg) == OK);
	ok(strstr(svg.at, "fill=\"#ffffff\"") != NULL, "but shown on screens");
}

static void
test_format(void)
{
	struct buf first, again;
	struct json_flaw broken;
	json *document;

	insist(read_as("{\"version\":\"5.3.0\",\"__proto__\":{},\"objects\":["
		       "{\"type\":\"group\",\"opacity\":0.5,\"objects\":["
		       "{\"type\":\"i-text\",\"text\":\"a\\\"b\\n<\","
		       "\"onclick\":\"x\"},{\"type\":\"path\",\"path\":"
		       "[[\"M\",0,0],[\"L\",0.33333333,9],[\"z\"]],\"fill\":"
		       "\"rgba(1,2,3,0.25)\"},{\"type\":\"polyline\","
		       "\"points\":[{\"x\":1,\"y\":2},{\"x\":3,\"y\":4}],"
		       "\"strokeDashArray\":[4,2],\"stroke\":\"red\"},"
		       "{\"type\":\"line\",\"x1\":5,\"x2\":1,\"y1\":0,"
		       "\"y2\":0}]}]}",
		   "cap", &plain) == OK);
	buf_open(&first, arena, CANVAS_FORMAT_MOST);
	canvas_format(&canvas, &first);
	ok(json_read(arena, first.at, first.length, &json_limits_request,
	       &document, &broken) == OK,
	    "what is stored is JSON");
	ok(!strstr(first.at, "onclick") && !strstr(first.at, "proto"),
	    "without what nobody asked for");
	ok(strstr(first.at, "[\"L\",0.3333,9],[\"Z\"]") != NULL,
	    "numbers have four decimals");
	ok(canvas_read(arena, document, "cap", &plain, &canvas, &flaw) == OK,
	    "it is read again");
	buf_open(&again, arena, CANVAS_FORMAT_MOST);
	canvas_format(&canvas, &again);
	is_text(again.at, first.at, "and stays the same");
}

int
main(void)
{
	arena = arena_create(64 * 1024 * 1024);
	test_places();
	test_wrong();
	test_colours();
	test_document();
	test_ceilings();
	test_path_box();
	test_rules();
	test_text();
	test_svg();
	test_format();
	arena_destroy(arena);
	return tap_done();
}
