/*
 * keys.c: one RSA key and its certificate, OpenSSL 3.
 */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"
#include "sandbox/keys.h"
#include "sandbox/play.h"
#include "sandbox/shape.h"
#include "sandbox/store.h"

#define OURS "keys of our own"
#define KID_LENGTH 40
#define KEY_BITS 2048
#define SIGNATURE_MOST 512
#define DAY_S 86400
#define YEARS_DAYS 36500

static EVP_PKEY *key;
static char kid[KID_LENGTH + 1];

static void
key_keep(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json *kept = shape("{}");
	char *pem;
	long size;

	insist(bio && PEM_write_bio_PrivateKey(
			  bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	size = BIO_get_mem_data(bio, &pem);
	set_text(kept, "pem", arena_text_n(shapes_arena(), pem, (size_t)size));
	if (!*kid)
		memcpy(kid, made_hex(KID_LENGTH), KID_LENGTH);
	set_text(kept, "kid", kid);
	store_put(OURS, "rsa", kept);
	BIO_free(bio);
}

static EVP_PKEY *
key_read(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *read = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return read;
}

/* Who has to believe PayPal's signatures looks into this file. */
static void
certificate_publish(const char *pem)
{
	const char *path = arena_printf(
	    shapes_arena(), "%s/paypal.pem", conf_text(CONF_TSHOP_SANDBOX_DIR));
	FILE *file = fopen(path, "we");

	if (!file || fputs(pem, file) < 0 || fclose(file) != 0)
		log_event(LOG_WARN, "not-written", LOG_TEXT("file", path));
}

/* Signed by itself, for a hundred years. */
static X509 *
certificate_sign(void)
{
	X509 *x = X509_new();
	X509_NAME *name;

	insist(x && X509_set_version(x, X509_VERSION_3) == 1);
	ASN1_INTEGER_set_int64(X509_get_serialNumber(x), clock_now_s());
	X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S);
	X509_time_adj_ex(X509_getm_notAfter(x), YEARS_DAYS, 0, NULL);
	name = X509_get_subject_name(x);
	insist(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		   (const unsigned char
			   *)"messageverificationcerts.sandbox.paypal.com",
		   -1, -1, 0) == 1);
	insist(X509_set_issuer_name(x, name) == 1 &&
	       X509_set_pubkey(x, key) == 1 &&
	       X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static void
certificate_make(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json *kept = store_get(OURS, "certificate");
	X509 *x;
	char *pem;
	long size;

	if (!kept) {
		kept = shape("{}");
		x = certificate_sign();
		insist(bio && PEM_write_bio_X509(bio, x) == 1);
		size = BIO_get_mem_data(bio, &pem);
		set_text(kept, "pem",
		    arena_text_n(shapes_arena(), pem, (size_t)size));
		set_printf(kept, "id", "CERT-%s-%s-%s", made_hex(8),
		    made_hex(8), made_hex(8));
		store_put(OURS, "certificate", kept);
		X509_free(x);
	}
	BIO_free(bio);
	certificate_publish(json_text(kept, "pem"));
}

const char *
keys_certificate(void)
{
	return text_or(store_get(OURS, "certificate"), "pem", "");
}

const char *
keys_certificate_id(void)
{
	return text_or(store_get(OURS, "certificate"), "id", "");
}

void
keys_open(void)
{
	const char *pem = json_text(store_get(OURS, "rsa"), "pem");

	/* a reset forgets it too, but who has read our JWKS still holds it */
	if (!key && pem)
		key = key_read(pem);
	if (!key)
		key = EVP_RSA_gen(KEY_BITS);
	insist(key);
	if (!pem)
		key_keep();
	certificate_make();
}

static size_t
sign(const char *bytes, size_t size, unsigned char *signature)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	size_t made = SIGNATURE_MOST;

	insist(md &&
	       EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestSign(md, signature, &made,
		   (const unsigned char *)bytes, size) == 1);
	EVP_MD_CTX_free(md);
	return made;
}

const char *
keys_sign(const char *bytes, size_t size)
{
	unsigned char signature[SIGNATURE_MOST];
	size_t made = sign(bytes, size, signature);
	char *text = arena_alloc(shapes_arena(), B64_TEXT(made));

	b64_format(signature, made, text);
	return text;
}

static const char *
url_text(const unsigned char *bytes, size_t size)
{
	char *text = arena_alloc(shapes_arena(), B64_TEXT(size));

	b64url_format(bytes, size, text);
	return text;
}

const char *
keys_sign_url(const char *bytes, size_t size)
{
	unsigned char signature[SIGNATURE_MOST];

	return url_text(signature, sign(bytes, size, signature));
}

static const char *
number_of(const char *name)
{
	unsigned char bytes[SIGNATURE_MOST];
	BIGNUM *number = NULL;
	const char *text;

	insist(EVP_PKEY_get_bn_param(key, name, &number) == 1);
	insist(BN_num_bytes(number) <= SIGNATURE_MOST);
	text = url_text(bytes, (size_t)BN_bn2bin(number, bytes));
	BN_free(number);
	return text;
}

const char *
keys_modulus(void)
{
	return number_of(OSSL_PKEY_PARAM_RSA_N);
}

const char *
keys_exponent(void)
{
	return number_of(OSSL_PKEY_PARAM_RSA_E);
}

const char *
keys_id(void)
{
	return text_or(store_get(OURS, "rsa"), "kid", "");
}
