/*
 * drawing.h: what the files of the draw_design job share.
 */
#ifndef TSHOP_JOBS_DRAWING_H
#define TSHOP_JOBS_DRAWING_H

#include "jobs/job.h"
#include "sql/generate.h"

#define DRAW_CALLS_MOST 4 /* for one design */
#define DRAW_PATIENCE_MS                                                       \
	60000 /* from the first call to the last one's start                   \
	       */

/* One design being drawn, as far as this run of its job has come. */
struct drawing_job {
	struct job *job;
	struct sql_draw_begin wish;
	struct sql_draw_models *models; /* in the order of asking */
	int model_count, model;         /* the one being asked */
	int calls, lost;                /* so far, earlier runs included */
	int64_t first_ms;               /* monotonic: when it all began */
	bool schema;                    /* the models took it until now */
	const char *before, *flaws;     /* an answer to be repaired, or NULL */
	const char *answer;             /* the model's list, or NULL */
	const char *why;                /* the code it would fail with now */
};

/*
 * Ask until there is an answer in d->answer. CONFLICT: there will be none,
 * and d->why says why; FORBIDDEN: refused, likewise. Anything else: the job
 * goes back into the queue with it.
 */
enum outcome draw_ask_models(struct drawing_job *);

#endif
