/*
 * buf.c: growing bytes, and the one place that escapes JSON, URLs and HTML.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"

#define FIRST_ROOM ((size_t)256)

void
buf_open(struct buf *b, struct arena *arena, size_t most)
{
	*b = (struct buf){ .arena = arena, .most = most };
	b->room = FIRST_ROOM;
	b->at = arena_alloc(arena, b->room);
}

static void
buf_grow(struct buf *b, size_t more)
{
	size_t room = b->room;
	char *bigger;

	while (room <= b->length + more)
		room *= 2;
	bigger = arena_alloc(b->arena, room);
	memcpy(bigger, b->at, b->length + 1);
	b->at = bigger;
	b->room = room;
}

static inline void
buf_need(struct buf *b, size_t more)
{
	insist(more <= b->most - b->length);
	if (b->length + more >= b->room) /* and the NUL */
		buf_grow(b, more);
}

void
buf_put(struct buf *b, const void *bytes, size_t size)
{
	if (size == 0)
		return;
	buf_need(b, size);
	memcpy(b->at + b->length, bytes, size);
	b->length += size;
	b->at[b->length] = '\0';
}

void
buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_char(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_int(struct buf *b, int64_t number)
{
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		text[--at] = '-';
	buf_put(b, text + at, sizeof(text) - at);
}

void
buf_vprintf(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	insist(length >= 0);
	buf_need(b, (size_t)length);
	vsnprintf(b->at + b->length, (size_t)length + 1, format, ap);
	b->length += (size_t)length;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_vprintf(b, format, ap);
	va_end(ap);
}

static const char *
json_escape(unsigned char c, char room[8])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		snprintf(room, 8, "\\u%04x", c);
		return room;
	}
}

void
buf_json(struct buf *b, const char *text)
{
	const char *plain = text;
	char room[8];

	if (!text) {
		buf_text(b, "null");
		return;
	}
	buf_char(b, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_put(b, plain, (size_t)(text - plain));
		buf_text(b, json_escape(c, room));
		plain = text + 1;
	}
	buf_put(b, plain, (size_t)(text - plain));
	buf_char(b, '"');
}

void
buf_json_comma(struct buf *b)
{
	char last = b->length ? b->at[b->length - 1] : '\0';

	if (last && last != '{' && last != '[' && last != ',' && last != ':')
		buf_char(b, ',');
}

void
buf_json_key(struct buf *b, const char *key)
{
	buf_json_comma(b);
	buf_json(b, key);
	buf_char(b, ':');
}

void
buf_json_bool(struct buf *b, bool yes)
{
	buf_text(b, yes ? "true" : "false");
}

void
buf_percent(struct buf *b, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (; *text; text++) {
		if (strchr(unreserved, *text))
			buf_char(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
	}
}

void
buf_html(struct buf *b, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_text(b, "&amp;");
			break;
		case '<':
			buf_text(b, "&lt;");
			break;
		case '>':
			buf_text(b, "&gt;");
			break;
		case '"':
			buf_text(b, "&quot;");
			break;
		case '\'':
			buf_text(b, "&#39;");
			break;
		default:
			buf_char(b, *text);
		}
	}
}
