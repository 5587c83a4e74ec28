/*
 * id.c: libuuid's random bits under a version-7 time stamp.
 */
#include <string.h>

#include <uuid/uuid.h>

#include "base/clock.h"
#include "base/id.h"

struct id
id_create(void)
{
	uint64_t ms = (uint64_t)clock_now_ms();
	struct id id;
	uuid_t raw;

	uuid_generate_random(raw);
	for (int i = 0; i < 6; i++)
		raw[i] = (unsigned char)(ms >> (40 - 8 * i));
	raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x70);
	uuid_unparse_lower(raw, id.text);
	return id;
}

struct id
id_of_bytes(const unsigned char bytes[16])
{
	struct id id;

	uuid_unparse_lower(bytes, id.text);
	return id;
}

bool
id_parse(const char *text, struct id *id)
{
	struct id read;
	int i = 0;

	/* Read for each row of each list, so by hand. */
	for (; i < ID_TEXT - 1; i++) {
		char c = text[i];
		bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (c >= 'A' && c <= 'F')
			c = (char)(c | 0x20);
		if (is_hyphen
			? c != '-'
			: !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
		read.text[i] = c;
	}
	if (text[i] != '\0')
		return false;
	read.text[i] = '\0';
	*id = read;
	return true;
}

bool
id_is_set(struct id id)
{
	return id.text[0] != '\0';
}

bool
id_equal(struct id a, struct id b)
{
	return strcmp(a.text, b.text) == 0;
}
