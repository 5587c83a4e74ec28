/*
 * furniture.h: what the files of this room share.
 */
#ifndef TSHOP_MEDIA_FURNITURE_H
#define TSHOP_MEDIA_FURNITURE_H

#include "media/media.h"

/*
 * One way of keeping pictures; the doors of media.h in short. Keys are valid,
 * and put() is only asked for what media_put() has named.
 */
struct keeper {
	enum outcome (*put)(const char *key, enum media_visibility,
	    const void *bytes, size_t size, const char *mime);
	enum outcome (*read)(struct arena *, const char *key,
	    enum media_visibility, const void **bytes, size_t *size);
	enum outcome (*forget)(const char *key, enum media_visibility);
	enum outcome (*publish)(const char *key);
	/* Where else it is to be had, for so long; NULL: the web server has it.
	 */
	const char *(*elsewhere)(struct arena *, const char *key,
	    enum media_visibility, int lasts_s);
};

extern const struct keeper keeper_disk, keeper_bucket;

/* What media_open() was given. */
struct shelf {
	const char *folder, *public_url, *key;
	uint8_t url_key[SHA256_BYTES]; /* derived from the key */
	const struct keeper *keeper;
};
extern struct shelf shelf;

/* "private" and "public": folders on disk, and in a bucket. */
const char *media_class(enum media_visibility);

#endif
