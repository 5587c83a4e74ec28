/*
 * b64.c: RFC 4648, both alphabets, canonical forms only.
 */
#include <stdint.h>
#include <string.h>

#include "base/b64.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "abcdefghijklmnopqrstuvwxyz0123456789-_";

static int
digit(const char *alphabet, char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == alphabet[62])
		return 62;
	return c == alphabet[63] ? 63 : -1;
}

static bool
parse(const char *alphabet, const char *text, size_t length, uint8_t *out,
    size_t *size)
{
	uint32_t bits = 0;
	int held = 0;
	size_t n = 0;

	if (length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		int d = digit(alphabet, text[i]);

		if (d < 0)
			return false;
		bits = (bits << 6 | (uint32_t)d) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[n++] = (uint8_t)(bits >> held);
		}
	}
	if (bits & ((1u << held) - 1)) /* unused bits must be zero */
		return false;
	*size = n;
	return true;
}

bool
b64url_parse(const char *text, size_t length, void *bytes, size_t *size)
{
	return parse(url, text, length, bytes, size);
}

bool
b64_parse(const char *text, size_t length, void *bytes, size_t *size)
{
	if (length % 4 != 0)
		return false;
	if (length && text[length - 1] == '=')
		length -= text[length - 2] == '=' ? 2 : 1;
	return parse(plain, text, length, bytes, size);
}

static size_t
format(
    const char *alphabet, bool pad, const uint8_t *in, size_t size, char *text)
{
	size_t n = 0, i = 0;

	for (; i + 2 < size; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 |
			     in[i + 2];

		text[n++] = alphabet[v >> 18];
		text[n++] = alphabet[v >> 12 & 63];
		text[n++] = alphabet[v >> 6 & 63];
		text[n++] = alphabet[v & 63];
	}
	if (i < size) {
		uint32_t v = (uint32_t)in[i] << 16 |
			     (i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0);

		text[n++] = alphabet[v >> 18];
		text[n++] = alphabet[v >> 12 & 63];
		if (i + 1 < size)
			text[n++] = alphabet[v >> 6 & 63];
		while (pad && n % 4)
			text[n++] = '=';
	}
	text[n] = '\0';
	return n;
}

size_t
b64_format(const void *bytes, size_t size, char *text)
{
	return format(plain, true, bytes, size, text);
}

size_t
b64url_format(const void *bytes, size_t size, char *text)
{
	return format(url, false, bytes, size, text);
}
