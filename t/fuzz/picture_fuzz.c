/*
 * picture_fuzz.c: the headers of pictures, before any decoder sees them.
 */
#include "base/limits.h"
#include "fuzz.h"
#include "shop/picture.h"

FUZZ(picture)
{
	struct picture p = { 0 };
	enum picture_kind kind = picture_sniff(bytes, size);
	enum outcome outcome = picture_read(bytes, size, &p);

	insist((kind == PICTURE_NONE) == (outcome == UNSUPPORTED_MEDIA_TYPE));
	if (outcome != OK)
		return 0;
	insist(p.kind == kind && picture_mime(kind) != NULL);
	insist(p.width > 0 && p.width <= PICTURE_SIDE_MOST);
	insist(p.height > 0 && p.height <= PICTURE_SIDE_MOST);
	insist((uint64_t)p.width * p.height <= LIMIT_PICTURE_PIXELS);
	return 0;
}
