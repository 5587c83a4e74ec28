/*
 * picture.c: type and size from the first bytes; broken, foreign and
 * enormous ones turned away before anybody decodes them.
 */
#include "base/insist.h"
#include "shop/picture.h"
#include "tap.h"

/* clang-format off */
#define BYTES(text) (text), sizeof(text) - 1
static const struct {
	const char  *name;
	const char  *bytes;
	size_t       size;
	enum outcome outcome;
	enum picture_kind kind;
	uint32_t     width, height;
} pictures[] = {
	{ "a PNG", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x20\x08\6\0\0\0crc!"),
	  OK, PICTURE_PNG, 256, 32 },
	{ "a PNG cut short", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a PNG without area", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x20\x08\6\0\0\0crc!"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a PNG bomb", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\6\0\0\0crc!"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "12000 by 12000", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x2e\xe0\0\0\x2e\xe0\x08\6\0\0\0crc!"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a JPEG", BYTES("\xff\xd8\xff\xe0\0\4JF\xff\xff\xdb\0\3x\xff\xc2\0\x11\x08\1\x02\3\4\3\1"),
	  OK, PICTURE_JPEG, 772, 258 },
	{ "a JPEG whose table is no frame", BYTES("\xff\xd8\xff\xc4\0\4JF\xff\xc0\0\x11\x08\0\1\0\2\3\1"),
	  OK, PICTURE_JPEG, 2, 1 },
	{ "a JPEG without a frame", BYTES("\xff\xd8\xff\xda\0\4JF\xff\xc0\0\x11\x08\0\1\0\2\3\1"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a JPEG that points beyond its end", BYTES("\xff\xd8\xff\xe0\xff\xff__\xff\xc0"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a lossy WEBP", BYTES("RIFF\x20\0\0\0WEBPVP8 \x20\0\0\0\x10\2\0\x9d\1\x2a\x40\1\xf0\0"),
	  OK, PICTURE_WEBP, 320, 240 },
	{ "a lossless WEBP", BYTES("RIFF\x20\0\0\0WEBPVP8L\x20\0\0\0\x2f\x3f\xc1\x3b\0\x10\0\0\0\0"),
	  OK, PICTURE_WEBP, 320, 240 },
	{ "an extended WEBP", BYTES("RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x3f\1\0\xef\0\0"),
	  OK, PICTURE_WEBP, 320, 240 },
	{ "a WEBP of another kind", BYTES("RIFF\x20\0\0\0WEBPABCD\x0a\0\0\0\x10\0\0\0\x3f\1\0\xef\0\0"),
	  VALIDATION_ERROR, 0, 0, 0 },
	{ "a GIF", BYTES("GIF89a\1\0\1\0"), UNSUPPORTED_MEDIA_TYPE, 0, 0, 0 },
	{ "an SVG", BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
	  UNSUPPORTED_MEDIA_TYPE, 0, 0, 0 },
	{ "nothing", BYTES(""), UNSUPPORTED_MEDIA_TYPE, 0, 0, 0 },
};
/* clang-format on */

int
main(void)
{
	for (size_t i = 0; i < COUNT(pictures); i++) {
		struct picture p = { 0 };

		is_int(picture_read(pictures[i].bytes, pictures[i].size, &p),
		    pictures[i].outcome, "%s", pictures[i].name);
		ok(p.kind == pictures[i].kind && p.width == pictures[i].width &&
			p.height == pictures[i].height,
		    "has its kind and size: %u x %u", p.width, p.height);
	}
	is_text(picture_mime(PICTURE_WEBP), "image/webp", "kinds have a type");
	is_text(picture_extension(PICTURE_JPEG), "jpg", "and an ending");
	is_int(picture_kind_of("image/png;base64", 9), PICTURE_PNG,
	    "and a type has its kind");
	is_int(picture_kind_of("image/svg+xml", 13), PICTURE_NONE,
	    "unless it is none of ours");
	return tap_done();
}
