/*
 * Fibers: work put aside and gone on with, in the order that was asked for.
 */
#include <string.h>

#include "base/fiber.h"
#include "base/log.h"

#include "tap.h"

#define ROUNDS 1000

struct work {
	const char *request;
	int parks; /* how often it puts itself aside */
	int done;
	struct fiber *fiber;
	bool knows; /* its own stack and log, after each */
};

static void
work(void *arg)
{
	struct work *w = arg;
	char mine[2000];

	w->fiber = fiber_current();
	w->knows = true;
	memset(mine, w->request[0], sizeof(mine));
	log_request(w->request);
	for (int i = 0; i < w->parks; i++) {
		fiber_park();
		w->knows = w->knows && fiber_current() == w->fiber &&
			   strcmp(log_request_id(), w->request) == 0 &&
			   mine[0] == w->request[0] &&
			   memcmp(mine, mine + 1, sizeof(mine) - 1) == 0;
	}
	w->done++;
}

int
main(void)
{
	struct work quick = { .request = "quick" };
	struct work many[FIBERS_MOST] = { { .request = "" } };
	char names[FIBERS_MOST][2];
	bool all_wait = true, all_know = true;

	ok(!fiber_current(), "outside there is none");
	ok(fiber_start(work, &quick) && quick.done == 1,
	    "work that waits for nothing is done at once");

	for (int i = 0; i < FIBERS_MOST; i++) {
		names[i][0] = (char)('a' + i);
		names[i][1] = '\0';
		many[i] = (struct work){ .request = names[i], .parks = 3 };
		all_wait = fiber_start(work, &many[i]) && !many[i].done &&
			   !fiber_current() && all_wait;
	}
	ok(all_wait, "%d are put aside", FIBERS_MOST);
	ok(!fiber_start(work, &quick) && quick.done == 1,
	    "one more is not begun");
	for (int round = 0; round < 3; round++) {
		for (int i = FIBERS_MOST - 1; i >= 0; i--)
			fiber_resume(many[i].fiber);
	}
	for (int i = 0; i < FIBERS_MOST; i++)
		all_know = all_know && many[i].done == 1 && many[i].knows;
	ok(all_know, "each goes on where it was, with what it had");

	for (int i = 0; i < ROUNDS; i++) {
		many[0].parks = 1;
		if (!fiber_start(work, &many[0]))
			break;
		fiber_resume(many[0].fiber);
	}
	ok(many[0].done == ROUNDS + 1, "and is used again");
	return tap_done();
}
