/*
 * draw_child.c: starts the drawing program, talks to it over one socket,
 * and ends it when patience does. A socket and not two pipes, because a
 * write to a child that died must be an error and not a signal.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/json.h"
#include "base/log.h"
#include "media/render.h"

#define LINE_MOST 4096
#define KIND_MOST 16
#define CHUNK 65536

/* One call: what is still to be said, and what was heard. */
struct talk {
	struct arena *arena;
	int fd;
	pid_t pid;
	int64_t deadline_ms; /* by the monotonic clock */
	const char *line;
	size_t line_left;
	const char *bytes;
	size_t bytes_left;
	struct buf heard;
	int status; /* of wait() */
};

static const char *
request_line(struct arena *arena, const struct render_request *rq)
{
	struct buf line;

	insist(rq->count <= RENDER_WANTS_MOST);
	buf_open(&line, arena, LINE_MOST);
	buf_printf(&line, "{\"bytes\":%zu", rq->size);
	if (rq->category != NULL) {
		buf_json_key(&line, "category");
		buf_json(&line, rq->category);
		buf_json_key(&line, "frames");
		buf_char(&line, '[');
		for (int i = 0; i < rq->count; i++)
			buf_printf(&line,
			    "%s{\"kind\":\"%s\",\"width\":%d,\"height\":%d,"
			    "\"dpi\":%d,\"background\":%s}",
			    i ? "," : "", rq->wants[i].kind, rq->wants[i].width,
			    rq->wants[i].height, rq->wants[i].dpi,
			    rq->wants[i].background ? "true" : "false");
		buf_char(&line, ']');
	} else {
		buf_printf(&line, ",\"least\":%d,\"most\":%d", rq->side_least,
		    rq->side_most);
		if (rq->key != NULL) {
			buf_json_key(&line, "key");
			buf_json(&line, rq->key);
		}
	}
	buf_text(&line, "}\n");
	return line.at;
}

/* ---- the child ---- */

static int
spawn(const char *program, int theirs, pid_t *pid)
{
	static char language[] = "LC_ALL=C.UTF-8";
	char *const argv[] = { (char[]){ "tshop-render" }, NULL };
	char *const environment[] = { language, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, theirs, 0);
	posix_spawn_file_actions_adddup2(&files, theirs, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", 1, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	error =
	    posix_spawn(pid, program, &files, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static enum outcome
start(struct talk *t, const char *program)
{
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		error = errno;
	} else {
		error = spawn(program, ends[1], &t->pid);
		(void)close(ends[1]);
		if (error == 0) {
			t->fd = ends[0];
			return OK;
		}
		(void)close(ends[0]);
	}
	log_event(LOG_ERROR, "render-start", LOG_TEXT("program", program),
	    LOG_TEXT("error", strerrordesc_np(error)));
	return INTERNAL_ERROR;
}

/* The child is gone after this, however it went. */
static void
finish(struct talk *t)
{
	(void)close(t->fd);
	(void)kill(t->pid, SIGKILL); /* it has said all, or it may not go on */
	while (waitpid(t->pid, &t->status, 0) < 0)
		if (errno != EINTR)
			break;
}

/* ---- the talk ---- */

/* Send what the socket takes; OK also when the child listens no more. */
static void
say(struct talk *t)
{
	const char **from = t->line_left ? &t->line : &t->bytes;
	size_t *left = t->line_left ? &t->line_left : &t->bytes_left;
	ssize_t n = send(t->fd, *from, *left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0) {
		*from += n;
		*left -= (size_t)n;
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		t->line_left = t->bytes_left = 0; /* its answer says why */
	}
	if (t->line_left == 0 && t->bytes_left == 0)
		(void)shutdown(t->fd, SHUT_WR);
}

/* False at the end of the answer, or when it grows beyond all measure. */
static bool
hear(struct talk *t)
{
	char chunk[CHUNK];
	ssize_t n = recv(t->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0 || t->heard.length + (size_t)n > RENDER_ANSWER_MOST)
		return false;
	buf_put(&t->heard, chunk, (size_t)n);
	return true;
}

/* Talk until the child has said all. TIMEOUT: patience ended before. */
static enum outcome
converse(struct talk *t)
{
	for (;;) {
		bool unsaid = t->line_left > 0 || t->bytes_left > 0;
		struct pollfd p = { .fd = t->fd,
			.events = unsaid ? POLLIN | POLLOUT : POLLIN };
		int64_t left = t->deadline_ms - clock_mono_ms();

		if (left <= 0)
			return TIMEOUT;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return INTERNAL_ERROR;
		if (unsaid && p.revents & (POLLOUT | POLLERR))
			say(t);
		if (p.revents & (POLLIN | POLLHUP | POLLERR) && !hear(t))
			return OK;
	}
}

/* ---- the answer ---- */

struct answer {
	char kind[KIND_MOST];
	int width, height;
	const char *bytes;
	size_t size;
};

/* Take one frame off the answer; false if it is cut short or nonsense. */
static bool
take_frame(const char **at, const char *end, struct answer *a)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	char line[128];
	size_t length;

	if (stop == NULL || (size_t)(stop - *at) >= sizeof(line))
		return false;
	length = (size_t)(stop - *at);
	memcpy(line, *at, length);
	line[length] = '\0';
	if (sscanf(line, "%15[a-z] %d %d %zu", a->kind, &a->width, &a->height,
		&a->size) != 4)
		return false;
	a->bytes = stop + 1;
	if (a->size > (size_t)(end - a->bytes))
		return false;
	*at = a->bytes + a->size;
	return true;
}

static enum outcome
take_flaw(
    struct arena *arena, const struct answer *a, struct render_result *out)
{
	struct json_flaw ignored;
	json *flaw;

	if (FAILED(json_read(arena, a->bytes, a->size, &json_limits_provider,
		&flaw, &ignored)))
		return INTERNAL_ERROR;
	out->flaw_path = arena_text(arena, json_text(flaw, "path"));
	out->flaw_message = arena_text(arena, json_text(flaw, "message"));
	return out->flaw_path && out->flaw_message ? VALIDATION_ERROR
						   : INTERNAL_ERROR;
}

/* All frames and the checks behind them, or the flaw; else INTERNAL_ERROR. */
static enum outcome
take_answer(struct talk *t, int wanted, struct render_result *out)
{
	const char *at = t->heard.at, *end = at + t->heard.length;
	struct answer a;

	while (take_frame(&at, end, &a)) {
		if (strcmp(a.kind, "flaw") == 0)
			return take_flaw(t->arena, &a, out);
		if (strcmp(a.kind, "checks") == 0) {
			out->checks = arena_text_n(t->arena, a.bytes, a.size);
			return out->count == wanted ? OK : INTERNAL_ERROR;
		}
		if (out->count == wanted)
			return INTERNAL_ERROR;
		out->frames[out->count++] =
		    (struct render_frame){ arena_text(t->arena, a.kind),
			    a.width, a.height, a.bytes, a.size };
	}
	return INTERNAL_ERROR;
}

/* It died of what it drew: too long, or more memory than it may have. */
static bool
died_of_the_drawing(int status)
{
	static const int signals[] = { SIGXCPU, SIGABRT, SIGALRM, SIGSEGV,
		SIGTRAP };

	if (!WIFSIGNALED(status))
		return false;
	for (size_t i = 0; i < COUNT(signals); i++)
		if (WTERMSIG(status) == signals[i])
			return true;
	return false;
}

static enum outcome
explain(struct talk *t, struct render_result *out)
{
	log_event(LOG_WARN, "render-died",
	    LOG_INT("signal", WIFSIGNALED(t->status) ? WTERMSIG(t->status) : 0),
	    LOG_INT("exit", WIFEXITED(t->status) ? WEXITSTATUS(t->status) : 0));
	if (!died_of_the_drawing(t->status))
		return INTERNAL_ERROR;
	out->flaw_path = "";
	out->flaw_message = "takes too much memory or time to draw";
	return VALIDATION_ERROR;
}

/* Give the child a moment to end by itself, so that its status is its own. */
static void
await_end(struct talk *t)
{
	siginfo_t info;

	for (int i = 0; i < 20; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)t->pid, &info,
			WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid != 0)
			return;
		clock_sleep_ms(10);
	}
}

static enum outcome
run(struct talk *t, const char *program, int wanted, struct render_result *out)
{
	enum outcome outcome;

	TRY(start(t, program));
	outcome = converse(t);
	if (outcome == OK)
		await_end(t);
	finish(t);
	if (outcome == OK)
		outcome = take_answer(t, wanted, out);
	if (outcome == INTERNAL_ERROR)
		outcome = explain(t, out);
	return outcome;
}

enum outcome
render_run(struct arena *arena, const char *program,
    const struct render_request *rq, int patience_ms,
    const struct render_lock *lock, struct render_result *out)
{
	struct render_result result = { 0 };
	struct talk t = { .arena = arena,
		.bytes = rq->bytes,
		.bytes_left = rq->size,
		.deadline_ms = clock_mono_ms() + patience_ms };
	enum outcome outcome;

	t.line = request_line(arena, rq);
	t.line_left = strlen(t.line);
	buf_open(&t.heard, arena, RENDER_ANSWER_MOST);
	if (lock != NULL)
		lock->leave();
	outcome = run(&t, program, rq->category ? rq->count : 1, &result);
	if (lock != NULL)
		lock->enter();
	*out = result;
	return outcome;
}

const struct render_frame *
render_frame_find(const struct render_result *result, const char *kind)
{
	for (int i = 0; i < result->count; i++)
		if (strcmp(result->frames[i].kind, kind) == 0)
			return &result->frames[i];
	return NULL;
}
