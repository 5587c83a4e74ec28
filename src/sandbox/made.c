/*
 * made.c: ids, times and amounts in the spellings of the providers.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/secret.h"
#include "sandbox/play.h"

#define TIME_ROOM 40

static const char letters[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const char *
made_of(const char *prefix, size_t length, size_t alphabet)
{
	size_t before = strlen(prefix);
	char *id = arena_alloc(shapes_arena(), before + length + 1);

	memcpy(id, prefix, before);
	random_bytes(id + before, length);
	for (char *c = id + before; c < id + before + length; c++)
		*c = letters[(unsigned char)*c % alphabet];
	return id;
}

const char *
made_id(const char *prefix, size_t length)
{
	return made_of(prefix, length, 62);
}

const char *
made_code(const char *prefix, size_t length)
{
	return made_of(prefix, length, 36);
}

const char *
made_hex(size_t length)
{
	char *hex = arena_alloc(shapes_arena(), length + 2);
	uint8_t bytes[64];

	insist(length <= sizeof(bytes) * 2 && length % 2 == 0);
	random_bytes(bytes, length / 2);
	hex_format(bytes, length / 2, hex);
	hex[length] = '\0';
	return hex;
}

const char *
time_rfc(int64_t s)
{
	char *text = arena_alloc(shapes_arena(), TIME_ROOM);
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

const char *
time_spaced(int64_t s)
{
	char *text = arena_alloc(shapes_arena(), TIME_ROOM);
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, TIME_ROOM, "%Y-%m-%d %H:%M:%S+00:00", &tm);
	return text;
}

int64_t
money_of(const char *text, int decimals)
{
	int64_t minor = 0;
	int after = -1;

	if (!text || !*text || strlen(text) > 16)
		return -1;
	for (; *text; text++) {
		if (*text == '.' && after < 0) {
			after = 0;
			continue;
		}
		if (*text < '0' || *text > '9')
			return -1;
		if (after >= 0 && after++ >= decimals)
			return -1;
		minor = minor * 10 + (*text - '0');
	}
	if (after == 0) /* "1." */
		return -1;
	for (after = after < 0 ? 0 : after; after < decimals; after++)
		minor *= 10;
	return minor;
}

const char *
money_text(int64_t minor, int decimals)
{
	long long scale = decimals == 2 ? 100 : 1;
	const char *sign = minor < 0 ? "-" : "";
	long long n = minor < 0 ? -(long long)minor : (long long)minor;

	if (decimals == 0)
		return arena_printf(shapes_arena(), "%s%lld", sign, n);
	return arena_printf(
	    shapes_arena(), "%s%lld.%02lld", sign, n / scale, n % scale);
}
