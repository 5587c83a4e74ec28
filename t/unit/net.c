/*
 * net.c: where we speak at all, and how far a call got. The other side is a
 * socket of our own on loopback.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "outside.h"

/* clang-format off */
static const struct {
	const char *url;
	bool good;
} urls[] = {
	{ "https://api.stripe.com/v1/x", true },
	{ "http://127.0.0.1:8444/v1/x", true },
	{ "http://127.9.8.7/", true },
	{ "http://localhost:1/", true },
	{ "http://[::1]:1/", true },
	{ "http://api.stripe.com/", false },
	{ "http://127.0.0.1.evil.example/", false },
	{ "http://127.0.0.1@evil.example/", false },
	{ "https://user:secret@api.stripe.com/", false },
	{ "http://localhost.evil.example/", false },
	{ "http://10.0.0.1/", false },
	{ "ftp://127.0.0.1/", false },
	{ "file:///etc/passwd", false },
	{ "gopher://127.0.0.1/", false },
	{ "https://a/\r\nX: y", false },
	{ "", false },
};

static const struct {
	const char *value;
	int seconds;
} waits[] = {
	{ "120", 120 }, { "0", 0 }, { "-5", 0 }, { "soon", 0 }, { "", 0 },
	{ "999999999", 86400 },
	{ "Mon, 01 Apr 2024 19:34:20 GMT", 60 },
	{ "Mon, 01 Apr 2024 19:32:20 GMT", 0 },
};

/* What the other side does after it has read the request. */
static const struct {
	const char *says;
	int wait_ms;
	enum outcome outcome;
	enum reach reach;
	int status;
} sides[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 7\r\n"
	  "Request-Id: req_1\r\nStripe-Should-Retry: false\r\n"
	  "Cache-Control: public, max-age=20000\r\n"
	  "Content-Type: application/json\r\n\r\n{}",   0, OK, REACH_ANSWERED, 200 },
	{ "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n"
	  "Content-Length: 0\r\n\r\n",                  0, OK, REACH_ANSWERED, 302 },
	{ "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\nno", 0, OK, REACH_ANSWERED, 500 },
	{ "",                                           0, PROVIDER_ERROR, REACH_UNKNOWN, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 0, PROVIDER_ERROR, REACH_UNKNOWN, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"
	  "0123456789012345678901234567890123456789",   0, PROVIDER_ERROR, REACH_UNKNOWN, 0 },
	{ "",                                           900, TIMEOUT, REACH_UNKNOWN, 0 },
};
/* clang-format on */

struct side {
	int listener, port;
	size_t which;
	char heard[4096];
	int calls;
};

static void *
side_run(void *arg)
{
	struct side *s = arg;
	int fd = accept(s->listener, NULL, NULL);
	ssize_t size;

	s->calls++;
	size = read(fd, s->heard, sizeof(s->heard) - 1);
	if (size > 0)
		s->heard[size] = '\0';
	clock_sleep_ms(sides[s->which].wait_ms);
	if (write(fd, sides[s->which].says, strlen(sides[s->which].says)) < 0)
		return NULL;
	shutdown(fd, SHUT_WR);
	close(fd);
	return NULL;
}

static int
listen_on(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	insist(fd >= 0 && !bind(fd, (struct sockaddr *)&at, size) &&
	       !listen(fd, 4) &&
	       !getsockname(fd, (struct sockaddr *)&at, &size));
	*port = ntohs(at.sin_port);
	return fd;
}

static int let_go;

static void
leave(void)
{
	let_go++;
}

static void
enter(void)
{
	let_go += 10;
}

static void
sides_test(struct arena *a)
{
	static const struct net_lock lock = { leave, enter };

	net_set_lock(&lock);
	for (size_t i = 0; i < COUNT(sides); i++) {
		struct side s = { .which = i };
		struct call c = { .provider = "test",
			.method = "POST",
			.body = "a=1",
			.body_size = 3,
			.answer_most = 20,
			.patience_ms = 400 };
		struct answer an;
		pthread_t thread;

		s.listener = listen_on(&s.port);
		insist(!pthread_create(&thread, NULL, side_run, &s));
		c.url = arena_printf(a, "http://127.0.0.1:%d/x?y", s.port);
		call_header(&c, a, "Idempotency-Key: %s", "k");
		let_go = 0;
		is_text(outcome_code(net_send(a, &c, &an)),
		    outcome_code(sides[i].outcome), "side %zu", i);
		is_int(an.reach, sides[i].reach, "how far it got");
		is_int(an.status, sides[i].status, "its status");
		is_int(let_go, 11, "the lock was let go and taken again");
		pthread_join(thread, NULL);
		close(s.listener);
		is_int(s.calls, 1, "it was sent once");
		ok(strstr(s.heard, "Idempotency-Key: k\r\n") &&
			strstr(s.heard, "User-Agent: TShop/"),
		    "with its headers");
		if (i != 0)
			continue;
		is_text(an.body, "{}", "its body");
		is_int(an.retry_after_s, 7, "its wish to be left alone");
		is_int(an.hint, -1, "its hint");
		is_int(an.max_age_s, 20000, "how long it lasts");
		is_text(an.request_id, "req_1", "its name");
	}
	net_set_lock(NULL);
}

static void
never_test(struct arena *a)
{
	struct call c = { .provider = "test",
		.method = "GET",
		.url = "http://127.0.0.1:1/",
		.patience_ms = 400 };
	struct answer an;

	is_int(net_send(a, &c, &an), PROVIDER_ERROR, "nobody is there");
	is_int(an.reach, REACH_NEVER, "nothing was sent");
	c.url = "http://192.0.2.1/";
	is_int(net_send(a, &c, &an), PROVIDER_ERROR, "plain http outside");
	is_int(an.reach, REACH_NEVER, "is not even tried");
}

int
main(void)
{
	struct arena *a = outside_open();

	net_open();
	for (size_t i = 0; i < COUNT(urls); i++)
		ok(net_may_open(urls[i].url) == urls[i].good, "\"%.30s\"",
		    i == 14 ? "two lines" : urls[i].url);
	for (size_t i = 0; i < COUNT(waits); i++)
		is_int(net_retry_after(waits[i].value, 1712000000),
		    waits[i].seconds, "Retry-After: %s", waits[i].value);
	sides_test(a);
	never_test(a);
	net_close();
	arena_destroy(a);
	return tap_done();
}
