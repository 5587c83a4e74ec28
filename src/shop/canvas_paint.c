/*
 * canvas_paint.c: colours and gradients. A colour is parsed into numbers and
 * printed from them; no text of the client's ever reaches an SVG.
 */
#include <ctype.h>

#include "canvas_room.h"

/* clang-format off */
static const struct {
	const char *name;
	uint8_t     red, green, blue;
} basic[] = {
	/* CSS 2.1, 4.3.6, without orange */
	{ "aqua",      0, 255, 255 }, { "black",     0,   0,   0 },
	{ "blue",      0,   0, 255 }, { "fuchsia", 255,   0, 255 },
	{ "gray",    128, 128, 128 }, { "green",     0, 128,   0 },
	{ "lime",      0, 255,   0 }, { "maroon",  128,   0,   0 },
	{ "navy",      0,   0, 128 }, { "olive",   128, 128,   0 },
	{ "purple",  128,   0, 128 }, { "red",     255,   0,   0 },
	{ "silver",  192, 192, 192 }, { "teal",      0, 128, 128 },
	{ "white",   255, 255, 255 }, { "yellow",  255, 255,   0 },
};
/* clang-format on */

const struct canvas_paint paint_black = { .is_set = true,
	.colour = { 0, 0, 0, 1 } };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* #rgb, #rrggbb or #rrggbbaa, behind the #. */
static bool
hex_colour(const char *text, struct canvas_colour *out)
{
	size_t length = strlen(text), wide = length == 3 ? 1 : 2;
	int bytes[4] = { 0, 0, 0, 255 };

	if (length != 3 && length != 6 && length != 8)
		return false;
	for (size_t i = 0; i < length / wide; i++) {
		int high = hex_digit(text[i * wide]);
		int low = hex_digit(text[i * wide + wide - 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = high * 16 + low;
	}
	out->red = (uint8_t)bytes[0];
	out->green = (uint8_t)bytes[1];
	out->blue = (uint8_t)bytes[2];
	out->alpha = bytes[3] / 255.0;
	return true;
}

static const char *
skip_space(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* Digits with at most one point in them; where they end, or NULL. */
static const char *
plain_number(const char *s, double most, double *out)
{
	double value = 0, unit = 1;
	int digits = 0;

	for (; isdigit((unsigned char)*s) && digits < 9; s++, digits++)
		value = value * 10 + (*s - '0');
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s) && digits < 18;
		     s++, digits++)
			value += (*s - '0') * (unit /= 10);
	if (digits == 0 || value > most)
		return NULL;
	*out = value;
	return s;
}

/* "255, 0, 0)" or "255,0,0,0.5)". */
static bool
rgb_colour(const char *s, int numbers, struct canvas_colour *out)
{
	double n[4] = { 0, 0, 0, 1 };

	for (int i = 0; i < numbers; i++) {
		s = plain_number(skip_space(s), i == 3 ? 1 : 255, &n[i]);
		if (s == NULL)
			return false;
		s = skip_space(s);
		if (*s++ != (i == numbers - 1 ? ')' : ','))
			return false;
	}
	if (*s != '\0')
		return false;
	out->red = (uint8_t)(n[0] + 0.5);
	out->green = (uint8_t)(n[1] + 0.5);
	out->blue = (uint8_t)(n[2] + 0.5);
	out->alpha = n[3];
	return true;
}

bool
canvas_colour_parse(const char *text, struct canvas_colour *out)
{
	if (*text == '#')
		return hex_colour(text + 1, out);
	if (strncmp(text, "rgb(", 4) == 0)
		return rgb_colour(text + 4, 3, out);
	if (strncmp(text, "rgba(", 5) == 0)
		return rgb_colour(text + 5, 4, out);
	if (strcmp(text, "transparent") == 0) {
		*out = (struct canvas_colour){ 0, 0, 0, 0 };
		return true;
	}
	for (size_t i = 0; i < COUNT(basic); i++)
		if (strcmp(text, basic[i].name) == 0) {
			*out = (struct canvas_colour){ basic[i].red,
				basic[i].green, basic[i].blue, 1 };
			return true;
		}
	return false;
}

static int
by_offset(const void *a, const void *b)
{
	const struct canvas_stop *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* A stable sort: equal offsets make a hard edge, in the order given. */
static void
sort_stops(struct canvas_gradient *g)
{
	for (int i = 1; i < g->stop_count; i++)
		for (int j = i;
		     j > 0 && by_offset(&g->stops[j - 1], &g->stops[j]) > 0;
		     j--) {
			struct canvas_stop swap = g->stops[j];

			g->stops[j] = g->stops[j - 1];
			g->stops[j - 1] = swap;
		}
}

static enum outcome
read_stops(struct reader *r, json *gradient, const char *path,
    struct canvas_gradient *g)
{
	json *stops = json_get(gradient, "colorStops");
	size_t count = json_count(stops);

	if (count < 2 || count > CANVAS_STOPS_MOST)
		return reader_refuse(r, path, "colorStops", "format",
		    "must have 2 to %d stops", CANVAS_STOPS_MOST);
	for (size_t i = 0; i < count; i++) {
		json *stop = json_element(stops, i);
		const char *colour = json_text(stop, "color");
		struct canvas_stop *s = &g->stops[i];

		if (!is_number(json_get(stop, "offset"), 0, 1, &s->offset))
			return reader_refuse(r, path, "colorStops", "format",
			    "must have offsets from 0 to 1");
		if (colour == NULL || !canvas_colour_parse(colour, &s->colour))
			return reader_refuse(r, path, "colorStops", "format",
			    "must have colours such as #1f3b4d");
	}
	g->stop_count = (int)count;
	sort_stops(g);
	return OK;
}

static enum outcome
read_coords(struct reader *r, json *gradient, const char *path,
    struct canvas_gradient *g)
{
	json *coords = json_get(gradient, "coords");
	const char *at = arena_printf(r->arena, "%s.coords", path);
	double low = g->percentage ? -2 : -CANVAS_FAR;
	double high = g->percentage ? 3 : CANVAS_FAR, r1 = 0;

	if (!json_object_is_type(coords, json_type_object))
		return reader_refuse(r, at, "", "required", "is required");
	TRY(read_number(r, coords, at, "x1", low, high, 0, &g->x1));
	TRY(read_number(r, coords, at, "y1", low, high, 0, &g->y1));
	TRY(read_number(r, coords, at, "x2", low, high, 0, &g->x2));
	TRY(read_number(r, coords, at, "y2", low, high, 0, &g->y2));
	if (!g->radial)
		return OK;
	TRY(read_number(r, coords, at, "r1", 0, 0, 0, &r1));
	return read_length(r, coords, at, "r2", 0, high, &g->r2);
}

static enum outcome
read_gradient(struct reader *r, json *gradient, const char *path,
    const struct canvas_gradient **out)
{
	static const char *const types[] = { "linear", "radial", NULL };
	static const char *const units[] = { "pixels", "percentage", NULL };
	struct canvas_gradient *g = arena_new(r->arena, struct canvas_gradient);
	int radial, percentage;

	if (json_get(gradient, "type") == NULL)
		return reader_refuse(
		    r, path, "type", "required", "is required");
	TRY(read_name(r, gradient, path, "type", types, &radial));
	TRY(read_name(r, gradient, path, "gradientUnits", units, &percentage));
	g->radial = radial;
	g->percentage = percentage;
	if (!is_nothing(json_get(gradient, "gradientTransform")))
		return reader_refuse(r, path, "gradientTransform", "enum",
		    "must be absent or null");
	TRY(read_number(r, gradient, path, "offsetX", -CANVAS_FAR, CANVAS_FAR,
	    0, &g->offset_x));
	TRY(read_number(r, gradient, path, "offsetY", -CANVAS_FAR, CANVAS_FAR,
	    0, &g->offset_y));
	TRY(read_coords(r, gradient, path, g));
	TRY(read_stops(r, gradient, path, g));
	*out = g;
	return OK;
}

enum outcome
read_paint(struct reader *r, json *object, const char *path, const char *key,
    bool may_gradient, struct canvas_paint *out)
{
	json *value = json_get(object, key);
	const char *text = json_text(object, key);

	*out = (struct canvas_paint){ 0 };
	if (value == NULL || (text != NULL && *text == '\0'))
		return OK;
	if (may_gradient && json_object_is_type(value, json_type_object)) {
		out->is_set = true;
		return read_gradient(r, value,
		    arena_printf(r->arena, "%s.%s", path, key), &out->gradient);
	}
	if (text == NULL || !canvas_colour_parse(text, &out->colour))
		return reader_refuse(r, path, key, "format",
		    may_gradient ? "must be a colour such as #1f3b4d, or a "
				   "linear or radial gradient"
				 : "must be a colour such as #1f3b4d");
	out->is_set = true;
	return OK;
}
