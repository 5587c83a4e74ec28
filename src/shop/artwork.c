/*
 * artwork.c: a painted picture becomes a canvas that an editor can open.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "canvas_room.h"
#include "shop/drawing.h"

#define IMAGE_MOST 4096
#define TITLE_MOST 60 /* bytes of the wish */

static void
member(struct buf *b, const char *key, double number)
{
	buf_json_key(b, key);
	put_number(b, number);
}

static void
put_image(struct buf *b, const char *src, int width, int height,
    const struct canvas_rules *rules)
{
	double scale =
	    fmin((double)rules->width / width, (double)rules->height / height);

	buf_text(b, "{\"version\":\"7.4.0\",\"objects\":[{\"type\":\"Image\","
		    "\"originX\":\"center\",\"originY\":\"center\","
		    "\"strokeWidth\":0");
	member(b, "left", rules->width / 2.0);
	member(b, "top", rules->height / 2.0);
	member(b, "width", width);
	member(b, "height", height);
	member(b, "scaleX", scale);
	member(b, "scaleY", scale);
	buf_json_key(b, "src");
	buf_json(b, src);
	buf_text(b, "}]}");
}

/* Its first line, cut where a word ends. */
static const char *
title_of(struct arena *arena, const char *wish)
{
	size_t length = strcspn(wish, "\r\n"), cut;

	if (length > TITLE_MOST) {
		for (cut = TITLE_MOST; cut > 0 && wish[cut] != ' ';)
			cut--;
		for (length = cut ? cut : TITLE_MOST;
		     ((unsigned char)wish[length] & 0xc0) == 0x80;)
			length--;
	}
	return arena_text_n(arena, wish, length);
}

enum outcome
drawing_of_picture(struct arena *arena, const char *src, int width, int height,
    const char *wish, const char *category, const struct canvas_rules *rules,
    struct drawing *out, struct canvas_flaw *flaw)
{
	struct drawing d = { .description = "" };
	struct json_flaw ignored;
	json *document;
	struct buf b;

	insist(
	    width > 0 && height > 0 && rules->width > 0 && rules->height > 0);
	buf_open(&b, arena, IMAGE_MOST);
	put_image(&b, src, width, height, rules);
	insist(json_read(arena, b.at, b.length, &json_limits_provider,
		   &document, &ignored) == OK);
	TRY(canvas_read(arena, document, category, rules, &d.canvas, flaw));
	d.title = title_of(arena, wish);
	*out = d;
	return OK;
}
