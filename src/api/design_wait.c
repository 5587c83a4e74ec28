/*
 * design_wait.c: the jobs say the design's id on a channel when they are done.
 */
#include <string.h>

#include "base/clock.h"
#include "db/db.h"

#include "design_wait.h"

#define CHANNEL "tshop_designs"
#define LOOK_MS 5000 /* after that long one looks, whatever was heard */

enum outcome
design_listen(struct request *rq)
{
	return db_listen(rq->db, CHANNEL);
}

bool
design_heard(struct request *rq, struct id design, int64_t until_ms)
{
	int64_t now = clock_mono_ms(), look = now + LOOK_MS;
	char heard[ID_TEXT];

	if (now >= until_ms)
		return false;
	if (look > until_ms)
		look = until_ms;
	for (; now < look; now = clock_mono_ms()) {
		if (!db_wait(rq->db, (int)(look - now), heard, sizeof(heard)))
			break;
		if (strcmp(heard, design.text) == 0)
			break;
	}
	return true;
}
