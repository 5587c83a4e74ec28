/*
 * watch.c: the loop that keeps a program running.
 *
 * Signals come through a descriptor, so that everything happens in one place
 * and one order. The watcher is a subreaper: when multiwatch dies, its
 * workers become children of ours, and we end them before we start again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "watching.h"

#define PAUSE_LEAST_MS 100
#define PAUSE_MOST_MS 4000
#define LIVED_MS 2000 /* who lives that long did not die of starting */

/* The child, between fork and exec. Its parents die with the watcher. */
static _Noreturn void
watch_exec(struct watching *w)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != w->self) /* it is gone already */
		_exit(1);
	if (w->watch->log_fd > STDERR_FILENO) {
		dup2(STDERR_FILENO, w->watch->log_fd);
		dup2(w->pipe[1], STDERR_FILENO);
		dup2(w->pipe[1], STDOUT_FILENO);
	}
	execvp(w->watch->argv[0], w->watch->argv);
	log_event(LOG_ERROR, "exec", LOG_TEXT("program", w->watch->argv[0]),
	    LOG_INT("errno", errno));
	_exit(127);
}

static void
watch_start(struct watching *w)
{
	pid_t pid;

	if (w->watch->socket)
		unlink(w->watch->socket);
	pid = fork();
	if (pid == 0)
		watch_exec(w);
	w->began_ms = clock_mono_ms();
	if (pid < 0) {
		w->due_ms = w->began_ms + PAUSE_MOST_MS;
		return;
	}
	w->child = pid;
	log_event(LOG_INFO, "started", LOG_TEXT("name", w->watch->name),
	    LOG_INT("pid", pid));
	if (w->watch->workers == 0)
		watch_write_pid(w->watch->pid_file, "", pid);
}

/* The child has died: when to start the next? */
static void
watch_buried(struct watching *w, int status)
{
	int64_t now = clock_mono_ms();

	log_event(w->stopping ? LOG_INFO : LOG_WARN, "ended",
	    LOG_TEXT("name", w->watch->name), LOG_INT("pid", w->child),
	    LOG_INT("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
	    LOG_INT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
	w->child = 0;
	if (w->restarting || now - w->began_ms >= LIVED_MS)
		w->pause_ms = PAUSE_LEAST_MS;
	else if ((w->pause_ms *= 2) > PAUSE_MOST_MS)
		w->pause_ms = PAUSE_MOST_MS;
	w->due_ms = now + (w->restarting ? 0 : w->pause_ms);
	w->restarting = false;
	watch_end_family(SIGTERM);
}

static void
watch_reap(struct watching *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == w->child)
			watch_buried(w, status);
	}
}

static void
watch_signal(struct watching *w, int number)
{
	switch (number) {
	case SIGCHLD:
		watch_reap(w);
		break;
	case SIGHUP:
		w->reload = true;
		break;
	default:
		w->stopping = true;
		break;
	}
}

void
watch_wait(struct watching *w, int64_t wait_ms)
{
	struct pollfd ready[] = { { .fd = w->signals, .events = POLLIN },
		{ .fd = w->pipe[0], .events = POLLIN } };
	struct signalfd_siginfo info;

	if (poll(ready, 2, (int)wait_ms) <= 0)
		return;
	if (ready[1].revents & POLLIN)
		watch_hear(w);
	while (read(w->signals, &info, sizeof(info)) == sizeof(info))
		watch_signal(w, (int)info.ssi_signo);
}

/* End the child and all it left, kindly first. */
static void
watch_stop(struct watching *w)
{
	int64_t end = clock_mono_ms() + WATCH_PATIENCE_S * 1000;

	if (w->child)
		kill(w->child, SIGTERM);
	while (clock_mono_ms() < end && watch_has_family(w)) {
		watch_wait(w, 50);
		watch_reap(w);
	}
	while (watch_has_family(w)) {
		watch_end_family(SIGKILL);
		watch_wait(w, 20);
		watch_reap(w);
	}
	if (w->watch->socket)
		unlink(w->watch->socket);
	watch_remove_pids(w->watch);
}

static void
watch_open(struct watching *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	w->self = getpid();
	w->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (pipe2(w->pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		w->pipe[0] = w->pipe[1] = -1;
	watch_write_pid(
	    w->watch->pid_file, w->watch->workers ? "" : ".keeper", getpid());
}

enum outcome
watch_run(struct watch *watch)
{
	struct watching w = { .watch = watch, .pause_ms = PAUSE_LEAST_MS };

	watch_open(&w);
	while (!w.stopping) {
		if (w.child == 0 && clock_mono_ms() >= w.due_ms) {
			if (watch_has_family(&w)) /* the old ones first */
				watch_end_family(SIGTERM);
			watch_start(&w);
		}
		watch_wait(&w, w.child ? 1000 : 50);
		if (w.reload)
			watch_reload(&w);
	}
	log_event(LOG_INFO, "stopping", LOG_TEXT("name", watch->name));
	watch_stop(&w);
	return OK;
}
