/*
 * window.c: "100/15m" and "5s", strictly.
 */
#include <ctype.h>
#include <string.h>

#include "base/window.h"

/* A decimal number below a thousand million; NULL if there is none. */
static const char *
digits(const char *s, int *number)
{
	long n = 0;

	if (!isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n >= 1000000000)
			return NULL;
	}
	*number = (int)n;
	return s;
}

static const char *
duration(const char *s, int *seconds)
{
	static const char units[] = "smhd";
	static const int lengths[] = { 1, 60, 3600, 86400 };
	const char *unit;

	if (!(s = digits(s, seconds)) || !*s || !(unit = strchr(units, *s)))
		return NULL;
	if (*seconds > 20000) /* days enough for half a century */
		return NULL;
	*seconds *= lengths[unit - units];
	return s + 1;
}

int
duration_parse(const char *text)
{
	const char *end;
	int seconds;

	end = duration(text, &seconds);
	return end && *end == '\0' ? seconds : -1;
}

bool
windows_parse(const char *text, struct windows *out)
{
	struct windows all = { 0 };

	for (const char *s = text;; s++) {
		struct window *w = &all.at[all.count];

		if (all.count == WINDOWS_MOST || !(s = digits(s, &w->limit)) ||
		    *s++ != '/' || !(s = duration(s, &w->seconds)) ||
		    w->seconds == 0)
			return false;
		all.count++;
		if (*s == '\0')
			break;
		if (*s != ',')
			return false;
	}
	*out = all;
	return true;
}
