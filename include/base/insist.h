/*
 * insist.h: what must be true, or the program is wrong.
 *
 * insist() survives in production and is for our own mistakes; outcomes are
 * for everybody else's. A failed one logs where, and aborts: the manager
 * starts a fresh worker, and nginx answers for this request.
 */
#ifndef TSHOP_BASE_INSIST_H
#define TSHOP_BASE_INSIST_H

_Noreturn void insist_failed(const char *what, const char *file, int line);

#define insist(e) ((e) ? (void)0 : insist_failed(#e, __FILE__, __LINE__))

/* How many elements an array has; never use it on a pointer. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
