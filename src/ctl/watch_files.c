/*
 * watch_files.c: pid files, the family, and the words of the parents.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "watching.h"

#define PATH_BYTES 4096

void
watch_write_pid(const char *file, const char *suffix, pid_t pid)
{
	char path[PATH_BYTES], fresh[PATH_BYTES + 8], text[24];
	int fd, size;

	if (!file)
		return;
	snprintf(path, sizeof(path), "%s%s", file, suffix);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	size = snprintf(text, sizeof(text), "%ld\n", (long)pid);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, (size_t)size) != size ||
	    rename(fresh, path) < 0)
		log_event(LOG_ERROR, "pid-file", LOG_TEXT("path", &path[0]));
	if (fd >= 0)
		close(fd);
}

void
watch_remove_pids(const struct watch *watch)
{
	char path[PATH_BYTES];

	if (!watch->pid_file)
		return;
	unlink(watch->pid_file);
	snprintf(path, sizeof(path), "%s.keeper", watch->pid_file);
	unlink(path);
	snprintf(path, sizeof(path), "%s.starts", watch->pid_file);
	unlink(path);
}

bool
watch_has_family(const struct watching *w)
{
	pid_t one[1];

	return w->child || family_children(getpid(), one, 1) > 0;
}

void
watch_end_family(int signal)
{
	pid_t children[WATCH_FAMILY_MOST];
	int count = family_children(getpid(), children, WATCH_FAMILY_MOST);

	for (int i = 0; i < count; i++)
		kill(children[i], signal);
}

void
watch_hear(struct watching *w)
{
	char words[1024];
	ssize_t size = read(w->pipe[0], words, sizeof(words) - 1);
	char *at = words;

	if (size <= 0)
		return;
	words[size] = '\0';
	while (*at) {
		size_t length = strcspn(at, "\n");
		bool more = at[length] == '\n';

		at[length] = '\0';
		if (length)
			log_event(LOG_WARN, "said",
			    LOG_TEXT("name", w->watch->name),
			    LOG_TEXT("words", at));
		at += length + more;
	}
}
