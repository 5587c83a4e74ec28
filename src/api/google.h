/*
 * google.h: what the files of Google sign-in share.
 */
#ifndef TSHOP_API_GOOGLE_H
#define TSHOP_API_GOOGLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/jws.h"
#include "http/request.h"
#include "providers/identity.h"

/* Whom Google says it is. */
struct google_person {
	const char *subject, *email;
	const char *first_name, *last_name; /* or NULL */
	int64_t expires_s;
};

/* Where Google's doors are, and its keys; from the database, or fetched. */
enum outcome google_places(struct request *, struct identity_places *);
/* 'kid' is what the token names: an unknown one makes us look again, but
 * not more often than once a minute. */
enum outcome google_ring(
    struct request *, const char *kid, const struct jws_ring **);

/*
 * Every check of an ID token. 'nonce' and 'access_token' may be NULL.
 * INVALID_TOKEN; FORBIDDEN if the address is not verified there.
 */
enum outcome google_verify(struct request *, const char *token,
    const char *nonce, const char *access_token, struct google_person *);

#endif
