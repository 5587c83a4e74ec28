/*
 * drawing_fuzz.c: the list of shapes that a model answers with.
 */
#include "canvas_use.h"
#include "shop/drawing.h"

FUZZ(drawing)
{
	static const struct canvas_rules rules;
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct canvas_flaw flaw = { 0 };
	struct json_flaw broken;
	struct drawing drawing;
	json *list;

	if (json_read(arena, (const char *)bytes, size, &json_limits_provider,
		&list, &broken) == OK) {
		if (drawing_read(arena, list, "cap", &rules, &drawing, &flaw) ==
		    OK)
			canvas_use(arena, &drawing.canvas);
		else
			insist(flaw.path && flaw.code && flaw.message);
	}
	arena_destroy(arena);
	return 0;
}
