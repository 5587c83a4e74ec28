/*
 * drawing.c: a model's flat list becomes a canvas, or is told what is wrong.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "shop/drawing.h"
#include "shop/font.h"
#include "tap.h"

static struct arena *arena;
static struct drawing drawing;
static struct canvas_flaw flaw;

static enum outcome
draw(const char *text)
{
	static const struct canvas_rules plain;
	struct json_flaw broken;
	json *list;

	arena_reset(arena);
	flaw = (struct canvas_flaw){ "-", "-", "-" };
	insist(json_read(arena, text, strlen(text), &json_limits_provider,
		   &list, &broken) == OK);
	return drawing_read(arena, list, "t-shirt", &plain, &drawing, &flaw);
}

/* clang-format off */
static const char sunrise[] =
	"{\"title\":\"Rise Early\",\"description\":\"Sun over peaks.\","
	"\"objects\":["
	"{\"type\":\"circle\",\"x\":900,\"y\":900,\"radius\":520,"
	"\"fill\":\"#FFB347\",\"fill2\":\"#FF5E62\"},"
	"{\"type\":\"path\",\"x\":900,\"y\":1000,\"d\":\"M 300 1200 L 620 760 "
	"L 800 980 L 1040 640 L 1500 1200 Z\",\"fill\":\"#1F3B4D\","
	"\"stroke\":\"#0B1F2A\",\"strokeWidth\":12},"
	"{\"type\":\"text\",\"x\":900,\"y\":1640,\"w\":1400,"
	"\"text\":\"RISE EARLY\",\"font\":\"Comic Sans\",\"fontSize\":170,"
	"\"bold\":true,\"align\":\"center\",\"fill\":\"#F8F4E3\"},"
	"{\"type\":\"line\",\"x\":900,\"y\":1900,\"w\":800,\"h\":0,"
	"\"fill\":\"none\",\"stroke\":\"#FF5E62\",\"strokeWidth\":14},"
	"{\"type\":\"rect\",\"x\":1,\"y\":2,\"w\":30,\"h\":40,\"radius\":5,"
	"\"fill\":\"none\",\"opacity\":1.5,\"colour\":\"blue\"},"
	"{\"type\":\"ellipse\",\"x\":1,\"y\":2,\"w\":30,\"h\":40,"
	"\"fill\":\"#ffffff\"},"
	"{\"type\":\"triangle\",\"x\":1,\"y\":2,\"w\":30,\"h\":40,"
	"\"fill\":\"#ffffff\",\"angle\":30}]}";

static const struct {
	const char *object, *path;
} wrong[] = {
	{ "{\"type\":\"image\",\"x\":1,\"y\":1,\"fill\":\"none\"}", "objects[0].type" },
	{ "{\"type\":\"circle\",\"y\":1,\"radius\":5}", "objects[0].x" },
	{ "{\"type\":\"circle\",\"x\":1e9,\"y\":1,\"radius\":5}", "objects[0].x" },
	{ "{\"type\":\"circle\",\"x\":\"1\",\"y\":1,\"radius\":5}", "objects[0].x" },
	{ "{\"type\":\"circle\",\"x\":1,\"y\":1}", "objects[0].w" },
	{ "{\"type\":\"rect\",\"x\":1,\"y\":1,\"w\":9}", "objects[0].h" },
	{ "{\"type\":\"circle\",\"x\":1,\"y\":1,\"radius\":5,\"fill\":\"url(x)\"}",
	  "objects[0].fill" },
	{ "{\"type\":\"path\",\"x\":1,\"y\":1,\"fill\":\"#000000\"}", "objects[0].d" },
	{ "{\"type\":\"path\",\"x\":1,\"y\":1,\"d\":\"M0 0 h 5\"}", "objects[0].path" },
	{ "{\"type\":\"path\",\"x\":1,\"y\":1,\"d\":\"\"}", "objects[0].path" },
	{ "{\"type\":\"text\",\"x\":1,\"y\":1,\"text\":\"\"}", "objects[0].text" },
	{ "{\"type\":\"text\",\"x\":1,\"y\":1,\"text\":\"\\u0001\"}", "objects[0].text" },
	{ "{\"type\":\"circle\",\"x\":-900,\"y\":1,\"radius\":5}", "objects" },
	{ "7", "objects[0].type" },
};
/* clang-format on */

static void
test_sunrise(void)
{
	const struct canvas_object *o;

	ok(draw(sunrise) == OK, "the model's list is taken");
	printf("# %s %s\n", flaw.path, flaw.message);
	is_text(drawing.title, "Rise Early", "with its title");
	is_int(drawing.canvas.count, 7, "and all its shapes");
	o = drawing.canvas.objects;
	ok(o[0].fill.gradient && o[0].fill.gradient->stop_count == 2,
	    "fill2 makes a gradient");
	is_int((int)o[1].y, 1000, "a path goes where it is told");
	is_int(o[1].kind, CANVAS_PATH, "and its text is parsed");
	is_int(o[2].kind, CANVAS_TEXTBOX, "a text with a width wraps");
	is_text(o[2].text->font->family, font_default()->family,
	    "an unknown font becomes ours");
	is_int((int)o[3].width, 800, "a line is as wide as said");
	ok(!o[4].fill.is_set, "none is no fill");
	ok(!(o[4].opacity < 1), "a slight overshoot is clamped");
}

static void
test_wrong(void)
{
	static char text[1024];

	for (size_t i = 0; i < COUNT(wrong); i++) {
		(void)snprintf(
		    text, sizeof(text), "{\"objects\":[%s]}", wrong[i].object);
		ok(draw(text) == VALIDATION_ERROR, "%s is refused",
		    wrong[i].object);
		is_text(flaw.path, wrong[i].path, "with the place");
	}
	ok(draw("{}") == VALIDATION_ERROR, "so is a list of nothing");
	ok(draw("{\"objects\":[]}") == VALIDATION_ERROR, "or an empty one");
}

static void
test_thread(void)
{
	static const struct canvas_rules cap = {
		.stitched = true, .width = 1200, .height = 525
	};
	static const char *const colours[] = { "#ff0000", "#00ff00", "#0000ff",
		"#ffffff", "#000000", "#ffff00", "#fe0101", "#808080" };
	const struct canvas_object *o;
	struct json_flaw broken;
	struct buf b;
	json *list;

	arena_reset(arena);
	buf_open(&b, arena, 8192);
	buf_text(&b, "{\"objects\":[{\"type\":\"text\",\"x\":600,\"y\":200,"
		     "\"text\":\"HI\",\"fontSize\":20,\"fill\":\"#ff0000\"}");
	for (size_t i = 0; i < COUNT(colours); i++)
		buf_printf(&b,
		    ",{\"type\":\"rect\",\"x\":600,\"y\":200,\"w\":90,"
		    "\"h\":90,\"fill\":\"%s\",\"fill2\":\"#123456\","
		    "\"stroke\":\"#ff0000\",\"strokeWidth\":2,"
		    "\"opacity\":0.5}",
		    colours[i]);
	buf_text(&b, "]}");
	insist(json_read(arena, b.at, b.length, &json_limits_provider, &list,
		   &broken) == OK);
	insist(drawing_read(arena, list, "cap", &cap, &drawing, &flaw) == OK);
	o = drawing.canvas.objects;
	ok(o->text->size == 90, "small print is made large");
	ok(o[1].stroke_width == 15, "hair lines are made thick");
	ok(o[1].fill.gradient == NULL, "gradients are made flat");
	ok(o[1].opacity == 1, "what is translucent is made solid");
	ok(o[3].fill.colour.blue == 0xff && o[3].fill.colour.red == 0,
	    "the first six colours stay");
	ok(o[7].fill.colour.red == 0xff && o[7].fill.colour.green == 0,
	    "what comes after is the nearest of them");
}

static void
test_picture(void)
{
	static const char src[] = "/media/private/aa/bb/cc.png";
	static const struct canvas_rules shirt = { .width = 1800,
		.height = 2400 };
	const struct canvas_object *o;

	arena_reset(arena);
	insist(
	    drawing_of_picture(arena, src, 1000, 1000, "a boat\nin the harbour",
		"t-shirt", &shirt, &drawing, &flaw) == OK);
	is_text(drawing.title, "a boat", "a picture is named after the wish");
	is_int(drawing.canvas.count, 1, "one image");
	o = drawing.canvas.objects;
	is_text(o->image->src, src, "of that picture");
	ok(o->x == 900 && o->y == 1200, "in the middle");
	ok(o->scale_x == 1.8 && o->scale_y == 1.8, "as large as it fits");
	insist(drawing_of_picture(arena, src, 10, 10,
		   "a very long wish that goes on and on and speaks of many "
		   "things",
		   "t-shirt", &shirt, &drawing, &flaw) == OK);
	is_text(drawing.title,
	    "a very long wish that goes on and on and speaks of many",
	    "a long one is cut between words");
	insist(drawing_of_picture(arena, src, 10, 10,
		   "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		   "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		   "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		   "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		   "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5x\xe6\x97\xa5"
		   "\xe6\x97\xa5",
		   "t-shirt", &shirt, &drawing, &flaw) == OK);
	is_int((int64_t)strlen(drawing.title), 58, "or between letters");
}

int
main(void)
{
	arena = arena_create(16 * 1024 * 1024);
	test_sunrise();
	test_wrong();
	test_picture();
	test_thread();
	arena_destroy(arena);
	return tap_done();
}
