/*
 * window.h: limits of so many in so long, as settings write them.
 *
 * "100/15m" is 100 in 15 minutes; "2/1h,4/1d" is a list, all of which must
 * have room. Units: s, m, h, d.
 */
#ifndef TSHOP_BASE_WINDOW_H
#define TSHOP_BASE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#define WINDOWS_MOST 4

struct window {
	int limit;
	int seconds;
};

struct windows {
	size_t count;
	struct window at[WINDOWS_MOST];
};

bool windows_parse(const char *text, struct windows *);
/* "5s", "10m", "1h", "30d": seconds; -1 if it is none. */
int duration_parse(const char *text);

#endif
