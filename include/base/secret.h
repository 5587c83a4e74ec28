/*
 * secret.h: hashes, signatures, randomness, comparison. OpenSSL's.
 *
 * Whatever is compared with a secret is compared by secret_equal().
 */
#ifndef TSHOP_BASE_SECRET_H
#define TSHOP_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX 65 /* with its NUL */

void sha256(const void *bytes, size_t size, uint8_t digest[SHA256_BYTES]);
void sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX]);
/* RFC 2104 with SHA-256. */
void hmac_sha256(const void *key, size_t key_size, const void *bytes,
    size_t size, uint8_t mac[SHA256_BYTES]);
/* HMAC over several pieces, as if they stood in one; {NULL,0} ends. */
struct piece {
	const void *bytes;
	size_t size;
};
void hmac_sha256_pieces(const void *key, size_t key_size, const struct piece *,
    uint8_t mac[SHA256_BYTES]);
/* RFC 5869, HKDF-SHA256 without salt: 32 bytes for a purpose. */
void secret_derive(const void *key, size_t key_size, const char *purpose,
    uint8_t derived[SHA256_BYTES]);

void random_bytes(void *bytes, size_t size);
/* Equal bytes, in time that depends on 'size' alone. */
bool secret_equal(const void *a, const void *b, size_t size);
/* Equal texts of equal length, likewise. */
bool secret_equal_text(const char *a, const char *b);
void secret_wipe(void *bytes, size_t size);

void hex_format(const uint8_t *bytes, size_t size, char *hex);
/* Lower or upper case; false unless exactly 2*size hex digits. */
bool hex_parse(const char *hex, uint8_t *bytes, size_t size);

/* A fresh secret for a client: 256 random bits as 43 base64url characters. */
#define TOKEN_TEXT 44
void token_create(char text[TOKEN_TEXT]);

#endif
