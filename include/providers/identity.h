/*
 * identity.h: what the shop asks of whoever knows people already.
 *
 * google.c builds the way there, the exchange of the code and the fetching of
 * documents; pure, as payment.h says. Whether an ID token is genuine is
 * decided elsewhere: here its keys are fetched and read, never believed.
 */
#ifndef TSHOP_PROVIDERS_IDENTITY_H
#define TSHOP_PROVIDERS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"
#include "providers/trouble.h"

#define IDENTITY_KEYS_MOST 16
#define IDENTITY_CHALLENGE_TEXT 44

/* Where things are; of discovery, or the issuer's known ones. */
struct identity_places {
	const char *authorize, *token, *keys;
};

struct identity_start {
	const char *state, *nonce; /* random, of ours */
	const char *verifier;      /* PKCE, 43 to 128 unreserved characters */
	const char *redirect_uri;
};

struct identity_tokens {
	const char *id_token;     /* three segments, unchecked */
	const char *access_token; /* only for at_hash; or "" */
};

/* An RSA key for RS256; n and e are base64url as they came. */
struct identity_key {
	const char *kid, *n, *e;
};

struct identity_keys {
	size_t count;
	struct identity_key at[IDENTITY_KEYS_MOST];
	int lasts_s; /* 5 minutes to a day, by Cache-Control; else an hour */
};

bool identity_is_on(void);

/* GET the issuer's discovery document, and read it: its issuer must be the
 * configured one, its places at the issuer's own origin or Google's hosts. */
void identity_discover(struct arena *, struct call *);
enum outcome identity_discovered(struct arena *, const struct answer *,
    struct identity_places *, struct trouble *);
/* Google's own places, without asking; for any other issuer false. */
bool identity_places_known(struct identity_places *);

/* The URL to send the browser to. */
const char *identity_authorize(struct arena *, const struct identity_places *,
    const struct identity_start *);
/* PKCE S256, RFC 7636. */
void identity_challenge(
    const char *verifier, char challenge[IDENTITY_CHALLENGE_TEXT]);

/*
 * Exchange the code: INVALID_TOKEN when it is spent, expired or foreign.
 * Never repeated once an answer came.
 */
void identity_exchange(struct arena *, const struct identity_places *,
    const char *code, const char *verifier, const char *redirect_uri,
    struct call *);
enum outcome identity_exchanged(struct arena *, const struct answer *,
    struct identity_tokens *, struct trouble *);

void identity_fetch_keys(
    struct arena *, const struct identity_places *, struct call *);
/* The usable ones; PROVIDER_ERROR if there is none. */
enum outcome identity_keys_read(struct arena *, const struct answer *,
    struct identity_keys *, struct trouble *);

#endif
