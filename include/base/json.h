/*
 * json.h: reading JSON, exactly RFC 8259 in well-formed UTF-8.
 *
 * json-c alone takes single quotes, NaN, raw control characters and more, so
 * a strict scanner goes over the bytes first and json-c then builds the tree.
 * The tree belongs to the arena. JSON is never written through json-c: see
 * buf.h and the statements' writers.
 */
#ifndef TSHOP_BASE_JSON_H
#define TSHOP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json_object.h>

#include "base/outcome.h"

struct arena;

/* json-c's value, under a name of ours. NULL is JSON's null. */
typedef struct json_object json;

struct json_limits {
	int depth;          /* nesting beyond it: MALFORMED_JSON */
	long values;        /* members and elements in all: VALIDATION_ERROR */
	long canvas_values; /* the same, where a name is "designData" */
};

extern const struct json_limits json_limits_request;
extern const struct json_limits json_limits_provider;

/* Where and how a document is well-formed but not acceptable. */
struct json_flaw {
	const char *path; /* "items[3].name", in the arena; "" is the whole */
	const char *code; /* "format", "too_large" */
	const char *message;
};

/*
 * Scan and build. MALFORMED_JSON: the bytes are not JSON, or nest too deep.
 * VALIDATION_ERROR: they are, but hold a name twice, a NUL, a lone surrogate
 * or too many values; *flaw tells.
 */
enum outcome json_read(struct arena *, const char *bytes, size_t length,
    const struct json_limits *, json **value, struct json_flaw *flaw);

/* The scanner alone; it builds nothing. */
enum outcome json_scan(struct arena *, const char *bytes, size_t length,
    const struct json_limits *, struct json_flaw *flaw);

/* A member of an object; NULL if absent, null, or not an object at all. */
json *json_get(json *object, const char *name);
/* A member by names down the tree, ended by NULL. */
json *json_at(json *object, ...) __attribute__((sentinel));
/* The member's value if it has that type, else the fallback. */
const char *json_text(json *object, const char *name);
int64_t json_int(json *object, const char *name, int64_t fallback);
bool json_flag(json *object, const char *name, bool fallback);
/* Elements of an array; 0 if it is none. */
size_t json_count(json *array);
json *json_element(json *array, size_t index);
/* Is it a number whose text is an integer: no fraction, no exponent? */
/*
 * Do all numbers in it mean what they say, wherever they are kept? False for
 * whole ones beyond int64, which the tree has clamped, and for others of more
 * than 64 characters or a power of ten beyond 300, which a few bytes spell and
 * a database writes out.
 */
bool json_numbers_are_plain(json *value);
bool json_is_int(json *value);
/* The number's own text as it stood in the document. */
const char *json_number(json *value);
/* The value as JSON text, compact, members as they came; arena's. */
const char *json_format(struct arena *, json *value);

#endif
