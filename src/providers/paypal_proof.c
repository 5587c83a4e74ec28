/*
 * paypal_proof.c: a delivery of PayPal's, proven by the certificate that
 * signed it, as its webhooks guide says under "self verification".
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/crc.h"
#include "base/insist.h"
#include "base/limits.h"
#include "providers/paypal.h"

#define PATIENCE_MS 5000
#define SIGNATURE_MOST 500
#define OLDEST_S (4 * 86400) /* they try for three days */
#define AHEAD_S 600
#define NAME_BEGINS "messageverificationcerts"
#define NAME_ENDS ".paypal.com"

bool
paypal_is_offline(void)
{
	return conf_is_on(CONF_PAYPAL_WEBHOOK_OFFLINE);
}

enum outcome
paypal_certificate(struct arena *a, const struct notice *n, struct call *c)
{
	if (!paypal_parts_are_good(n))
		return INVALID_SIGNATURE;
	kit_call(c, "paypal", "GET", PATIENCE_MS);
	kit_url(c, a, n->header(n->from, "PAYPAL-CERT-URL"), NULL);
	c->answer_most = LIMIT_CERTIFICATE_BYTES;
	return OK;
}

/* ---- foreign objects: the arena lets go of them ---- */

static void
bio_drop(void *bio)
{
	BIO_free(bio);
}

static void
certificate_drop(void *certificate)
{
	X509_free(certificate);
}

static void
chain_drop(void *chain)
{
	sk_X509_free(chain); /* its members have droppers of their own */
}

static void
store_drop(void *store)
{
	X509_STORE_free(store);
}

static void
check_drop(void *check)
{
	X509_STORE_CTX_free(check);
}

static void
digest_drop(void *digest)
{
	EVP_MD_CTX_free(digest);
}

/* The next certificate of the text; NULL when there is none, or no memory. */
static X509 *
certificate_next(struct arena *a, BIO *bio)
{
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	if (x)
		arena_defer(a, certificate_drop, x);
	return x;
}

/* The first signs, the others may stand between it and a root. */
static bool
chain_read(
    struct arena *a, const char *pem, X509 **signer, STACK_OF(X509) * *between)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x;

	insist(bio);
	arena_defer(a, bio_drop, bio);
	*between = sk_X509_new_null();
	insist(*between);
	arena_defer(a, chain_drop, *between);
	if (!(*signer = certificate_next(a, bio)))
		return false;
	while ((x = certificate_next(a, bio)))
		insist(sk_X509_push(*between, x) > 0);
	return true;
}

/* One common name, and it is theirs. */
static bool
is_their_name(X509 *x)
{
	X509_NAME *subject = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *name;
	const char *text;
	size_t length, tail = strlen(NAME_ENDS);

	if (at < 0 ||
	    X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return false;
	name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	text = (const char *)ASN1_STRING_get0_data(name);
	length = (size_t)ASN1_STRING_length(name);
	return length >= strlen(NAME_BEGINS) + tail &&
	       !memcmp(text, NAME_BEGINS, strlen(NAME_BEGINS)) &&
	       !memcmp(text + length - tail, NAME_ENDS, tail) &&
	       !memchr(text, '\0', length);
}

static X509_STORE *
roots_open(struct arena *a)
{
	const char *file = conf_text(CONF_PAYPAL_WEBHOOK_CA);
	X509_STORE *store = X509_STORE_new();

	insist(store);
	arena_defer(a, store_drop, store);
	if (*file ? X509_STORE_load_file(store, file)
		  : X509_STORE_set_default_paths(store))
		return store;
	return NULL;
}

/* Does a root that we trust stand behind it, at that time? */
static bool
is_trusted(
    struct arena *a, X509 *signer, STACK_OF(X509) * between, int64_t now_s)
{
	X509_STORE *roots = roots_open(a);
	X509_STORE_CTX *check = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *how;

	insist(check);
	arena_defer(a, check_drop, check);
	if (!roots || !X509_STORE_CTX_init(check, roots, signer, between))
		return false;
	how = X509_STORE_CTX_get0_param(check);
	X509_VERIFY_PARAM_set_time(how, (time_t)now_s);
	X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_ANY);
	/* a file may name the certificate itself */
	X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
	return X509_verify_cert(check) == 1;
}

/* RSA with SHA-256, PKCS #1 v1.5, over what the headers and the body make. */
static bool
is_signed(struct arena *a, X509 *signer, const struct notice *n)
{
	const char *sent = n->header(n->from, "PAYPAL-TRANSMISSION-SIG");
	const char *message = arena_printf(a, "%s|%s|%s|%lu",
	    n->header(n->from, "PAYPAL-TRANSMISSION-ID"),
	    n->header(n->from, "PAYPAL-TRANSMISSION-TIME"),
	    conf_text(CONF_PAYPAL_WEBHOOK_ID),
	    (unsigned long)crc32_of(n->body, n->size));
	unsigned char signature[B64_ROOM(SIGNATURE_MOST)];
	EVP_PKEY *key = X509_get0_pubkey(signer);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	size_t size;

	insist(digest);
	arena_defer(a, digest_drop, digest);
	return key && EVP_PKEY_is_a(key, "RSA") &&
	       strlen(sent) <= SIGNATURE_MOST &&
	       b64_parse(sent, strlen(sent), signature, &size) &&
	       EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) ==
		   1 &&
	       EVP_DigestVerify(digest, signature, size,
		   (const unsigned char *)message, strlen(message)) == 1;
}

/* A delivery may be repeated for days, but not for ever. */
static bool
is_of_these_days(const struct notice *n)
{
	int64_t at = kit_time(n->header(n->from, "PAYPAL-TRANSMISSION-TIME"));

	return at > 0 && n->now_s - at <= OLDEST_S && at - n->now_s <= AHEAD_S;
}

enum outcome
paypal_proven(struct arena *a, const struct notice *n, const char *pem)
{
	STACK_OF(X509) * between;
	X509 *signer;
	bool good;

	good = paypal_parts_are_good(n) && is_of_these_days(n) &&
	       chain_read(a, pem, &signer, &between) && is_their_name(signer) &&
	       is_trusted(a, signer, between, n->now_s) &&
	       is_signed(a, signer, n);
	ERR_clear_error();
	return good ? OK : INVALID_SIGNATURE;
}
