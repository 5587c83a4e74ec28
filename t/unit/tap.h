/*
 * tap.h: the Test Anything Protocol for tests in C.
 *
 *	ok(condition, "a sentence about %s", what);
 *	is_text(got, wanted, "…");
 *	is_int(got, wanted, "…");
 *	return tap_done();
 */
#ifndef TSHOP_UNIT_TAP_H
#define TSHOP_UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline void
tap_line(bool good, const char *format, va_list ap)
{
	if (!good)
		tap_failed++;
	printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
	vprintf(format, ap);
	printf("\n");
	fflush(stdout);
}

__attribute__((format(printf, 2, 3))) static inline bool
ok(bool good, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tap_line(good, format, ap);
	va_end(ap);
	return good;
}

__attribute__((format(printf, 3, 4))) static inline bool
is_text(const char *got, const char *wanted, const char *format, ...)
{
	bool good = got && wanted ? !strcmp(got, wanted) : got == wanted;
	va_list ap;

	va_start(ap, format);
	tap_line(good, format, ap);
	va_end(ap);
	if (!good)
		printf("#   got    '%s'\n#   wanted '%s'\n",
		    got ? got : "(null)", wanted ? wanted : "(null)");
	return good;
}

__attribute__((format(printf, 3, 4))) static inline bool
is_int(int64_t got, int64_t wanted, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tap_line(got == wanted, format, ap);
	va_end(ap);
	if (got != wanted)
		printf("#   got    %lld\n#   wanted %lld\n", (long long)got,
		    (long long)wanted);
	return got == wanted;
}

static inline void
tap_skip(const char *why)
{
	printf("ok %d # SKIP %s\n", ++tap_count, why);
}

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
