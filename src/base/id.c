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
	uuid_t raw;

	if (strlen(text) != ID_TEXT - 1 || uuid_parse(text, raw) != 0)
		return false;
	uuid_unparse_lower(raw, id->text);
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
