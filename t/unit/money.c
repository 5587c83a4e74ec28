/*
 * Money as text: exact both ways, and nothing slips through.
 */
#include <inttypes.h>

#include "shop/money.h"

#include "tap.h"

/* clang-format off */
static const struct {
	const char *text;
	int exponent;
	enum money_flaw flaw;
	int64_t minor;
} rows[] = {
	/* text                  exp flaw             minor */
	{ "0",                   2,  MONEY_GOOD,      0 },
	{ "24.5",                2,  MONEY_GOOD,      2450 },
	{ "24.50",               2,  MONEY_GOOD,      2450 },
	{ "1.005",               2,  MONEY_TOO_FINE,  0 },
	{ "24.500",              2,  MONEY_TOO_FINE,  0 },
	{ "0.000",               2,  MONEY_GOOD,      0 },
	{ "2450",                0,  MONEY_GOOD,      2450 },
	{ "2450.0",              0,  MONEY_TOO_FINE,  0 },
	{ "1.005",               3,  MONEY_GOOD,      1005 },
	{ "-7.25",               2,  MONEY_GOOD,      -725 },
	{ "1e2",                 2,  MONEY_GOOD,      10000 },
	{ "1E+2",                0,  MONEY_GOOD,      100 },
	{ "2450e-2",             2,  MONEY_GOOD,      2450 },
	{ "2450e-3",             2,  MONEY_TOO_FINE,  0 },
	{ "1e400000",            2,  MONEY_TOO_LARGE, 0 },
	{ "1e-400000",           2,  MONEY_TOO_FINE,  0 },
	{ "0e400000",            2,  MONEY_GOOD,      0 },
	{ "9999999999999999",    2,  MONEY_GOOD,      999999999999999900 },
	{ "99999999999999999",   2,  MONEY_TOO_LARGE, 0 },
	{ "9223372036854775808", 0,  MONEY_TOO_LARGE, 0 },
	{ "99999999999999999999999999999999999999", 0, MONEY_TOO_LARGE, 0 },
	{ "0.0000000001",        10, MONEY_GOOD,      1 },
	{ "149.5",               10, MONEY_GOOD,      1495000000000 },
	{ "",                    2,  MONEY_NO_NUMBER, 0 },
	{ "-",                   2,  MONEY_NO_NUMBER, 0 },
	{ "1.",                  2,  MONEY_NO_NUMBER, 0 },
	{ "12abc",               2,  MONEY_NO_NUMBER, 0 },
	{ "1 2",                 2,  MONEY_NO_NUMBER, 0 },
	{ "NaN",                 2,  MONEY_NO_NUMBER, 0 },
};
/* clang-format on */

static uint64_t state = 88172645463325252u;

static uint64_t
dice(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* What is written is what is read. */
static bool
round_trips(void)
{
	for (int i = 0; i < 20000; i++) {
		int64_t minor =
		    (int64_t)(dice() >> dice() % 64) % (MONEY_MOST + 1);
		int exponent = (int)(dice() % 4);
		char text[MONEY_TEXT];
		int64_t back;

		if (minor < 0)
			minor = -minor;
		if (dice() % 2)
			minor = -minor;
		money_format(minor, exponent, text);
		if (money_parse(text, exponent, &back) != MONEY_GOOD ||
		    back != minor) {
			printf("# %" PRId64 " became %s\n", minor, text);
			return false;
		}
	}
	return true;
}

int
main(void)
{
	char text[MONEY_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t minor = 0;

		is_int(money_parse(rows[i].text, rows[i].exponent, &minor),
		    rows[i].flaw, "'%s' with %d decimals", rows[i].text,
		    rows[i].exponent);
		is_int(
		    minor, rows[i].minor, "'%s' in minor units", rows[i].text);
	}
	money_format(2450, 2, text);
	is_text(text, "24.50", "two decimals are written out");
	money_format(5, 2, text);
	is_text(text, "0.05", "and so are zeros before");
	money_format(-5, 3, text);
	is_text(text, "-0.005", "below nothing too");
	money_format(2450, 0, text);
	is_text(text, "2450", "no decimals, no point");
	money_format(INT64_MIN, 2, text);
	is_text(text, "-92233720368547758.08", "the least there is");
	ok(round_trips(), "what is written is read back");
	return tap_done();
}
