/*
 * jws.c: our tokens, and everything that only looks like one.
 */
#include <string.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/jws.h"
#include "base/seal.h"
#include "base/secret.h"

#include "tap.h"

#define USER "01900000-0000-7000-8000-000000000001"
#define SESSION "01900000-0000-7000-8000-000000000002"

static const char secret_text[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
static uint8_t secret_bytes[32];

static const char *
encode(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, B64_TEXT(strlen(text)));

	b64url_format(text, strlen(text), out);
	return out;
}

/* A token with that header and those claims, MACed with our key. */
static const char *
forge(struct arena *a, const char *header, const char *claims)
{
	const char *input =
	    arena_printf(a, "%s.%s", encode(a, header), encode(a, claims));
	uint8_t mac[SHA256_BYTES];
	char sig[64];

	hmac_sha256(secret_bytes, 32, input, strlen(input), mac);
	b64url_format(mac, sizeof(mac), sig);
	return arena_printf(a, "%s.%s", input, sig);
}

static const char *
claims_with(struct arena *a, const char *iss, const char *aud,
    const char *user_id, int64_t iat, int64_t exp)
{
	return arena_printf(a,
	    "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"" USER
	    "\",\"userId\":\"%s\",\"sid\":\"" SESSION
	    "\",\"iat\":%lld,\"exp\":%lld}",
	    iss, aud, user_id, (long long)iat, (long long)exp);
}

#define GOOD_HEADER "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}"
#define ISS "https://shop.example"

static void
test_headers(struct arena *a)
{
	static const struct {
		const char *header, *why;
		bool good;
	} headers[] = {
		{ GOOD_HEADER, "our own header", true },
		{ "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
		    "alg none" },
		{ "{\"alg\":\"HS512\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
		    "another alg" },
		{ "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
		    "an asymmetric alg" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"at+jwt\"}",
		    "a foreign kid" },
		{ "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "no kid" },
		{ "{\"alg\":\"HS256\",\"kid\":\"../k1\",\"typ\":\"at+jwt\"}",
		    "a kid like a path" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		    "another typ" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\"}", "no typ" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\","
		  "\"crit\":[\"x\"]}",
		    "crit" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\","
		  "\"b64\":false}",
		    "b64" },
		{ "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\","
		  "\"alg\":\"HS256\"}",
		    "alg twice" },
		{ "[]", "an array" },
		{ "{'alg':'HS256'}", "no JSON" },
	};
	int64_t now = clock_now_s();
	const char *claims =
	    claims_with(a, ISS, "tshop-api", USER, now, now + 900);
	struct access access;

	for (size_t i = 0; i < COUNT(headers); i++) {
		enum outcome o = access_read(
		    a, forge(a, headers[i].header, claims), &access);

		is_int(o, headers[i].good ? OK : INVALID_TOKEN, "%s",
		    headers[i].why);
	}
}

static void
test_claims(struct arena *a)
{
	int64_t now = clock_now_s();
	const struct {
		const char *claims, *why;
		enum outcome outcome;
	} cases[] = {
		{ claims_with(a, "https://evil.example", "tshop-api", USER, now,
		      now + 900),
		    "a foreign issuer", INVALID_TOKEN },
		{ claims_with(a, ISS, "other", USER, now, now + 900),
		    "a foreign audience", INVALID_TOKEN },
		{ claims_with(a, ISS, "tshop-api", SESSION, now, now + 900),
		    "two users", INVALID_TOKEN },
		{ claims_with(a, ISS, "tshop-api", USER, now + 60, now + 900),
		    "issued in the future", INVALID_TOKEN },
		{ claims_with(a, ISS, "tshop-api", USER, now + 4, now + 900),
		    "issued within the skew", OK },
		{ claims_with(a, ISS, "tshop-api", USER, now - 900, now - 6),
		    "expired", TOKEN_EXPIRED },
		{ claims_with(a, ISS, "tshop-api", USER, now - 900, now - 3),
		    "expired within the skew", OK },
		{ "{\"iss\":\"" ISS "\",\"aud\":\"tshop-api\",\"sub\":\"" USER
		  "\",\"userId\":\"" USER "\",\"sid\":\"" SESSION
		  "\",\"iat\":1}",
		    "no exp", INVALID_TOKEN },
		{ arena_printf(a,
		      "{\"iss\":\"" ISS "\",\"aud\":\"tshop-api\",\"sub\":"
		      "\"" USER "\",\"userId\":\"" USER "\",\"sid\":\"" SESSION
		      "\",\"iat\":%lld,\"exp\":\"%lld\"}",
		      (long long)now, (long long)now + 900),
		    "exp as a text", INVALID_TOKEN },
		{ "[]", "claims that are no object", INVALID_TOKEN },
	};
	struct access access;

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(access_read(
			   a, forge(a, GOOD_HEADER, cases[i].claims), &access),
		    cases[i].outcome, "%s", cases[i].why);
}

static void
test_bytes(struct arena *a)
{
	const struct access who = { { USER }, { SESSION }, "a@b.example",
		"free", "[]" };
	const char *token = access_sign(a, &who);
	size_t length = strlen(token);
	struct access back;
	char *bad;

	is_int(access_read(a, token, &back), OK, "our own token is read");
	is_text(back.user.text, USER, "its user");
	is_text(back.session.text, SESSION, "its session");
	for (size_t i = 0; i < length; i += 7) {
		bad = arena_text(a, token);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		ok(access_read(a, bad, &back) == INVALID_TOKEN,
		    "byte %zu changed", i);
	}
	is_int(access_read(a, arena_printf(a, "%s=", token), &back),
	    INVALID_TOKEN, "padding");
	is_int(access_read(a, arena_printf(a, "%s.", token), &back),
	    INVALID_TOKEN, "a fourth part");
	is_int(access_read(a, arena_printf(a, "%s\n", token), &back),
	    INVALID_TOKEN, "a newline");
	/* 43 characters hold 258 bits: the last two must be zero. */
	bad = arena_text(a, token);
	bad[length - 1] = bad[length - 1] == 'A' ? 'B' : bad[length - 1] + 1;
	is_int(access_read(a, bad, &back), INVALID_TOKEN, "unused bits set");
	bad = arena_alloc(a, 9000);
	memset(bad, 'A', 8999);
	bad[10] = bad[20] = '.';
	is_int(access_read(a, bad, &back), INVALID_TOKEN, "8 KiB and more");
	is_int(access_read(a, "", &back), INVALID_TOKEN, "nothing");
}

static void
test_seal(struct arena *a)
{
	const char *sealed = seal(a, "a secret"), *other = seal(a, "a secret");
	char *changed = arena_text(a, sealed);

	ok(!strstr(sealed, "secret"), "sealed");
	ok(strcmp(sealed, other) != 0, "each time anew");
	is_text(unseal(a, sealed), "a secret", "and opened");
	is_text(unseal(a, seal(a, "")), "", "also nothing");
	changed[20] = changed[20] == 'A' ? 'B' : 'A';
	ok(!unseal(a, changed), "not when it was changed");
	ok(!unseal(a, "") && !unseal(a, "abc") && !unseal(a, "{}"),
	    "nor what is none");
	setenv("TSHOP_JWT_KEYS",
	    arena_printf(a, "k2:%.*sA,k1:%s", (int)strlen(secret_text) - 1,
		secret_text, secret_text),
	    1);
	insist(conf_load(PROGRAM_WORKER));
	is_text(
	    unseal(a, sealed), "a secret", "a key that was the first opens");
	setenv("TSHOP_JWT_KEYS", arena_printf(a, "k2:%s", secret_text), 1);
	insist(conf_load(PROGRAM_WORKER));
	ok(!unseal(a, sealed), "one that is gone does not");
}

int
main(void)
{
	struct arena *arena = arena_create(16 << 20);
	size_t size;

	insist(b64url_parse(
	    secret_text, strlen(secret_text), secret_bytes, &size));
	setenv("TSHOP_JWT_KEYS",
	    arena_printf(arena, "k1:%s,old:%s", secret_text, secret_text), 1);
	setenv("TSHOP_PUBLIC_URL", ISS, 1);
	setenv("DATABASE_URL", "postgresql:///x", 1);
	setenv("TSHOP_MEDIA_KEY", secret_text, 1);
	insist(conf_load(PROGRAM_WORKER));

	test_headers(arena);
	test_claims(arena);
	test_bytes(arena);
	test_seal(arena);
	arena_destroy(arena);
	return tap_done();
}
