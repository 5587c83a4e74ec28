/*
 * Leased hits: whoever calls, hardly any is counted that never comes.
 */
#include <time.h>

#include "base/conf.h"
#include "guard/lease.h"

#include "tap.h"

#define KEYS 700 /* more than the table has places: some share one */
#define CALLS 200000
#define LIMIT 1000000
#define WASTE_MOST 64

static int used[KEYS], counted[KEYS], trips;

/* One call, as guard/admit.c makes it. */
static void
call(int k)
{
	char key[16];
	struct lease lease;

	snprintf(key, sizeof(key), "g:a:%d", k);
	used[k]++;
	if (lease_use(key, &lease))
		return;
	trips++;
	int wish = lease_wish(key, LIMIT);
	counted[k] += wish;
	lease = (struct lease){ .left = wish - 1,
		.remaining = LIMIT - counted[k],
		.reset_s = 900 };
	lease_put(key, &lease);
}

int
main(void)
{
	unsigned dice = 1;
	int most = 0, fewest = 0;

	setenv("TSHOP_WORKERS_FAST", "8", 1);
	setenv("DATABASE_URL", "postgresql://nowhere", 1);
	conf_load(PROGRAM_CTL);
	for (int i = 0; i < CALLS; i++) {
		dice = dice * 1103515245u + 12345u;
		call((int)((dice >> 8) % KEYS));
	}
	for (int k = 0; k < KEYS; k++) {
		int waste = counted[k] - used[k];

		most = waste > most ? waste : most;
		fewest = waste < fewest ? waste : fewest;
	}
	ok(fewest == 0, "every call is counted");
	ok(most < WASTE_MOST, "at most %d of %d calls are counted in vain",
	    most, used[0]);

	/* The others have gone. */
	nanosleep(&(struct timespec){ 1, 100000000 }, NULL);
	trips = 0;
	for (int i = 0; i < CALLS; i++)
		call(i % 8);
	ok(trips < CALLS / 50, "few keys lease: %d trips for %d calls", trips,
	    CALLS);
	return tap_done();
}
