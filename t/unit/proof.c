/*
 * proof.c: PayPal's deliveries are proven by their certificate, and by
 * nothing that only looks like it.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crc.h"
#include "outside.h"
#include "providers/payment.h"

#define WEBHOOK "1JE4291016473214C"
#define NAME "messageverificationcerts.sandbox.paypal.com"
#define PLACE "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
#define ID "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
#define WHEN "2024-04-01T19:33:21Z"
#define WHEN_S 1712000001
#define YEAR_S (365 * 86400)

/* clang-format off */
/* a delivery, and what stood in its header for it */
static const char body[] =
    "{\"id\":\"WH-2WR32451HC0233532-67976317FL4543714\",\"event_v"
    "ersion\":\"1.0\",\"create_time\":\"2024-04-01T19:33:20.000Z"
    "\",\"resource_type\":\"capture\",\"resource_version\":\"2.0"
    "\",\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"summary\":"
    "\"Payment completed for $ 25.99 USD\",\"resource\":{\"id\":"
    "\"3C679366HH908993F\",\"status\":\"COMPLETED\",\"amount\":{"
    "\"currency_code\":\"USD\",\"value\":\"25.99\"},\"custom_id\""
    ":\"1001\",\"supplementary_data\":{\"related_ids\":{\"order_i"
    "d\":\"5O190127TN364715T\"}}}}";
static const char signature[] =
    "BF1Ce2AR3oy3gi9Vjbvqt5nVT1aDsZmYu48J/JTmNtot+PBuOllCAySzurGz"
    "bfZuPhWOFY4Vkzz09q38dJ7X20QisPHXT/y9ROctdOekWTm1/u3W/Z4YNs98"
    "aQ7un8zCMsCtto6C5x1MxN9PF+VacU7AtrB52ngWY50Z2Z2bGQQaSh0AP3ku"
    "ewkY3WhmBjvNAi/i2+4oIkFoPs3gyCnh7PYlDz60wI3UizxRzE/easphQClU"
    "sNUlzLA/qe0IME0eOwRRieOPU5HtZYkvlo4fMEhwx22fa82fzVIvLhDKTjNO"
    "rfRJY0ivLKtNaqj++ZtCEkX1nAdjV074H0gOe3tJyQ==";
static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDjDCCAnSgAwIBAgICEAEwDQYJKoZIhvcNAQELBQAwaTELMAkGA1UEBhMCVVMx\n"
    "JDAiBgNVBAoMG1RTaG9wIHVuaXQgdGVzdCwgbm90IFBheVBhbDE0MDIGA1UEAwwr\n"
    "bWVzc2FnZXZlcmlmaWNhdGlvbmNlcnRzLnNhbmRib3gucGF5cGFsLmNvbTAgFw0y\n"
    "NDAxMDEwMDAwMDBaGA8yMTIzMTIzMTIzNTk1OVowaTELMAkGA1UEBhMCVVMxJDAi\n"
    "BgNVBAoMG1RTaG9wIHVuaXQgdGVzdCwgbm90IFBheVBhbDE0MDIGA1UEAwwrbWVz\n"
    "c2FnZXZlcmlmaWNhdGlvbmNlcnRzLnNhbmRib3gucGF5cGFsLmNvbTCCASIwDQYJ\n"
    "KoZIhvcNAQEBBQADggEPADCCAQoCggEBAM1G+EGZhIX3KOOFvKVXMiV89oBruRhA\n"
    "byZqxEjlWtPCnkv/lgOZOaMY+Ccwj8wOTPUcMyL7oPcWxoHPCx2FoEBuukRFLqzO\n"
    "jNJtCiB58ICXYsO3/cLZbCdNH1ef9kCIlvJsaYA3z78V9o7+xSpE2ShZu4uZc3Gt\n"
    "oO6cF1wkrcjyn/KP4EJJhsotTn6pPnsINVeBWZrjKz0lRXz4btntnBIq/KEJZfEo\n"
    "+Drh0HodTUqe4FLBMqphHbGefUgJiGAp0lEQ2xk2OD0fVYhwLDoDyvbpPsm3QWSZ\n"
    "hfDyy9MiiZUoSta0LsMquTuYOASKTlLLYeghsXs35VbJxXzWUBklOtcCAwEAAaM8\n"
    "MDowCQYDVR0TBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFBlvSX55SLx0\n"
    "H1bIduNIoJqrFw9OMA0GCSqGSIb3DQEBCwUAA4IBAQAsEfcFLnNAlyszituee1Zy\n"
    "zUttXj3+4ldghkTyD6uDg3iAB+nHz4G5vLYq9JBDB2ic+fkqcr+5SGEwTRZ40hnE\n"
    "bz6obrSwqot0XkWS7kcYZkdMvt3Ily5TsG6WNtkGonWoND0/H+TdYnCRHDXgOVSf\n"
    "sEujrVCQ5QXV9z3Oh5n0uMlsxp8kmod2MZ2ksvHV62Wf3IASk/Ro+HYJTSpgx1U0\n"
    "Spw5Z/5O/DhSuRQGk4s5mDO2lQke8cVe3RAvZVuaxrqkF7kB/pcaq07UseGwUj5H\n"
    "EmqBa9mFWFBgxTnHl4bYEz5+wciirrJQknvF27a9vWB5fYmHn4A/H4h9x3TN5r6u\n"
    "-----END CERTIFICATE-----\n";
/* clang-format on */

static const char *roots; /* the file of those that we trust */

static void
trust(const char *pem)
{
	FILE *file = fopen(roots, "w");

	insist(file && fputs(pem, file) >= 0 && fclose(file) == 0);
}

struct delivery {
	const char *algo, *place, *id, *when, *signature, *body;
	size_t size;
	int64_t now_s;
};

static struct delivery
delivery(void)
{
	return (struct delivery){ .algo = "SHA256withRSA",
		.place = PLACE,
		.id = ID,
		.when = WHEN,
		.signature = signature,
		.body = body,
		.size = sizeof(body) - 1,
		.now_s = WHEN_S + 10 };
}

static enum outcome
proven(struct arena *a, const struct delivery *d, const char *pem)
{
	struct outside_header h[] = { { "PayPal-Auth-Algo", d->algo },
		{ "PayPal-Cert-Url", d->place },
		{ "PayPal-Transmission-Id", d->id },
		{ "PayPal-Transmission-Sig", d->signature },
		{ "PayPal-Transmission-Time", d->when }, { NULL, NULL } };
	struct notice n = { outside_header, h, d->body, d->size, NULL,
		d->now_s };

	return payment_paypal.proven(a, &n, pem);
}

static void
vector_test(struct arena *a)
{
	struct delivery d = delivery();
	char *other = arena_text(a, body);

	is_int(crc32_of("123456789", 9), 3421780262, "the checksum");
	is_int(crc32_of(body, sizeof(body) - 1), 4286592525, "of the vector");
	trust(certificate);
	is_int(proven(a, &d, certificate), OK, "the vector is genuine");
	other[200] ^= 1;
	d.body = other;
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "another body");
	d = delivery();
	d.size--;
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "cut");
	d = delivery();
	d.id = "69cd13f0-d67a-11e5-baa3-778b53f4ae56";
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "another id");
	d = delivery();
	d.when = "2024-04-01T19:33:22Z";
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "another time");
	d = delivery();
	d.algo = "SHA1withRSA";
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "a weak digest");
	d = delivery();
	d.signature = arena_printf(a, "%s ", signature);
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "loose base64");
	d = delivery();
	d.signature = NULL;
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "none at all");
	is_int(proven(a, &d, ""), INVALID_SIGNATURE, "no certificate");
}

static void
time_test(struct arena *a)
{
	struct delivery d = delivery();

	trust(certificate);
	d.now_s = WHEN_S + 3 * 86400;
	is_int(proven(a, &d, certificate), OK, "tried for three days");
	d.now_s = WHEN_S + 5 * 86400;
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "too old");
	d.now_s = WHEN_S - 3600;
	is_int(proven(a, &d, certificate), INVALID_SIGNATURE, "of the future");
}

/* ---- certificates of our own ---- */

struct maker {
	EVP_PKEY *key;
	X509 *x;
	const char *pem;
};

static const char *
pem_of(struct arena *a, X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *pem;
	char *at;
	long size;

	insist(PEM_write_bio_X509(bio, x) == 1);
	size = BIO_get_mem_data(bio, &at);
	pem = arena_text_n(a, at, (size_t)size);
	BIO_free(bio);
	return pem;
}

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	insist(e && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

/* Valid from 'from' for a year; 'by' NULL signs itself. */
static struct maker
make(struct arena *a, const char *name, int64_t from_s, const struct maker *by)
{
	static long serial = 1;
	struct maker m = { .key = EVP_RSA_gen(2048), .x = X509_new() };
	X509_NAME *subject = X509_get_subject_name(m.x);

	X509_set_version(m.x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(m.x), serial++);
	ASN1_TIME_set(X509_getm_notBefore(m.x), (time_t)from_s);
	ASN1_TIME_set(X509_getm_notAfter(m.x), (time_t)(from_s + YEAR_S));
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(m.x, by ? X509_get_subject_name(by->x) : subject);
	X509_set_pubkey(m.x, m.key);
	if (strstr(name, "CA"))
		extend(m.x, NID_basic_constraints, "critical,CA:TRUE");
	insist(X509_sign(m.x, by ? by->key : m.key, EVP_sha256()) > 0);
	m.pem = pem_of(a, m.x);
	return m;
}

static void
unmake(struct maker *m)
{
	X509_free(m->x);
	EVP_PKEY_free(m->key);
}

static const char *
signed_by(struct arena *a, const struct maker *m, const char *checksum)
{
	const char *message =
	    arena_printf(a, "%s|%s|%s|%s", ID, WHEN, WEBHOOK, checksum);
	unsigned char made[512];
	char *text = arena_alloc(a, B64_TEXT(sizeof(made)));
	size_t size = sizeof(made);
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	insist(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, m->key) == 1 &&
	       EVP_DigestSign(md, made, &size, (const unsigned char *)message,
		   strlen(message)) == 1);
	EVP_MD_CTX_free(md);
	b64_format(made, size, text);
	return text;
}

static enum outcome
proven_by(struct arena *a, const struct maker *m, const char *pem)
{
	struct delivery d = delivery();

	d.signature = signed_by(a, m, "4286592525");
	return proven(a, &d, pem);
}

static void
chain_test(struct arena *a)
{
	struct maker root = make(a, "Root CA", WHEN_S - 1000, NULL);
	struct maker middle = make(a, "Middle CA", WHEN_S - 1000, &root);
	struct maker good = make(a, NAME, WHEN_S - 1000, &middle);
	struct maker other = make(a, NAME, WHEN_S - 1000, NULL);
	const char *both = arena_printf(a, "%s%s", good.pem, middle.pem);
	struct delivery d = delivery();

	trust(root.pem);
	is_int(proven_by(a, &good, both), OK, "with what is between");
	is_int(proven_by(a, &good, good.pem), INVALID_SIGNATURE,
	    "without what is between");
	is_int(proven_by(a, &other, other.pem), INVALID_SIGNATURE,
	    "signed by itself");
	is_int(proven_by(a, &other, both), INVALID_SIGNATURE,
	    "by another key than the certificate's");
	is_int(proven_by(a, &other, arena_printf(a, "%s%s", other.pem, both)),
	    INVALID_SIGNATURE, "a stranger in front of a good chain");
	d.signature = signed_by(a, &good, "ff8035cd");
	is_int(proven(a, &d, both), INVALID_SIGNATURE, "checksum in hex");
	d.signature = signed_by(a, &good, "-8374771");
	is_int(proven(a, &d, both), INVALID_SIGNATURE, "checksum with a sign");
	trust("");
	is_int(proven_by(a, &good, both), INVALID_SIGNATURE, "nobody trusted");
	unmake(&root);
	unmake(&middle);
	unmake(&good);
	unmake(&other);
}

static void
dates_test(struct arena *a)
{
	struct maker root = make(a, "Root CA", WHEN_S - YEAR_S / 2, NULL);
	struct maker old = make(a, NAME, WHEN_S - YEAR_S - 60, &root);
	struct maker young = make(a, NAME, WHEN_S + 60, &root);

	trust(root.pem);
	is_int(proven_by(a, &old, old.pem), INVALID_SIGNATURE, "expired");
	is_int(proven_by(a, &young, young.pem), INVALID_SIGNATURE,
	    "not valid yet");
	unmake(&root);
	unmake(&old);
	unmake(&young);
}

static void
names_test(struct arena *a)
{
	static const struct {
		const char *name;
		enum outcome outcome;
	} names[] = {
		{ NAME, OK }, { "messageverificationcerts.paypal.com", OK },
		{ "evil.paypal.com.example", INVALID_SIGNATURE },
		{ "messageverificationcerts.paypal.com.example",
		    INVALID_SIGNATURE },
		{ "www.paypal.com", INVALID_SIGNATURE },
		{ "messageverificationcerts.evilpaypal.com", INVALID_SIGNATURE }
	};
	struct maker root = make(a, "Root CA", WHEN_S - 1000, NULL);

	trust(root.pem);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct maker m = make(a, names[i].name, WHEN_S - 1000, &root);

		is_int(proven_by(a, &m, m.pem), names[i].outcome, "%s",
		    names[i].name);
		unmake(&m);
	}
	unmake(&root);
}

static void
place_test(struct arena *a)
{
	struct outside_header h[] = { { "PayPal-Auth-Algo", "SHA256withRSA" },
		{ "PayPal-Cert-Url", PLACE }, { "PayPal-Transmission-Id", ID },
		{ "PayPal-Transmission-Sig", signature },
		{ "PayPal-Transmission-Time", WHEN }, { NULL, NULL } };
	struct notice n = { outside_header, h, body, sizeof(body) - 1, NULL,
		WHEN_S };
	struct call c;

	is_int(payment_paypal.certificate(a, &n, &c), OK, "a place of theirs");
	is_text(c.url, PLACE, "is asked");
	is_text(c.method, "GET", "for what is there");
	ok(c.answer_most <= 65536 && c.patience_ms <= 5000, "with bounds");
	h[1].value = "https://api.paypal.com/v1/notifications/certs/CERT-1";
	is_int(payment_paypal.certificate(a, &n, &c), INVALID_SIGNATURE,
	    "a live host for the sandbox");
	h[1].value = "https://evil.example/v1/notifications/certs/CERT-1";
	is_int(payment_paypal.certificate(a, &n, &c), INVALID_SIGNATURE,
	    "elsewhere");
}

int
main(void)
{
	char folder[] = "/tmp/tshop-proof-XXXXXX", path[64];
	struct arena *a;

	insist(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/roots.pem", folder);
	roots = path;
	setenv("PAYPAL_API_BASE", "https://api-m.sandbox.paypal.com", 1);
	setenv("PAYPAL_WEBHOOK_ID", WEBHOOK, 1);
	setenv("PAYPAL_WEBHOOK_CA", roots, 1);
	a = outside_open();
	vector_test(a);
	time_test(a);
	chain_test(a);
	dates_test(a);
	names_test(a);
	place_test(a);
	arena_destroy(a);
	unlink(roots);
	rmdir(folder);
	return tap_done();
}
