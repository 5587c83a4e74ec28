/*
 * mail_mime.c: a letter as SMTP wants it: RFC 5322, 2045, 2046, 2047.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/secret.h"
#include "base/utf8.h"

#include "letter.h"

#define WORD_BYTES 39 /* 64 characters as a word: a line has 76 at most */
#define LINE_MOST 76

static bool
is_plain(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c < ' ' || *c > '~')
			return false;
	}
	return !strstr(text, "=?");
}

/* Encoded-words, cut between characters, folded between words. */
static void
put_encoded(struct buf *b, const char *text)
{
	char base64[B64_TEXT(WORD_BYTES)];
	bool first = true;

	while (*text) {
		size_t size = 0, left = strlen(text), one;
		uint32_t point;

		while (size < left &&
		       (one = utf8_read(text + size, left - size, &point)) &&
		       size + one <= WORD_BYTES)
			size += one;
		if (size == 0)
			return;
		b64_format(text, size, base64);
		buf_printf(b, "%s=?UTF-8?B?%s?=", first ? "" : "\r\n ", base64);
		text += size;
		first = false;
	}
}

static void
put_text(struct buf *b, const char *text)
{
	if (is_plain(text))
		buf_text(b, text);
	else
		put_encoded(b, text);
}

/* "Name <address>": a quoted name, or encoded-words. */
static void
put_from(struct buf *b, const char *from)
{
	const char *open = strrchr(from, '<');
	char *name;
	size_t length;

	if (!open) {
		buf_text(b, from);
		return;
	}
	length = (size_t)(open - from);
	while (length > 0 && from[length - 1] == ' ')
		length--;
	name = arena_text_n(b->arena, from, length);
	if (is_plain(name) && !strpbrk(name, "\"\\"))
		buf_printf(b, "\"%s\"", name);
	else
		put_encoded(b, name);
	buf_printf(b, " %s", open);
}

/* English, whatever the locale says. */
static void
put_date(struct buf *b, int64_t now_s)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t then = (time_t)now_s;
	struct tm tm;

	gmtime_r(&then, &tm);
	buf_printf(b, "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000",
	    days + tm.tm_wday * 3, tm.tm_mday, months + tm.tm_mon * 3,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Must this byte be written as =XX? */
static bool
is_escaped(const char *at, int column)
{
	unsigned char c = (unsigned char)*at;

	if (c == '\t' || c == ' ')
		return at[1] == '\n' || at[1] == '\0';
	if (column == 0 && (c == '.' || strncmp(at, "From ", 5) == 0))
		return true;
	return c < 0x20 || c > 0x7e || c == '=';
}

/* Quoted-printable: every line at most 76 characters, CRLF at its end. */
static void
put_quoted(struct buf *b, const char *text)
{
	int column = 0;

	for (; *text; text++) {
		bool escaped;

		if (*text == '\n') {
			buf_text(b, "\r\n");
			column = 0;
			continue;
		}
		escaped = is_escaped(text, column);
		if (column + (escaped ? 3 : 1) > LINE_MOST - 1) {
			buf_text(b, "=\r\n");
			column = 0;
			escaped = is_escaped(text, column);
		}
		if (escaped)
			buf_printf(b, "=%02X", (unsigned)(unsigned char)*text);
		else
			buf_char(b, *text);
		column += escaped ? 3 : 1;
	}
	if (column > 0)
		buf_text(b, "\r\n");
}

static void
put_part(
    struct buf *b, const char *boundary, const char *type, const char *text)
{
	buf_printf(b,
	    "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    boundary, type);
	put_quoted(b, text);
}

static void
put_header(
    struct buf *b, const struct mail *m, const char *message_id, int64_t now_s)
{
	buf_text(b, "Date: ");
	put_date(b, now_s);
	buf_text(b, "\r\nFrom: ");
	put_from(b, m->from);
	buf_printf(b, "\r\nTo: %s\r\nSubject: ", m->to);
	put_text(b, m->subject);
	buf_printf(
	    b, "\r\nMessage-ID: <%s>\r\nMIME-Version: 1.0\r\n", message_id);
	for (const struct mail_header *h = m->headers; h->name; h++) {
		buf_printf(b, "%s: ", h->name);
		put_text(b, h->value);
		buf_text(b, "\r\n");
	}
}

void
letter_mime(
    struct buf *b, const struct mail *m, const char *message_id, int64_t now_s)
{
	char boundary[2 + 24 + 1] = "=_"; /* neither encoding has this pair */
	uint8_t dice[12];

	random_bytes(dice, sizeof(dice));
	hex_format(dice, sizeof(dice), boundary + 2);
	put_header(b, m, message_id, now_s);
	buf_printf(b,
	    "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
	    boundary);
	put_part(b, boundary, "text/plain", m->text);
	if (m->html)
		put_part(b, boundary, "text/html", m->html);
	buf_printf(b, "--%s--\r\n", boundary);
}
