/*
 * secret.c: OpenSSL, with every result insisted upon: a hash that fails means
 * memory is gone or the library is broken.
 *
 * SHA-256 is called directly, as before OpenSSL 3: EVP's way to it allocates
 * at each hash and runs through much more code.
 */
#define OPENSSL_API_COMPAT 0x10101000L /* or they are deprecated */

#include <pthread.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
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

/*
 * A context for HMAC is dearer than what is done with it here: each thread
 * keeps one, ready for SHA-256, until it ends.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t hmac_key;

static void
free_hmac(void *ctx)
{
	EVP_MAC_CTX_free(ctx);
}

static void
make_key(void)
{
	insist(pthread_key_create(&hmac_key, free_hmac) == 0);
}

static EVP_MAC_CTX *
hmac_context(void)
{
	OSSL_PARAM params[2];
	EVP_MAC_CTX *ctx;
	EVP_MAC *method;

	pthread_once(&once, make_key);
	if ((ctx = pthread_getspecific(hmac_key)))
		return ctx;
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0);
	params[1] = OSSL_PARAM_construct_end();
	insist(method = EVP_MAC_fetch(NULL, "HMAC", NULL));
	insist(ctx = EVP_MAC_CTX_new(method));
	insist(EVP_MAC_CTX_set_params(ctx, params));
	EVP_MAC_free(method);
	insist(pthread_setspecific(hmac_key, ctx) == 0);
	return ctx;
}

void
hmac_sha256_pieces(const void *key, size_t key_size, const struct piece *pieces,
    uint8_t mac[SHA256_BYTES])
{
	EVP_MAC_CTX *ctx = hmac_context();
	size_t length;

	insist(EVP_MAC_init(ctx, key, key_size, NULL));
	for (; pieces->bytes; pieces++)
		insist(EVP_MAC_update(ctx, pieces->bytes, pieces->size));
	insist(EVP_MAC_final(ctx, mac, &length, SHA256_BYTES));
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
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	OSSL_PARAM params[4];
	EVP_KDF_CTX *ctx;

	insist(hkdf);
	insist(ctx = EVP_KDF_CTX_new(hkdf));
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_size);
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)purpose, strlen(purpose));
	params[3] = OSSL_PARAM_construct_end();
	insist(EVP_KDF_derive(ctx, derived, SHA256_BYTES, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(hkdf);
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
