/*
 * reload.c: new workers for old ones, a quarter of the pool at a time.
 *
 * The manager of the workers (multiwatch) starts a new one for each that
 * ends, and they all share one listening socket, so whoever remains takes
 * the requests. A worker that is told to stop finishes what it is at.
 */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "watching.h"

#define PART 4            /* a quarter at a time */
#define SETTLED_MS 250    /* replacements that live so long will do */
#define PATIENCE_MS 35000 /* longer than a worker may take to finish */
#define REPLACED_MS 10000 /* for a replacement to come and to stay */

static bool
is_among(pid_t pid, const pid_t *pids, int count)
{
	for (int i = 0; i < count; i++) {
		if (pids[i] == pid)
			return true;
	}
	return false;
}

/* Wait until none of the old workers is there any more. */
static void
wait_gone(struct watching *w, const pid_t *old, int count)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;
	bool late = false, left = true;

	while (left && w->child) {
		pid_t now[WATCH_FAMILY_MOST];
		int alive = family_children(w->child, now, WATCH_FAMILY_MOST);

		left = false;
		for (int i = 0; i < count; i++) {
			if (!is_among(old[i], now, alive))
				continue;
			left = true;
			if (late)
				kill(old[i], SIGKILL);
		}
		if (left)
			watch_wait(w, 20);
		late = clock_mono_ms() > end;
	}
}

/* Wait until the pool is whole and stays so; false if it does not. */
static bool
wait_whole(struct watching *w)
{
	int64_t end = clock_mono_ms() + REPLACED_MS, since = 0;
	pid_t before[WATCH_FAMILY_MOST] = { 0 };

	while (w->child && !w->stopping && clock_mono_ms() < end) {
		pid_t now[WATCH_FAMILY_MOST] = { 0 };
		int alive = family_children(w->child, now, WATCH_FAMILY_MOST);

		if (alive < w->watch->workers ||
		    memcmp(now, before, sizeof(now)) != 0)
			since = clock_mono_ms();
		else if (clock_mono_ms() - since >= SETTLED_MS)
			return true;
		memcpy(before, now, sizeof(now));
		watch_wait(w, 20);
	}
	return false;
}

static void
reload_workers(struct watching *w)
{
	pid_t old[WATCH_FAMILY_MOST];
	int count = family_children(w->child, old, WATCH_FAMILY_MOST);
	int part = (count + PART - 1) / PART;

	for (int i = 0; i < count && !w->stopping; i += part) {
		int some = count - i < part ? count - i : part;

		for (int k = 0; k < some; k++)
			kill(old[i + k], SIGTERM);
		wait_gone(w, old + i, some);
		if (!w->stopping && !wait_whole(w)) {
			/* The new ones do not stay: keep the old ones. */
			log_event(LOG_ERROR, "reload-given-up",
			    LOG_TEXT("name", w->watch->name));
			return;
		}
	}
	log_event(LOG_INFO, "reloaded", LOG_TEXT("name", w->watch->name),
	    LOG_INT("workers", count));
}

void
watch_reload(struct watching *w)
{
	w->reload = false;
	if (!w->child)
		return;
	if (w->watch->workers) {
		reload_workers(w);
		return;
	}
	w->restarting = true;
	kill(w->child, SIGTERM);
}
