/*
 * walk.c: goes over a canvas as a painter would.
 */
#include "furniture.h"

static void
walk_objects(const struct canvas_object *objects, int count,
    struct canvas_matrix outer, visit *see, void *context)
{
	for (int i = 0; i < count; i++) {
		const struct canvas_object *o = &objects[i];
		struct canvas_matrix m =
		    canvas_matrix_join(outer, canvas_place(o));

		if (!o->visible)
			continue;
		see(context, o, m);
		if (o->kind == CANVAS_GROUP)
			walk_objects(o->objects, o->count, m, see, context);
	}
}

void
walk(const struct canvas *canvas, visit *see, void *context)
{
	static const struct canvas_matrix whole = { 1, 0, 0, 1, 0, 0 };

	walk_objects(canvas->objects, canvas->count, whole, see, context);
}
