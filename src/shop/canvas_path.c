/*
 * canvas_path.c: paths and polygons, and the boxes that Fabric puts around
 * them. The box decides where the drawing stands, so Fabric's own reckoning
 * is copied, even where it bounds another curve than the one it draws.
 */
#include <ctype.h>
#include <math.h>

#include "canvas_room.h"

#define STEPS_LEAST 2
#define STEPS_MOST 5000
#define POINTS_MOST 2000

static int
numbers_of(char command)
{
	switch (command) {
	case 'M':
	case 'L':
		return 2;
	case 'Q':
		return 4;
	case 'C':
		return 6;
	case 'Z':
		return 0;
	}
	return -1;
}

/* The box around what was seen so far. */
struct box {
	bool any;
	double left, top, right, bottom;
};

static void
box_add(struct box *b, double x, double y)
{
	if (!b->any)
		*b = (struct box){ true, x, y, x, y };
	b->left = fmin(b->left, x);
	b->right = fmax(b->right, x);
	b->top = fmin(b->top, y);
	b->bottom = fmax(b->bottom, y);
}

static void
box_close(const struct box *b, struct canvas_object *o)
{
	o->width = b->right - b->left;
	o->height = b->bottom - b->top;
	o->middle.x = b->left + o->width / 2;
	o->middle.y = b->top + o->height / 2;
}

static double
cubic(const double p[4], double t)
{
	double s = 1 - t;

	return s * s * s * p[0] + 3 * s * s * t * p[1] + 3 * s * t * t * p[2] +
	       t * t * t * p[3];
}

/* Where one coordinate turns, strictly inside the curve: 0, 1 or 2 places. */
static int
cubic_turns(const double p[4], double turns[2])
{
	double a = -3 * p[0] + 9 * p[1] - 9 * p[2] + 3 * p[3];
	double b = 6 * p[0] - 12 * p[1] + 6 * p[2];
	double c = 3 * p[1] - 3 * p[0], root, t[2];
	int found = 0, count = 0;

	if (fabs(a) < 1e-12) {
		if (fabs(b) < 1e-12)
			return 0;
		t[found++] = -c / b;
	} else {
		root = b * b - 4 * a * c;
		if (root < 0)
			return 0;
		t[found++] = (-b + sqrt(root)) / (2 * a);
		t[found++] = (-b - sqrt(root)) / (2 * a);
	}
	for (int i = 0; i < found; i++)
		if (t[i] > 0 && t[i] < 1)
			turns[count++] = t[i];
	return count;
}

static void
box_add_cubic(struct box *b, const double x[4], const double y[4])
{
	double turns[4];
	int count = cubic_turns(x, turns);

	count += cubic_turns(y, turns + count);
	box_add(b, x[0], y[0]);
	box_add(b, x[3], y[3]);
	for (int i = 0; i < count; i++)
		box_add(b, cubic(x, turns[i]), cubic(y, turns[i]));
}

/* Fabric 7.4, Path._calcDimensions. */
static void
path_measure(struct canvas_object *o)
{
	struct canvas_point at = { 0, 0 }, start = { 0, 0 };
	struct box box = { 0 };

	for (int i = 0; i < o->count; i++) {
		const struct canvas_step *s = &o->steps[i];
		const double *n = s->numbers;

		switch (s->command) {
		case 'M':
			start = at = (struct canvas_point){ n[0], n[1] };
			break;
		case 'L':
			at = (struct canvas_point){ n[0], n[1] };
			box_add(&box, start.x, start.y);
			box_add(&box, at.x, at.y);
			break;
		case 'C':
			box_add_cubic(&box,
			    (double[]){ at.x, n[0], n[2], n[4] },
			    (double[]){ at.y, n[1], n[3], n[5] });
			at = (struct canvas_point){ n[4], n[5] };
			break;
		case 'Q': /* Fabric takes the one control point for both */
			box_add_cubic(&box,
			    (double[]){ at.x, n[0], n[0], n[2] },
			    (double[]){ at.y, n[1], n[1], n[3] });
			at = (struct canvas_point){ n[2], n[3] };
			break;
		default:
			at = start;
		}
	}
	box_close(&box, o);
}

double
outline_length(const struct canvas_object *o)
{
	double length = 0, x = 0, y = 0;

	if (o->kind == CANVAS_PATH)
		for (int i = 0; i < o->count; i++) {
			const struct canvas_step *s = &o->steps[i];

			for (int j = 0; j < numbers_of(s->command); j += 2) {
				length += hypot(
				    s->numbers[j] - x, s->numbers[j + 1] - y);
				x = s->numbers[j];
				y = s->numbers[j + 1];
			}
			if (s->command == 'Z') /* back to a start inside */
				length += o->width + o->height;
		}
	else if (o->points != NULL)
		for (int i = 1; i < o->count; i++)
			length += hypot(o->points[i].x - o->points[i - 1].x,
			    o->points[i].y - o->points[i - 1].y);
	return length + 2 * (o->width + o->height);
}

static enum outcome
count_points(struct reader *r, struct canvas_object *o, const char *key,
    size_t count, size_t least, size_t most)
{
	if (count < least || count > most)
		return reader_refuse(r, o->path, key,
		    count < least ? "too_small" : "too_large",
		    "must have %zu to %zu entries", least, most);
	r->points += (int)count;
	if (r->points > CANVAS_POINTS_MOST)
		return reader_refuse(r, o->path, key, "too_large",
		    "makes more than %d points in all", CANVAS_POINTS_MOST);
	o->count = (int)count;
	return OK;
}

static enum outcome
read_step(struct reader *r, const char *path, json *step, size_t index,
    struct canvas_step *out)
{
	json *name = json_element(step, 0);
	const char *text = json_object_is_type(name, json_type_string)
			       ? json_object_get_string(name)
			       : "";
	const char *key = arena_printf(r->arena, "path[%zu]", index);
	int numbers;

	out->command = *text == 'z' ? 'Z' : *text;
	numbers = strlen(text) == 1 ? numbers_of(out->command) : -1;
	if (numbers < 0)
		return reader_refuse(
		    r, path, key, "enum", "must be one of M, L, C, Q and Z");
	if (index == 0 && out->command != 'M')
		return reader_refuse(
		    r, path, key, "format", "must begin with M");
	if (json_count(step) != (size_t)numbers + 1)
		return reader_refuse(r, path, key, "format",
		    "must have %d numbers after %c", numbers, out->command);
	for (int i = 0; i < numbers; i++)
		if (!is_number(json_element(step, (size_t)i + 1), -CANVAS_FAR,
			CANVAS_FAR, &out->numbers[i]))
			return reader_refuse(r, path, key, "format",
			    "must have numbers from -20000 to 20000");
	return OK;
}

static const char *
skip_separators(const char *s)
{
	while (*s == ' ' || *s == ',' || *s == '\n' || *s == '\t')
		s++;
	return s;
}

/* A decimal number of SVG's grammar; where it ends, or NULL. */
static const char *
parse_number(const char *s, double *out)
{
	const char *start = s;
	char *end;

	if (*s == '-' || *s == '+')
		s++;
	if (!isdigit((unsigned char)*s) && *s != '.')
		return NULL;
	*out = strtod(start, &end);
	if (end == start || !isfinite(*out) || fabs(*out) > CANVAS_FAR)
		return NULL;
	return *end == 'x' || *end == 'X' ? NULL : end; /* no hex */
}

/*
 * SVG's text, absolute commands only; a command may stand for several
 * points, and a second point after M is a line, SVG 1.1, 8.3.2. Returns the
 * count of steps, or -1; 'steps' NULL only counts.
 */
static int
parse_path(const char *s, struct canvas_step *steps)
{
	struct canvas_step step = { 0 };
	int count = 0, numbers;

	for (s = skip_separators(s); *s; s = skip_separators(s)) {
		if (isalpha((unsigned char)*s))
			step.command = *s == 'z' ? 'Z' : *s, s++;
		else if (step.command == 'Z')
			return -1;
		else if (step.command == 'M')
			step.command = 'L';
		numbers = numbers_of(step.command);
		if (numbers < 0 || (count == 0 && step.command != 'M') ||
		    count >= STEPS_MOST + 1)
			return -1;
		for (int i = 0; i < numbers; i++) {
			s = parse_number(skip_separators(s), &step.numbers[i]);
			if (s == NULL)
				return -1;
		}
		if (steps != NULL)
			steps[count] = step;
		count++;
	}
	return count;
}

static enum outcome
read_path_text(struct reader *r, json *object, struct canvas_object *o)
{
	const char *text = json_text(object, "path");
	int count = parse_path(text, NULL);

	if (count < 0)
		return reader_refuse(r, o->path, "path", "format",
		    "must be absolute M, L, C, Q and Z commands");
	TRY(count_points(r, o, "path", (size_t)count, STEPS_LEAST, STEPS_MOST));
	o->steps = arena_array(r->arena, struct canvas_step, count);
	(void)parse_path(text, o->steps);
	path_measure(o);
	return OK;
}

enum outcome
read_path(struct reader *r, json *object, struct canvas_object *o)
{
	json *path = json_get(object, "path");

	if (r->rules->path_text && json_text(object, "path") != NULL)
		return read_path_text(r, object, o);
	if (!json_object_is_type(path, json_type_array))
		return reader_refuse(
		    r, o->path, "path", "format", "must be an array");
	TRY(count_points(
	    r, o, "path", json_count(path), STEPS_LEAST, STEPS_MOST));
	o->steps = arena_array(r->arena, struct canvas_step, o->count);
	for (int i = 0; i < o->count; i++)
		TRY(read_step(r, o->path, json_element(path, (size_t)i),
		    (size_t)i, &o->steps[i]));
	path_measure(o);
	return OK;
}

enum outcome
read_points(struct reader *r, json *object, struct canvas_object *o)
{
	json *points = json_get(object, "points");
	struct box box = { 0 };

	if (!json_object_is_type(points, json_type_array))
		return reader_refuse(
		    r, o->path, "points", "format", "must be an array");
	TRY(count_points(r, o, "points", json_count(points), 2, POINTS_MOST));
	o->points = arena_array(r->arena, struct canvas_point, o->count);
	for (int i = 0; i < o->count; i++) {
		json *point = json_element(points, (size_t)i);
		struct canvas_point *p = &o->points[i];

		if (!is_number(
			json_get(point, "x"), -CANVAS_FAR, CANVAS_FAR, &p->x) ||
		    !is_number(
			json_get(point, "y"), -CANVAS_FAR, CANVAS_FAR, &p->y))
			return reader_refuse(r, o->path,
			    arena_printf(r->arena, "points[%d]", i), "format",
			    "must have x and y from -20000 to 20000");
		box_add(&box, p->x, p->y);
	}
	box_close(&box, o);
	return OK;
}
