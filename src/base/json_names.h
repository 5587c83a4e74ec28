/*
 * json_names.h: which names an object has had already. One hash table for the
 * whole document, keyed by the object's serial number and the name.
 */
#ifndef TSHOP_BASE_JSON_NAMES_H
#define TSHOP_BASE_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct name {
	long object;
	const char *text; /* NULL: an empty slot */
};

struct names {
	struct arena *arena;
	struct name *slots;
	size_t count, room; /* room is a power of two */
};

void names_open(struct names *, struct arena *);
/* False if the object has it already. The text must outlive the table. */
bool names_add(struct names *, long object, const char *text);

/* The text that a JSON string's inside stands for; arena's. It is cut at a
 * NUL, which the scanner refuses anyway. */
const char *json_unescape(struct arena *, const char *raw, size_t length);

#endif
