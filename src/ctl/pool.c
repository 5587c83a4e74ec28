/*
 * pool.c: tshopctl pool run and keep.
 *
 * A pool is spawn-fcgi, which opens the socket and becomes multiwatch, which
 * forks the workers. multiwatch gives up silently on a child that dies three
 * times in ten seconds, hence its options; it starts again at once and for
 * ever, hence tshop-worker, which makes a crash loop wait.
 */
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "ctl/command.h"
#include "ctl/watch.h"

#define WORDS_MOST 64
#define LOG_FD 9     /* above whatever the watcher has open */
#define BACKLOG "64" /* who would wait longer is told to come again */
#define SELF_BYTES 4096

struct words {
	char *at[WORDS_MOST + 1];
	int count;
};

static void
words_add(struct words *words, const char *const *more)
{
	for (; *more; more++) {
		insist(words->count < WORDS_MOST);
		words->at[words->count++] = (char *)(uintptr_t)*more;
	}
}

/* Beside this program where it was built, else where it was installed. */
static const char *
worker_path(struct arena *arena)
{
	char path[SELF_BYTES];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
	const char *beside;

	while (size > 0 && path[size - 1] != '/')
		size--;
	beside = arena_printf(
	    arena, "%.*stshop-worker", size > 0 ? (int)size : 0, path);
	return access(beside, X_OK) == 0 ? beside
					 : TSHOP_LIBEXECDIR "/tshop-worker";
}

/* spawn-fcgi runs what has a slash in its name: look it up as a shell would. */
static const char *
find_program(struct arena *arena, const char *name)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t length = strcspn(at, ":");
		const char *path =
		    arena_printf(arena, "%.*s/%s", (int)length, at, name);

		if (access(path, X_OK) == 0)
			return path;
		at += length + (at[length] == ':');
	}
	return name;
}

/* spawn-fcgi opens the socket and becomes what follows. */
static void
words_socket(struct words *words, const char *socket)
{
	words_add(words, (const char *[]){ "spawn-fcgi", "-n", "-s", socket,
			     "-M", "0660", "-b", BACKLOG, "--", NULL });
}

/* The last step before the program: src/tshop-worker.c has its words. */
static void
words_worker(struct words *words, struct watch *watch, char **program)
{
	struct arena *arena = watch->arena;
	const char *starts =
	    watch->pid_file && watch->workers
		? arena_printf(arena, "%s.starts", watch->pid_file)
		: "";

	words_add(
	    words, (const char *[]){ worker_path(arena),
		       arena_printf(arena, "%d", LOG_FD), starts,
		       arena_printf(arena, "%d", 2 * watch->workers), NULL });
	words_add(words, (const char *const *)program);
}

/* How many workers the settings want for a pool; 0: there is no such pool. */
static int
workers_of(const char *pool)
{
	static const struct {
		const char *name;
		enum setting setting;
		int per_core;
	} pools[] = {
		{ "fast", CONF_TSHOP_WORKERS_FAST, WORKERS_FAST_PER_CORE },
		{ "hash", CONF_TSHOP_WORKERS_HASH, 1 },
		{ "patient", CONF_TSHOP_WORKERS_PATIENT, 4 },
	};

	for (size_t i = 0; i < COUNT(pools); i++) {
		int wanted = conf_int(pools[i].setting);

		if (strcmp(pools[i].name, pool) != 0)
			continue;
		return wanted > 0 ? wanted
				  : pools[i].per_core *
					(int)sysconf(_SC_NPROCESSORS_ONLN);
	}
	return 0;
}

enum outcome
ctl_pool_run(struct command_line *line)
{
	struct watch watch = { .arena = line->arena, .log_fd = LOG_FD };
	struct words words = { .count = 0 };
	char **program;

	watch.socket = command_option(line, "--socket", NULL);
	watch.pid_file = command_option(line, "--pid", NULL);
	watch.workers = command_number(line, "--workers", 0);
	program = command_rest(line);
	if (line->argc < 1 || !watch.socket || !program)
		return complain(BAD_REQUEST,
		    "pool run wants NAME, --socket PATH and -- PROGRAM.");
	watch.name = line->argv[0];
	(void)conf_load(PROGRAM_CTL); /* the workers will say what is wrong */
	if (watch.workers == 0)
		watch.workers = workers_of(watch.name);
	if (watch.workers == 0)
		return complain(BAD_REQUEST, "how many --workers?");
	log_open("tshopctl", "info");

	words_socket(&words, watch.socket);
	words_add(&words,
	    (const char *[]){ find_program(line->arena, "multiwatch"), "-r",
		"1000000", "-t", "1000", "-f",
		arena_printf(line->arena, "%d", watch.workers), "--", NULL });
	words_worker(&words, &watch, program);
	watch.argv = words.at;
	return watch_run(&watch);
}

enum outcome
ctl_keep(struct command_line *line)
{
	struct watch watch = { .arena = line->arena };
	struct words words = { .count = 0 };
	char **program;

	watch.socket = command_option(line, "--socket", NULL);
	watch.pid_file = command_option(line, "--pid", NULL);
	program = command_rest(line);
	if (!program)
		return complain(BAD_REQUEST, "keep wants -- PROGRAM.");
	watch.name = strrchr(program[0], '/');
	watch.name = watch.name ? watch.name + 1 : program[0];
	if (watch.socket) {
		watch.log_fd = LOG_FD;
		words_socket(&words, watch.socket);
		words_worker(&words, &watch, program);
	} else {
		words_add(&words, (const char *const *)program);
	}
	watch.argv = words.at;
	return watch_run(&watch);
}
