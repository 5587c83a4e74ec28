/*
 * json_scan.c: is it JSON? RFC 8259 to the letter, in one pass.
 *
 * Grammar, UTF-8 and depth decide MALFORMED_JSON. What is grammatical but not
 * acceptable (a name twice, a NUL, a lone surrogate, too many values) is
 * noted as the first flaw, with the path to it, and the scan goes on: a later
 * error of grammar still wins, since then the whole is no JSON.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"

#include "json_names.h"

#define DEPTH_MOST 128

const struct json_limits json_limits_request = { LIMIT_JSON_DEPTH,
	LIMIT_JSON_VALUES, LIMIT_JSON_CANVAS_VALUES };
const struct json_limits json_limits_provider = { 64, 1000000, 1000000 };

struct step {
	const char *name; /* of the member we are in; NULL in an array */
	long index;
};

struct scan {
	struct arena *arena;
	const char *at, *end;
	const struct json_limits *limits;
	int depth;
	long values, values_most;
	long objects; /* serial number of the next object */
	struct names names;
	struct step path[DEPTH_MOST];
	struct json_flaw flaw;
};

static bool scan_value(struct scan *);

static void
scan_space(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\n\r", *s->at) && *s->at)
		s->at++;
}

static bool
scan_byte(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static const char *
scan_path(struct scan *s)
{
	struct buf path;

	buf_open(&path, s->arena, LIMIT_BODY_BYTES * 2);
	for (int i = 0; i < s->depth; i++) {
		if (!s->path[i].name)
			buf_printf(&path, "[%ld]", s->path[i].index);
		else
			buf_printf(&path, "%s%s", path.length ? "." : "",
			    s->path[i].name);
	}
	return path.at;
}

static void
scan_flaw(struct scan *s, const char *code, const char *message)
{
	if (s->flaw.code)
		return;
	s->flaw.path = scan_path(s);
	s->flaw.code = code;
	s->flaw.message = message;
}

static bool
scan_hex4(struct scan *s, uint32_t *unit)
{
	*unit = 0;
	if (s->end - s->at < 4)
		return false;
	for (int i = 0; i < 4; i++, s->at++) {
		char c = *s->at;
		uint32_t d;

		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			d = (uint32_t)((c | 32) - 'a' + 10);
		else
			return false;
		*unit = *unit << 4 | d;
	}
	return true;
}

static bool
scan_unicode(struct scan *s)
{
	uint32_t high, low;

	if (!scan_hex4(s, &high))
		return false;
	if (high == 0)
		scan_flaw(s, "format", "It holds a NUL character.");
	if (high < 0xd800 || high > 0xdfff)
		return true;
	/* A high surrogate must be followed by a low one. */
	if (high < 0xdc00 && s->end - s->at >= 2 && s->at[0] == '\\' &&
	    s->at[1] == 'u') {
		s->at += 2;
		if (!scan_hex4(s, &low))
			return false;
		if (low >= 0xdc00 && low <= 0xdfff)
			return true;
	}
	scan_flaw(s, "format", "It holds half of a surrogate pair.");
	return true;
}

static bool
scan_escape(struct scan *s)
{
	if (s->at == s->end)
		return false;
	switch (*s->at++) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return true;
	case 'u':
		return scan_unicode(s);
	default:
		return false;
	}
}

/* After the opening quote; *start and *length are the raw text inside. */
static bool
scan_string(struct scan *s, const char **start, size_t *length)
{
	*start = s->at;
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at;
		uint32_t code_point;
		size_t size;

		if (c == '"') {
			*length = (size_t)(s->at - *start);
			s->at++;
			return true;
		}
		if (c < 0x20)
			return false;
		if (c == '\\') {
			s->at++;
			if (!scan_escape(s))
				return false;
			continue;
		}
		size = utf8_read(s->at, (size_t)(s->end - s->at), &code_point);
		if (size == 0)
			return false;
		s->at += size;
	}
	return false;
}

static bool
scan_digits(struct scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > start;
}

static bool
scan_number(struct scan *s)
{
	scan_byte(s, '-');
	if (!scan_byte(s, '0') && !scan_digits(s))
		return false;
	if (scan_byte(s, '.') && !scan_digits(s))
		return false;
	if (scan_byte(s, 'e') || scan_byte(s, 'E')) {
		if (!scan_byte(s, '+'))
			scan_byte(s, '-');
		return scan_digits(s);
	}
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(s->end - s->at) < length ||
	    memcmp(s->at, word, length) != 0)
		return false;
	s->at += length;
	return true;
}

static void
scan_count(struct scan *s)
{
	if (++s->values == s->values_most + 1)
		scan_flaw(s, "too_large", "It holds too many values.");
}

static bool
scan_member(struct scan *s, long object, struct step *step)
{
	const char *raw;
	size_t length;

	if (!scan_byte(s, '"') || !scan_string(s, &raw, &length))
		return false;
	step->name = json_unescape(s->arena, raw, length);
	if (strcmp(step->name, "designData") == 0)
		s->values_most = s->limits->canvas_values;
	scan_count(s);
	/* Past the ceiling the document is refused anyway: stop remembering. */
	if (s->values <= s->values_most &&
	    !names_add(&s->names, object, step->name))
		scan_flaw(s, "format", "The name stands there twice.");
	scan_space(s);
	return scan_byte(s, ':') && scan_value(s);
}

static bool
scan_object(struct scan *s, struct step *step)
{
	long object = s->objects++;

	scan_space(s);
	if (scan_byte(s, '}'))
		return true;
	do {
		scan_space(s);
		if (!scan_member(s, object, step))
			return false;
		scan_space(s);
	} while (scan_byte(s, ','));
	return scan_byte(s, '}');
}

static bool
scan_array(struct scan *s, struct step *step)
{
	step->name = NULL;
	step->index = 0;
	scan_space(s);
	if (scan_byte(s, ']'))
		return true;
	do {
		scan_count(s);
		if (!scan_value(s))
			return false;
		step->index++;
		scan_space(s);
	} while (scan_byte(s, ','));
	return scan_byte(s, ']');
}

static bool
scan_nested(struct scan *s, bool (*inside)(struct scan *, struct step *))
{
	struct step *step;
	bool good;

	if (s->depth == s->limits->depth)
		return false;
	step = &s->path[s->depth++];
	step->name = "";
	good = inside(s, step);
	s->depth--;
	return good;
}

static bool
scan_value(struct scan *s)
{
	const char *raw;
	size_t length;

	scan_space(s);
	if (s->at == s->end)
		return false;
	switch (*s->at) {
	case '{':
		s->at++;
		return scan_nested(s, scan_object);
	case '[':
		s->at++;
		return scan_nested(s, scan_array);
	case '"':
		s->at++;
		return scan_string(s, &raw, &length);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

enum outcome
json_scan(struct arena *arena, const char *bytes, size_t length,
    const struct json_limits *limits, struct json_flaw *flaw)
{
	struct scan *s = arena_new(arena, struct scan);

	insist(limits->depth <= DEPTH_MOST);
	s->arena = arena;
	s->at = bytes;
	s->end = bytes + length;
	s->limits = limits;
	s->values_most = limits->values;
	names_open(&s->names, arena);

	if (!scan_value(s))
		return MALFORMED_JSON;
	scan_space(s);
	if (s->at != s->end)
		return MALFORMED_JSON;
	if (s->flaw.code) {
		*flaw = s->flaw;
		return VALIDATION_ERROR;
	}
	return OK;
}
