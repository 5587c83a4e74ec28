/*
 * json.c: json-c behind our scanner, and its values in the words we use.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/json.h"

static void
json_release(void *value)
{
	json_object_put(value);
}

enum outcome
json_read(struct arena *arena, const char *bytes, size_t length,
    const struct json_limits *limits, json **value, struct json_flaw *flaw)
{
	struct json_tokener *tokener;
	enum json_tokener_error error;
	json *tree;

	TRY(json_scan(arena, bytes, length, limits, flaw));

	/* json-c counts the value itself as a level. */
	tokener = json_tokener_new_ex(limits->depth + 2);
	insist(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
					    JSON_TOKENER_VALIDATE_UTF8 |
					    JSON_TOKENER_ALLOW_TRAILING_CHARS);
	tree = json_tokener_parse_ex(tokener, bytes, (int)length);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue) { /* a bare number at the end */
		tree = json_tokener_parse_ex(tokener, "", -1);
		error = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (error != json_tokener_success)
		return MALFORMED_JSON;
	if (tree)
		arena_defer(arena, json_release, tree);
	*value = tree;
	return OK;
}

json *
json_get(json *object, const char *name)
{
	json *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value))
		return NULL;
	return value;
}

json *
json_at(json *object, ...)
{
	const char *name;
	va_list ap;

	va_start(ap, object);
	while ((name = va_arg(ap, const char *)))
		object = json_get(object, name);
	va_end(ap);
	return object;
}

const char *
json_text(json *object, const char *name)
{
	json *value = json_get(object, name);

	return json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : NULL;
}

int64_t
json_int(json *object, const char *name, int64_t fallback)
{
	json *value = json_get(object, name);

	return json_object_is_type(value, json_type_int)
		   ? json_object_get_int64(value)
		   : fallback;
}

bool
json_flag(json *object, const char *name, bool fallback)
{
	json *value = json_get(object, name);

	return json_object_is_type(value, json_type_boolean)
		   ? json_object_get_boolean(value)
		   : fallback;
}

size_t
json_count(json *array)
{
	return json_object_is_type(array, json_type_array)
		   ? json_object_array_length(array)
		   : 0;
}

json *
json_element(json *array, size_t index)
{
	return index < json_count(array)
		   ? json_object_array_get_idx(array, index)
		   : NULL;
}

#define NUMBER_CHARACTERS 64
#define POWER_MOST 300

static bool
number_is_plain(json *value)
{
	const char *text, *e;
	long power;

	/* Above int64 the tree has uint64's; below, its least. */
	if (json_object_is_type(value, json_type_int))
		return json_object_get_uint64(value) <= INT64_MAX &&
		       json_object_get_int64(value) != INT64_MIN;
	text = json_object_get_string(value);
	e = strpbrk(text, "eE");
	power = e ? strtol(e + 1, NULL, 10) : 0;
	return strlen(text) <= NUMBER_CHARACTERS &&
	       isfinite(json_object_get_double(value)) &&
	       power >= -POWER_MOST && power <= POWER_MOST;
}

bool
json_numbers_are_plain(json *value)
{
	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_double:
		return number_is_plain(value);
	case json_type_array:
		for (size_t i = 0; i < json_count(value); i++) {
			if (!json_numbers_are_plain(json_element(value, i)))
				return false;
		}
		return true;
	case json_type_object: {
		json_object_object_foreach(value, name, member)
		{
			(void)name;
			if (!json_numbers_are_plain(member))
				return false;
		}
		return true;
	}
	default:
		return true;
	}
}

bool
json_is_int(json *value)
{
	return json_object_is_type(value, json_type_int);
}

const char *
json_number(json *value)
{
	return json_object_get_string(value);
}

const char *
json_format(struct arena *arena, json *value)
{
	return arena_text(arena,
	    json_object_to_json_string_ext(value,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
