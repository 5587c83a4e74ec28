/*
 * trending.c: the score that one sort of the gallery goes by.
 */
#include "base/log.h"
#include "sql/trending.h"

#include "workers.h"

/* clang-format off */
#define PER_LIKE  1
#define PER_SHARE 2
#define PER_USE   5 /* somebody paid for it */
/* clang-format on */

enum outcome
work_trending(struct job *job)
{
	int touched;

	TRY(sql_trending_score(
	    job->db, PER_LIKE, PER_SHARE, PER_USE, &touched));
	log_event(LOG_DEBUG, "trending", LOG_INT("designs", touched));
	return OK;
}
