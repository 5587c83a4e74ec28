/*
 * seal.h: what the database keeps for us and nobody else shall read.
 *
 * AES-256-GCM under keys derived from TSHOP_JWT_KEYS; the first one seals, all
 * of them open, so that a rotation loses nothing.
 */
#ifndef TSHOP_BASE_SEAL_H
#define TSHOP_BASE_SEAL_H

struct arena;

/* As base64url text. */
const char *seal(struct arena *, const char *text);
/* NULL: none of our keys has sealed it, or somebody has changed it. */
const char *unseal(struct arena *, const char *sealed);

#endif
