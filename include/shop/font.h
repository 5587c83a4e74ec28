/*
 * font.h: the fonts that are ours to print with.
 */
#ifndef TSHOP_SHOP_FONT_H
#define TSHOP_SHOP_FONT_H

#include <stdbool.h>
#include <stddef.h>

struct font {
	const char *family;
	const char *package; /* Debian's, for whoever installs a server */
	bool bold, italic;   /* whether the family has such faces */
	const char *like;    /* sans-serif, serif, monospace, display, script */
};

/* All of them, in the table's order. */
extern const struct font fonts[];
extern const size_t font_count;

/* The family of exactly that name, quotes around it ignored; or NULL. */
const struct font *font_find(const char *family);
/* What an unknown family becomes. */
const struct font *font_default(void);

#endif
