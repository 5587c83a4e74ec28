/*
 * denied.c: a small table that forgets when it must: a forgotten key only
 * costs one more question to the database.
 */
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"

#include "denied.h"

#define ROOM 512

static struct {
	uint8_t key[16]; /* of its SHA-256 */
	int64_t until_ms;
} denied[ROOM];

static unsigned
slot_of(const char *key, uint8_t digest[SHA256_BYTES])
{
	sha256(key, strlen(key), digest);
	return (digest[16] | (unsigned)digest[17] << 8) % ROOM;
}

void
denied_add(const char *key, int seconds)
{
	uint8_t digest[SHA256_BYTES];
	unsigned i = slot_of(key, digest);

	memcpy(denied[i].key, digest, sizeof(denied[i].key));
	denied[i].until_ms = clock_mono_ms() + (int64_t)seconds * 1000;
}

int
denied_for(const char *key)
{
	uint8_t digest[SHA256_BYTES];
	unsigned i = slot_of(key, digest);
	int64_t left_ms = denied[i].until_ms - clock_mono_ms();

	if (left_ms <= 0 ||
	    memcmp(denied[i].key, digest, sizeof(denied[i].key)) != 0)
		return 0;
	return (int)((left_ms + 999) / 1000);
}
