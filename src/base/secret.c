/*
 * secret.c: OpenSSL, with every result insisted upon: a hash that fails means
 * memory is gone or the library is broken.
 *
 * SHA-256 is called directly, as before OpenSSL 3: EVP allocates a context for
 * each hash and three for an HMAC, and runs through so much code that a worker
 * which wakes for one request spends 5 us on two short hashes.
 */
#define OPENSSL_API_COMPAT 0x10101000L /* or they are deprecated */

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/b64.h"
#include "base/insist.h"
#include "base/secret.h"

void
sha256(const void *bytes, size_t size, uint8_t digest[SHA256_BYTES])
{
	SHA256_CTX ctx;

	insist(SHA256_Init(&ctx) && SHA256_Update(&ctx, bytes, size) &&
	       SHA256_Final(digest, &ctx));
}

void
sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX])
{
	uint8_t digest[SHA256_BYTES];

	sha256(bytes, size, digest);
	hex_format(digest, sizeof(digest), hex);
}

/* Begin with the key, padded to a block and turned by 'mask'. */
static void
hmac_begin(SHA256_CTX *ctx, const uint8_t key[SHA256_CBLOCK], uint8_t mask)
{
	uint8_t pad[SHA256_CBLOCK];

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = key[i] ^ mask;
	insist(SHA256_Init(ctx) && SHA256_Update(ctx, pad, sizeof(pad)));
	OPENSSL_cleanse(pad, sizeof(pad));
}

void
hmac_sha256_pieces(const void *key, size_t key_size, const struct piece *pieces,
    uint8_t mac[SHA256_BYTES])
{
	uint8_t block[SHA256_CBLOCK] = { 0 };
	SHA256_CTX ctx;

	if (key_size > sizeof(block))
		sha256(key, key_size, block);
	else
		memcpy(block, key, key_size);
	hmac_begin(&ctx, block, 0x36);
	for (; pieces->bytes; pieces++)
		insist(SHA256_Update(&ctx, pieces->bytes, pieces->size));
	insist(SHA256_Final(mac, &ctx));
	hmac_begin(&ctx, block, 0x5c);
	insist(
	    SHA256_Update(&ctx, mac, SHA256_BYTES) && SHA256_Final(mac, &ctx));
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(&ctx, sizeof(ctx));
}

void
hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
    uint8_t mac[SHA256_BYTES])
{
	hmac_sha256_pieces(key, key_size,
	    (const struct piece[]){ { bytes, size }, { NULL, 0 } }, mac);
}

void
secret_derive(const void *key, size_t key_size, const char *purpose,
    uint8_t derived[SHA256_BYTES])
{
	static const uint8_t no_salt[SHA256_BYTES];
	uint8_t extract[SHA256_BYTES];

	hmac_sha256(no_salt, sizeof(no_salt), key, key_size, extract);
	hmac_sha256_pieces(extract, sizeof(extract),
	    (const struct piece[]){
		{ purpose, strlen(purpose) }, { "\1", 1 }, { NULL, 0 } },
	    derived);
	OPENSSL_cleanse(extract, sizeof(extract));
}

void
random_bytes(void *bytes, size_t size)
{
	insist(size <= 4096 && RAND_bytes(bytes, (int)size) == 1);
}

bool
secret_equal(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

bool
secret_equal_text(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && secret_equal(a, b, length);
}

void
secret_wipe(void *bytes, size_t size)
{
	OPENSSL_cleanse(bytes, size);
}

void
hex_format(const uint8_t *bytes, size_t size, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_parse(const char *hex, uint8_t *bytes, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void
token_create(char text[TOKEN_TEXT])
{
	uint8_t bits[32];

	random_bytes(bits, sizeof(bits));
	b64url_format(bits, sizeof(bits), text);
}
