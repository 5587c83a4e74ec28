/*
 * family.c: who is whose child, as /proc tells.
 */
#include <dirent.h>
#include <stdio.h>

#include "ctl/watch.h"

/* The parent of a process; 0 if there is no such process (any more). */
static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512];
	const char *end;
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	size = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[size] = '\0';
	/* The name stands in brackets and may hold anything, even brackets. */
	end = strrchr(line, ')');
	if (!end || end[1] != ' ' || end[2] == 'Z')
		return 0;
	return (pid_t)strtol(end + 3, NULL, 10);
}

int
family_children(pid_t parent, pid_t *children, int most)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	if (!proc)
		return 0;
	while (count < most && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && parent_of(pid) == parent)
			children[count++] = pid;
	}
	closedir(proc);
	return count;
}
