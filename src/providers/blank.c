/*
 * blank.c: both catalogues, and a blank as the database takes it.
 */
#include "base/arena.h"
#include "providers/blank.h"
#include "providers/print_room.h"

const struct blank_source *const blank_sources[BLANK_SOURCES] = {
	&blank_printful, &blank_printify
};

static void
variant_put(struct buf *b, const struct blank_variant *v)
{
	buf_json_comma(b);
	buf_char(b, '{');
	kit_member(b, "ref", v->ref);
	kit_member(b, "size", *v->size ? v->size : NULL);
	kit_member(b, "color", *v->color ? v->color : NULL);
	kit_member(b, "hex", *v->hex ? v->hex : NULL);
	if (v->cost >= 0)
		kit_member_int(b, "cost", v->cost);
	buf_json_key(b, "available");
	buf_text(b, v->available ? "true" : "false");
	buf_char(b, '}');
}

void
blank_json(struct buf *b, const char *ref, const struct blank *blank)
{
	buf_char(b, '{');
	kit_member(b, "ref", ref);
	kit_member(b, "name", blank->name);
	kit_member(b, "description", blank->description);
	buf_json_key(b, "area");
	buf_char(b, '{');
	kit_member(b, "placement", blank->placement);
	kit_member(b, "technique", *blank->technique ? blank->technique : NULL);
	kit_member_int(b, "width", blank->width);
	kit_member_int(b, "height", blank->height);
	kit_member_int(b, "dpi", blank->dpi);
	buf_char(b, '}');
	buf_json_key(b, "variants");
	buf_char(b, '[');
	for (size_t i = 0; i < blank->count; i++)
		variant_put(b, &blank->variants[i]);
	buf_text(b, "]}");
}
