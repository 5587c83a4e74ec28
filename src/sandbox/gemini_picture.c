/*
 * gemini_picture.c: the size that imageConfig asked for.
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "sandbox/gemini.h"
#include "sandbox/picture.h"
#include "sandbox/play.h"

#define HUGE_BYTES ((size_t)9 * 1024 * 1024) /* 12 in base64 */
#define BOMB_SIDE 8000

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

/* Bytes as the answer carries them. */
static const char *
encoded(const void *bytes, size_t size)
{
	char *text = arena_alloc(shapes_arena(), B64_TEXT(size));

	b64_format(bytes, size, text);
	return text;
}

/* A picture's first bytes, and then nothing that makes sense. */
const char *
gemini_huge(void)
{
	static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0"
				   "\0\0\4\0\10\2\0\0\0\xf0\x7f\xbc\xd4";
	uint8_t *bytes = arena_alloc(shapes_arena(), HUGE_BYTES);

	for (size_t i = 0; i < HUGE_BYTES; i++)
		bytes[i] = (uint8_t)(i * i >> 7 ^ i);
	memcpy(bytes, head, sizeof(head) - 1);
	return encoded(bytes, HUGE_BYTES);
}

static const char *
drawn(struct request *rq, const char *prompt, int width, int height)
{
	struct buf png;

	/* it takes a moment, and nothing of the state */
	sandbox_leave();
	picture_draw(
	    rq->arena, prompt, background_of(prompt), width, height, &png);
	sandbox_enter();
	if (strstr(prompt, "[[truncated]]"))
		png.length /= 2;
	return encoded(png.at, png.length);
}

const char *
gemini_picture(struct request *rq, const char *prompt, json *config)
{
	static const char words[] = "This is no picture, whatever they say.";
	static const char gif[] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377"
				  "\377,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
	json *image = json_get(config, "imageConfig");
	const char *size = text_or(image, "imageSize", "1K");
	int times = *size == '4' ? 4 : *size == '2' ? 2 : 1;
	size_t i = 0;

	if (strstr(prompt, "[[garbage]]"))
		return encoded(words, sizeof(words) - 1);
	if (strstr(prompt, "[[wrong type]]"))
		return encoded(gif, sizeof(gif) - 1);
	if (strstr(prompt, "[[bomb]]"))
		return drawn(rq, prompt, BOMB_SIDE, BOMB_SIDE);
	if (strstr(prompt, "[[huge]]"))
		return gemini_huge();
	for (size_t n = 0; n < COUNT(shapes); n++)
		if (text_is(image, "aspectRatio", shapes[n].ratio))
			i = n;
	return drawn(
	    rq, prompt, shapes[i].width * times, shapes[i].height * times);
}
