/*
 * password.c: Argon2id strings, and the list of common passwords.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/password.h"

#include "tap.h"

static const char typed[] = "caf\xc3\xa9 au lait \xe2\x98\x95";

static void
a_hash(struct arena *a)
{
	const char *hash = "", *other = "";

	ok(password_hash(a, typed, &hash) == OK, "a password is hashed");
	ok(!strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31),
	    "with the parameters in force");
	ok(password_verify(hash, typed), "it fits");
	ok(!password_verify(hash, "caf\xc3\xa9 au lait"), "a part does not");
	ok(!password_verify(hash, ""), "nothing does not");
	ok(!password_needs_rehash(hash), "it needs no other hash");
	password_hash(a, typed, &other);
	ok(strcmp(hash, other) != 0, "each hash has a salt of its own");
	ok(password_needs_rehash("$argon2id$v=19$m=9216,t=4,p=1$"
				 "c2FsdHNhbHRzYWx0c2FsdA$"
				 "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"),
	    "one of other parameters does");
	ok(password_needs_rehash("nonsense"), "so does what is none");
	ok(!password_verify("nonsense", typed), "and nothing fits it");
}

static int64_t
verify_us(const char *hash)
{
	int64_t began = clock_mono_us();

	password_verify(hash, typed);
	return clock_mono_us() - began;
}

static void
nobody(struct arena *a)
{
	const char *hash = "";
	int64_t known = 0, unknown = 0, one;

	password_hash(a, "something else", &hash);
	ok(!password_verify(NULL, typed), "nobody's password never fits");
	ok(!password_verify("", typed), "nor does an empty hash");
	known = unknown = INT64_MAX;
	for (int i = 0; i < 15; i++) {
		if ((one = verify_us(hash)) < known)
			known = one;
		if ((one = verify_us(NULL)) < unknown)
			unknown = one;
	}
	ok(unknown * 10 > known * 8 && unknown * 8 < known * 10,
	    "nobody takes as long as somebody (%lld and %lld us)",
	    (long long)unknown, (long long)known);
}

static void
common(void)
{
	static const char *const bad[] = { "password", "PassWord1", "12345678",
		"qwertyuiop", "iloveyou2", "aaaaaaaa", "Passw0rd!",
		"zzzzzzzzzzzzzzzz", "#$%^&*()" };
	static const char *const good[] = { "", "correct-horse-battery",
		"wharf lantern mosaic", "k9#vT!2pQx",
		"password that goes on and on and on" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(password_is_common(bad[i]), "'%s' is common", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(!password_is_common(good[i]), "'%s' is not", good[i]);
}

int
main(void)
{
	struct arena *a = arena_create(1 << 20);

	conf_load(PROGRAM_CTL);
	a_hash(a);
	nobody(a);
	common();
	arena_destroy(a);
	return tap_done();
}
