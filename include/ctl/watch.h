/*
 * watch.h: keep a program running until told to stop.
 *
 * The watcher starts a command line, starts it again when it dies, and owns
 * what it leaves behind: orphans of a dead parent become the watcher's own
 * children and are ended before the next start. Its log is JSON lines, and
 * so is what the parents between it and the programs print.
 *
 * SIGTERM, SIGINT   SIGTERM to the child, WATCH_PATIENCE_S for it to end
 *                   with all its descendants, then SIGKILL
 * SIGHUP            a pool: its workers are replaced, some at a time, so
 *                   that no request is lost; a daemon: it is restarted
 */
#ifndef TSHOP_CTL_WATCH_H
#define TSHOP_CTL_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/outcome.h"

#define WATCH_PATIENCE_S 30

struct watch {
	struct arena *arena;
	const char *name;     /* for the log */
	const char *pid_file; /* NULL: none */
	const char *socket;   /* removed before a start and at the end; NULL */
	char *const *argv;    /* found by PATH */
	int workers;          /* children of the child; 0: it has none */
	/* The program's standard error, while the pipe takes the parents'. */
	int log_fd;
};

/*
 * Returns when told to stop. The pid file holds the watcher's own id when
 * there are workers; else the child's, written anew at each start, and
 * "<pid_file>.keeper" holds the watcher's.
 */
enum outcome watch_run(struct watch *);

/* Descendants of a process: its children, at most 'most' of them. */
int family_children(pid_t parent, pid_t *children, int most);

#endif
