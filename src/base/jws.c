/*
 * jws.c: HS256 for our own tokens, RS256 for those of Google.
 */
#include <string.h>
#include <strings.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/jws.h"
#include "base/limits.h"
#include "base/secret.h"

#define KID_BYTES 128
#define KEY_BYTES 512
#define RSA_BITS_LEAST 2048

struct jws_key {
	char kid[KID_BYTES];
	uint8_t secret[KEY_BYTES]; /* HS256 */
	size_t size;
	EVP_PKEY *rsa; /* RS256; NULL: this one is HS256 */
};

struct jws_ring {
	struct arena *arena;
	size_t count;
	struct jws_key keys[LIMIT_KEY_RING];
};

static const struct json_limits token_limits = { 8, 256, 256 };

const struct jws_ring *
jws_own_ring(void)
{
	static struct jws_ring ring;
	const char *at = conf_text(CONF_TSHOP_JWT_KEYS);

	/* conf.c has checked the text: every piece is kid:base64url. */
	while (ring.count < LIMIT_KEY_RING && *at) {
		struct jws_key *key = &ring.keys[ring.count];
		size_t length = strcspn(at, ","), kid = strcspn(at, ":");

		insist(kid < KID_BYTES);
		memcpy(key->kid, at, kid);
		insist(b64url_parse(
		    at + kid + 1, length - kid - 1, key->secret, &key->size));
		ring.count++;
		at += length + (at[length] == ',');
	}
	insist(ring.count > 0);
	return &ring;
}

struct jws_ring *
jws_ring_create(struct arena *arena)
{
	struct jws_ring *ring = arena_new(arena, struct jws_ring);

	ring->arena = arena;
	return ring;
}

static void
free_key(void *key)
{
	EVP_PKEY_free(key);
}

static BIGNUM *
number_parse(const char *text)
{
	uint8_t bytes[B64_ROOM(1400)];
	size_t size;

	if (!text || strlen(text) > 1400 ||
	    !b64url_parse(text, strlen(text), bytes, &size) || size == 0)
		return NULL;
	return BN_bin2bn(bytes, (int)size, NULL);
}

static EVP_PKEY *
rsa_build(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	insist(build && ctx);
	insist(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n));
	insist(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e));
	insist(params = OSSL_PARAM_BLD_to_param(build));
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool
jws_ring_add_rsa(struct jws_ring *ring, const char *kid, const char *n_text,
    const char *e_text)
{
	BIGNUM *n = number_parse(n_text), *e = number_parse(e_text);
	EVP_PKEY *key = NULL;

	if (ring->count < LIMIT_KEY_RING && kid && strlen(kid) < KID_BYTES &&
	    n && e && BN_num_bits(n) >= RSA_BITS_LEAST && BN_is_odd(e) &&
	    BN_num_bits(e) >= 2)
		key = rsa_build(n, e);
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	if (!key)
		return false;
	arena_defer(ring->arena, free_key, key);
	snprintf(ring->keys[ring->count].kid, KID_BYTES, "%s", kid);
	ring->keys[ring->count++].rsa = key;
	return true;
}

static const struct jws_key *
ring_find(const struct jws_ring *ring, const char *kid, const char *alg)
{
	for (size_t i = 0; i < ring->count; i++) {
		const struct jws_key *key = &ring->keys[i];
		const char *own = key->rsa ? "RS256" : "HS256";

		if (strcmp(key->kid, kid) == 0 &&
		    (!alg || strcmp(own, alg) == 0))
			return key;
	}
	return NULL;
}

bool
jws_ring_has(const struct jws_ring *ring, const char *kid)
{
	return ring_find(ring, kid, NULL) != NULL;
}

static const char *
encode(struct arena *arena, const void *bytes, size_t size)
{
	char *text = arena_alloc(arena, B64_TEXT(size));

	b64url_format(bytes, size, text);
	return text;
}

const char *
jws_sign(struct arena *arena, const char *typ, const char *claims)
{
	const struct jws_key *key = &jws_own_ring()->keys[0];
	const char *header = arena_printf(arena,
	    "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"%s\"}", key->kid, typ);
	uint8_t mac[SHA256_BYTES];
	const char *input;

	input =
	    arena_printf(arena, "%s.%s", encode(arena, header, strlen(header)),
		encode(arena, claims, strlen(claims)));
	hmac_sha256(key->secret, key->size, input, strlen(input), mac);
	return arena_printf(
	    arena, "%s.%s", input, encode(arena, mac, sizeof(mac)));
}

/* A part of the token as a strict JSON object; NULL if it is none. */
static json *
part_read(struct arena *arena, const char *text, size_t length)
{
	char *bytes = arena_alloc(arena, B64_ROOM(length));
	struct json_flaw flaw;
	json *object;
	size_t size;

	if (!b64url_parse(text, length, bytes, &size) ||
	    FAILED(
		json_read(arena, bytes, size, &token_limits, &object, &flaw)) ||
	    !json_object_is_type(object, json_type_object))
		return NULL;
	return object;
}

static bool
rsa_verify(EVP_PKEY *rsa, const char *input, size_t length, const uint8_t *sig,
    size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	insist(ctx);
	good = size == (size_t)EVP_PKEY_get_size(rsa) &&
	       EVP_DigestVerifyInit_ex(
		   ctx, NULL, "SHA256", NULL, NULL, rsa, NULL) == 1 &&
	       EVP_DigestVerify(
		   ctx, sig, size, (const uint8_t *)input, length) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

static bool
signature_is_good(const struct jws_key *key, const char *input, size_t length,
    const uint8_t *sig, size_t size)
{
	uint8_t mac[SHA256_BYTES];

	if (key->rsa)
		return rsa_verify(key->rsa, input, length, sig, size);
	hmac_sha256(key->secret, key->size, input, length, mac);
	return size == sizeof(mac) && secret_equal(mac, sig, size);
}

static const struct jws_key *
header_key(const struct jws_ring *ring, json *header, const char *typ)
{
	static const char *const refused[] = { "crit", "b64", "zip" };
	const char *alg = json_text(header, "alg");
	const char *kid = json_text(header, "kid");
	const char *is = json_text(header, "typ");

	for (size_t i = 0; i < COUNT(refused); i++) {
		if (json_object_object_get_ex(header, refused[i], NULL))
			return NULL;
	}
	if (typ && (!is || strcasecmp(is, typ) != 0))
		return NULL;
	return alg && kid ? ring_find(ring, kid, alg) : NULL;
}

enum outcome
jws_verify(struct arena *arena, const struct jws_ring *ring, const char *token,
    const char *typ, json **claims)
{
	const char *dot = strchr(token, '.');
	const char *last = dot ? strchr(dot + 1, '.') : NULL;
	uint8_t sig[B64_ROOM(1400)];
	const struct jws_key *key;
	json *header, *body;
	size_t size;

	if (!last || strchr(last + 1, '.') ||
	    strlen(token) > LIMIT_TOKEN_BYTES || strlen(last + 1) > 1400)
		return INVALID_TOKEN;
	header = part_read(arena, token, (size_t)(dot - token));
	if (!header || !(key = header_key(ring, header, typ)))
		return INVALID_TOKEN;
	if (!b64url_parse(last + 1, strlen(last + 1), sig, &size) ||
	    !signature_is_good(key, token, (size_t)(last - token), sig, size))
		return INVALID_TOKEN;
	body = part_read(arena, dot + 1, (size_t)(last - dot - 1));
	if (!body)
		return INVALID_TOKEN;
	*claims = body;
	return OK;
}
