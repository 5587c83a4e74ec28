/*
 * ruler.c: how wide texts are, and whether our fonts are here.
 *
 * Hinting is off and glyphs stand where they belong, not on whole pixels, so
 * that lines break the same at every size and in every browser.
 */
#include <pango/pangocairo.h>

#include "base/insist.h"
#include "furniture.h"
#include "shop/font.h"

struct ruler {
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *description;
};

static struct ruler ruler;

static double
advance(
    void *context, const struct canvas_text *t, const char *text, size_t length)
{
	struct ruler *r = context;
	PangoRectangle logical;

	pango_font_description_set_family_static(
	    r->description, t->font->family);
	pango_font_description_set_weight(r->description,
	    t->weight > 400 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_style(r->description,
	    t->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
	pango_font_description_set_absolute_size(
	    r->description, t->size * PANGO_SCALE);
	pango_layout_set_font_description(r->layout, r->description);
	pango_layout_set_text(r->layout, text, (int)length);
	pango_layout_get_extents(r->layout, NULL, &logical);
	return (double)logical.width / PANGO_SCALE;
}

/* Fonts are looked up on first use, which must not be inside the cage. */
static void
load_fonts(void)
{
	struct canvas_text text = { .size = 20 };

	for (size_t i = 0; i < font_count; i++)
		for (int face = 0; face < 4; face++) {
			text.font = &fonts[i];
			text.weight = face & 1 ? 700 : 400;
			text.italic = face & 2;
			(void)advance(&ruler, &text, "Ag", 2);
		}
}

const struct canvas_metrics *
ruler_open(void)
{
	static const struct canvas_metrics metrics = { advance, &ruler };
	PangoFontMap *map;
	cairo_font_options_t *options;

	if (ruler.context != NULL)
		return &metrics;
	map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	options = cairo_font_options_create();
	insist(map != NULL);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	ruler.context = pango_font_map_create_context(map);
	pango_cairo_context_set_font_options(ruler.context, options);
	pango_context_set_round_glyph_positions(ruler.context, FALSE);
	cairo_font_options_destroy(options);
	ruler.layout = pango_layout_new(ruler.context);
	pango_layout_set_single_paragraph_mode(ruler.layout, TRUE);
	ruler.description = pango_font_description_new();
	load_fonts();
	return &metrics;
}

/* Does the map have a family of exactly that name? */
static bool
has_family(PangoFontFamily **families, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(pango_font_family_get_name(families[i]), name) == 0)
			return true;
	return false;
}

int
render_missing_fonts(void)
{
	PangoFontMap *map = pango_cairo_font_map_get_default();
	PangoFontFamily **families;
	int count, missing = 0;

	pango_font_map_list_families(map, &families, &count);
	for (size_t i = 0; i < font_count; i++)
		if (!has_family(families, count, fonts[i].family)) {
			printf("%s\t%s\n", fonts[i].family, fonts[i].package);
			missing++;
		}
	g_free(families);
	return missing;
}
