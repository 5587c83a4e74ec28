/*
 * buf.h: bytes that grow, in an arena, up to a ceiling given at birth.
 *
 * 'at' is always NUL-terminated and 'length' never counts that NUL. Passing
 * the ceiling insists: whoever writes has bounded what is written.
 */
#ifndef TSHOP_BASE_BUF_H
#define TSHOP_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct buf {
	struct arena *arena;
	char *at;
	size_t length, room, most;
};

void buf_open(struct buf *, struct arena *, size_t most);
void buf_put(struct buf *, const void *bytes, size_t size);
void buf_text(struct buf *, const char *text);
void buf_char(struct buf *, char);
void buf_int(struct buf *, int64_t);
void buf_printf(struct buf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));

/* JSON text, RFC 8259: a quoted and escaped string, or null for NULL. */
void buf_json(struct buf *, const char *text);
/* "key": with a comma before it unless it opens the object or array. */
void buf_json_key(struct buf *, const char *key);
/* A comma unless the last byte opens an object or array, or nothing is in. */
void buf_json_comma(struct buf *);
void buf_json_bool(struct buf *, bool);
/*
 * A timestamptz as PostgreSQL writes it where the zone is UTC, "2026-03-01
 * 12:00:00.25+00", in quotes as the API has it: "2026-03-01T12:00:00.250Z",
 * whatever is finer left out; or null for NULL.
 */
void buf_json_time(struct buf *, const char *text);
/* The text percent-encoded, RFC 3986: all but unreserved bytes. */
void buf_percent(struct buf *, const char *text);
/* The text with & < > " ' made harmless in HTML and XML. */
void buf_html(struct buf *, const char *text);

#endif
