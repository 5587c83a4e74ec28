/*
 * design_wait.h: waiting for a job to have done something to a design.
 */
#ifndef TSHOP_API_DESIGN_WAIT_H
#define TSHOP_API_DESIGN_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"

/* Hear of designs from now on; ask how things stand only after this. */
enum outcome design_listen(struct request *);
/*
 * Wait until something was heard of that design, or a second or two have
 * passed, for a word may get lost. False: 'until_ms' (monotonic) is over.
 */
bool design_heard(struct request *, struct id design, int64_t until_ms);

#endif
