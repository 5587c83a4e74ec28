/*
 * accept.c: many kept connections, one worker.
 *
 * With libfcgi's own loop a connection that nginx keeps open owns its worker
 * until nginx lets go, and everybody else starves. Here the worker waits on
 * all its kept connections and on the listening socket at once, and serves
 * whichever has something to say; three system calls a request instead of
 * eight. A connection that nginx does not keep is served as soon as it is
 * accepted, so that a worker never sits on one while it waits for somebody
 * outside.
 *
 * Of requests that are ready together each gets a fiber. One that waits for
 * the database is put aside and the next one begins; PostgreSQL then has
 * several to answer, and both sides sleep and wake once for all of them.
 *
 * The rules that make it safe: a kept connection that nginx believes idle is
 * never closed by us (a POST on it would be lost), so after SIGTERM the
 * listening socket is let go and the kept ones are served until nginx closes
 * them; the body is read to its end, or what is left would be taken for the
 * next request; a connection that hangs up is closed and forgotten.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fiber.h"
#include "base/insist.h"
#include "base/log.h"

#include "accept.h"

#define LISTENING 0 /* the descriptor that spawn-fcgi hands over */
#define NOWHERE -1  /* where libfcgi may accept connections */
#define EVENTS_MOST 32
#define SILENCE_S 5       /* a peer that connects and says nothing */
#define FAREWELL_MS 30000 /* longest wait for nginx to let go */
#define LOOK_UP_MS 500    /* how often a thread looks whether to stop */

struct connection {
	FCGX_Request fcgi;
	struct loop *loop;
	struct connection *next; /* in the loop's list */
};

struct loop {
	int epoll;
	serve_request *serve;
	void (*settle)(void);
	void *arg;
	struct arena *memory; /* of connections, for the life of the loop */
	struct connection *kept, *spare;
};

static atomic_bool stopping;

static void
on_signal(int number)
{
	(void)number;
	stopping = true;
}

void
accept_stop(void)
{
	stopping = true;
}

bool
accept_open(void)
{
	struct sigaction stop = { .sa_handler = on_signal };
	sigset_t wanted;
	int flags;

	if (FCGX_Init() != 0)
		return false;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGUSR1, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* They interrupt nothing but the wait for the next request. */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);

	flags = fcntl(LISTENING, F_GETFL);
	return flags >= 0 && fcntl(LISTENING, F_SETFL, flags | O_NONBLOCK) == 0;
}

static struct connection *
connection_take(struct loop *loop)
{
	struct connection *c = loop->spare;

	if (c)
		loop->spare = c->next;
	else
		c = arena_new(loop->memory, struct connection);
	c->loop = loop;
	/*
	 * From a connection that fails it would go on to the next that waits,
	 * which nobody would watch then.
	 */
	insist(FCGX_InitRequest(&c->fcgi, NOWHERE, 0) == 0);
	return c;
}

static void
connection_forget(struct loop *loop, struct connection *c)
{
	struct connection **at = &loop->kept;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	c->next = loop->spare;
	loop->spare = c;
}

static bool
connection_watch(struct loop *loop, struct connection *c)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP,
		.data.ptr = c };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, c->fcgi.ipcFd, &e) == 0;
}

/* Read and serve one request; false when the connection is gone. */
static bool
connection_serve(struct loop *loop, struct connection *c)
{
	int fd = c->fcgi.ipcFd;

	if (FCGX_Accept_r(&c->fcgi) < 0)
		return false;
	loop->serve(loop->arg, &c->fcgi);
	FCGX_Finish_r(&c->fcgi);
	return c->fcgi.ipcFd == fd; /* libfcgi closes it unless it is kept */
}

static void
connection_accept(struct loop *loop)
{
	struct timeval silence = { SILENCE_S, 0 };
	int fd = accept4(LISTENING, NULL, NULL, SOCK_CLOEXEC);
	struct connection *c;

	if (fd < 0)
		return; /* another worker was quicker */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	c = connection_take(loop);
	c->fcgi.ipcFd = fd;
	c->fcgi.keepConnection = 1; /* or FCGX_Accept_r() would close it */
	if (!connection_serve(loop, c)) {
		connection_forget(loop, c);
		return;
	}
	if (!connection_watch(loop, c)) {
		close(fd);
		connection_forget(loop, c);
		return;
	}
	c->next = loop->kept;
	loop->kept = c;
}

/* A fiber's work: one request of a kept connection. */
static void
connection_work(void *arg)
{
	struct connection *c = arg;

	if (!connection_serve(c->loop, c))
		connection_forget(c->loop, c);
}

static void
connection_event(
    struct loop *loop, struct connection *c, uint32_t events, bool is_alone)
{
	if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) {
		/* libfcgi would say goodbye first and wait for the reply. */
		close(c->fcgi.ipcFd);
		FCGX_Free(&c->fcgi, 0);
		connection_forget(loop, c);
	} else if (is_alone || !loop->settle) {
		connection_work(c);
	} else {
		while (!fiber_start(connection_work, c))
			loop->settle();
	}
}

/* Take what is ready; signals get through only while nothing is. */
static void
loop_wait(struct loop *loop, int wait_ms)
{
	struct epoll_event events[EVENTS_MOST];
	bool is_called = false;
	sigset_t all_through;
	int n;

	sigemptyset(&all_through);
	n = epoll_pwait(
	    loop->epoll, events, EVENTS_MOST, wait_ms, &all_through);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			connection_event(
			    loop, events[i].data.ptr, events[i].events, n == 1);
		else
			is_called = true;
	}
	if (n > 1 && loop->settle)
		loop->settle();
	if (is_called && !stopping)
		connection_accept(loop);
}

static void
loop_listen(struct loop *loop)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	insist(loop->epoll >= 0);
	insist(epoll_ctl(loop->epoll, EPOLL_CTL_ADD, LISTENING, &e) == 0);
}

void
accept_loop(serve_request *serve, void (*settle)(void), void *arg)
{
	struct loop loop = { .serve = serve,
		.settle = settle,
		.arg = arg,
		.memory = arena_create((size_t)1 << 30) };
	int64_t until_ms;

	loop_listen(&loop);
	while (!stopping)
		loop_wait(&loop, LOOK_UP_MS);

	epoll_ctl(loop.epoll, EPOLL_CTL_DEL, LISTENING, NULL);
	until_ms = clock_mono_ms() + FAREWELL_MS;
	while (loop.kept && clock_mono_ms() < until_ms)
		loop_wait(&loop, LOOK_UP_MS);
	close(loop.epoll);
	arena_destroy(loop.memory);
}
