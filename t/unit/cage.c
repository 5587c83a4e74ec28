/*
 * cage.c: the filter bites. Each act is tried by a child of its own that has
 * closed the cage behind it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "base/insist.h"
#include "furniture.h"
#include "tap.h"

#define DENIED 7 /* exit: the act failed with EPERM or the like */
#define DONE 0   /* exit: the act went through */
#define OPEN 9   /* exit: the cage would not close */

static bool
read_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
write_file(void)
{
	return open("/dev/null", O_WRONLY) >= 0;
}

static bool
make_file(void)
{
	return open("/tmp/tshop-cage", O_RDONLY | O_CREAT, 0600) >= 0;
}

static bool
remove_file(void)
{
	return unlink("/nonexistent/x") == 0 || errno == ENOENT;
}

static bool
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
start_program(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	return execv("/bin/true", argv) == 0;
}

static bool
start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static void *
nothing(void *thing)
{
	return thing;
}

static bool
start_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 &&
	       pthread_join(thread, NULL) == 0;
}

static bool
raise_limit(void)
{
	return nice(-1) != -1;
}

/* clang-format off */
static const struct {
	const char *name;
	bool      (*act)(void);
	int         exit, signal;
} acts[] = {
	{ "reads a font's file",   read_file,     DONE,   0 },
	{ "starts a thread",       start_thread,  DONE,   0 },
	{ "does not write",        write_file,    DENIED, 0 },
	{ "makes no files",        make_file,     DENIED, 0 },
	{ "removes none",          remove_file,   DENIED, 0 },
	{ "gains no priority",     raise_limit,   DENIED, 0 },
	{ "dies of a socket",      make_socket,   0,      SIGSYS },
	{ "dies of a program",     start_program, 0,      SIGSYS },
	{ "dies of a process",     start_process, 0,      SIGSYS },
};
/* clang-format on */

int
main(void)
{
	for (size_t i = 0; i < COUNT(acts); i++) {
		int status;
		pid_t pid = fork();

		insist(pid >= 0);
		if (pid == 0) {
			if (!cage_close())
				_exit(OPEN);
			_exit(acts[i].act() ? DONE : DENIED);
		}
		insist(waitpid(pid, &status, 0) == pid);
		if (acts[i].signal != 0)
			is_int(WIFSIGNALED(status) ? WTERMSIG(status) : 0,
			    acts[i].signal, "whoever draws %s", acts[i].name);
		else
			is_int(WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			    acts[i].exit, "whoever draws %s", acts[i].name);
	}
	return tap_done();
}
