/*
 * tshop-worker: the last step before a worker of a pool.
 *
 *	tshop-worker LOG_FD STARTS MOST PROGRAM …
 *
 * It takes its own log back from where the watcher has put it, out of
 * multiwatch's way; and it makes a crash loop wait, because multiwatch starts
 * again at once and for ever. STARTS is a file, or empty.
 *
 * It is a program of its own, and needs no library, because a whole pool of
 * them starts at once: tshopctl would take six times as long for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define ARGS_LEAST 5

/*
 * More than 'most' starts within a second are a crash loop: who comes too
 * many waits for a second. The count stands in a file that all workers share.
 */
static void
start_slowly(const char *path, int64_t most)
{
	struct {
		int64_t since_ms, count;
	} seen = { 0, 0 };
	int64_t now = clock_mono_ms();
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX) < 0 ||
	    pread(fd, &seen, sizeof(seen), 0) != sizeof(seen) ||
	    now < seen.since_ms || now - seen.since_ms >= 1000) {
		seen.since_ms = now;
		seen.count = 0;
	}
	seen.count++;
	if (pwrite(fd, &seen, sizeof(seen), 0) != sizeof(seen))
		seen.count = 0;
	close(fd);
	if (seen.count > most)
		clock_sleep_ms(1000);
}

int
main(int argc, char **argv)
{
	int log_fd;

	if (argc < ARGS_LEAST) {
		fputs("usage: tshop-worker LOG_FD STARTS MOST PROGRAM …\n",
		    stderr);
		return 2;
	}
	log_fd = (int)strtol(argv[1], NULL, 10);
	if (log_fd > STDERR_FILENO && fcntl(log_fd, F_GETFD) >= 0) {
		dup2(log_fd, STDERR_FILENO);
		dup2(log_fd, STDOUT_FILENO);
		close(log_fd);
	}
	if (argv[2][0])
		start_slowly(argv[2], strtol(argv[3], NULL, 10));
	execvp(argv[4], argv + 4);
	log_open("tshop-worker", "info");
	log_event(LOG_ERROR, "exec", LOG_TEXT("program", argv[4]),
	    LOG_INT("errno", errno));
	return 127;
}
