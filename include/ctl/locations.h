/*
 * locations.h: which pool answers which path, in nginx's words.
 */
#ifndef TSHOP_CTL_LOCATIONS_H
#define TSHOP_CTL_LOCATIONS_H

#include <stddef.h>
#include <stdio.h>

#include "http/route.h"

/*
 * Print a map from "METHOD /path" to the name of a pool. A path may be served
 * by several pools (GET by one, DELETE by another), hence a map and not
 * location blocks: nginx's locations do not know the method. Routes of the
 * fast pool are the default and appear only where they would otherwise meet
 * the pattern of another pool.
 */
void locations_print(const struct route *, size_t count, FILE *);

#endif
