/*
 * picture.c: reads the headers of PNG, JPEG and WEBP, and nothing behind
 * them. Every offset is checked against the size first: these are strangers'
 * bytes.
 */
#include "shop/picture.h"

#include "base/insist.h"
#include "base/limits.h"

static const struct {
	const char *mime, *extension;
} kinds[] = {
	[PICTURE_PNG] = { "image/png", "png" },
	[PICTURE_JPEG] = { "image/jpeg", "jpg" },
	[PICTURE_WEBP] = { "image/webp", "webp" },
};

const char *
picture_mime(enum picture_kind kind)
{
	return kinds[kind].mime;
}

const char *
picture_extension(enum picture_kind kind)
{
	return kinds[kind].extension;
}

enum picture_kind
picture_kind_of(const char *mime, size_t length)
{
	for (size_t i = PICTURE_PNG; i < COUNT(kinds); i++)
		if (strlen(kinds[i].mime) == length &&
		    memcmp(kinds[i].mime, mime, length) == 0)
			return (enum picture_kind)i;
	return PICTURE_NONE;
}

enum picture_kind
picture_sniff(const void *bytes, size_t size)
{
	if (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
		return PICTURE_PNG;
	if (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
		return PICTURE_JPEG;
	if (size >= 12 && memcmp(bytes, "RIFF", 4) == 0 &&
	    memcmp((const char *)bytes + 8, "WEBP", 4) == 0)
		return PICTURE_WEBP;
	return PICTURE_NONE;
}

static uint32_t
big(const uint8_t *at, int bytes)
{
	uint32_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | at[i];
	return n;
}

static uint32_t
little(const uint8_t *at, int bytes)
{
	uint32_t n = 0;

	for (int i = bytes; i-- > 0;)
		n = n << 8 | at[i];
	return n;
}

/* PNG, third edition, 11.2.1: IHDR comes first, 13 bytes long. */
static bool
png_read(const uint8_t *at, size_t size, struct picture *p)
{
	if (size < 33 || big(at + 8, 4) != 13 || memcmp(at + 12, "IHDR", 4))
		return false;
	p->width = big(at + 16, 4);
	p->height = big(at + 20, 4);
	return true;
}

/* SOF0 to SOF15 are frames, but for DHT, JPG and DAC in their midst. */
static bool
jpeg_is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	       marker != 0xc8 && marker != 0xcc;
}

/* Walk the segments up to the frame header, T.81 B.2.2. */
static bool
jpeg_read(const uint8_t *at, size_t size, struct picture *p)
{
	size_t i = 2;

	while (i + 4 <= size) {
		if (at[i] != 0xff)
			return false;
		if (at[i + 1] == 0xff) { /* a fill byte */
			i++;
			continue;
		}
		if (jpeg_is_frame(at[i + 1])) {
			if (i + 9 > size)
				return false;
			p->height = big(at + i + 5, 2);
			p->width = big(at + i + 7, 2);
			return true;
		}
		if (at[i + 1] < 0xc0 || at[i + 1] == 0xda || at[i + 1] == 0xd9)
			return false; /* the scan or the end before a frame */
		if (at[i + 1] >= 0xd0 && at[i + 1] <= 0xd8)
			return false; /* restart markers belong into a scan */
		i += 2 + (size_t)big(at + i + 2, 2);
	}
	return false;
}

/* The three bitstreams of the container specification. */
static bool
webp_read(const uint8_t *at, size_t size, struct picture *p)
{
	uint32_t bits;

	if (size < 30)
		return false;
	if (memcmp(at + 12, "VP8X", 4) == 0) {
		p->width = little(at + 24, 3) + 1;
		p->height = little(at + 27, 3) + 1;
		return true;
	}
	if (memcmp(at + 12, "VP8L", 4) == 0 && at[20] == 0x2f) {
		bits = little(at + 21, 4);
		p->width = (bits & 0x3fff) + 1;
		p->height = (bits >> 14 & 0x3fff) + 1;
		return true;
	}
	if (memcmp(at + 12, "VP8 ", 4) == 0 &&
	    memcmp(at + 23, "\x9d\x01\x2a", 3) == 0) {
		p->width = little(at + 26, 2) & 0x3fff;
		p->height = little(at + 28, 2) & 0x3fff;
		return true;
	}
	return false;
}

static bool
is_bounded(const struct picture *p)
{
	return p->width > 0 && p->height > 0 && p->width <= PICTURE_SIDE_MOST &&
	       p->height <= PICTURE_SIDE_MOST &&
	       (uint64_t)p->width * p->height <= LIMIT_PICTURE_PIXELS;
}

enum outcome
picture_read(const void *bytes, size_t size, struct picture *out)
{
	static bool (*const readers[])(
	    const uint8_t *, size_t, struct picture *) = {
		[PICTURE_PNG] = png_read,
		[PICTURE_JPEG] = jpeg_read,
		[PICTURE_WEBP] = webp_read,
	};
	struct picture p = { .kind = picture_sniff(bytes, size) };

	if (p.kind == PICTURE_NONE)
		return UNSUPPORTED_MEDIA_TYPE;
	if (!readers[p.kind](bytes, size, &p) || !is_bounded(&p))
		return VALIDATION_ERROR;
	*out = p;
	return OK;
}
