/*
 * reply.h: an outcome and JSON text become the answer.
 *
 * A handler writes its data and returns an outcome; the accept loop sends the
 * envelope. Nothing is sent before the handler has ended, so a failure after
 * half a list is still a clean failure.
 */
#ifndef TSHOP_HTTP_REPLY_H
#define TSHOP_HTTP_REPLY_H

#include <stdbool.h>

#include "http/request.h"

struct page;

/* The whole of "data", ready-made JSON. */
void reply_json(struct request *, const char *json_text);
/* A member of "data", which then is an object. */
void reply_member(struct request *, const char *key, const char *json_text);
void reply_member_text(struct request *, const char *key, const char *text);
void reply_member_int(struct request *, const char *key, int64_t number);
void reply_member_bool(struct request *, const char *key, bool);
/* A member of "meta", JSON text. */
void reply_meta(struct request *, const char *key, const char *json_text);
/*
 * meta.pagination. 'total' < 0: unknown. 'next' is the text of the last row's
 * key if there is a next page, else NULL; it is sealed into an opaque cursor.
 */
void reply_pages(struct request *, const struct page *, int64_t total,
    bool estimated, const char *next);
/* A header line of our own; the values hold no CR or LF, or it insists. */
void reply_header(struct request *, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reply_header_int(struct request *, const char *name, int64_t number);
/* A public answer: Cache-Control, and ETag with If-None-Match answered. */
void reply_public(struct request *, int max_age_s);
/*
 * "data" that is too large to be held: more() is asked for one piece after the
 * other while they are sent, until a piece is empty. It runs after the
 * handler has ended, so what may still be refused is refused before; when it
 * fails, the answer breaks off and is no JSON.
 */
void reply_stream(struct request *,
    enum outcome (*more)(struct request *, void *arg, struct buf *piece),
    void *arg);
/* Any HTTP status instead of the outcome's own: for the sandbox. */
void reply_status(struct request *, int status);
/* Cut the connection without a byte: nginx's /_cut does it. */
void reply_cut(struct request *);
/* Not our envelope: the data goes out as it is, under this type. */
void reply_raw(struct request *, const char *type);

/* End with words for the client: return refuse(rq, CONFLICT, "…", …). */
enum outcome refuse(struct request *, enum outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with error.details as JSON text. */
enum outcome refuse_with(struct request *, enum outcome, const char *details,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A provider failed or is off: details.provider. */
enum outcome refuse_provider(
    struct request *, enum outcome, const char *provider);
/* Log for us, tell the client nothing: INTERNAL_ERROR. */
enum outcome fault(struct request *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The body as it will go out, in the arena: serve.c sends it, once.c stores
 * it. Empty for answers that have none. */
void reply_body(struct request *, enum outcome, struct buf *body);
/* Answer again what was answered before, envelope and all. */
void reply_again(
    struct request *, int status, const char *body, const char *headers);
/* What was written so far is forgotten; the handler will run again. */
void reply_clear(struct request *);

#endif
