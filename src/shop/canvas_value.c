/*
 * canvas_value.c: reads single members of a canvas and says exactly which
 * one is wrong. Numbers are JSON numbers, finite and in range; a text that
 * looks like one is refused, since Fabric and we might read it differently.
 * They are kept to the four decimals that are written (canvas_number.c), so
 * that a document which was accepted is accepted again as it was stored.
 */
#include <math.h>
#include <stdarg.h>

#include "canvas_room.h"

enum outcome
reader_refuse(struct reader *r, const char *path, const char *key,
    const char *code, const char *format, ...)
{
	const char *dot = *path && *key ? "." : "";
	va_list words;

	va_start(words, format);
	r->flaw->message = arena_vprintf(r->arena, format, words);
	va_end(words);
	r->flaw->path = arena_printf(r->arena, "%s%s%s", path, dot, key);
	r->flaw->code = code;
	return VALIDATION_ERROR;
}

bool
is_number(json *value, double least, double most, double *out)
{
	double n;

	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return false;
	n = json_object_get_double(value);
	if (!isfinite(n) || n < least || n > most)
		return false;
	*out = round(n * 10000) / 10000;
	return true;
}

enum outcome
read_number(struct reader *r, json *object, const char *path, const char *key,
    double least, double most, double fallback, double *out)
{
	json *value = json_get(object, key);

	if (value == NULL) {
		*out = fallback;
		return OK;
	}
	if (!is_number(value, least, most, out))
		return reader_refuse(r, path, key, "format",
		    "must be a number from %.15g to %.15g", least, most);
	return OK;
}

enum outcome
read_length(struct reader *r, json *object, const char *path, const char *key,
    double least, double most, double *out)
{
	if (json_get(object, key) == NULL)
		return reader_refuse(r, path, key, "required", "is required");
	TRY(read_number(r, object, path, key, 0, most, 0, out));
	if (*out <= 0 || *out < least)
		return reader_refuse(
		    r, path, key, "too_small", "must be above 0");
	return OK;
}

enum outcome
read_bool(struct reader *r, json *object, const char *path, const char *key,
    bool fallback, bool *out)
{
	json *value = json_get(object, key);

	*out = fallback;
	if (value == NULL)
		return OK;
	if (!json_object_is_type(value, json_type_boolean))
		return reader_refuse(
		    r, path, key, "format", "must be true or false");
	*out = json_object_get_boolean(value);
	return OK;
}

enum outcome
read_name(struct reader *r, json *object, const char *path, const char *key,
    const char *const *names, int *out)
{
	const char *text = json_text(object, key);

	*out = 0;
	if (json_get(object, key) == NULL)
		return OK;
	for (int i = 0; text != NULL && names[i] != NULL; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = i;
			return OK;
		}
	return reader_refuse(
	    r, path, key, "enum", "is not one of the values allowed");
}

bool
is_nothing(json *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return true;
	case json_type_string:
		return json_object_get_string_len(value) == 0;
	case json_type_array:
		return json_object_array_length(value) == 0;
	case json_type_object:
		return json_object_object_length(value) == 0;
	case json_type_boolean:
		return !json_object_get_boolean(value);
	case json_type_int:
	case json_type_double:
		return fpclassify(json_object_get_double(value)) == FP_ZERO;
	}
	return false;
}
