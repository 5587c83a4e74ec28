/*
 * reply.c: what the handler said becomes the envelope of API section 1.
 */
#include <string.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/reply.h"

#include "furniture.h"

void
reply_clear(struct request *rq)
{
	struct reply *r = &rq->reply;

	*r = (struct reply){ .max_age_s = -1 };
	buf_open(&r->data, rq->arena, LIMIT_ANSWER_BYTES);
	buf_open(&r->meta, rq->arena, LIMIT_ANSWER_BYTES);
	buf_open(&r->headers, rq->arena, 32 * 1024);
}

void
reply_json(struct request *rq, const char *json_text)
{
	rq->reply.data.length = 0;
	buf_text(&rq->reply.data, json_text);
}

/* Reopen the data's object for one more member. */
static struct buf *
data_object(struct request *rq)
{
	struct buf *data = &rq->reply.data;

	if (data->length == 0)
		buf_char(data, '{');
	else
		data->length--; /* its closing brace */
	return data;
}

void
reply_member(struct request *rq, const char *key, const char *json_text)
{
	struct buf *data = data_object(rq);

	buf_json_key(data, key);
	buf_text(data, json_text);
	buf_char(data, '}');
}

void
reply_member_text(struct request *rq, const char *key, const char *text)
{
	struct buf *data = data_object(rq);

	buf_json_key(data, key);
	buf_json(data, text);
	buf_char(data, '}');
}

void
reply_member_int(struct request *rq, const char *key, int64_t number)
{
	struct buf *data = data_object(rq);

	buf_json_key(data, key);
	buf_int(data, number);
	buf_char(data, '}');
}

void
reply_member_bool(struct request *rq, const char *key, bool yes)
{
	reply_member(rq, key, yes ? "true" : "false");
}

void
reply_meta(struct request *rq, const char *key, const char *json_text)
{
	buf_json_key(&rq->reply.meta, key);
	buf_text(&rq->reply.meta, json_text);
}

void
reply_pages(struct request *rq, const struct page *page, int64_t total,
    bool estimated, const char *next)
{
	struct buf *b = arena_new(rq->arena, struct buf);
	int64_t pages = (total + page->limit - 1) / page->limit;

	buf_open(b, rq->arena, 4096);
	buf_printf(b,
	    "{\"page\":%d,\"limit\":%d,\"total\":%lld,\"totalPages\":%lld,"
	    "\"nextCursor\":",
	    page->number, page->limit, (long long)total, (long long)pages);
	buf_json(b, next ? cursor_seal(rq, next) : NULL);
	if (estimated)
		buf_text(b, ",\"totalIsEstimate\":true");
	buf_char(b, '}');
	reply_meta(rq, "pagination", b->at);
}

static struct buf *
header_begin(struct request *rq, const char *name)
{
	struct buf *headers = &rq->reply.headers;

	buf_text(headers, name);
	buf_literal(headers, ": ");
	return headers;
}

void
reply_header_int(struct request *rq, const char *name, int64_t number)
{
	struct buf *headers = header_begin(rq, name);

	buf_int(headers, number);
	buf_literal(headers, "\r\n");
}

void
reply_header(struct request *rq, const char *name, const char *format, ...)
{
	struct buf *headers = header_begin(rq, name);
	size_t start = headers->length;
	va_list ap;

	va_start(ap, format);
	buf_vprintf(headers, format, ap);
	va_end(ap);
	insist(strcspn(headers->at + start, "\r\n") == headers->length - start);
	buf_literal(headers, "\r\n");
}

void
reply_stream(struct request *rq,
    enum outcome (*more)(struct request *, void *arg, struct buf *piece),
    void *arg)
{
	rq->reply.more = more;
	rq->reply.more_arg = arg;
}

void
reply_public(struct request *rq, int max_age_s)
{
	rq->reply.max_age_s = max_age_s;
}

void
reply_raw(struct request *rq, const char *type)
{
	rq->reply.type = type;
}

void
reply_status(struct request *rq, int status)
{
	rq->reply.status = status;
}

void
reply_cut(struct request *rq)
{
	reply_header(rq, "X-Accel-Redirect", "%s", "/_cut");
}

void
reply_again(
    struct request *rq, int status, const char *body, const char *headers)
{
	rq->reply.status = status;
	rq->reply.again = body;
	buf_text(&rq->reply.headers, headers);
}

enum outcome
refuse(struct request *rq, enum outcome o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	rq->reply.message = arena_vprintf(rq->arena, format, ap);
	va_end(ap);
	return o;
}

enum outcome
refuse_with(struct request *rq, enum outcome o, const char *details,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	rq->reply.message = arena_vprintf(rq->arena, format, ap);
	va_end(ap);
	rq->reply.details = details;
	return o;
}

enum outcome
refuse_provider(struct request *rq, enum outcome o, const char *provider)
{
	return refuse_with(rq, o,
	    arena_printf(rq->arena, "{\"provider\":\"%s\"}", provider), "%s",
	    outcome_message(o));
}

enum outcome
fault(struct request *rq, const char *format, ...)
{
	va_list ap;
	const char *what;

	va_start(ap, format);
	what = arena_vprintf(rq->arena, format, ap);
	va_end(ap);
	log_event(LOG_ERROR, "fault", LOG_TEXT("what", what));
	return INTERNAL_ERROR;
}

static void
body_failure(struct request *rq, enum outcome o, struct buf *b)
{
	const struct reply *r = &rq->reply;

	buf_text(b, "{\"success\":false,\"error\":{\"code\":");
	buf_json(b, outcome_code(o));
	buf_text(b, ",\"message\":");
	buf_json(b, r->message ? r->message : outcome_message(o));
	buf_text(b, ",\"details\":");
	buf_text(b, r->details ? r->details : "null");
	buf_text(b, "}}");
}

static void
body_success(struct request *rq, struct buf *b)
{
	const struct reply *r = &rq->reply;

	buf_text(b, "{\"success\":true,\"data\":");
	buf_text(b, r->data.length ? r->data.at : "{}");
	if (r->meta.length) {
		buf_text(b, ",\"meta\":{");
		buf_put(b, r->meta.at, r->meta.length);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

void
reply_body(struct request *rq, enum outcome o, struct buf *b)
{
	const struct reply *r = &rq->reply;

	buf_open(b, rq->arena, LIMIT_ANSWER_BYTES * 2);
	if (r->again)
		buf_text(b, r->again);
	else if (o == NO_CONTENT || o == NOT_MODIFIED)
		return;
	else if (r->type)
		buf_put(b, r->data.at, r->data.length);
	else if (FAILED(o))
		body_failure(rq, o, b);
	else
		body_success(rq, b);
}
