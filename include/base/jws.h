/*
 * jws.h: signed tokens, RFC 7515 compact form, by RFC 8725's checklist.
 *
 * The method is the key's, never the token's: header alg and kid only choose
 * among the keys of a ring, by exact match of both. "none" does not exist
 * here. crit, b64 and zip are refused; jku, jwk, x5u, x5c are not looked at.
 * At most 8 KiB, base64url without padding and with zero unused bits, header
 * and claims strict JSON objects without doubled names.
 */
#ifndef TSHOP_BASE_JWS_H
#define TSHOP_BASE_JWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/outcome.h"

struct arena;
struct jws_ring;

/* Our own keys, HS256, from TSHOP_JWT_KEYS; the first one signs. */
const struct jws_ring *jws_own_ring(void);

/* A ring of RS256 keys in the arena, to be filled. */
struct jws_ring *jws_ring_create(struct arena *);
/* Add a public key by its JWK members, base64url. False for one that is too
 * short (2048 bits at least), malformed, or one too many. */
bool jws_ring_add_rsa(
    struct jws_ring *, const char *kid, const char *n, const char *e);
bool jws_ring_has(const struct jws_ring *, const char *kid);

/* Sign a JSON object with our first key, under header typ. */
const char *jws_sign(struct arena *, const char *typ, const char *claims);

/*
 * Check the signature and read the claims; the caller checks what they say.
 * 'typ' must equal the header's, without case; NULL lets any pass.
 * INVALID_TOKEN for anything that is not as it should be.
 */
enum outcome jws_verify(struct arena *, const struct jws_ring *,
    const char *token, const char *typ, json **claims);

#endif
