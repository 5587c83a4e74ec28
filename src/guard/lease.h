/*
 * lease.h: hits that this worker has counted before they came.
 *
 * In front of a kept answer the round trip for one hit would cost more than
 * the answer. So a large limit is counted by the handful: every hit of a lease
 * stands in the database already, hence never too many are let through; what
 * a worker has leased and not used when the window ends denies as many too
 * early, a sixteenth of the limit at most.
 */
#ifndef TSHOP_GUARD_LEASE_H
#define TSHOP_GUARD_LEASE_H

#include <stdbool.h>

struct lease {
	int left;      /* hits that may still be used */
	int remaining; /* of the limit, beyond the lease, as it was last heard
			*/
	int reset_s;
};

/* Use one hit; false if none is left. 'after' is what there is then. */
bool lease_use(const char *key, struct lease *after);
/* How many to lease next, as the worker knows the key: 1 if it does not. */
int lease_wish(const char *key, int limit);
/* Keep what was leased for the key. */
void lease_put(const char *key, const struct lease *);

#endif
