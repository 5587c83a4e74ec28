/*
 * fiber.h: work that can be put aside in the middle, on a stack of its own.
 *
 * A fiber runs until it returns or parks itself; then whoever started or
 * resumed it goes on. Nothing runs at the same time: between two parks a
 * fiber has its thread to itself. Fibers belong to the thread that started
 * them, and are kept for the next work.
 */
#ifndef TSHOP_BASE_FIBER_H
#define TSHOP_BASE_FIBER_H

#include <stdbool.h>

#define FIBERS_MOST 8 /* of a thread, at once */

struct fiber;
typedef void fiber_work(void *arg);

/* Begin the work; false, and nothing done, when so many are at it already. */
bool fiber_start(fiber_work *, void *arg);
/* The fiber that this is called in; NULL on the thread's own stack. */
struct fiber *fiber_current(void);
/* Put the current fiber aside, until somebody resumes it. */
void fiber_park(void);
/* Go on with one that is parked. Not from within a fiber. */
void fiber_resume(struct fiber *);

#endif
