/*
 * notice.h: a signed message from outside, without its HTTP.
 *
 * Whoever received it hands over the raw bytes and a way to look headers up;
 * providers verify over exactly these bytes before they parse one of them.
 */
#ifndef TSHOP_PROVIDERS_NOTICE_H
#define TSHOP_PROVIDERS_NOTICE_H

#include <stddef.h>
#include <stdint.h>

struct notice {
	/* A header's value by its name, any case; NULL if it is not there. */
	const char *(*header)(const void *from, const char *name);
	const void *from;
	const char *body; /* raw */
	size_t size;
	const char *query_secret; /* ?secret= of the URL; or NULL */
	int64_t now_s;            /* the time of its arrival */
};

#endif
