/*
 * password.c: Argon2id, and the passwords that everybody thinks of first.
 */
#include <string.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/password.h"

#include "common_passwords.h"

#define PASSES_LEAST 2
#define KIB_LEAST 19456

static unsigned long long
passes(void)
{
	int n = conf_int(CONF_TSHOP_PASSWORD_PASSES);

	return n < PASSES_LEAST ? PASSES_LEAST : (unsigned long long)n;
}

static size_t
memory_bytes(void)
{
	int kib = conf_int(CONF_TSHOP_PASSWORD_KIB);

	return (size_t)(kib < KIB_LEAST ? KIB_LEAST : kib) * 1024;
}

enum outcome
password_hash(struct arena *arena, const char *password, const char **hash)
{
	char text[crypto_pwhash_STRBYTES];

	insist(sodium_init() >= 0);
	if (crypto_pwhash_str(
		text, password, strlen(password), passes(), memory_bytes()))
		return SERVICE_UNAVAILABLE;
	*hash = arena_text(arena, text);
	return OK;
}

/* A hash that nothing fits, of the parameters in force. */
static const char *
dummy(void)
{
	static char text[crypto_pwhash_STRBYTES];
	char nothing[32];

	if (!*text) {
		randombytes_buf(nothing, sizeof(nothing));
		if (crypto_pwhash_str(text, nothing, sizeof(nothing), passes(),
			memory_bytes()))
			*text = '\0';
		sodium_memzero(nothing, sizeof(nothing));
	}
	return text;
}

bool
password_verify(const char *hash, const char *password)
{
	const char *against = hash;
	bool fits;

	insist(sodium_init() >= 0);
	if (!hash || !*hash)
		against = dummy();
	fits =
	    crypto_pwhash_str_verify(against, password, strlen(password)) == 0;
	return fits && against == hash;
}

bool
password_needs_rehash(const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, passes(), memory_bytes()) !=
	       0;
}

static int
compare(const void *key, const void *row)
{
	return strcmp(key, common_password_text + *(const uint32_t *)row);
}

bool
password_is_common(const char *password)
{
	char low[COMMON_PASSWORD_BYTES + 1];
	size_t length = strlen(password);

	if (length > COMMON_PASSWORD_BYTES)
		return false;
	for (size_t i = 0; i <= length; i++) {
		char c = password[i];

		low[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	return bsearch(low, common_password_at, common_password_count,
		   sizeof(common_password_at[0]), compare) != NULL;
}
