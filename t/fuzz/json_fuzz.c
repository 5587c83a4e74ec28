/*
 * json_fuzz.c: JSON from anybody. Whatever the strict scanner lets pass,
 * json-c builds without complaint, and it is written as JSON again.
 */
#include "base/json.h"
#include "fuzz.h"

static void
read_it(const char *text, size_t size, const struct json_limits *limits)
{
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct json_flaw flaw = { 0 };
	enum outcome scanned = json_scan(arena, text, size, limits, &flaw);
	enum outcome built;
	const char *again;
	json *value;

	built = json_read(arena, text, size, limits, &value, &flaw);
	insist(scanned == built);
	insist(scanned == OK || scanned == MALFORMED_JSON ||
	       scanned == VALIDATION_ERROR);
	if (scanned == VALIDATION_ERROR)
		insist(flaw.path && flaw.code && flaw.message);
	if (scanned == OK) {
		again = json_format(arena, value);
		insist(json_scan(arena, again, strlen(again), limits, &flaw) ==
		       OK);
	}
	arena_destroy(arena);
}

FUZZ(json)
{
	read_it((const char *)bytes, size, &json_limits_request);
	read_it((const char *)bytes, size, &json_limits_provider);
	return 0;
}
