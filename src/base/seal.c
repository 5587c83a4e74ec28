/*
 * seal.c: nonce, ciphertext and tag, one after the other.
 */
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/seal.h"
#include "base/secret.h"

#define NONCE_BYTES 12
#define TAG_BYTES 16
#define EXTRA_BYTES (NONCE_BYTES + TAG_BYTES)

/* The key of the n-th entry of the ring; false: there is none. */
static bool
ring_key(int n, uint8_t key[SHA256_BYTES])
{
	const char *at = conf_text(CONF_TSHOP_JWT_KEYS);

	for (; n > 0 && *at; n--) {
		at += strcspn(at, ",");
		at += *at == ',';
	}
	if (!*at)
		return false;
	secret_derive(at, strcspn(at, ","), "sealed rows", key);
	return true;
}

/* Encrypts or decrypts; false: the tag does not fit. */
static bool
run(bool sealing, const uint8_t *key, uint8_t *bytes, const uint8_t *in,
    size_t size, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *tag = bytes + NONCE_BYTES + size;
	int length, rest;
	bool good;

	insist(ctx && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
			  bytes, sealing) == 1);
	insist(EVP_CipherUpdate(ctx, out, &length, in, (int)size) == 1);
	if (!sealing)
		insist(EVP_CIPHER_CTX_ctrl(
			   ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1);
	good = EVP_CipherFinal_ex(ctx, out + length, &rest) == 1;
	if (sealing)
		insist(good && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG,
				   TAG_BYTES, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

const char *
seal(struct arena *a, const char *text)
{
	size_t size = strlen(text);
	uint8_t *bytes = arena_alloc(a, size + EXTRA_BYTES);
	char *sealed = arena_alloc(a, B64_TEXT(size + EXTRA_BYTES));
	uint8_t key[SHA256_BYTES];

	insist(ring_key(0, key));
	random_bytes(bytes, NONCE_BYTES);
	run(true, key, bytes, (const uint8_t *)text, size, bytes + NONCE_BYTES);
	secret_wipe(key, sizeof(key));
	b64url_format(bytes, size + EXTRA_BYTES, sealed);
	return sealed;
}

const char *
unseal(struct arena *a, const char *sealed)
{
	size_t length = strlen(sealed), size;
	uint8_t *bytes = arena_alloc(a, B64_ROOM(length));
	uint8_t key[SHA256_BYTES];
	bool good = false;
	char *text;

	if (!b64url_parse(sealed, length, bytes, &size) || size < EXTRA_BYTES)
		return NULL;
	size -= EXTRA_BYTES;
	text = arena_alloc(a, size + 1);
	for (int n = 0; !good && ring_key(n, key); n++)
		good = run(false, key, bytes, bytes + NONCE_BYTES, size,
		    (uint8_t *)text);
	secret_wipe(key, sizeof(key));
	text[size] = '\0';
	return good ? text : NULL;
}
