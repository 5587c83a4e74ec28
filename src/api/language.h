/*
 * language.h: which languages a reader would like, best first.
 */
#ifndef TSHOP_API_LANGUAGE_H
#define TSHOP_API_LANGUAGE_H

#include "http/request.h"

/*
 * From 'lang' (of ?lang=, may be NULL), else from Accept-Language (RFC 9110
 * section 12.5.4): lower-case tags as PostgreSQL writes an array of text,
 * "{de-at,de}". It ends at English, which is what everything is written in.
 */
const char *languages_wanted(struct request *, const char *lang);

/* The languages an answer is in, gathered row by row. */
struct languages {
	char text[128]; /* "de, en" */
};
void languages_add(struct languages *, const char *tag);
/* Content-Language of what was gathered ("en" if nothing), and Vary. */
void languages_reply(struct request *, const struct languages *);

#endif
