/*
 * clock.h: what time it is. Wall time is UTC; waiting is measured by the
 * monotonic clock, which nobody can set.
 */
#ifndef TSHOP_BASE_CLOCK_H
#define TSHOP_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_TEXT 25 /* "2026-11-22T19:33:28.123Z" and NUL */

int64_t clock_now_ms(void); /* since 1970, UTC */
int64_t clock_now_s(void);
int64_t clock_mono_ms(void); /* since some moment */
int64_t clock_mono_us(void);
/* RFC 3339, UTC, milliseconds. */
void clock_format(int64_t ms, char text[CLOCK_TEXT]);
/* "2026-11-22", or an RFC 3339 time; on a day that there is. */
bool clock_is_moment(const char *text);
void clock_sleep_ms(int64_t ms);

#endif
