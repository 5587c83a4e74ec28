/*
 * json.c: what is JSON and what is not, by RFC 8259 and nothing else.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "base/json.h"

#include "tap.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *outcome;
	const char *path, *code; /* of the flaw */
} documents[] = {
	{ "{}",                       "OK" },
	{ " \t\r\n[ ] ",              "OK" },
	{ "\"\"",                     "OK" },
	{ "-0",                       "OK" },
	{ "-0.5e+10",                 "OK" },
	{ "1E5",                      "OK" },
	{ "null",                     "OK" },
	{ "[true,false,null]",        "OK" },
	{ "\"\\ud83d\\ude00\"",       "OK" },
	{ "\"\\u00e9\\n\\/\"",        "OK" },
	{ "\"\xf0\x9f\x98\x80\"",     "OK" },
	{ "{\"a\":{\"a\":1}}",        "OK" },
	{ "[{\"a\":1},{\"a\":1}]",    "OK" },
	{ "99999999999999999999999",  "OK" },
	/* what json-c would have taken */
	{ "{'a':1}",                  "MALFORMED_JSON" },
	{ "NaN",                      "MALFORMED_JSON" },
	{ "-Infinity",                "MALFORMED_JSON" },
	{ "-01",                      "MALFORMED_JSON" },
	{ "2.",                       "MALFORMED_JSON" },
	{ "\"\n\"",                   "MALFORMED_JSON" },
	{ "\"\x7f\"",                 "OK" }, /* DEL is no control of JSON's */
	{ "\"\t\"",                   "MALFORMED_JSON" },
	/* numbers */
	{ "01",                       "MALFORMED_JSON" },
	{ ".5",                       "MALFORMED_JSON" },
	{ "+1",                       "MALFORMED_JSON" },
	{ "1e",                       "MALFORMED_JSON" },
	{ "0x10",                     "MALFORMED_JSON" },
	{ "-",                        "MALFORMED_JSON" },
	/* structure */
	{ "",                         "MALFORMED_JSON" },
	{ " ",                        "MALFORMED_JSON" },
	{ "{} {}",                    "MALFORMED_JSON" },
	{ "{}x",                      "MALFORMED_JSON" },
	{ "[1,]",                     "MALFORMED_JSON" },
	{ "{\"a\":1,}",               "MALFORMED_JSON" },
	{ "{\"a\" 1}",                "MALFORMED_JSON" },
	{ "{a:1}",                    "MALFORMED_JSON" },
	{ "{1:1}",                    "MALFORMED_JSON" },
	{ "[1 2]",                    "MALFORMED_JSON" },
	{ "[",                        "MALFORMED_JSON" },
	{ "{\"a\"",                   "MALFORMED_JSON" },
	{ "[1]//",                    "MALFORMED_JSON" },
	{ "[/**/1]",                  "MALFORMED_JSON" },
	{ "tRUE",                     "MALFORMED_JSON" },
	{ "\xef\xbb\xbf{}",           "MALFORMED_JSON" },
	/* strings */
	{ "\"\\x41\"",                "MALFORMED_JSON" },
	{ "\"\\u12\"",                "MALFORMED_JSON" },
	{ "\"\\u12g4\"",              "MALFORMED_JSON" },
	{ "\"a",                      "MALFORMED_JSON" },
	{ "\"\\",                     "MALFORMED_JSON" },
	{ "\"\xc0\xaf\"",             "MALFORMED_JSON" }, /* overlong */
	{ "\"\xed\xa0\x80\"",         "MALFORMED_JSON" }, /* surrogate */
	{ "\"\xf4\x90\x80\x80\"",     "MALFORMED_JSON" }, /* too large */
	{ "\"\xff\"",                 "MALFORMED_JSON" },
	/* readable, but not acceptable */
	{ "{\"a\":1,\"a\":2}",        "VALIDATION_ERROR", "a", "format" },
	{ "{\"a\":1,\"\\u0061\":2}",  "VALIDATION_ERROR", "a", "format" },
	{ "{\"b\":[{\"c\":\"\\u0000\"}]}", "VALIDATION_ERROR", "b[0].c", "format" },
	{ "{\"a\":\"\\ud800\"}",      "VALIDATION_ERROR", "a", "format" },
	{ "{\"a\":\"\\ud800\\u0041\"}", "VALIDATION_ERROR", "a", "format" },
	{ "{\"a\":\"\\udc00\"}",      "VALIDATION_ERROR", "a", "format" },
	/* a later error of grammar wins */
	{ "{\"a\":1,\"a\":2",         "MALFORMED_JSON" },
};
/* clang-format on */

static enum outcome
read_text(
    struct arena *arena, const char *text, json **value, struct json_flaw *flaw)
{
	*flaw = (struct json_flaw){ 0 };
	return json_read(
	    arena, text, strlen(text), &json_limits_request, value, flaw);
}

static void
test_documents(struct arena *arena)
{
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct json_flaw flaw;
		json *value = NULL;
		enum outcome o =
		    read_text(arena, documents[i].text, &value, &flaw);

		is_text(
		    outcome_code(o), documents[i].outcome, "document %zu", i);
		if (documents[i].path) {
			is_text(flaw.path, documents[i].path, "its path");
			is_text(flaw.code, documents[i].code, "its code");
		}
	}
}

/* 'n' brackets around nothing. */
static const char *
nested(struct arena *arena, int n)
{
	char *text = arena_alloc(arena, (size_t)n * 2 + 1);

	memset(text, '[', (size_t)n);
	memset(text + n, ']', (size_t)n);
	return text;
}

static const char *
many(struct arena *arena, const char *name, int n)
{
	struct buf b;

	buf_open(&b, arena, 1 << 22);
	buf_printf(&b, "{\"%s\":[0", name);
	for (int i = 1; i < n; i++)
		buf_text(&b, ",0");
	buf_text(&b, "]}");
	return b.at;
}

static void
test_limits(struct arena *arena)
{
	struct json_flaw flaw;
	json *value;

	is_int(read_text(arena, nested(arena, 32), &value, &flaw), OK,
	    "32 levels are read");
	is_int(read_text(arena, nested(arena, 33), &value, &flaw),
	    MALFORMED_JSON, "33 are not");
	is_int(read_text(arena, nested(arena, 100000), &value, &flaw),
	    MALFORMED_JSON, "nor 100000, without a crash");
	is_int(read_text(arena, many(arena, "a", 9999), &value, &flaw), OK,
	    "10000 values are read");
	is_int(read_text(arena, many(arena, "a", 10000), &value, &flaw),
	    VALIDATION_ERROR, "10001 are not");
	is_int(
	    read_text(arena, many(arena, "designData", 99999), &value, &flaw),
	    OK, "a canvas may hold 100000");
	is_int(
	    read_text(arena, many(arena, "designData", 100000), &value, &flaw),
	    VALIDATION_ERROR, "but not more");
}

static void
test_values(struct arena *arena)
{
	struct json_flaw flaw;
	json *v;

	is_int(read_text(arena,
		   "{\"n\":24.50,\"big\":99999999999999999999,\"s\":\"x\","
		   "\"a\":[1,2],\"t\":true,\"z\":null,\"e\":1e2}",
		   &v, &flaw),
	    OK, "an object is read");
	is_text(
	    json_number(json_get(v, "n")), "24.50", "a number keeps its text");
	ok(json_is_int(json_get(json_get(v, "a"), "x")) == false &&
		json_is_int(json_element(json_get(v, "a"), 0)),
	    "1 is an integer");
	ok(!json_is_int(json_get(v, "e")), "1e2 is none");
	is_text(json_text(v, "s"), "x", "a text");
	ok(json_text(v, "n") == NULL, "a number is no text");
	is_int(json_int(v, "s", -7), -7, "a text is no number");
	ok(json_flag(v, "t", false), "true");
	ok(json_get(v, "z") == NULL, "null is nothing");
	is_int((int64_t)json_count(json_get(v, "a")), 2, "two elements");
	ok(!json_numbers_are_plain(v), "nor is it plain");
	ok(json_int(v, "big", 0) >= INT64_MAX, "a big number is clamped, not "
					       "wrapped");
}

/* What a database could not keep as it is said. */
static void
test_numbers(struct arena *arena)
{
	static const char *const plain[] = { "[]", "{\"a\":null}",
		"[0,-0.0,1e300,-12.5e-300,9223372036854775807]",
		"{\"a\":[{\"b\":\"1e999\"}]}", "[-9223372036854775807]" };
	static const char *const grand[] = { "[9223372036854775808]",
		"[-9223372036854775809]", "[99999999999999999999]",
		"{\"a\":[{\"b\":1e301}]}", "[1e-301]", "[0e999999999999]",
		"[1e-99999999999999999999999]", "[1e400]",
		"[0.00000000000000000000000000000000000000000000000000000000"
		"00000000001]" };
	struct json_flaw flaw;
	json *v;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		ok(read_text(arena, plain[i], &v, &flaw) == OK &&
			json_numbers_are_plain(v),
		    "%s is plain", plain[i]);
	for (size_t i = 0; i < sizeof(grand) / sizeof(*grand); i++)
		ok(read_text(arena, grand[i], &v, &flaw) == OK &&
			!json_numbers_are_plain(v),
		    "%s is not", grand[i]);
}

int
main(void)
{
	struct arena *arena = arena_create(64 << 20);

	test_documents(arena);
	test_limits(arena);
	test_values(arena);
	test_numbers(arena);
	arena_destroy(arena);
	return tap_done();
}
