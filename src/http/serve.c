/*
 * serve.c: accept, read, route, guard, handle, send, log, forget.
 *
 * Each request has an arena of its own while it is at work; a thread has as
 * many as it can have requests at once.
 */
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fiber.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/utf8.h"
#include "http/cache.h"
#include "http/reply.h"
#include "http/serve.h"

#include "accept.h"
#include "furniture.h"
#include "record.h"

#define RUNS_MOST 4 /* after deadlocks and serialization failures */
#define THREADS_MOST 64

static enum method
method_parse(const char *text)
{
	for (unsigned m = METHOD_GET; m <= METHOD_OPTIONS; m <<= 1) {
		if (text && strcmp(text, method_name((enum method)m)) == 0)
			return (enum method)m;
	}
	return 0;
}

/* The path below the service's prefix, or NULL. */
static const char *
request_path(struct request *rq, const char *prefix)
{
	const char *path = request_param(rq, "DOCUMENT_URI");
	size_t length = strlen(prefix);

	if (!path || strlen(path) > LIMIT_PATH_BYTES ||
	    !utf8_is_valid(path, strlen(path)))
		return NULL;
	/* What operations ask for stands outside the prefix. */
	return strncmp(path, prefix, length) == 0 && path[length] == '/'
		   ? path + length
		   : path;
}

static enum outcome
read_body(struct request *rq, FCGX_Request *fcgi, size_t most)
{
	const char *length = request_param(rq, "CONTENT_LENGTH");
	size_t size = length ? (size_t)strtoul(length, NULL, 10) : 0;
	char *body;
	int got;

	rq->body = "";
	if (size == 0)
		return OK;
	if (size > most)
		return PAYLOAD_TOO_LARGE;
	body = arena_alloc(rq->arena, size + 1);
	got = FCGX_GetStr(body, (int)size, fcgi->in);
	if (got < 0 || (size_t)got != size)
		return BAD_REQUEST;
	rq->body = body;
	rq->body_size = size;
	return OK;
}

static enum outcome
run_handler(const struct service *service, struct request *rq)
{
	handler *handle = rq->route->handle;
	enum outcome o = TRY_AGAIN;

	for (int i = 0; o == TRY_AGAIN && i < RUNS_MOST; i++) {
		struct buf headers = rq->reply.headers;

		o = service->run ? service->run(rq, handle) : handle(rq);
		if (o == TRY_AGAIN) {
			reply_clear(rq);
			rq->reply.headers = headers;
			rq->errors = NULL;
			rq->tree = NULL;
		}
	}
	return o;
}

static enum outcome
handle_request(
    const struct service *service, struct request *rq, FCGX_Request *fcgi)
{
	size_t most =
	    service->body_most ? service->body_most : LIMIT_BODY_BYTES;
	const char *method = request_param(rq, "REQUEST_METHOD");
	enum outcome o;

	rq->method = method_parse(method);
	rq->path = request_path(rq, service->prefix);
	TRY(read_body(rq, fcgi, most));
	if (!rq->path)
		return BAD_REQUEST;
	if (cors_apply(rq))
		return NO_CONTENT;
	o = route_find(service->routes, service->route_count, rq);
	if (FAILED(o) && service->fallback)
		return service->fallback(rq);
	if (o == METHOD_NOT_ALLOWED && rq->method == METHOD_OPTIONS)
		return NO_CONTENT; /* with the Allow that was found */
	if (FAILED(o) && service->lost)
		service->lost(rq);
	TRY(o);
	for (guard *const *g = service->guards; g && *g; g++)
		TRY((*g)(rq));
	return run_handler(service, rq);
}

/* Headers that follow from how it ended. */
static void
outcome_headers(struct request *rq, enum outcome o, int status)
{
	if (status == 401)
		reply_header(rq, "WWW-Authenticate", "Bearer");
	if (status == 503 && !strstr(rq->reply.headers.at, "Retry-After:"))
		reply_header(rq, "Retry-After", "1");
	if (rq->admission.counted) {
		reply_header_int(rq, "RateLimit-Limit", rq->admission.limit);
		reply_header_int(
		    rq, "RateLimit-Remaining", rq->admission.remaining);
		reply_header_int(rq, "RateLimit-Reset", rq->admission.reset_s);
	}
	if (FAILED(o) || rq->reply.max_age_s < 0) {
		if (!strstr(rq->reply.headers.at, "Cache-Control:"))
			reply_header(rq, "Cache-Control", "no-store");
	} else {
		reply_header(rq, "Cache-Control", "public, max-age=%d",
		    rq->reply.max_age_s);
	}
}

static bool
is_public(const struct request *rq, enum outcome o)
{
	return o == OK && rq->reply.max_age_s >= 0;
}

/* The whole answer: as it was kept, or made now and kept if it may be. */
static void
ready_answer(struct request *rq, enum outcome o, struct ready *answer)
{
	if (rq->reply.ready && !FAILED(o)) {
		*answer = *rq->reply.ready;
		rq->reply.max_age_s = answer->max_age_s;
		rq->reply.headers.length = 0;
		buf_put(&rq->reply.headers, answer->headers.at,
		    answer->headers.length);
		return;
	}
	*answer = (struct ready){ .headers = rq->reply.headers,
		.type = rq->reply.type && !FAILED(o)
			    ? rq->reply.type
			    : "application/json; charset=utf-8",
		.max_age_s = rq->reply.max_age_s };
	reply_body(rq, o, &answer->body);
	if (!is_public(rq, o))
		return;
	etag_of(&answer->body, answer->tag);
	if (rq->reply.status == 0 && !rq->reply.again)
		cache_keep(rq, answer);
}

/* A public answer that the client has already? RFC 9110 section 13.1.2. */
static bool
is_unchanged(struct request *rq, enum outcome o, const char *tag)
{
	const char *known = request_header(rq, "If-None-Match");

	if (!is_public(rq, o))
		return false;
	reply_header(rq, "ETag", "\"%s\"", tag);
	return known && (strstr(known, tag) || strcmp(known, "*") == 0);
}

/* RFC 9110 section 15; nginx passes the line on as it stands. */
static const char *
reason(int status)
{
	/* clang-format off */
	static const struct {
		int status;
		const char *phrase;
	} rows[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
		{ 204, "No Content" }, { 302, "Found" },
		{ 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 402, "Payment Required" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].status == status)
			return rows[i].phrase;
	}
	return "Other";
}

static void
send_pieces(struct request *rq, FCGX_Request *fcgi)
{
	struct buf piece;
	enum outcome o;

	FCGX_PutS("{\"success\":true,\"data\":", fcgi->out);
	do {
		o = rq->reply.more(rq, rq->reply.more_arg, &piece);
		if (FAILED(o)) {
			log_event(LOG_ERROR, "answer-broken-off",
			    LOG_TEXT("outcome", outcome_code(o)));
			return;
		}
		FCGX_PutStr(piece.at, (int)piece.length, fcgi->out);
	} while (piece.length > 0 && !FCGX_GetError(fcgi->out));
	FCGX_PutS("}", fcgi->out);
}

/* An answer of unknown length. */
static int
send_stream(struct request *rq, FCGX_Request *fcgi)
{
	outcome_headers(rq, OK, 200);
	FCGX_PutS("Status: 200 OK\r\n", fcgi->out);
	FCGX_PutStr(
	    rq->reply.headers.at, (int)rq->reply.headers.length, fcgi->out);
	FCGX_PutS(
	    "Content-Type: application/json; charset=utf-8\r\n\r\n", fcgi->out);
	if (rq->method != METHOD_HEAD)
		send_pieces(rq, fcgi);
	return 200;
}

static int
send_reply(struct request *rq, enum outcome o, FCGX_Request *fcgi)
{
	int status = rq->reply.status ? rq->reply.status : outcome_status(o);
	struct ready answer;
	struct buf head;

	if (rq->reply.more && !FAILED(o))
		return send_stream(rq, fcgi);
	ready_answer(rq, o, &answer);
	if (is_unchanged(rq, o, answer.tag)) {
		status = 304;
		answer.body.length = 0;
	}
	outcome_headers(rq, o, status);
	buf_open(&head, rq->arena, 64 * 1024);
	buf_printf(&head, "Status: %d %s\r\n", status, reason(status));
	buf_put(&head, rq->reply.headers.at, rq->reply.headers.length);
	if (status != 204 && status != 304)
		buf_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    answer.type, answer.body.length);
	buf_text(&head, "\r\n");
	if (rq->method == METHOD_HEAD)
		answer.body.length = 0;
	record_answer(fcgi, &head, &answer.body);
	return status;
}

static void
log_answer(const struct request *rq, enum outcome o, int status)
{
	log_event(LOG_INFO, "request",
	    LOG_TEXT("method", method_name(rq->method)),
	    LOG_TEXT("route", rq->route ? rq->route->path : ""),
	    LOG_INT("status", status), LOG_TEXT("outcome", outcome_code(o)),
	    LOG_TEXT("user", rq->caller.id.text),
	    LOG_TEXT("from", rq->reply.ready && !FAILED(o) ? "cache" : "work"),
	    LOG_INT("us", clock_mono_us() - rq->began_us));
}

static void
serve_one(
    const struct service *service, struct arena *arena, FCGX_Request *fcgi)
{
	struct request rq = { .arena = arena,
		.environment = fcgi->envp,
		.began_us = clock_mono_us() };
	const char *id = request_param(&rq, "TSHOP_REQUEST_ID");
	enum outcome o;
	char rest[512];
	int status;

	rq.request_id = id ? id : "";
	rq.caller.tier = rq.caller.admin = "";
	log_request(rq.request_id);
	reply_clear(&rq);
	rq.address = request_peer(&rq);
	if (service->begin)
		service->begin(&rq);
	o = handle_request(service, &rq, fcgi);
	/* What was not read would poison the next request of a connection,
	 * which nginx may send as soon as it has our answer. */
	while (FCGX_GetStr(rest, sizeof(rest), fcgi->in) > 0)
		;
	status = send_reply(&rq, o, fcgi);
	if (service->end)
		service->end(&rq, status);
	log_answer(&rq, o, status);
	log_request(NULL);
}

struct server {
	const struct service *service;
	struct arena *idle[FIBERS_MOST + 1];
	int idle_count;
};

static void
serve_accepted(void *arg, FCGX_Request *fcgi)
{
	struct server *server = arg;
	struct arena *arena = server->idle_count > 0
				  ? server->idle[--server->idle_count]
				  : arena_create(LIMIT_ARENA_BYTES);

	serve_one(server->service, arena, fcgi);
	arena_reset(arena);
	server->idle[server->idle_count++] = arena;
}

static void *
serve_loop(void *arg)
{
	struct server server = { .service = arg };

	accept_loop(serve_accepted, server.service->settle, &server);
	while (server.idle_count > 0)
		arena_destroy(server.idle[--server.idle_count]);
	return NULL;
}

int
serve(const struct service *service)
{
	pthread_t threads[THREADS_MOST];
	void *shared = (void *)(uintptr_t)service;
	int more = service->threads - 1;

	insist(more < THREADS_MOST);
	if (!accept_open())
		return 1;
	for (int i = 0; i < more; i++)
		insist(
		    pthread_create(&threads[i], NULL, serve_loop, shared) == 0);
	serve_loop(shared);
	accept_stop();
	for (int i = 0; i < more; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
