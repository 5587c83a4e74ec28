/*
 * watching.h: what watch.c, reload.c and watch_files.c share.
 */
#ifndef TSHOP_CTL_WATCHING_H
#define TSHOP_CTL_WATCHING_H

#include <stdint.h>

#include "ctl/watch.h"

#define WATCH_FAMILY_MOST 1024

struct watching {
	struct watch *watch;
	pid_t self;
	pid_t child;      /* 0: none runs */
	int64_t began_ms; /* when it was started */
	int64_t due_ms;   /* when to start the next */
	int64_t pause_ms; /* grows in a crash loop */
	bool stopping, reload, restarting;
	int signals; /* a signalfd */
	int pipe[2]; /* what the parents print, in their own words */
};

/* Wait for a signal, or words in the pipe, and do what they ask for. */
void watch_wait(struct watching *, int64_t wait_ms);
/* SIGHUP: replace the workers, or the daemon, without losing a request. */
void watch_reload(struct watching *);
/* Put what the parents printed into lines of ours. */
void watch_hear(struct watching *);

/* Has it any child left, orphans included? */
bool watch_has_family(const struct watching *);
void watch_end_family(int signal);

/* Write the id into "<file><suffix>", whole or not at all. */
void watch_write_pid(const char *file, const char *suffix, pid_t);
void watch_remove_pids(const struct watch *);

#endif
