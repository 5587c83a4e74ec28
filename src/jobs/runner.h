/*
 * runner.h: what the files of the runner share. One process has one.
 */
#ifndef TSHOP_JOBS_RUNNER_H
#define TSHOP_JOBS_RUNNER_H

#include "jobs/job.h"

#define LEASE_S 15 /* a killed runner's jobs wait that long */

/* Let go of the program's lock to wait for something, and take it back. */
void runner_leave(void);
void runner_enter(void);
/* Has it been told to stop? What could wait for long then goes back. */
bool runner_is_stopping(void);
/* How many jobs it works on at once. */
int runner_hands(void);
/* The name in jobs.leased_by, one of a kind. */
const char *runner_name(void);

/*
 * claim.c: the next job that is due and of none of these kinds ("{a,b}"), in
 * the arena; false if there is none.
 */
bool job_claim(
    struct db *, struct arena *, const char *full_kinds, struct job *);
/* Work on it and write down how it ended. */
void job_run(struct job *, const struct job_kind *);
/* The row of the table; NULL: there is no such kind. */
const struct job_kind *job_kind_find(const char *kind);

/* clock.c: queue what the clock asks for; call it every second or so. */
void clock_tick(struct db *);

#endif
