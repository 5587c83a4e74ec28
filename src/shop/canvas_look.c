/*
 * canvas_look.c: fill, stroke, opacity and what else every object may wear.
 */
#include "canvas_room.h"

const char *const canvas_caps[] = { "butt", "round", "square", NULL };
const char *const canvas_joins[] = { "miter", "bevel", "round", NULL };

static enum outcome
read_dashes(struct reader *r, json *object, struct canvas_object *o)
{
	json *dashes = json_get(object, "strokeDashArray");
	size_t count = json_count(dashes);
	double sum = 0;

	if (is_nothing(dashes))
		return OK;
	if (!json_object_is_type(dashes, json_type_array) ||
	    count > CANVAS_DASHES_MOST)
		return reader_refuse(r, o->path, "strokeDashArray", "format",
		    "must be null or 1 to %d numbers", CANVAS_DASHES_MOST);
	for (size_t i = 0; i < count; i++) {
		if (!is_number(json_element(dashes, i), 0, 1000, &o->dashes[i]))
			return reader_refuse(r, o->path, "strokeDashArray",
			    "format", "must have numbers from 0 to 1000");
		sum += o->dashes[i];
	}
	if (sum < 1)
		return reader_refuse(r, o->path, "strokeDashArray", "too_small",
		    "must add up to 1 at least");
	o->dash_count = (int)count;
	return OK;
}

static enum outcome
read_stroke(struct reader *r, json *ob, struct canvas_object *o)
{
	bool none = o->kind == CANVAS_GROUP || o->kind == CANVAS_IMAGE;
	const char *p = o->path;

	TRY(read_paint(r, ob, p, "stroke", false, &o->stroke));
	TRY(read_number(
	    r, ob, p, "strokeWidth", 0, 500, none ? 0 : 1, &o->stroke_width));
	TRY(read_dashes(r, ob, o));
	TRY(read_number(r, ob, p, "strokeDashOffset", -CANVAS_FAR, CANVAS_FAR,
	    0, &o->dash_offset));
	TRY(read_number(
	    r, ob, p, "strokeMiterLimit", 1, 100, 4, &o->miter_limit));
	TRY(read_name(r, ob, p, "strokeLineCap", canvas_caps, &o->cap));
	TRY(read_name(r, ob, p, "strokeLineJoin", canvas_joins, &o->join));
	return read_bool(r, ob, p, "strokeUniform", false, &o->stroke_uniform);
}

enum outcome
read_look(struct reader *r, json *ob, struct canvas_object *o)
{
	static const char *const rules[] = { "nonzero", "evenodd", NULL };
	static const char *const orders[] = { "fill", "stroke", NULL };
	static const char *const modes[] = { "source-over", NULL };
	const char *p = o->path;
	int rule, order, mode;

	if (json_object_object_get_ex(ob, "fill", NULL))
		TRY(read_paint(
		    r, ob, p, "fill", kind_may_gradient(o->kind), &o->fill));
	else
		o->fill = paint_black;
	TRY(read_stroke(r, ob, o));
	TRY(read_number(r, ob, p, "opacity", 0, 1, 1, &o->opacity));
	TRY(read_bool(r, ob, p, "visible", true, &o->visible));
	TRY(read_name(r, ob, p, "fillRule", rules, &rule));
	TRY(read_name(r, ob, p, "paintFirst", orders, &order));
	o->even_odd = rule;
	o->stroke_first = order;
	return read_name(r, ob, p, "globalCompositeOperation", modes, &mode);
}
