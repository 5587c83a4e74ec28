/*
 * keys.h: the RSA key that signs Google's ID tokens and PayPal's webhooks.
 *
 * Made at the first start and kept in the store, so that what was signed
 * before a restart still verifies.
 */
#ifndef TSHOP_SANDBOX_KEYS_H
#define TSHOP_SANDBOX_KEYS_H

#include <stddef.h>

void keys_open(void);
/* RSASSA-PKCS1-v1_5 with SHA-256, as base64 or base64url; the thread's. */
const char *keys_sign(const char *bytes, size_t size);
const char *keys_sign_url(const char *bytes, size_t size);
/* The public half as members of a JWK: base64url n and e. */
const char *keys_modulus(void);
const char *keys_exponent(void);
const char *keys_id(void);
/*
 * The certificate of PayPal's signatures, signed by itself, as PEM; what its
 * address ends with. It stands in TSHOP_SANDBOX_DIR/paypal.pem too.
 */
const char *keys_certificate(void);
const char *keys_certificate_id(void);

#endif
