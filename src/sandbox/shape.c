/*
 * shape.c: trees that belong to a thread until it says otherwise.
 */
#include <string.h>

#include <json-c/json_tokener.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/limits.h"
#include "sandbox/shape.h"

static _Thread_local struct arena *trees;

struct arena *
shapes_arena(void)
{
	if (!trees)
		trees = arena_create(2 * (size_t)LIMIT_ARENA_BYTES);
	return trees;
}

void
shapes_release(void)
{
	if (trees)
		arena_reset(trees);
}

static void
let_go(void *tree)
{
	json_object_put(tree);
}

json *
shape_keep(json *tree)
{
	if (tree)
		arena_defer(shapes_arena(), let_go, tree);
	return tree;
}

json *
shape(const char *text)
{
	json *tree = json_tokener_parse(text);

	insist(tree);
	return shape_keep(tree);
}

json *
shape_array(void)
{
	return shape_keep(json_object_new_array());
}

json *
shape_read(const char *text, size_t length)
{
	struct json_flaw flaw;
	json *tree;

	if (FAILED(json_read(shapes_arena(), text, length,
		&json_limits_provider, &tree, &flaw)))
		return NULL;
	return tree;
}

json *
shape_copy(json *tree)
{
	json *copy = NULL;

	if (!tree)
		return NULL;
	insist(json_object_deep_copy(tree, &copy, NULL) == 0);
	return shape_keep(copy);
}

void
set_text(json *o, const char *key, const char *text)
{
	json_object_object_add(
	    o, key, text ? json_object_new_string(text) : NULL);
}

void
set_printf(json *o, const char *key, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(o, key, arena_vprintf(shapes_arena(), format, ap));
	va_end(ap);
}

void
set_int(json *o, const char *key, int64_t number)
{
	json_object_object_add(o, key, json_object_new_int64(number));
}

void
set_flag(json *o, const char *key, bool yes)
{
	json_object_object_add(o, key, json_object_new_boolean(yes));
}

void
set_json(json *o, const char *key, json *tree)
{
	json_object_object_add(o, key, json_object_get(tree));
}

void
set_drop(json *o, const char *key)
{
	json_object_object_del(o, key);
}

void
set_all(json *into, json *from)
{
	json_object_object_foreach(from, key, value)
	{
		set_json(into, key, value);
	}
}

void
add_text(json *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

void
add_json(json *array, json *tree)
{
	json_object_array_add(array, json_object_get(tree));
}

const char *
text_or(json *o, const char *key, const char *fallback)
{
	const char *text = json_text(o, key);

	return text ? text : fallback;
}

bool
text_is(json *o, const char *key, const char *value)
{
	const char *text = json_text(o, key);

	return text && value && !strcmp(text, value);
}
