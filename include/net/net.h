/*
 * net.h: the only way out. src/net/net.c is the one file that speaks libcurl.
 *
 * Providers are pure: they fill a struct call and read a struct answer, and
 * never send. net_send() waits for the answer; whoever calls it holds no
 * transaction. In a program of many threads it lets go of the program's lock
 * while it waits (net_lock), so that many calls are under way at once.
 *
 * https only, except that a configured loopback base may be http; no
 * redirects, no proxy, certificates and host checked; answers bounded.
 */
#ifndef TSHOP_NET_NET_H
#define TSHOP_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

struct arena;

#define CALL_HEADERS_MOST 16

struct call {
	const char *provider; /* "stripe": for the log and the breaker */
	const char *method;   /* "GET", "POST", "PUT", "PATCH", "DELETE" */
	const char *url;
	const char *headers[CALL_HEADERS_MOST]; /* "Name: value"; NULL ends */
	const char *body;                       /* NULL: none */
	size_t body_size;
	size_t answer_most;  /* 0: LIMIT_PROVIDER_BYTES */
	int patience_ms;     /* the whole call; connecting gets 3 s of it */
	const char *ca_file; /* trusted besides the system's; NULL: none */
};

/* How far a call got; it decides what may be done next. */
enum reach {
	REACH_NEVER,    /* nothing was sent: safe to repeat anywhere */
	REACH_UNKNOWN,  /* cut or timed out: nobody knows whether it happened */
	REACH_ANSWERED, /* status and body are there */
};

struct answer {
	enum reach reach;
	int status;       /* HTTP; 0 unless answered */
	const char *body; /* NUL-terminated, in the arena; "" if none */
	size_t size;
	const char *type;  /* Content-Type or "" */
	int retry_after_s; /* Retry-After in seconds; 0 if none */
	int hint;          /* their word on trying again: 1 do, -1 do not */
	int max_age_s;     /* Cache-Control: max-age; -1 if none */
	const char *request_id; /* theirs, or "" */
	int took_ms;
};

/* Is it a URL that net_send() would open: https, or http on loopback? */
bool net_may_open(const char *url);
/*
 * Retry-After, RFC 9110: seconds, or a date seen from 'now_s'. At most a
 * day; 0 if it is neither.
 */
int net_retry_after(const char *value, int64_t now_s);

/*
 * Add "Name: value" to the call, in the arena. Insists that it is free of
 * control characters: what comes from outside is checked before.
 */
void call_header(struct call *, struct arena *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Send and wait. OK: answered, whatever the status says. TIMEOUT: reach is
 * UNKNOWN after the patience ended. PROVIDER_ERROR: could not connect, cut,
 * or too large. The answer is filled in every case.
 *
 * Only GET uses a connection again: libcurl sends a request anew when a kept
 * connection dies under it, and nothing but a GET may be sent twice.
 */
enum outcome net_send(struct arena *, const struct call *, struct answer *);

/* Once per process, before any thread and after all; libcurl itself begins
 * with the first call. */
void net_open(void);
void net_close(void);

/* The lock that net_send() lets go of while waiting; NULL is none. */
struct net_lock {
	void (*leave)(void);
	void (*enter)(void);
};
void net_set_lock(const struct net_lock *);

#endif
