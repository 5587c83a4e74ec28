/*
 * access.h: the access token: who calls, in which session, for how long.
 *
 * It proves a session, no rights: tier and whether the session still lives
 * come from the database at every call (guard/admit.c). The other claims are
 * there for clients to show. RFC 9068 in outline.
 */
#ifndef TSHOP_BASE_ACCESS_H
#define TSHOP_BASE_ACCESS_H

#include "base/id.h"
#include "base/outcome.h"

struct arena;

#define ACCESS_LIFE_S 900
#define ACCESS_SKEW_S 5

struct access {
	struct id user, session;
	const char *email, *tier;
	const char *permissions; /* a JSON array of texts */
};

/* A signed token that lives ACCESS_LIFE_S seconds; arena's. */
const char *access_sign(struct arena *, const struct access *);

/* Read and check one: user and session are filled. INVALID_TOKEN,
 * TOKEN_EXPIRED. One thread alone may call it. */
enum outcome access_read(struct arena *, const char *token, struct access *);

#endif
