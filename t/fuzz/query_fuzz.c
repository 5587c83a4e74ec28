/*
 * query_fuzz.c: query strings: escapes, pairs, and a form with a field of
 * every kind that a query may have.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "http/furniture.h"
#include "http/route.h"

struct query_form {
	const char *text, *prose, *email, *link, *choice;
	int number;
	int64_t big;
	bool flag;
	struct id id;
};

/* clang-format off */
static const struct field fields[] = {
	FIELD(query_form, text, "q", OPTIONAL, 1, 20),
	FIELD(query_form, prose, "prose", PROSE, 0, 20),
	FIELD(query_form, email, "email", EMAIL, 3, 254),
	FIELD(query_form, link, "link", LINK, 1, 200),
	CHOICE(query_form, choice, "sortBy", OPTIONAL, "newest|popular"),
	FIELD(query_form, number, "n", OPTIONAL, -5, 500),
	FIELD(query_form, big, "big", OPTIONAL, 0, INT64_MAX),
	FIELD(query_form, flag, "flag", OPTIONAL, 0, 0),
	FIELD(query_form, id, "id", OPTIONAL, 0, 0),
	FIELD_END
};
/* clang-format on */

static void
decode(struct arena *arena, const char *text)
{
	size_t length = strlen(text);
	const char *plain = percent_decode(arena, text, length, true);

	if (plain == NULL)
		return;
	insist(strlen(plain) <= length);
	insist(utf8_is_valid(plain, strlen(plain)));
}

FUZZ(query)
{
	struct arena *arena = arena_create((size_t)64 * 1024 * 1024);
	struct route route = { .path = "/fuzz" };
	struct query_form form = { 0 };
	struct request rq = { .arena = arena, .route = &route };
	char *text = arena_text_n(arena, (const char *)bytes, size);

	rq.environment =
	    (char *[]){ arena_printf(arena, "QUERY_STRING=%s", text), NULL };
	decode(arena, text);
	if (form_query(&rq, fields, &form) == OK) {
		insist(form.number >= -5 && form.number <= 500);
		insist(form.big >= 0);
		insist(form.text == NULL ||
		       utf8_is_valid(form.text, strlen(form.text)));
	}
	arena_destroy(arena);
	return 0;
}
