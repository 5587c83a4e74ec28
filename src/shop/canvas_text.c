/*
 * canvas_text.c: texts: what may stand in one, and how Fabric breaks and
 * places its lines. How wide a line is, only the room that has the fonts
 * knows; it lends its ruler as a struct canvas_metrics.
 */
#include <math.h>

#include <json-c/linkhash.h>

#include "canvas_room.h"

#include "base/utf8.h"
#include "shop/font.h"

#define LINES_MOST 20
#define CHARACTERS_MOST 500
#define LINE_BOX 1.13     /* Fabric: _fontSizeMult */
#define BASELINE 0.778    /* Fabric: 1 - _fontSizeFraction */
#define ALMOST_FITS 1.005 /* browsers and servers round differently */

/* In the order of struct canvas_text.align. */
const char *const canvas_aligns[] = { "left", "center", "right", "justify",
	"justify-left", "justify-center", "justify-right", NULL };

/* Controls, non-characters, and what turns the reading order around. */
static bool
is_forbidden(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') ||
	       (c >= 0x7f && c <= 0x9f) || c == 0xfffe || c == 0xffff ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static enum outcome
read_words(struct reader *r, json *object, struct canvas_object *o)
{
	const char *text = json_text(object, "text");
	size_t left, took;
	int characters = 0, lines = 1;
	uint32_t c;

	if (text == NULL)
		return reader_refuse(
		    r, o->path, "text", "required", "must be a text");
	left = strlen(text);
	o->text->text = arena_text(r->arena, text);
	for (; left > 0; text += took, left -= took) {
		took = utf8_read(text, left, &c);
		if (took == 0 || is_forbidden(c))
			return reader_refuse(r, o->path, "text", "format",
			    "must not have control characters");
		lines += c == '\n';
		characters++;
	}
	r->characters += characters;
	if (characters < 1 || characters > CHARACTERS_MOST ||
	    lines > LINES_MOST || r->characters > CANVAS_TEXT_MOST)
		return reader_refuse(r, o->path, "text",
		    characters < 1 ? "too_small" : "too_large",
		    "must have 1 to %d characters in %d lines at most, and "
		    "%d in all",
		    CHARACTERS_MOST, LINES_MOST, CANVAS_TEXT_MOST);
	o->text->line_count = lines;
	return OK;
}

/* "normal", "bold", or hundreds to 900, as a number or as a text. */
static enum outcome
read_weight(struct reader *r, json *object, struct canvas_object *o)
{
	static const char *const names[] = { "normal", "bold", "100", "200",
		"300", "400", "500", "600", "700", "800", "900", NULL };
	double number;
	int name;

	if (is_number(json_get(object, "fontWeight"), 100, 900, &number)) {
		if (fmod(number, 100) > 0)
			return reader_refuse(r, o->path, "fontWeight", "format",
			    "must be a multiple of 100");
		o->text->weight = number >= 600 ? 700 : 400;
	} else {
		TRY(read_name(r, object, o->path, "fontWeight", names, &name));
		o->text->weight = name == 1 || name >= 7 ? 700 : 400;
	}
	if (!o->text->font->bold)
		o->text->weight = 400;
	return OK;
}

static enum outcome
read_face(struct reader *r, json *object, struct canvas_object *o)
{
	static const char *const styles[] = { "normal", "italic", "oblique", "",
		NULL };
	const char *family = json_text(object, "fontFamily");
	int style;

	if (json_get(object, "fontFamily") != NULL && family == NULL)
		return reader_refuse(
		    r, o->path, "fontFamily", "format", "must be a text");
	o->text->font = family ? font_find(family) : NULL;
	if (o->text->font == NULL)
		o->text->font = font_default();
	TRY(read_weight(r, object, o));
	TRY(read_name(r, object, o->path, "fontStyle", styles, &style));
	o->text->italic = (style == 1 || style == 2) && o->text->font->italic;
	return OK;
}

/* Styles of single letters are not drawn; ones that say nothing may stand. */
static bool
is_styleless(json *value, int depth)
{
	if (is_nothing(value))
		return true;
	if (depth > 4)
		return false;
	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_count(value); i++)
			if (!is_styleless(json_element(value, i), depth + 1))
				return false;
		return true;
	}
	if (!json_object_is_type(value, json_type_object))
		return false;
	json_object_object_foreach(value, key, member)
	{
		if (strcmp(key, "start") == 0 || strcmp(key, "end") == 0)
			continue;
		if (!is_styleless(member, depth + 1))
			return false;
	}
	return true;
}

static enum outcome
read_line_marks(struct reader *r, json *object, struct canvas_object *o)
{
	static const char *const ltr[] = { "ltr", NULL };
	struct canvas_text *t = o->text;
	int ignored;

	TRY(read_bool(r, object, o->path, "underline", false, &t->underline));
	TRY(read_bool(r, object, o->path, "overline", false, &t->overline));
	TRY(read_bool(
	    r, object, o->path, "linethrough", false, &t->linethrough));
	TRY(read_name(r, object, o->path, "direction", ltr, &ignored));
	if (!is_styleless(json_get(object, "styles"), 0))
		return reader_refuse(r, o->path, "styles", "enum",
		    "must be empty: a text has one style");
	if (json_get(object, "path") != NULL)
		return reader_refuse(
		    r, o->path, "path", "enum", "must be null");
	return OK;
}

void
text_box_height(struct canvas_object *o, int lines)
{
	const struct canvas_text *t = o->text;

	o->height = LINE_BOX * t->size * (t->line_height * (lines - 1) + 1);
}

enum outcome
read_text(struct reader *r, json *object, struct canvas_object *o)
{
	struct canvas_text *t;
	const char *p = o->path;

	t = o->text = arena_new(r->arena, struct canvas_text);
	TRY(read_words(r, object, o));
	TRY(read_face(r, object, o));
	TRY(read_number(r, object, p, "fontSize", 1, 2000, 40, &t->size));
	TRY(read_number(
	    r, object, p, "lineHeight", 0.5, 4, 1.16, &t->line_height));
	TRY(read_number(
	    r, object, p, "charSpacing", -500, 2000, 0, &t->spacing));
	TRY(read_name(r, object, p, "textAlign", canvas_aligns, &t->align));
	if (t->align >= 3) /* justified: as its last line would stand */
		t->align = t->align <= 4 ? 0 : t->align - 4;
	TRY(read_line_marks(r, object, o));
	if (o->kind == CANVAS_TEXTBOX)
		TRY(read_length(
		    r, object, p, "width", 0, CANVAS_FAR, &o->width));
	else
		TRY(read_number(
		    r, object, p, "width", 0, CANVAS_FAR, 0, &o->width));
	text_box_height(o, t->line_count);
	return OK;
}

/* ---- breaking lines ---- */

struct ruler {
	struct arena *arena;
	const struct canvas_metrics *metrics;
	struct canvas_text *text;
	struct buf line; /* the words of the line being filled */
	int room;
};

static size_t
characters(const char *s, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static double
width_of(struct ruler *r, const char *s, size_t length)
{
	const struct canvas_text *t = r->text;

	if (length == 0)
		return 0;
	return r->metrics->advance(r->metrics->context, t, s, length) +
	       t->spacing * t->size / 1000 *
		   ((double)characters(s, length) - 1);
}

static void
add_line(struct ruler *r, const char *s, size_t length)
{
	insist(r->text->line_count < r->room);
	r->text->lines[r->text->line_count++] =
	    (struct canvas_line){ .text = arena_text_n(r->arena, s, length),
		    .length = length };
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* How long the line at 's' is, up to its newline or the end. */
static size_t
line_length(const char *s)
{
	return strcspn(s, "\n");
}

static double
longest_word(struct ruler *r)
{
	const char *s = r->text->text;
	double longest = 0;

	while (*s) {
		size_t word = strcspn(s, " \t\n");

		longest = fmax(longest, width_of(r, s, word));
		s += word + (s[word] != '\0');
	}
	return longest;
}

/* Fill lines greedily with the words of one paragraph. */
static void
wrap(struct ruler *r, const char *s, size_t length, double width)
{
	const char *end = s + length;
	bool first = true;

	buf_open(&r->line, r->arena, length * 2 + 16);
	while (s <= end) {
		const char *stop = s;
		size_t before = r->line.length;

		while (stop < end && !is_space(*stop))
			stop++;
		if (!first)
			buf_char(&r->line, ' ');
		buf_put(&r->line, s, (size_t)(stop - s));
		if (!first && width_of(r, r->line.at, r->line.length) >
				  width * ALMOST_FITS) {
			add_line(r, r->line.at, before);
			r->line.length = 0;
			buf_put(&r->line, s, (size_t)(stop - s));
		}
		first = false;
		s = stop + 1;
	}
	add_line(r, r->line.at, r->line.length);
}

static void
break_lines(struct ruler *r, struct canvas_object *o)
{
	const char *s = r->text->text;
	bool wraps = o->kind == CANVAS_TEXTBOX;

	if (wraps)
		o->width = fmax(o->width, longest_word(r));
	for (;;) {
		size_t length = line_length(s);

		if (wraps && length > 0)
			wrap(r, s, length, o->width);
		else
			add_line(r, s, length);
		if (s[length] == '\0')
			return;
		s += length + 1;
	}
}

/* Fabric's box and baselines; the lines stand in it as they are aligned. */
static void
place_lines(struct ruler *r, struct canvas_object *o)
{
	struct canvas_text *t = o->text;
	double widest = 0;

	for (int i = 0; i < t->line_count; i++) {
		struct canvas_line *l = &t->lines[i];

		l->x = width_of(r, l->text, l->length);
		widest = fmax(widest, l->x);
	}
	if (o->kind != CANVAS_TEXTBOX)
		o->width = widest;
	text_box_height(o, t->line_count);
	for (int i = 0; i < t->line_count; i++) {
		struct canvas_line *l = &t->lines[i];

		l->x = -o->width / 2 + t->align * 0.5 * (o->width - l->x);
		l->y = -o->height / 2 +
		       LINE_BOX * t->size * (t->line_height * i + BASELINE);
	}
}

static void
measure_text(struct arena *arena, struct canvas_object *o,
    const struct canvas_metrics *metrics)
{
	struct canvas_text *t = o->text;
	struct ruler r = { .arena = arena, .metrics = metrics, .text = t };

	if (t->measured)
		return;
	r.room = (int)strlen(t->text) + 1; /* a line has at least a byte */
	t->lines = arena_array(arena, struct canvas_line, r.room);
	t->line_count = 0;
	break_lines(&r, o);
	place_lines(&r, o);
	t->measured = true;
	canvas_centre(o);
}

static void
measure_objects(struct arena *arena, struct canvas_object *objects, int count,
    const struct canvas_metrics *metrics)
{
	for (int i = 0; i < count; i++)
		if (objects[i].kind == CANVAS_GROUP)
			measure_objects(arena, objects[i].objects,
			    objects[i].count, metrics);
		else if (objects[i].text != NULL)
			measure_text(arena, &objects[i], metrics);
}

void
canvas_measure(struct arena *arena, struct canvas *canvas,
    const struct canvas_metrics *metrics)
{
	measure_objects(arena, canvas->objects, canvas->count, metrics);
}
