/*
 * token_fuzz.c: base64, base64url and signed tokens. What can be read is
 * written again to the letter; and claims that we sign are read as they are.
 */
#include "base/b64.h"
#include "base/jws.h"
#include "fuzz.h"

typedef bool parse(const char *, size_t, void *, size_t *);
typedef size_t format(const void *, size_t, char *);

static void
there_and_back(struct arena *arena, const char *text, size_t length, parse *in,
    format *out)
{
	char *bytes = arena_alloc(arena, B64_ROOM(length));
	char *again;
	size_t size;

	if (!in(text, length, bytes, &size))
		return;
	insist(size <= B64_ROOM(length));
	again = arena_alloc(arena, B64_TEXT(size));
	insist(out(bytes, size, again) == length);
	insist(memcmp(again, text, length) == 0);
}

static void
sign_and_verify(struct arena *arena, const char *claims)
{
	struct json_flaw flaw;
	const char *token;
	json *tree;

	if (strlen(claims) > 4096 || json_scan(arena, claims, strlen(claims),
					 &json_limits_request, &flaw) != OK)
		return;
	token = jws_sign(arena, "at+jwt", claims);
	if (jws_verify(arena, jws_own_ring(), token, "at+jwt", &tree) == OK)
		insist(json_object_is_type(tree, json_type_object));
}

FUZZ(token)
{
	struct arena *arena = arena_create((size_t)64 * 1024 * 1024);
	const char *text;
	json *claims;

	fuzz_settings();
	text = arena_text_n(arena, (const char *)bytes, size);
	there_and_back(arena, text, size, b64_parse, b64_format);
	there_and_back(arena, text, size, b64url_parse, b64url_format);
	sign_and_verify(arena, text);
	(void)jws_verify(arena, jws_own_ring(), text, NULL, &claims);
	arena_destroy(arena);
	return 0;
}
