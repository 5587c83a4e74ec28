/*
 * gemini_canvas.c: a flat drawing list, or whatever other shape a
 * responseSchema asks for.
 */
#include <ctype.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "sandbox/gemini.h"
#include "sandbox/picture.h"
#include "sandbox/play.h"

#define WORDS_MOST 24
#define DESCRIPTION_MOST 200
#define DEPTH_MOST 8

struct sketch {
	struct dice dice;
	int64_t width, height;
	int64_t line, letter; /* at least so thick and so high; 0: any */
	const char *words;    /* what the text object says */
	const char *brief;    /* the wish itself */
	json *item;           /* the schema of one object, or NULL: anything */
};

static const char *const colours[] = { "#FFB347", "#FF5E62", "#1F3B4D",
	"#2A9D8F", "#E9C46A", "#E76F51", "#264653", "#8ECAE6", "#FFB703",
	"#9A031E", "#BC6C25", "#0F4C5C" };

static const char *
colour(struct sketch *k)
{
	return colours[dice_roll(&k->dice, COUNT(colours))];
}

/* "1800 wide, 2400 high", "1800x2400" or with a multiplication sign. */
static void
canvas_size(const char *prompt, struct sketch *k)
{
	long w, h;
	int end;

	k->width = 1800;
	k->height = 2400;
	for (const char *at = prompt; *at; at++) {
		if (!isdigit((unsigned char)*at) ||
		    (at > prompt && isdigit((unsigned char)at[-1])))
			continue;
		end = 0;
		if (sscanf(at, "%5ld wide, %5ld high%n", &w, &h, &end) < 2 &&
		    sscanf(at, "%5ldx%5ld%n", &w, &h, &end) < 2 &&
		    sscanf(at, "%5ld x %5ld%n", &w, &h, &end) < 2 &&
		    sscanf(at, "%5ld\xc3\x97%5ld%n", &w, &h, &end) < 2)
			continue;
		if (w < 100 || h < 100)
			continue;
		k->width = w;
		k->height = h;
		return;
	}
}

/* The number behind those words, as a good model minds it; 0: not there. */
static int64_t
told(const char *prompt, const char *words)
{
	const char *at = strstr(prompt, words);

	return at ? strtol(at + strlen(words), NULL, 10) : 0;
}

/* The customer's wish: between the brief's tags, else the last line. */
static const char *
brief_of(const char *prompt)
{
	const char *from = NULL, *to, *next;

	/* the system instruction may speak of the tags: take the last pair */
	for (next = prompt; (next = strstr(next, "<brief>")); next++)
		from = next + strlen("<brief>");
	to = from ? strstr(from, "</brief>") : NULL;
	if (to)
		return arena_text_n(shapes_arena(), from, (size_t)(to - from));
	return prompt;
}

static const char *
shortened(const char *text)
{
	size_t n = strlen(text);

	if (n <= DESCRIPTION_MOST)
		return text;
	for (n = DESCRIPTION_MOST; n && (text[n] & 0xc0) == 0x80;)
		n--; /* not in the middle of a character */
	return arena_text_n(shapes_arena(), text, n);
}

/* What stands in quotes, or its first words, in capitals. */
static const char *
words_of(const char *brief)
{
	const char *from = strpbrk(brief, "\"'");
	const char *to = from ? strchr(from + 1, *from) : NULL;
	char *words;
	size_t n = 0;

	if (!to || to == from + 1) {
		from = brief - 1;
		to = brief + strlen(brief);
	}
	words = arena_alloc(shapes_arena(), WORDS_MOST + 1);
	for (const char *c = from + 1; c < to && n < WORDS_MOST; c++)
		if (isalnum((unsigned char)*c))
			words[n++] = (char)toupper((unsigned char)*c);
		else if (n && words[n - 1] != ' ')
			words[n++] = ' ';
	while (n && words[n - 1] == ' ')
		words[--n] = '\0';
	return n ? words : "TSHOP";
}

/* Only what the schema knows goes in. */
static bool
knows(struct sketch *k, const char *name)
{
	return !k->item || json_at(k->item, "properties", name, NULL);
}

static void
put_int(struct sketch *k, json *o, const char *name, int64_t n)
{
	if (knows(k, name))
		set_int(o, name, n);
}

static void
put_text(struct sketch *k, json *o, const char *name, const char *text)
{
	if (knows(k, name))
		set_text(o, name, text);
}

static json *
object(struct sketch *k, const char *type, int64_t w, int64_t h)
{
	json *o = shape("{}");
	int64_t room_x = k->width - w, room_y = k->height - h;

	put_text(k, o, "type", type);
	put_int(k, o, "x",
	    w / 2 + dice_roll(&k->dice, (unsigned)(room_x > 0 ? room_x : 1)));
	put_int(k, o, "y",
	    h / 2 + dice_roll(&k->dice, (unsigned)(room_y > 0 ? room_y : 1)));
	put_int(k, o, "w", w);
	put_int(k, o, "h", h);
	put_text(k, o, "fill", colour(k));
	return o;
}

static json *
shape_object(struct sketch *k)
{
	static const char *const types[] = { "rect", "circle", "ellipse",
		"triangle" };
	const char *type = types[dice_roll(&k->dice, COUNT(types))];
	int64_t least = k->width < k->height ? k->width : k->height;
	int64_t size = least / 6 + dice_roll(&k->dice, (unsigned)(least / 4));
	json *o = object(k, type, size, size);

	if (!strcmp(type, "circle"))
		put_int(k, o, "radius", size / 2);
	return o;
}

static json *
path_object(struct sketch *k)
{
	int64_t w = k->width * 3 / 5, h = k->height / 3;
	int64_t line = k->height / 200 + 1;
	int64_t edge = line > k->line ? line : k->line;
	json *o = object(k, "path", w + edge, h + edge);
	int64_t x = json_int(o, "x", k->width / 2) - w / 2;
	int64_t y = json_int(o, "y", k->height / 2) - h / 2;

	if (knows(k, "d"))
		set_printf(o, "d",
		    "M %lld %lld L %lld %lld L %lld %lld L %lld %lld L %lld "
		    "%lld Z",
		    (long long)x, (long long)(y + h), (long long)(x + w / 4),
		    (long long)(y + h / 4), (long long)(x + w / 2),
		    (long long)(y + h * 2 / 3), (long long)(x + w * 3 / 4),
		    (long long)y, (long long)(x + w), (long long)(y + h));
	put_text(k, o, "stroke", "#0B1F2A");
	put_int(k, o, "w", w);
	put_int(k, o, "h", h);
	put_int(k, o, "strokeWidth", edge);
	return o;
}

/* As many of the words as have room for their letters. */
static const char *
fitting(const char *words, size_t most)
{
	size_t n = strlen(words);

	if (n <= most)
		return words;
	for (n = most; n > 1 && words[n] != ' ';)
		n--;
	return arena_text_n(shapes_arena(), words, n > 1 ? n : most);
}

static json *
text_object(struct sketch *k)
{
	int64_t w = k->width * 4 / 5;
	int64_t size = w / (int64_t)(strlen(k->words) + 1);
	json *o;

	size = size > k->height / 5 ? k->height / 5 : size;
	size = size < 24 ? 24 : size;
	size = size < k->letter ? k->letter : size;
	o = object(k, "text", w, size * 6 / 5);
	put_int(k, o, "x", k->width / 2);
	put_int(k, o, "y", k->height - size);
	set_drop(o, "h");
	put_text(k, o, "text", fitting(k->words, (size_t)(w / size)));
	put_text(k, o, "font", "DejaVu Sans");
	put_int(k, o, "fontSize", size);
	if (knows(k, "bold"))
		set_flag(o, "bold", true);
	put_text(k, o, "align", "center");
	return o;
}

static json *
objects(struct sketch *k)
{
	json *list = shape_array();
	unsigned more = 1 + dice_roll(&k->dice, 4);

	add_json(list, path_object(k));
	for (unsigned i = 0; i < more; i++)
		add_json(list, shape_object(k));
	add_json(list, text_object(k));
	return list;
}

static bool
type_is(json *schema, const char *type)
{
	const char *is = json_text(schema, "type");

	return is && !strcasecmp(is, type);
}

static json *filled(struct sketch *, json *schema, const char *name, int depth);

static json *
filled_object(struct sketch *k, json *schema, int depth)
{
	json *o = shape("{}");

	json_object_object_foreach(json_get(schema, "properties"), name, inner)
	{
		set_json(o, name, filled(k, inner, name, depth + 1));
	}
	return o;
}

/* A plausible value of any schema: a list of objects is the drawing. */
static json *
filled(struct sketch *k, json *schema, const char *name, int depth)
{
	json *items = json_get(schema, "items"), *list = shape_array();
	json *choices = json_get(schema, "enum");

	insist(depth < DEPTH_MOST + 24);
	if (json_count(choices))
		return json_element(choices,
		    dice_roll(&k->dice, (unsigned)json_count(choices)));
	if (type_is(schema, "array") &&
	    json_at(items, "properties", "type", NULL)) {
		k->item = items;
		return objects(k);
	}
	if (type_is(schema, "array")) {
		if (items)
			add_json(list, filled(k, items, name, depth + 1));
		return list;
	}
	if (type_is(schema, "object") && json_get(schema, "properties"))
		return filled_object(k, schema, depth);
	if (type_is(schema, "object"))
		return shape("{}");
	if (type_is(schema, "boolean"))
		return shape_keep(json_object_new_boolean(true));
	if (type_is(schema, "integer") || type_is(schema, "number"))
		return shape_keep(
		    json_object_new_int64(1 + dice_roll(&k->dice, 100)));
	return shape_keep(json_object_new_string(
	    !strcmp(name, "description") ? k->brief : k->words));
}

const char *
gemini_canvas(const char *prompt, json *config)
{
	json *schema = json_get(config, "responseJsonSchema");
	struct sketch k = { 0 };
	json *drawing = shape("{}");

	if (!schema)
		schema = json_get(config, "responseSchema");
	dice_shake(&k.dice, prompt);
	canvas_size(prompt, &k);
	k.line = told(prompt, "no line thinner than ");
	k.letter = told(prompt, "letters at least ");
	k.brief = brief_of(prompt);
	k.words = words_of(k.brief);
	k.brief = shortened(k.brief);
	if (json_object_is_type(
		json_get(schema, "properties"), json_type_object)) {
		drawing = filled_object(&k, schema, 0);
	} else {
		set_text(drawing, "title", k.words);
		set_text(drawing, "description", k.brief);
		set_json(drawing, "objects", objects(&k));
	}
	return json_format(shapes_arena(), drawing);
}
