/*
 * gemini_picture.c: the size that was asked for, gemini.md section 2.
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "sandbox/gemini.h"
#include "sandbox/picture.h"
#include "sandbox/play.h"

/* clang-format off */
static const struct {
	const char *ratio;
	int width, height; /* at 1K */
} shapes[] = {
	{ "1:1", 1024, 1024 }, { "2:3", 848, 1264 },  { "3:2", 1264, 848 },
	{ "3:4", 896, 1200 },  { "4:3", 1200, 896 },  { "4:5", 928, 1152 },
	{ "5:4", 1152, 928 },  { "9:16", 768, 1376 }, { "16:9", 1376, 768 },
	{ "21:9", 1584, 672 }, { "1:4", 512, 2048 },  { "4:1", 2048, 512 },
	{ "1:8", 384, 3072 },  { "8:1", 3072, 384 },
};
/* clang-format on */

/* A prompt that wants a key colour names it: "uniform #00FF00". */
static uint32_t
background_of(const char *prompt)
{
	const char *at = strstr(prompt, "ackground");

	at = at ? strchr(at, '#') : NULL;
	if (at && strspn(at + 1, "0123456789abcdefABCDEF") >= 6)
		return (uint32_t)strtoul(
		    arena_text_n(shapes_arena(), at + 1, 6), NULL, 16);
	return 0xffffff;
}

const char *
gemini_picture(struct request *rq, const char *prompt, json *config, bool cut)
{
	json *image = json_get(config, "imageConfig");
	const char *size = text_or(image, "imageSize", "1K");
	int times = *size == '4' ? 4 : *size == '2' ? 2 : 1;
	struct buf png;
	size_t i = 0;
	char *text;

	for (size_t n = 0; n < COUNT(shapes); n++)
		if (text_is(image, "aspectRatio", shapes[n].ratio))
			i = n;
	/* it takes a moment, and nothing of the state */
	sandbox_leave();
	picture_draw(rq->arena, prompt, background_of(prompt),
	    shapes[i].width * times, shapes[i].height * times, &png);
	sandbox_enter();
	if (cut)
		png.length /= 2;
	text = arena_alloc(rq->arena, B64_TEXT(png.length));
	b64_format(png.at, png.length, text);
	return text;
}
