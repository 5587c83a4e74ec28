/*
 * blank.h: what a printer makes and what it asks for that, read from its
 * catalogue.
 *
 * Reading takes some calls: for step 0, 1, … ask, send, read, until the
 * reader says that it was the last one. Pure, as print.h says.
 */
#ifndef TSHOP_PROVIDERS_BLANK_H
#define TSHOP_PROVIDERS_BLANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/net.h"
#include "providers/trouble.h"

#define BLANK_STEPS_MOST 55

struct blank_variant {
	const char *ref;          /* the printer's, digits */
	const char *size, *color; /* "" where it has none */
	const char *hex;          /* "#rrggbb", or "" where not told */
	int64_t cost;             /* US cents a piece; -1: not told */
	bool available;           /* may be ordered today */
};

struct blank {
	const char *name, *description;
	const char *placement, *technique; /* lower case; "" if not told */
	int width, height, dpi;            /* of the print area; 0: not told */
	struct blank_variant *variants;
	size_t count;
	/*
	 * Where prices are only told of a product of our own shop's: may one
	 * be made there for that? Set before step 0; the rest is the source's.
	 */
	bool may_make;
	int page;            /* of our products, read so far */
	bool is_listed;      /* that was the last of them */
	const char *picture; /* uploaded for the product; NULL: not yet */
};

struct blank_source {
	const char *name; /* "printful", "printify" */
	bool (*is_on)(void);
	/* Is this how the printer names a product? "71", "12/29" */
	bool (*is_ref)(const char *ref);
	/* 'blank' is what the steps before have read. */
	enum outcome (*ask)(struct arena *, const char *ref, int step,
	    const struct blank *, struct call *);
	/*
	 * NOT_FOUND: they make no such thing. PROVIDER_ERROR, with words, also
	 * where nothing names the prices.
	 */
	enum outcome (*read)(struct arena *, const char *ref, int step,
	    const struct answer *, struct blank *, bool *last,
	    struct trouble *);
};

#define BLANK_SOURCES 2
extern const struct blank_source *const blank_sources[BLANK_SOURCES];

/* Size and colour of a blank that a shop may sell, as JSON for the database. */
void blank_json(struct buf *, const char *ref, const struct blank *);

#endif
