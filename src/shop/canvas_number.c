/*
 * canvas_number.c: how numbers and colours are written, in JSON and in SVG
 * alike: four decimals as Fabric rounds, a point whatever the locale.
 */
#include <math.h>

#include "canvas_room.h"

#include "base/secret.h"

void
put_number(struct buf *to, double n)
{
	char text[32];
	int64_t whole;

	insist(isfinite(n) && fabs(n) < 1e13);
	whole = llround(n * 10000);
	if (whole < 0) {
		buf_char(to, '-');
		whole = -whole;
	}
	buf_int(to, whole / 10000);
	if (whole % 10000 == 0)
		return;
	(void)snprintf(text, sizeof(text), ".%04d", (int)(whole % 10000));
	for (size_t end = strlen(text); text[end - 1] == '0'; end--)
		text[end - 1] = '\0';
	buf_text(to, text);
}

void
put_colour_hex(struct buf *to, const struct canvas_colour *c)
{
	const uint8_t rgb[] = { c->red, c->green, c->blue };
	char hex[7];

	hex_format(rgb, sizeof(rgb), hex);
	buf_char(to, '#');
	buf_text(to, hex);
}
