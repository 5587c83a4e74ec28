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
#include <string.h>

struct arena;

struct buf {
	struct arena *arena;
	char *at;
	size_t length, room, most;
};

void buf_open(struct buf *, struct arena *, size_t most);
void buf_put(struct buf *, const void *bytes, size_t size);
/* A quoted text: most of what the writers of lists put. */
#define buf_literal(b, text) buf_put_known((b), "" text, sizeof(text))
void buf_text(struct buf *, const char *text);
void buf_char(struct buf *, char);
void buf_int(struct buf *, int64_t);
/* A number in decimal, somewhere in 'room'. */
#define INT_TEXT 24
const char *int_text(int64_t, char room[INT_TEXT]);
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

void buf_grow(struct buf *, size_t more);

/* Room for so many bytes more, and for the NUL; where they belong. */
static inline char *
buf_need(struct buf *b, size_t more)
{
	if (more >= b->room - b->length)
		buf_grow(b, more);
	return b->at + b->length;
}

static inline void
buf_put_known(struct buf *b, const char *text, size_t size_with_nul)
{
	memcpy(buf_need(b, size_with_nul - 1), text, size_with_nul);
	b->length += size_with_nul - 1;
}

#endif
