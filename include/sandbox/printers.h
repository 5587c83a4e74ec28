/*
 * printers.h: what both printers make, and for how much.
 *
 * The blanks are the demo catalogue's. A variant of any other id is taken
 * too, since a shop may sell whatever the real catalogue has.
 */
#ifndef TSHOP_SANDBOX_PRINTERS_H
#define TSHOP_SANDBOX_PRINTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"
#include "sandbox/shape.h"

enum printer {
	PRINTFUL,
	PRINTIFY
};

struct blank {
	int product;          /* at Printful */
	int blueprint, maker; /* at Printify */
	const char *title, *type, *category;
	const char *placement, *technique;
	int width, height, dpi; /* at Printful */
	int wide, high;         /* at Printify, 300 dpi */
};

struct blank_variant {
	const struct blank *blank;
	int id;
	const char *colour, *hex, *size;
	int64_t cost; /* US cents */
};

extern const struct blank blanks[];
extern const size_t blank_count;

const struct blank *blank_of_product(int product);
const struct blank *blank_of_blueprint(int blueprint, int maker);
/* The n-th variant of a blank at that printer; false when there are no more */
bool blank_variant_at(
    enum printer, const struct blank *, size_t n, struct blank_variant *);
/* The variant of that id; false if the demo has none. */
bool blank_variant_find(enum printer, int id, struct blank_variant *);

/* US cents a piece, and an order: what the panel set, else the table's. */
int64_t price_item(enum printer, int variant);
int64_t price_shipping(enum printer, int64_t pieces, bool express);
/* Set both from "5.00"; false if either is no amount. */
bool price_set(enum printer, const char *item, const char *shipping);

/* What the panel set for a variant, else STOCKED. */
enum stock {
	STOCKED,
	SOLD_OUT, /* for now */
	GONE      /* the catalogue has it no more */
};
enum stock stock_of(enum printer, int variant);
/* Set it by its name, "stocked", "sold_out" or "gone"; false for another. */
bool stock_set(enum printer, int variant, const char *name);

/* Does the country take states, and is this one of them? */
bool state_wanted(const char *country);
bool state_is_known(const char *country, const char *state);
bool zip_wanted(const char *country);
bool country_is_known(const char *country);

/* A positive whole number, as a JSON number or as text; -1 if it is none. */
int64_t number_of(json *value);
/* https://host/path, or the loopback's; no spaces. */
bool is_file_url(const char *url);

/* Panel: move the order; NULL, or why not. */
typedef const char *order_move(struct request *, json *order, json *body);

#endif
