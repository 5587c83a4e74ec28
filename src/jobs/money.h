/*
 * money.h: what the jobs about money share.
 */
#ifndef TSHOP_JOBS_MONEY_H
#define TSHOP_JOBS_MONEY_H

#include "jobs/job.h"
#include "providers/cashier.h"

/*
 * A cashier for the job, behind the bucket and the breaker.
 * SERVICE_UNAVAILABLE: the provider is switched off; the job waits for it
 * without losing an attempt.
 */
enum outcome money_open(struct job *, const char *provider, struct cashier *);
/* Words for the admin, and whether trying again can help. */
enum outcome money_fail(struct job *, const struct cashier *, enum outcome);
/* A payment's state, and what of it has gone back, into the database. */
enum outcome money_hear(struct job *, const struct cashier *,
    const struct payment *, const char **verdict);
/*
 * Look at an intent, take what waits to be taken, and hear it all.
 * NOT_FOUND: the provider does not know it (any more). *verdict is
 * payment_heard()'s; p may be NULL.
 */
enum outcome money_look(struct job *, struct cashier *, const char *intent,
    const char *take_key, struct payment *p, const char **verdict);

#endif
