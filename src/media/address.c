/*
 * address.c: keys, paths and signed addresses; no file is touched here.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/insist.h"
#include "furniture.h"

#define DAY_S 86400
#define HASH_AT 6 /* behind "aa/bb/" */
#define HASH_LENGTH (SHA256_HEX - 1)

static const struct {
	const char *mime, *extension;
} types[] = {
	{ "image/png", ".png" },
	{ "image/jpeg", ".jpg" },
	{ "image/webp", ".webp" },
};

static const char *const roots[] = {
	[MEDIA_PRIVATE] = "/media/private/",
	[MEDIA_PUBLIC] = "/media/",
};

bool
media_key_of(
    const uint8_t digest[SHA256_BYTES], const char *mime, char key[MEDIA_KEY])
{
	char hex[SHA256_HEX];

	hex_format(digest, SHA256_BYTES, hex);
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].mime, mime) == 0) {
			(void)snprintf(key, MEDIA_KEY, "%.2s/%.2s/%s%s", hex,
			    hex + 2, hex, types[i].extension);
			return true;
		}
	return false;
}

const char *
media_mime(const char *key)
{
	const char *dot = strrchr(key, '.');

	for (size_t i = 0; dot != NULL && i < COUNT(types); i++)
		if (strcmp(types[i].extension, dot) == 0)
			return types[i].mime;
	return NULL;
}

bool
media_key_is_valid(const char *key)
{
	const char *hash = key + HASH_AT;

	if (strlen(key) >= MEDIA_KEY || strlen(key) <= HASH_AT + HASH_LENGTH)
		return false;
	for (int i = 0; i < HASH_LENGTH; i++)
		if (!isdigit((unsigned char)hash[i]) &&
		    (hash[i] < 'a' || hash[i] > 'f'))
			return false;
	return memcmp(key, hash, 2) == 0 && key[2] == '/' &&
	       memcmp(key + 3, hash + 2, 2) == 0 && key[5] == '/' &&
	       hash[HASH_LENGTH] == '.' &&
	       media_mime(hash + HASH_LENGTH) != NULL;
}

bool
media_path_parse(
    const char *address, enum media_visibility *v, char key[MEDIA_KEY])
{
	size_t origin = shelf.public_url ? strlen(shelf.public_url) : 0;
	size_t length;

	if (origin > 0 && strncmp(address, shelf.public_url, origin) == 0)
		address += origin;
	for (size_t i = 0; i < COUNT(roots); i++) {
		size_t root = strlen(roots[i]);

		if (strncmp(address, roots[i], root) != 0)
			continue;
		length = strcspn(address + root, "?#");
		if (length >= MEDIA_KEY)
			return false;
		memcpy(key, address + root, length);
		key[length] = '\0';
		*v = (enum media_visibility)i;
		return media_key_is_valid(key);
	}
	return false;
}

const char *
media_path(struct arena *arena, const char *key, enum media_visibility v)
{
	insist(media_key_is_valid(key));
	return arena_printf(arena, "%s%s", roots[v], key);
}

/* base64url of the HMAC over method, path and end. */
#define SIGNATURE_TEXT 44

static void
sign(const char *path, const char *expires, char text[SIGNATURE_TEXT])
{
	const struct piece pieces[] = { { "GET\n", 4 }, { path, strlen(path) },
		{ "\n", 1 }, { expires, strlen(expires) }, { NULL, 0 } };
	uint8_t mac[SHA256_BYTES];

	insist(shelf.key != NULL && *shelf.key != '\0');
	hmac_sha256_pieces(shelf.url_key, sizeof(shelf.url_key), pieces, mac);
	(void)b64url_format(mac, sizeof(mac), text);
}

const char *
media_url_until(struct arena *arena, const char *key, enum media_visibility v,
    int64_t *expires_s)
{
	const char *path = media_path(arena, key, v), *expires;
	char signature[SIGNATURE_TEXT];

	*expires_s = 0;
	if (v == MEDIA_PUBLIC)
		return arena_printf(arena, "%s%s", shelf.public_url, path);
	*expires_s = (clock_now_s() / DAY_S + 2) * DAY_S;
	expires = arena_printf(arena, "%lld", (long long)*expires_s);
	sign(path, expires, signature);
	return arena_printf(arena, "%s%s?e=%s&s=%s", shelf.public_url, path,
	    expires, signature);
}

const char *
media_url(struct arena *arena, const char *key, enum media_visibility v)
{
	int64_t ignored;

	return media_url_until(arena, key, v, &ignored);
}

/* Digits only, and not too many for int64. */
static bool
parse_expiry(const char *text, int64_t *out)
{
	int64_t n = 0;
	size_t length = strlen(text);

	if (length < 1 || length > 12)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		n = n * 10 + (*text - '0');
	}
	*out = n;
	return true;
}

bool
media_signature_is_good(
    const char *path, const char *expires, const char *signature)
{
	char wanted[SIGNATURE_TEXT];
	int64_t until;

	if (path == NULL || expires == NULL || signature == NULL ||
	    !parse_expiry(expires, &until) || until <= clock_now_s())
		return false;
	sign(path, expires, wanted);
	return secret_equal_text(wanted, signature);
}
