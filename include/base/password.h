/*
 * password.h: passwords, as Argon2id strings of libsodium.
 *
 * Parameters are TSHOP_PASSWORD_PASSES and TSHOP_PASSWORD_KIB, never below
 * OWASP's row (2 passes of 19456 KiB). What was typed is what is hashed:
 * nothing is trimmed, folded or cut.
 *
 * Hashes run at once: every route that computes one belongs to the hash pool,
 * whose workers do one at a time. The pool is the bound; what waits beyond
 * its socket's backlog gets nginx's 503.
 */
#ifndef TSHOP_BASE_PASSWORD_H
#define TSHOP_BASE_PASSWORD_H

#include <stdbool.h>

#include "base/outcome.h"

struct arena;

#define PASSWORD_LEAST 8 /* code points */
#define PASSWORD_MOST 128

/* Hash it; the string is the arena's. SERVICE_UNAVAILABLE: no memory left. */
enum outcome password_hash(
    struct arena *, const char *password, const char **hash);

/*
 * Does the password fit? NULL stands for a user who does not exist or has no
 * password: it never fits, and takes as long as one that exists.
 */
bool password_verify(const char *hash, const char *password);

/* Was it made with other parameters than those in force? */
bool password_needs_rehash(const char *hash);

/* Is it in data/common-passwords.txt, compared in lower case? */
bool password_is_common(const char *password);

#endif
