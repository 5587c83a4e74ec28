/*
 * form_field.c: one value against one row of a table.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/email.h"
#include "base/insist.h"
#include "base/utf8.h"

#include "furniture.h"

struct wrong {
	const char *code, *message;
};

static const struct wrong wrong_required = { "required", "It is required." };

/* E.164: plus, then 7 to 15 digits, the first not 0. */
static bool
is_phone(const char *s)
{
	size_t n;

	if (*s++ != '+' || *s == '0')
		return false;
	n = strspn(s, "0123456789");
	return n >= 7 && n <= 15 && s[n] == '\0';
}

/* A host name, perhaps with a port behind it. */
static bool
is_host(const char *s, size_t length)
{
	size_t name = strspn(s, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.-");
	size_t port;

	if (name > length)
		name = length;
	if (name == 0 || name > 253 || !isalnum((unsigned char)s[0]) ||
	    !isalnum((unsigned char)s[name - 1]) || memmem(s, name, "..", 2))
		return false;
	if (name == length)
		return true;
	port = strspn(s + name + 1, "0123456789");
	return s[name] == ':' && port >= 1 && port <= 5 &&
	       name + 1 + port == length &&
	       strtol(s + name + 1, NULL, 10) <= 65535;
}

/* https://host…: no user part, no white space. */
static bool
is_link(const char *s)
{
	if (strncmp(s, "https://", 8) != 0 || strpbrk(s, " \"<>\\^`{|}"))
		return false;
	s += 8;
	return is_host(s, strcspn(s, "/?#"));
}

/* The kinds of subtags after the language, in the order that they must have;
 * 0: it is none. RFC 5646 section 2.1. */
static int
subtag_rank(const char *s, size_t length, bool short_language)
{
	size_t letters = 0, digits = 0;

	while (letters < length && isalpha((unsigned char)s[letters]))
		letters++;
	while (digits < length && isdigit((unsigned char)s[digits]))
		digits++;
	if (letters == 3)
		return length == 3 && short_language ? 1 : 0; /* extended */
	if (letters == 4 && length == 4)
		return 2; /* script */
	if ((letters == 2 && length == 2) || (digits == 3 && length == 3))
		return 3; /* region */
	return length >= 5 || (length == 4 && digits >= 1) ? 4 : 0;
}

/* What follows the language. A letter or digit alone opens an extension, which
 * must hold something; after an x anything goes. */
static bool
subtags_are_good(const char *s, bool short_language)
{
	bool inside = false, empty = false, own = false;
	int last = 0;

	while (*s) {
		size_t length = 0;
		int rank;

		s++;
		while (isalnum((unsigned char)s[length]))
			length++;
		if (length < 1 || length > 8 || (s[length] && s[length] != '-'))
			return false;
		if (own || (inside && length > 1)) {
			empty = false;
		} else if (length == 1) {
			if (empty)
				return false;
			inside = empty = true;
			own = (*s | 32) == 'x';
		} else {
			rank = subtag_rank(s, length, short_language);
			if (rank < last || rank == 0 ||
			    (rank == last && (rank == 2 || rank == 3)))
				return false;
			last = rank;
		}
		s += length;
	}
	return !empty;
}

/* A well-formed tag of BCP 47 that begins with a language. */
static bool
is_language(const char *s)
{
	size_t length = 0;

	while (isalpha((unsigned char)s[length]))
		length++;
	return length >= 2 && length <= 8 && (!s[length] || s[length] == '-') &&
	       subtags_are_good(s + length, length <= 3);
}

static bool
is_color(const char *s)
{
	return *s == '#' && strspn(s + 1, "0123456789abcdefABCDEF") == 6 &&
	       s[7] == '\0';
}

/* clang-format off */
static const struct {
	unsigned flag;
	bool (*is)(const char *);
	const char *message;
} formats[] = {
	{ EMAIL,    email_is_good, "It must be an e-mail address." },
	{ PHONE,    is_phone,    "It must be a number like +15551234567." },
	{ LINK,     is_link,     "It must be an https URL." },
	{ LANGUAGE, is_language, "It must be a language tag like en or de-AT." },
	{ COLOR,    is_color,    "It must be a colour like #1a2b3c." },
	{ DATE,     clock_is_moment, "It must be a date or an RFC 3339 time." },
};
/* clang-format on */

static bool
is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = choices;; at++) {
		size_t one = strcspn(at, "|");

		if (one == length && memcmp(at, value, length) == 0)
			return true;
		at += one;
		if (*at == '\0')
			return false;
	}
}

/* NULL if the text is good. */
static const struct wrong *
text_wrong(const struct field *f, const char *text)
{
	static _Thread_local struct wrong w;
	int64_t length = (int64_t)utf8_length(text);

	if (f->choices) {
		w = (struct wrong){ "enum", "It is none of the choices." };
		return is_choice(f->choices, text) ? NULL : &w;
	}
	w = (struct wrong){ "too_short", "It is too short." };
	if (length < f->least)
		return &w;
	w = (struct wrong){ "too_long", "It is too long." };
	if (length > f->most)
		return &w;
	w = (struct wrong){ "format", "It holds control characters." };
	if (!(f->flags & SECRET) && utf8_has_control(text, f->flags & PROSE))
		return &w;
	for (size_t i = 0; i < COUNT(formats); i++) {
		w.message = formats[i].message;
		if ((f->flags & formats[i].flag) && !formats[i].is(text))
			return &w;
	}
	return NULL;
}

static const struct wrong *
number_wrong(const struct field *f, int64_t number)
{
	static const struct wrong small = { "too_small", "It is too small." };
	static const struct wrong large = { "too_large", "It is too large." };

	if (number < f->least)
		return &small;
	return number > f->most ? &large : NULL;
}

/* The same kinds, stored through the member's own type. */
union member {
	char *at;
	const char **text;
	int *number;
	int64_t *big;
	bool *yes;
	struct id *id;
	struct decimal *decimal;
	json **tree;
};

static const struct wrong *
store_number(const struct field *f, union member m, int64_t number)
{
	const struct wrong *w = number_wrong(f, number);

	if (!w && f->kind == FIELD_INT)
		*m.number = (int)number;
	else if (!w)
		*m.big = number;
	return w;
}

static const struct wrong *
store_text(const struct field *f, union member m, const char *text)
{
	static const struct wrong no_id = { "format", "It must be a UUID." };
	const struct wrong *w;

	if (f->kind == FIELD_ID)
		return id_parse(text, m.id) ? NULL : &no_id;
	w = text_wrong(f, text);
	if (!w)
		*m.text = text;
	return w;
}

static const struct wrong *
store_json(const struct field *f, union member m, json *value)
{
	static const struct wrong type = { "type", "It has the wrong type." };
	enum json_type is = json_object_get_type(value);

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_ID:
		return is != json_type_string
			   ? &type
			   : store_text(f, m, json_object_get_string(value));
	case FIELD_INT:
	case FIELD_BIG:
		return is != json_type_int
			   ? &type
			   : store_number(f, m, json_object_get_int64(value));
	case FIELD_BOOL:
		if (is != json_type_boolean)
			return &type;
		*m.yes = json_object_get_boolean(value);
		return NULL;
	case FIELD_DECIMAL:
		if (is != json_type_int && is != json_type_double)
			return &type;
		m.decimal->text = json_number(value);
		return NULL;
	case FIELD_JSON:
		if (is !=
		    (f->flags & ARRAY ? json_type_array : json_type_object))
			return &type;
		*m.tree = value;
		return NULL;
	}
	insist(!"a field of no kind");
}

void
field_from_json(struct request *rq, const struct field *f, const char *path,
    json *value, void *form)
{
	union member m = { .at = (char *)form + f->offset };
	const struct wrong *w = NULL;

	if (value)
		w = store_json(f, m, value);
	else if (f->flags & REQUIRED)
		w = &wrong_required;
	if (w)
		form_wrong(rq, path, w->code, w->message);
}

/* A whole number in the query: digits, at most a minus before them. */
static bool
whole_number(const char *text, int64_t *number)
{
	const char *digits = text + (*text == '-');
	size_t length = strlen(digits);

	if (length == 0 || length > 18 ||
	    strspn(digits, "0123456789") != length)
		return false;
	*number = strtoll(text, NULL, 10);
	return true;
}

void
field_from_text(
    struct request *rq, const struct field *f, const char *value, void *form)
{
	static const struct wrong type = { "type", "It has the wrong type." };
	union member m = { .at = (char *)form + f->offset };
	const struct wrong *w = NULL;
	int64_t number;

	if (!value) {
		w = f->flags & REQUIRED ? &wrong_required : NULL;
	} else if (f->kind == FIELD_TEXT || f->kind == FIELD_ID) {
		w = store_text(f, m, value);
	} else if (f->kind == FIELD_BOOL) {
		*m.yes = strcmp(value, "true") == 0;
		w = *m.yes || strcmp(value, "false") == 0 ? NULL : &type;
	} else {
		insist(f->kind == FIELD_INT || f->kind == FIELD_BIG);
		w = whole_number(value, &number) ? store_number(f, m, number)
						 : &type;
	}
	if (w)
		form_wrong(rq, f->key, w->code, w->message);
}
