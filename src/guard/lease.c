/*
 * lease.c: a small table that forgets when it must. Forgotten hits stay
 * counted, so leases are short, and a key that is in use is not forgotten for
 * another that falls on its place: those two would lease by turns, and spend
 * their limits on hits that never come.
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/secret.h"

#include "lease.h"

#define ROOM 512
#define SHARE 16      /* all workers' leases together: this part of the limit */
#define LEASE_MOST 64 /* hits: a round trip for so many is no round trip */
#define IDLE_MS 1000

static struct {
	uint8_t key[16]; /* of its SHA-256 */
	int64_t until_ms, used_ms;
	int left, remaining;
} leases[ROOM];

static unsigned
slot_of(const char *key, uint8_t digest[SHA256_BYTES])
{
	sha256(key, strlen(key), digest);
	return (digest[16] | (unsigned)digest[17] << 8) % ROOM;
}

/* The key's slot if it is known and its window lasts, or -1. */
static int
lease_find(const char *key)
{
	uint8_t digest[SHA256_BYTES];
	unsigned i = slot_of(key, digest);

	if (memcmp(leases[i].key, digest, sizeof(leases[i].key)) != 0 ||
	    leases[i].until_ms <= clock_mono_ms())
		return -1;
	return (int)i;
}

/* May the key have this slot? */
static bool
is_free_for(unsigned i, const uint8_t *digest, int64_t now)
{
	return memcmp(leases[i].key, digest, sizeof(leases[i].key)) == 0 ||
	       leases[i].until_ms <= now || leases[i].used_ms + IDLE_MS <= now;
}

bool
lease_use(const char *key, struct lease *after)
{
	int i = lease_find(key);

	if (i < 0 || leases[i].left <= 0)
		return false;
	leases[i].left--;
	leases[i].used_ms = clock_mono_ms();
	after->left = leases[i].left;
	after->remaining = leases[i].remaining;
	after->reset_s =
	    (int)((leases[i].until_ms - clock_mono_ms()) / 1000) + 1;
	return true;
}

static int
workers(void)
{
	static int count;

	if (count == 0)
		count = conf_int(CONF_TSHOP_WORKERS_FAST);
	if (count <= 0)
		count =
		    WORKERS_FAST_PER_CORE * (int)sysconf(_SC_NPROCESSORS_ONLN);
	return count > 0 ? count : 1;
}

int
lease_wish(const char *key, int limit)
{
	int i = lease_find(key);
	int share = limit / (SHARE * workers());
	int wish = i < 0 ? 1 : leases[i].remaining / (2 * workers());

	if (wish > share)
		wish = share;
	if (wish > LEASE_MOST)
		wish = LEASE_MOST;
	return wish > 0 ? wish : 1;
}

void
lease_put(const char *key, const struct lease *lease)
{
	uint8_t digest[SHA256_BYTES];
	unsigned i = slot_of(key, digest);
	int64_t now = clock_mono_ms();

	if (!is_free_for(i, digest, now))
		return;
	memcpy(leases[i].key, digest, sizeof(leases[i].key));
	/* The window's last second is not leased: seconds were rounded up. */
	leases[i].until_ms = now + (int64_t)(lease->reset_s - 1) * 1000;
	leases[i].used_ms = now;
	leases[i].left = lease->left;
	leases[i].remaining = lease->remaining;
}
