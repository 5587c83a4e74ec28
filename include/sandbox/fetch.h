/*
 * fetch.h: the printers look at the files they are to print.
 */
#ifndef TSHOP_SANDBOX_FETCH_H
#define TSHOP_SANDBOX_FETCH_H

#include <stdbool.h>

#include "sandbox/shape.h"

struct arena;

/* Get row.url and note it at row.order; true when there is no more to try. */
bool fetch_do(struct arena *, json *row);

#endif
