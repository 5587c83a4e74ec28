/*
 * utf8.c: RFC 3629, by the table of well-formed sequences (Unicode 3.9).
 */
#include <string.h>

#include "base/utf8.h"

/* clang-format off */
static const struct {
	unsigned char first, last;   /* of the leading byte */
	unsigned char size;
	unsigned char least, most;   /* of the second byte */
} sequences[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f }, /* no surrogates */
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f }, /* nothing above U+10FFFF */
};
/* clang-format on */

size_t
utf8_read(const char *s, size_t left, uint32_t *code_point)
{
	const unsigned char *b = (const unsigned char *)s;

	if (b[0] < 0x80) {
		*code_point = b[0];
		return 1;
	}
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		size_t size = sequences[i].size;
		uint32_t c;

		if (b[0] < sequences[i].first || b[0] > sequences[i].last)
			continue;
		if (left < size || b[1] < sequences[i].least ||
		    b[1] > sequences[i].most)
			return 0;
		c = b[0] & (0xffu >> (size + 1));
		for (size_t k = 1; k < size; k++) {
			if ((b[k] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (b[k] & 0x3fu);
		}
		*code_point = c;
		return size;
	}
	return 0;
}

bool
utf8_is_valid(const char *s, size_t length)
{
	uint32_t c;

	while (length) {
		size_t size = utf8_read(s, length, &c);

		if (size == 0)
			return false;
		s += size;
		length -= size;
	}
	return true;
}

size_t
utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

bool
utf8_has_control(const char *s, bool prose)
{
	size_t left = strlen(s);
	uint32_t c;

	while (left) {
		size_t size = utf8_read(s, left, &c);

		if (size == 0)
			return true;
		if (prose && (c == '\t' || c == '\n'))
			c = ' ';
		if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
			return true;
		if (!prose && (c == 0x2028 || c == 0x2029))
			return true;
		s += size;
		left -= size;
	}
	return false;
}
