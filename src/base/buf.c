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
	b->room = most < FIRST_ROOM ? most + 1 : FIRST_ROOM;
	b->at = arena_extend(arena, NULL, 0, b->room);
	b->at[0] = '\0';
}

void
buf_grow(struct buf *b, size_t more)
{
	size_t room = b->room;

	insist(more <= b->most - b->length);
	while (room <= b->length + more)
		room *= 2;
	if (room > b->most) /* so that the ceiling is met here again */
		room = b->most + 1;
	b->at = arena_extend(b->arena, b->at, b->room, room);
	b->room = room;
}

static inline void
buf_end(struct buf *b, size_t length)
{
	b->length = length;
	b->at[length] = '\0';
}

void
buf_put(struct buf *b, const void *bytes, size_t size)
{
	if (size == 0)
		return;
	memcpy(buf_need(b, size), bytes, size);
	buf_end(b, b->length + size);
}

void
buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_char(struct buf *b, char c)
{
	*buf_need(b, 1) = c;
	buf_end(b, b->length + 1);
}

const char *
int_text(int64_t number, char room[INT_TEXT])
{
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char *at = room + INT_TEXT - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		*--at = '-';
	return at;
}

void
buf_int(struct buf *b, int64_t number)
{
	char room[INT_TEXT];
	const char *text = int_text(number, room);

	buf_put(b, text, (size_t)(room + INT_TEXT - 1 - text));
}

void
buf_vprintf(struct buf *b, const char *format, va_list ap)
{
	size_t room = b->room - b->length;
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(b->at + b->length, room, format, again);
	va_end(again);
	insist(length >= 0);
	if ((size_t)length >= room) /* a part of it: once more, with room */
		vsnprintf(buf_need(b, (size_t)length), (size_t)length + 1,
		    format, ap);
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

static bool
json_is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Does one of eight bytes need an escape? One below n shows in its high bit. */
static inline bool
json_is_plain_word(uint64_t x)
{
	uint64_t low = (x - EACH(0x20)) | ((x ^ EACH('"')) - EACH(1)) |
		       ((x ^ EACH('\\')) - EACH(1)) |
		       ((x ^ EACH(0x7f)) - EACH(1));

	return !(low & ~x & EACH(0x80));
}

/* Copy what needs no escape; how much that was. Nearly always it is all. */
static size_t
json_copy(char *to, const char *text, size_t length)
{
	size_t i = 0;
	uint64_t x;

	for (; length - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, text + i, sizeof(x));
		if (!json_is_plain_word(x))
			break;
		memcpy(to + i, &x, sizeof(x));
	}
	for (; i < length && json_is_plain((unsigned char)text[i]); i++)
		to[i] = text[i];
	return i;
}

void
buf_json(struct buf *b, const char *text)
{
	size_t left, plain;
	char room[8];

	if (!text) {
		buf_put(b, "null", 4);
		return;
	}
	left = strlen(text);
	*buf_need(b, left + 2) = '"';
	b->length++;
	for (;; left -= plain + 1) {
		plain = json_copy(buf_need(b, left + 1), text, left);
		b->length += plain;
		if (plain == left)
			break;
		buf_text(b, json_escape((unsigned char)text[plain], room));
		text += plain + 1;
	}
	b->at[b->length] = '"'; /* there was room for one more */
	buf_end(b, b->length + 1);
}

void
buf_json_time(struct buf *b, const char *text)
{
	char shown[] = "\"0000-00-00T00:00:00.000Z\"";
	const size_t seconds = strlen("0000-00-00 00:00:00");

	if (!text) {
		buf_text(b, "null");
		return;
	}
	insist(strnlen(text, seconds + 1) > seconds);
	memcpy(shown + 1, text, seconds);
	shown[1 + strlen("0000-00-00")] = 'T';
	text += seconds;
	if (*text == '.')
		for (char *to = shown + 1 + seconds; *++text && *text != '+';)
			if (to < shown + 1 + seconds + 3)
				*++to = *text;
	insist(strcmp(text, "+00") == 0);
	buf_put(b, shown, strlen(shown));
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
