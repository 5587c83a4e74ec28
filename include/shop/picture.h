/*
 * picture.h: what a picture is, told by its first bytes alone.
 *
 * Nothing here decodes a pixel: type and size come from the header, so that
 * a small file that would unpack to gigabytes is refused before any decoder
 * sees it. Neither a file's name nor its Content-Type is believed.
 */
#ifndef TSHOP_SHOP_PICTURE_H
#define TSHOP_SHOP_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

enum picture_kind {
	PICTURE_NONE,
	PICTURE_PNG,
	PICTURE_JPEG,
	PICTURE_WEBP,
};

struct picture {
	enum picture_kind kind;
	uint32_t width, height; /* pixels */
};

#define PICTURE_SIDE_MOST 12000 /* pixels; the area is LIMIT_PICTURE_PIXELS */

/* The kind by its magic bytes; PICTURE_NONE is anything else. */
enum picture_kind picture_sniff(const void *bytes, size_t size);
/*
 * Kind and size, within bounds. UNSUPPORTED_MEDIA_TYPE: none of the three.
 * VALIDATION_ERROR: a broken header, no area, more than PICTURE_SIDE_MOST a
 * side or LIMIT_PICTURE_PIXELS in all.
 */
enum outcome picture_read(const void *bytes, size_t size, struct picture *);

/* "image/png"; NULL for PICTURE_NONE. */
const char *picture_mime(enum picture_kind);
/* "png", "jpg", "webp"; NULL for PICTURE_NONE. */
const char *picture_extension(enum picture_kind);
/* The kind of exactly that MIME type. */
enum picture_kind picture_kind_of(const char *mime, size_t length);

#endif
