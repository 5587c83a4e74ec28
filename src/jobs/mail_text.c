/*
 * mail_text.c: templates. mail/<language>/<kind>.txt has a line "Subject: …",
 * a blank line, and the text; mail/layout.html is put around it for HTML.
 */
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/insist.h"

#include "letter.h"

#define TEMPLATE_MOST (16 * 1024)
#define LETTER_MOST (64 * 1024)
#define LANGUAGE_MOST 8

/* A small file; NULL if it cannot be read. */
static const char *
file_read(struct arena *a, const char *path)
{
	char *text = arena_alloc(a, TEMPLATE_MOST + 1);
	size_t size = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	while (got > 0 && size < TEMPLATE_MOST) {
		got = read(fd, text + size, TEMPLATE_MOST - size);
		size += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return got < 0 ? NULL : text;
}

/*
 * "de-AT" is "de"; letters alone, so no path comes of it. 'spoken' is what the
 * text is in.
 */
static const char *
template_read(struct arena *a, const struct letter *l, const char **spoken)
{
	char language[LANGUAGE_MOST + 1];
	const char *text;
	size_t n = 0;

	while (n < LANGUAGE_MOST && isalpha((unsigned char)l->language[n])) {
		language[n] = (char)(l->language[n] | 32);
		n++;
	}
	language[n] = '\0';
	text = file_read(
	    a, arena_printf(a, "%s/%s/%s.txt", l->folder, language, l->kind));
	*spoken = text ? l->language : "en";
	return text ? text
		    : file_read(a,
			  arena_printf(a, "%s/en/%s.txt", l->folder, l->kind));
}

/* The value of the word at 'at'; NULL if there is none, or it is empty. */
static const char *
word_find(const struct letter *l, const char *at, size_t length)
{
	char key[64];
	const char *value;

	if (length >= sizeof(key))
		return NULL;
	memcpy(key, at, length);
	key[length] = '\0';
	for (const struct letter_word *w = l->words; w->key; w++) {
		if (strcmp(w->key, key) == 0)
			return w->value && *w->value ? w->value : NULL;
	}
	value = json_text(l->more, key);
	return value && *value ? value : NULL;
}

/* One line with its words; false if one of them is missing. */
static bool
line_fill(
    const struct letter *l, const char *line, size_t length, struct buf *out)
{
	const char *end = line + length;

	while (line < end) {
		const char *open = memmem(line, (size_t)(end - line), "{{", 2);
		const char *close =
		    open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
		const char *value;

		if (!close) {
			buf_put(out, line, (size_t)(end - line));
			return true;
		}
		value = word_find(l, open + 2, (size_t)(close - open - 2));
		if (!value)
			return false;
		buf_put(out, line, (size_t)(open - line));
		buf_text(out, value);
		line = close + 2;
	}
	return true;
}

/* All lines; what is left out leaves no second blank line behind. */
static void
text_fill(const struct letter *l, const char *text, struct buf *out)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t before = out->length;

		if (!line_fill(l, text, length, out)) {
			out->length = before;
			out->at[before] = '\0';
		} else if (out->length > before ||
			   (before > 1 && out->at[before - 2] != '\n')) {
			buf_char(out, '\n');
		}
		text += length + (text[length] == '\n');
	}
}

/* One line of the text as HTML, its addresses made into links. */
static void
html_line(struct arena *a, struct buf *out, const char *line, size_t length)
{
	const char *whole = arena_text_n(a, line, length);
	const char *link;

	while ((link = strstr(whole, "http")) &&
	       strncmp(link, "https://", 8) != 0 &&
	       strncmp(link, "http://", 7) != 0) {
		buf_html(out, arena_text_n(a, whole, (size_t)(link - whole)));
		buf_html(out, "http");
		whole = link + 4;
	}
	if (link) {
		size_t size = strcspn(link, " \t");
		const char *url = arena_text_n(a, link, size);

		buf_html(out, arena_text_n(a, whole, (size_t)(link - whole)));
		buf_text(out, "<a href=\"");
		buf_html(out, url);
		buf_text(out, "\">");
		buf_html(out, url);
		buf_text(out, "</a>");
		whole = link + size;
	}
	buf_html(out, whole);
}

static const char *
html_body(struct arena *a, const char *text)
{
	struct buf b;
	bool inside = false;

	buf_open(&b, a, LETTER_MOST);
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length == 0) {
			buf_text(&b, inside ? "</p>\n" : "");
			inside = false;
		} else {
			buf_text(&b, inside ? "<br>\n" : "<p>");
			html_line(a, &b, text, length);
			inside = true;
		}
		text += length + (text[length] == '\n');
	}
	buf_text(&b, inside ? "</p>\n" : "");
	return b.at;
}

static const char *
html_write(struct arena *a, const char *folder, const char *language,
    const struct mail *m)
{
	const char *layout =
	    file_read(a, arena_printf(a, "%s/layout.html", folder));
	struct buf subject, whole;

	if (!layout)
		return NULL;
	buf_open(&subject, a, LETTER_MOST);
	buf_html(&subject, m->subject);
	buf_open(&whole, a, LETTER_MOST);
	text_fill(
	    &(struct letter){
		.words = (const struct letter_word[]){ { "language", language },
		    { "subject", subject.at },
		    { "body", html_body(a, m->text) }, { NULL, NULL } } },
	    layout, &whole);
	return whole.at;
}

enum outcome
letter_write(struct arena *a, const struct letter *l, struct mail *m)
{
	static const char subject[] = "Subject: ";
	const char *spoken;
	const char *text = template_read(a, l, &spoken);
	struct buf b;
	char *end;

	if (!text || strncmp(text, subject, strlen(subject)) != 0)
		return NOT_FOUND;
	buf_open(&b, a, LETTER_MOST);
	text_fill(l, text + strlen(subject), &b);
	end = strchr(b.at, '\n');
	if (!end)
		return NOT_FOUND;
	*end = '\0';
	m->subject = b.at;
	m->text = end + 1 + strspn(end + 1, "\n");
	m->html = html_write(a, l->folder, spoken, m);
	return OK;
}
