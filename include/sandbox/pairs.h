/*
 * pairs.h: forms and queries, decoded: key=value&key=value.
 */
#ifndef TSHOP_SANDBOX_PAIRS_H
#define TSHOP_SANDBOX_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct request;

struct pair {
	const char *key, *value;
};

struct pairs {
	size_t count;
	struct pair *at;
};

struct pairs pairs_read(struct arena *, const char *text, size_t length);
struct pairs pairs_body(struct request *);
struct pairs pairs_query(struct request *);
/* The first value of that key, or NULL. */
const char *pairs_get(const struct pairs *, const char *key);

#endif
