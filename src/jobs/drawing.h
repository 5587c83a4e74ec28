/*
 * drawing.h: what the files of the draw_design job share.
 */
#ifndef TSHOP_JOBS_DRAWING_H
#define TSHOP_JOBS_DRAWING_H

#include "jobs/job.h"
#include "providers/draw.h"
#include "shop/drawing.h"
#include "sql/generate.h"

#define DRAW_CALLS_MOST 4 /* for one design */
#define DRAW_TRIES 3      /* of what we make of an answer */
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
	bool artwork;                   /* a picture model is asked */
	struct bytes picture;           /* what it painted; at NULL: nothing */
	bool tried;                     /* a picture that was none */
	int seen[DRAW_ENDS];            /* how often it ended so, this run */
	const char *why;                /* the code it would fail with now */
};

/* Have the models of that role asked, the first of them first. */
enum outcome draw_find_models(struct drawing_job *, const char *role);

/* Is it for embroidery? */
bool draw_is_stitched(const struct drawing_job *);

/* The colour of the ground that a picture is painted on. */
const char *draw_ground(const struct drawing_job *);

/*
 * Ask until there is an answer in d->answer or d->picture. CONFLICT: there will
 * be none, and d->why says why; FORBIDDEN: refused, likewise. Anything else:
 * the job goes back into the queue with it.
 */
enum outcome draw_ask_models(struct drawing_job *);

/*
 * The answer is not what it should be, 'path' and 'message' say why.
 * VALIDATION_ERROR: it may be asked for once more; CONFLICT: that was it.
 */
enum outcome draw_answer_bad(
    struct drawing_job *, const char *path, const char *message);

/* The canvas becomes the design's, with its pictures. As draw_answer_bad(). */
enum outcome draw_finish(struct drawing_job *, const struct drawing *);

/* The painted picture becomes a canvas, and so on. */
enum outcome draw_make_artwork(struct drawing_job *);

#endif
