/*
 * clock.c: the system's clocks, in units that fit an int64_t.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/insist.h"

#define ZONE_HOURS_MOST 14

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

/* Two digits between these; else -1. */
static int
two_digits(const char *s, int least, int most)
{
	int n;

	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]))
		return -1;
	n = (s[0] - '0') * 10 + (s[1] - '0');
	return n >= least && n <= most ? n : -1;
}

static bool
is_day(const char *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int year, month, day;
	bool leap;

	if (strlen(s) < 10 || strspn(s, "0123456789") != 4 || s[4] != '-' ||
	    s[7] != '-')
		return false;
	year = two_digits(s, 0, 99) * 100 + two_digits(s + 2, 0, 99);
	month = two_digits(s + 5, 1, 12);
	day = two_digits(s + 8, 1, 31);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return year > 0 && month > 0 && day > 0 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

/* "Z", or an offset no farther east or west than anybody lives. */
static bool
is_zone(const char *s)
{
	if (strcmp(s, "Z") == 0)
		return true;
	return strlen(s) == 6 && (*s == '+' || *s == '-') &&
	       two_digits(s + 1, 0, ZONE_HOURS_MOST) >= 0 && s[3] == ':' &&
	       two_digits(s + 4, 0, 59) >= 0;
}

bool
clock_is_moment(const char *s)
{
	size_t fraction;

	if (!is_day(s))
		return false;
	s += 10;
	if (*s == '\0')
		return true;
	if (strlen(s) < 10 || *s != 'T' || two_digits(s + 1, 0, 23) < 0 ||
	    s[3] != ':' || two_digits(s + 4, 0, 59) < 0 || s[6] != ':' ||
	    two_digits(s + 7, 0, 59) < 0)
		return false;
	s += 9;
	if (*s == '.') {
		fraction = strspn(s + 1, "0123456789");
		if (fraction == 0 || fraction > 9)
			return false;
		s += 1 + fraction;
	}
	return is_zone(s);
}
