/*
 * furniture.h: what the files of this room share.
 */
#ifndef TSHOP_MEDIA_FURNITURE_H
#define TSHOP_MEDIA_FURNITURE_H

#include "media/media.h"

/* What media_open() was given. */
struct shelf {
	const char *folder, *public_url, *key;
};
extern struct shelf shelf;

#endif
