/*
 * money.c: money as text and as whole minor units.
 */
#include <inttypes.h>
#include <stdbool.h>

#include "base/insist.h"
#include "shop/money.h"

#define EXPONENT_MOST 10 /* of a rate */
#define CURRENCY_EXPONENT_MOST 3
#define POWER_MOST 99 /* of ten, in "1e99": beyond it lies nothing of ours */

/* A number's digits without its point, and where the point was. */
struct number {
	bool negative;
	int64_t digits;
	int scale; /* decimals; below 0 are zeros that were not written */
	bool overflow;
};

static const char *
digits_read(const char *s, struct number *n)
{
	for (; *s >= '0' && *s <= '9'; s++)
		n->overflow |=
		    __builtin_mul_overflow(n->digits, 10, &n->digits) ||
		    __builtin_add_overflow(n->digits, *s - '0', &n->digits);
	return s;
}

/* "e-2": where the point really is. */
static const char *
power_read(const char *s, struct number *n)
{
	bool negative = *s == '-';
	int power = 0;

	s += *s == '-' || *s == '+';
	for (; *s >= '0' && *s <= '9'; s++)
		power = power > POWER_MOST ? power : power * 10 + (*s - '0');
	n->scale -= negative ? -power : power;
	return s;
}

/* RFC 8259 section 6, whose grammar the scanner has checked already. */
static bool
number_read(const char *s, struct number *n)
{
	const char *start, *point;

	*n = (struct number){ .negative = *s == '-' };
	start = s += n->negative;
	s = digits_read(s, n);
	if (s == start)
		return false;
	if (*s == '.') {
		point = s + 1;
		s = digits_read(point, n);
		if (s == point)
			return false;
		n->scale = (int)(s - point);
	}
	if (*s == 'e' || *s == 'E')
		s = power_read(s + 1, n);
	return *s == '\0';
}

enum money_flaw
money_parse(const char *text, int exponent, int64_t *minor)
{
	struct number n;

	insist(exponent >= 0 && exponent <= EXPONENT_MOST);
	if (!number_read(text, &n))
		return MONEY_NO_NUMBER;
	if (n.scale > exponent && n.digits != 0)
		return MONEY_TOO_FINE;
	for (; n.scale < exponent && n.digits != 0 && !n.overflow; n.scale++)
		n.overflow |= __builtin_mul_overflow(n.digits, 10, &n.digits);
	if (n.overflow || n.digits > MONEY_MOST)
		return MONEY_TOO_LARGE;
	*minor = n.negative ? -n.digits : n.digits;
	return MONEY_GOOD;
}

void
money_format(int64_t minor, int exponent, char text[MONEY_TEXT])
{
	static const uint64_t powers[] = { 1, 10, 100, 1000 };
	uint64_t size = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
	const char *sign = minor < 0 ? "-" : "";

	insist(exponent >= 0 && exponent <= CURRENCY_EXPONENT_MOST);
	if (exponent == 0)
		snprintf(text, MONEY_TEXT, "%s%" PRIu64, sign, size);
	else
		snprintf(text, MONEY_TEXT, "%s%" PRIu64 ".%0*" PRIu64, sign,
		    size / powers[exponent], exponent, size % powers[exponent]);
}
