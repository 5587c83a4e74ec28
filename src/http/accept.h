/*
 * accept.h: where requests come from: the listening socket on descriptor 0,
 * and the connections that nginx keeps open.
 */
#ifndef TSHOP_HTTP_ACCEPT_H
#define TSHOP_HTTP_ACCEPT_H

#include <stdbool.h>

#include <fcgiapp.h>

typedef void serve_request(void *arg, FCGX_Request *);

/* Once per process, before any accept_loop(); false: no usable socket. */
bool accept_open(void);

/*
 * Take requests and serve them in this thread until SIGTERM; then those on
 * kept connections until nginx has closed them. serve() has read the request's
 * body to its end when it returns. Without settle() one is served after the
 * other; with it, serve() may be called in fibers and put itself aside there,
 * and settle() goes on with all that did, until each has returned.
 */
void accept_loop(serve_request *serve, void (*settle)(void), void *arg);

/* Stop all loops, as SIGTERM does. */
void accept_stop(void);

#endif
