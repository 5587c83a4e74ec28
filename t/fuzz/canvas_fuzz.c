/*
 * canvas_fuzz.c: designData from strangers, as the API reads it.
 */
#include "canvas_use.h"

FUZZ(canvas)
{
	static const struct canvas_rules rules;
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct canvas_flaw flaw = { 0 };
	struct json_flaw broken;
	struct canvas canvas;
	json *document;

	if (json_read(arena, (const char *)bytes, size, &json_limits_request,
		&document, &broken) == OK) {
		if (canvas_read(arena, document, "t-shirt", &rules, &canvas,
			&flaw) == OK)
			canvas_use(arena, &canvas);
		else
			insist(flaw.path && flaw.code && flaw.message);
	}
	arena_destroy(arena);
	return 0;
}
