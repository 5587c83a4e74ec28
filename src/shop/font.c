/*
 * font.c: looks a family up. It knows names only; whether the files are
 * there is asked by the room that draws.
 */
#include "shop/font.h"

const struct font fonts[] = {
#define FONT(family, package, bold, italic, like)                              \
	{ family, package, bold, italic, like },
#include "shop/fonts.def"
#undef FONT
};
const size_t font_count = sizeof(fonts) / sizeof(fonts[0]);

const struct font *
font_default(void)
{
	return &fonts[0];
}

const struct font *
font_find(const char *family)
{
	size_t length = strlen(family);

	if (length >= 2 && (*family == '\'' || *family == '"') &&
	    family[length - 1] == *family) {
		family++;
		length -= 2;
	}
	for (size_t i = 0; i < font_count; i++)
		if (strlen(fonts[i].family) == length &&
		    memcmp(fonts[i].family, family, length) == 0)
			return &fonts[i];
	return NULL;
}
