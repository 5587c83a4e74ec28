/*
 * money.h: money as text and as whole minor units; never as a double.
 *
 * 'exponent' is how many decimals there are: 2 for USD, 0 for JPY; a rate
 * may have up to ten.
 */
#ifndef TSHOP_SHOP_MONEY_H
#define TSHOP_SHOP_MONEY_H

#include <stdint.h>

enum money_flaw {
	MONEY_GOOD,
	MONEY_NO_NUMBER, /* not a number by JSON's grammar */
	MONEY_TOO_FINE,  /* more decimals than the currency has */
	MONEY_TOO_LARGE, /* beyond MONEY_MOST, either side of nothing */
};

#define MONEY_MOST INT64_C(999999999999999999)
#define MONEY_TEXT 48 /* any int64 with a point, and its NUL */

/* A JSON number's own text, as major units, into minor units. */
enum money_flaw money_parse(const char *text, int exponent, int64_t *minor);
/* "24.50", "2450" with no decimals; the inverse of money_parse(). */
void money_format(int64_t minor, int exponent, char text[MONEY_TEXT]);

#endif
