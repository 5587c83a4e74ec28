/*
 * json_names.c: names seen, and what an escaped name stands for.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

#include "json_names.h"

#define FIRST_ROOM ((size_t)64)

/* FNV-1a from a start that strangers cannot guess, so that nobody can make
 * all names collide. */
static size_t
name_hash(long object, const char *text)
{
	static uint64_t start;
	uint64_t h;

	if (!start)
		random_bytes(&start, sizeof(start));
	h = start ^ (uint64_t)object * 0x9e3779b97f4a7c15u;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

void
names_open(struct names *n, struct arena *arena)
{
	*n = (struct names){ .arena = arena, .room = FIRST_ROOM };
	n->slots = arena_array(arena, struct name, n->room);
}

static struct name *
names_slot(struct names *n, long object, const char *text)
{
	size_t i = name_hash(object, text);

	for (;; i++) {
		struct name *s = &n->slots[i & (n->room - 1)];

		if (!s->text ||
		    (s->object == object && strcmp(s->text, text) == 0))
			return s;
	}
}

static void
names_grow(struct names *n)
{
	struct names bigger = { .arena = n->arena, .room = n->room * 2 };

	bigger.slots = arena_array(n->arena, struct name, bigger.room);
	bigger.count = n->count;
	for (size_t i = 0; i < n->room; i++) {
		struct name *s = &n->slots[i];

		if (s->text)
			*names_slot(&bigger, s->object, s->text) = *s;
	}
	*n = bigger;
}

bool
names_add(struct names *n, long object, const char *text)
{
	struct name *s;

	if (n->count * 2 >= n->room)
		names_grow(n);
	s = names_slot(n, object, text);
	if (s->text)
		return false;
	s->object = object;
	s->text = text;
	n->count++;
	return true;
}

static uint32_t
hex4(const char *s)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];

		unit = unit << 4 |
		       (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return unit;
}

static char *
utf8_write(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 63));
		*out++ = (char)(0x80 | (c & 63));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 63));
		*out++ = (char)(0x80 | (c >> 6 & 63));
		*out++ = (char)(0x80 | (c & 63));
	}
	return out;
}

const char *
json_unescape(struct arena *arena, const char *raw, size_t length)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char *text = arena_alloc(arena, length + 1), *out = text;
	const char *end = raw + length;

	if (!memchr(raw, '\\', length))
		return memcpy(text, raw, length);
	while (raw < end) {
		uint32_t c;

		if (*raw != '\\') {
			*out++ = *raw++;
			continue;
		}
		if (raw[1] != 'u') {
			*out++ = to[strchr(from, raw[1]) - from];
			raw += 2;
			continue;
		}
		c = hex4(raw + 2);
		raw += 6;
		if (c >= 0xd800 && c < 0xdc00 && end - raw >= 6 &&
		    raw[0] == '\\' && raw[1] == 'u') {
			c = 0x10000 + ((c - 0xd800) << 10) +
			    (hex4(raw + 2) - 0xdc00);
			raw += 6;
		}
		out = utf8_write(out, c);
	}
	return text;
}
