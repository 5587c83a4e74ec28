/*
 * picture.c: discs and bars in flat colours, as a PNG.
 *
 * RFC 2083 for the chunks, RFC 1950 and 1951 for what is in IDAT.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/secret.h"
#include "sandbox/picture.h"

#define PNG_MOST (8 * 1024 * 1024)
#define COLOURS 6
#define DISCS 7
#define RUN_MOST 258 /* of one match, RFC 1951 */
#define ADLER_MODULUS 65521

static const uint32_t palettes[][COLOURS - 1] = {
	{ 0xffb347, 0xff5e62, 0x1f3b4d, 0x0b1f2a, 0xf8f4e3 },
	{ 0x2a9d8f, 0xe9c46a, 0xf4a261, 0xe76f51, 0x264653 },
	{ 0x8ecae6, 0x219ebc, 0x023047, 0xffb703, 0xfb8500 },
	{ 0x606c38, 0x283618, 0xfefae0, 0xdda15e, 0xbc6c25 },
	{ 0x5f0f40, 0x9a031e, 0xfb8b24, 0xe36414, 0x0f4c5c },
};

struct disc {
	int64_t x, y, r;
	uint8_t colour;
};

/* Bits go out least significant first; Huffman codes most significant. */
struct deflate {
	struct buf *out;
	uint32_t bits;
	unsigned count;
	uint32_t a, b; /* Adler-32 of what went in */
};

void
dice_shake(struct dice *d, const char *text)
{
	sha256(text, strlen(text), d->bytes);
	d->next = 0;
}

unsigned
dice_roll(struct dice *d, unsigned sides)
{
	unsigned two;

	if (d->next + 2 > sizeof(d->bytes)) { /* used up: shake them again */
		sha256(d->bytes, sizeof(d->bytes), d->bytes);
		d->next = 0;
	}
	two = (unsigned)d->bytes[d->next] << 8 | d->bytes[d->next + 1];
	d->next += 2;
	return two % sides;
}

static void
bits_put(struct deflate *z, uint32_t bits, unsigned count)
{
	z->bits |= bits << z->count;
	z->count += count;
	while (z->count >= 8) {
		buf_char(z->out, (char)(z->bits & 0xff));
		z->bits >>= 8;
		z->count -= 8;
	}
}

static void
code_put(struct deflate *z, uint32_t code, unsigned count)
{
	uint32_t turned = 0;

	for (unsigned i = 0; i < count; i++)
		turned |= (code >> i & 1) << (count - 1 - i);
	bits_put(z, turned, count);
}

/* The fixed code of a literal or length symbol, RFC 1951 section 3.2.6. */
static void
symbol_put(struct deflate *z, unsigned symbol)
{
	if (symbol < 144)
		code_put(z, 0x30 + symbol, 8);
	else if (symbol < 256)
		code_put(z, 0x190 + symbol - 144, 9);
	else if (symbol < 280)
		code_put(z, symbol - 256, 7);
	else
		code_put(z, 0xc0 + symbol - 280, 8);
}

/* 'length' more of the byte before: a match of distance 1. */
static void
match_put(struct deflate *z, unsigned length)
{
	static const struct {
		uint16_t base;
		uint8_t extra;
	} lengths[] = { { 3, 0 }, { 4, 0 }, { 5, 0 }, { 6, 0 }, { 7, 0 },
		{ 8, 0 }, { 9, 0 }, { 10, 0 }, { 11, 1 }, { 13, 1 }, { 15, 1 },
		{ 17, 1 }, { 19, 2 }, { 23, 2 }, { 27, 2 }, { 31, 2 },
		{ 35, 3 }, { 43, 3 }, { 51, 3 }, { 59, 3 }, { 67, 4 },
		{ 83, 4 }, { 99, 4 }, { 115, 4 }, { 131, 5 }, { 163, 5 },
		{ 195, 5 }, { 227, 5 }, { 258, 0 } };
	unsigned i = COUNT(lengths) - 1;

	while (lengths[i].base > length)
		i--;
	symbol_put(z, 257 + i);
	bits_put(z, length - lengths[i].base, lengths[i].extra);
	code_put(z, 0, 5); /* distance 1 */
}

static void
run_put(struct deflate *z, uint8_t byte, unsigned length)
{
	symbol_put(z, byte);
	for (length--; length >= 3;) {
		unsigned part = length < RUN_MOST ? length : RUN_MOST;

		match_put(z, part);
		length -= part;
	}
	for (; length > 0; length--)
		symbol_put(z, byte);
}

static void
row_put(struct deflate *z, const uint8_t *row, unsigned size)
{
	for (unsigned at = 0, end; at < size; at = end) {
		for (end = at + 1; end < size && row[end] == row[at];)
			end++;
		run_put(z, row[at], end - at);
	}
	for (unsigned i = 0; i < size; i++) {
		z->a += row[i];
		z->b += z->a;
		if (i % 4096 == 4095 || i + 1 == size) {
			z->a %= ADLER_MODULUS;
			z->b %= ADLER_MODULUS;
		}
	}
}

static void
word_put(struct buf *b, uint32_t word)
{
	char bytes[4] = { (char)(word >> 24), (char)(word >> 16),
		(char)(word >> 8), (char)word };

	buf_put(b, bytes, 4);
}

static uint32_t
crc_of(const char *bytes, size_t size)
{
	static uint32_t table[256];
	uint32_t crc = 0xffffffffu;

	if (!table[1])
		for (uint32_t n = 0; n < 256; n++) {
			uint32_t c = n;

			for (int bit = 0; bit < 8; bit++)
				c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
			table[n] = c;
		}
	for (size_t i = 0; i < size; i++)
		crc = table[(crc ^ (uint8_t)bytes[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void
chunk_put(struct buf *png, const char *name, const char *bytes, size_t size)
{
	size_t start;

	word_put(png, (uint32_t)size);
	start = png->length;
	buf_put(png, name, 4);
	buf_put(png, bytes, size);
	word_put(png, crc_of(png->at + start, size + 4));
}

static void
discs_place(struct dice *d, struct disc *discs, int width, int height)
{
	unsigned w = (unsigned)width, h = (unsigned)height;
	unsigned least = w < h ? w : h;

	for (int i = 0; i < DISCS; i++) {
		discs[i].r = least / 12 + dice_roll(d, least / 5);
		discs[i].x = w / 4 + dice_roll(d, w / 2);
		discs[i].y = h / 4 + dice_roll(d, h / 2);
		discs[i].colour = (uint8_t)(1 + dice_roll(d, COLOURS - 1));
	}
}

/* Paint one row's share of each disc, the later ones on top. */
static void
row_paint(uint8_t *row, int64_t y, int width, const struct disc *discs)
{
	memset(row, 0, (size_t)width);
	for (int i = 0; i < DISCS; i++) {
		const struct disc *d = &discs[i];
		int64_t rest = d->r * d->r - (y - d->y) * (y - d->y), half = 0;
		int64_t from, to;

		if (rest < 0)
			continue;
		while ((half + 1) * (half + 1) <= rest)
			half++;
		from = d->x - half < 0 ? 0 : d->x - half;
		to = d->x + half >= width ? width - 1 : d->x + half;
		if (from <= to)
			memset(row + from, d->colour, (size_t)(to - from + 1));
	}
}

static void
pixels_put(
    struct arena *a, struct dice *dice, int width, int height, struct buf *data)
{
	struct deflate z = { data, 0, 0, 1, 0 };
	uint8_t *row = arena_alloc(a, (size_t)width + 1);
	struct disc discs[DISCS];

	discs_place(dice, discs, width, height);
	buf_put(data, "\x78\x01", 2);
	bits_put(&z, 1, 1); /* the last block, */
	bits_put(&z, 1, 2); /* with the fixed codes */
	for (int y = 0; y < height; y++) {
		row_paint(row + 1, y, width, discs);
		row_put(&z, row, (unsigned)width + 1);
	}
	symbol_put(&z, 256);
	bits_put(&z, 0, z.count ? 8 - z.count : 0);
	word_put(data, z.b << 16 | z.a);
}

void
picture_draw(struct arena *a, const char *text, uint32_t background, int width,
    int height, struct buf *png)
{
	struct buf head, data;
	struct dice dice;
	const uint32_t *palette;

	dice_shake(&dice, text);
	palette = palettes[dice_roll(&dice, COUNT(palettes))];
	buf_open(&data, a, PNG_MOST);
	pixels_put(a, &dice, width, height, &data);

	buf_open(png, a, PNG_MOST);
	buf_put(png, "\x89PNG\r\n\x1a\n", 8);
	buf_open(&head, a, 64);
	word_put(&head, (uint32_t)width);
	word_put(&head, (uint32_t)height);
	buf_put(&head, "\x08\x03\0\0\0", 5); /* 8 bits, indexed */
	chunk_put(png, "IHDR", head.at, head.length);
	buf_open(&head, a, 64);
	for (int i = 0; i < COLOURS; i++) {
		uint32_t c = i ? palette[i - 1] : background;
		char rgb[3] = { (char)(c >> 16), (char)(c >> 8), (char)c };

		buf_put(&head, rgb, 3);
	}
	chunk_put(png, "PLTE", head.at, head.length);
	chunk_put(png, "IDAT", data.at, data.length);
	chunk_put(png, "IEND", "", 0);
}
