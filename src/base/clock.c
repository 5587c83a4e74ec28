/*
 * clock.c: the system's clocks, in units that fit an int64_t.
 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/insist.h"

static int64_t
read_us(clockid_t which)
{
	struct timespec t;

	insist(clock_gettime(which, &t) == 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_now_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t
clock_now_s(void)
{
	return read_us(CLOCK_REALTIME) / 1000000;
}

int64_t
clock_mono_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t
clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void
clock_format(int64_t ms, char text[CLOCK_TEXT])
{
	time_t s = (time_t)(ms / 1000);
	struct tm t;
	size_t n;

	insist(ms >= 0 && gmtime_r(&s, &t) != NULL);
	n = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &t);
	insist(n == 19);
	snprintf(text + n, CLOCK_TEXT - n, ".%03dZ", (int)(ms % 1000));
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}
