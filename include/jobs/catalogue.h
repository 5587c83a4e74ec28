/*
 * catalogue.h: reading a printer's catalogue, for the job that does it by the
 * clock and for the command that does it at once.
 */
#ifndef TSHOP_JOBS_CATALOGUE_H
#define TSHOP_JOBS_CATALOGUE_H

#include "providers/blank.h"

/* Sends one call; 'arg' is the caller's. */
typedef enum outcome catalogue_send(
    void *arg, const struct call *, struct answer *);

/*
 * All that a printer says of the product 'ref'; make: where it tells prices of
 * our shop's products alone and there is none, one is made. NOT_FOUND: it makes
 * no such thing; PROVIDER_ERROR, TIMEOUT and others as the trouble tells.
 */
enum outcome catalogue_read(struct arena *, const struct blank_source *,
    const char *ref, bool make, catalogue_send *, void *arg, struct blank *,
    struct trouble *);

#endif
