/*
 * amount.c: the one table of decimals, ours and theirs.
 *
 * Stripe's are at docs.stripe.com/currencies, PayPal's in its list of currency
 * codes. What is in no row has two decimals everywhere, except that PayPal
 * takes only what it lists.
 */
#include <inttypes.h>
#include <string.h>

#include "base/insist.h"
#include "providers/amount.h"

#define NO (-1)

/* clang-format off */
static const struct {
	char currency[4];
	int ours, stripe, paypal;
	int64_t stripe_step; /* in Stripe's units */
} rows[] = {
	/* currency  ours  stripe  paypal  step */
	{ "AUD",     2,    2,      2,      1 },
	{ "BHD",     3,    3,      NO,    10 },
	{ "BIF",     0,    0,      NO,     1 },
	{ "BRL",     2,    2,      2,      1 },
	{ "CAD",     2,    2,      2,      1 },
	{ "CHF",     2,    2,      2,      1 },
	{ "CLP",     0,    0,      NO,     1 },
	{ "CNY",     2,    2,      2,      1 },
	{ "CZK",     2,    2,      2,      1 },
	{ "DJF",     0,    0,      NO,     1 },
	{ "DKK",     2,    2,      2,      1 },
	{ "EUR",     2,    2,      2,      1 },
	{ "GBP",     2,    2,      2,      1 },
	{ "GNF",     0,    0,      NO,     1 },
	{ "HKD",     2,    2,      2,      1 },
	{ "HUF",     2,    2,      0,      1 },
	{ "ILS",     2,    2,      2,      1 },
	{ "IQD",     3,    NO,     NO,     1 },
	{ "ISK",     0,    2,      NO,   100 },
	{ "JOD",     3,    3,      NO,    10 },
	{ "JPY",     0,    0,      0,      1 },
	{ "KMF",     0,    0,      NO,     1 },
	{ "KRW",     0,    0,      NO,     1 },
	{ "KWD",     3,    3,      NO,    10 },
	{ "LYD",     3,    NO,     NO,     1 },
	{ "MGA",     2,    0,      NO,     1 },
	{ "MXN",     2,    2,      2,      1 },
	{ "MYR",     2,    2,      2,      1 },
	{ "NOK",     2,    2,      2,      1 },
	{ "NZD",     2,    2,      2,      1 },
	{ "OMR",     3,    3,      NO,    10 },
	{ "PHP",     2,    2,      2,      1 },
	{ "PLN",     2,    2,      2,      1 },
	{ "PYG",     0,    0,      NO,     1 },
	{ "RWF",     0,    0,      NO,     1 },
	{ "SEK",     2,    2,      2,      1 },
	{ "SGD",     2,    2,      2,      1 },
	{ "THB",     2,    2,      2,      1 },
	{ "TND",     3,    3,      NO,    10 },
	{ "TWD",     2,    2,      0,      1 },
	{ "UGX",     0,    2,      NO,   100 },
	{ "USD",     2,    2,      2,      1 },
	{ "VND",     0,    0,      NO,     1 },
	{ "VUV",     0,    0,      NO,     1 },
	{ "XAF",     0,    0,      NO,     1 },
	{ "XOF",     0,    0,      NO,     1 },
	{ "XPF",     0,    0,      NO,     1 },
};
/* clang-format on */

static const int64_t power[] = { 1, 10, 100, 1000 };

static int
row_find(const char *currency)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].currency, currency))
			return (int)i;
	return -1;
}

static bool
is_code(const char *currency)
{
	return strlen(currency) == 3 &&
	       strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

int
amount_decimals(enum amount_of whose, const char *currency)
{
	int i = row_find(currency);

	if (!is_code(currency))
		return NO;
	if (i < 0)
		return whose == AMOUNT_PAYPAL ? NO : 2;
	if (whose == AMOUNT_OURS)
		return rows[i].ours;
	return whose == AMOUNT_STRIPE ? rows[i].stripe : rows[i].paypal;
}

static int64_t
their_step(enum amount_of whose, const char *currency)
{
	int i = row_find(currency);

	return whose == AMOUNT_STRIPE && i >= 0 ? rows[i].stripe_step : 1;
}

int64_t
amount_step(enum amount_of whose, const char *currency)
{
	int ours = amount_decimals(AMOUNT_OURS, currency);
	int theirs = amount_decimals(whose, currency);
	int64_t step = their_step(whose, currency);

	if (ours < 0 || theirs < 0)
		return 0;
	if (ours >= theirs)
		return step * power[ours - theirs];
	step /= power[theirs - ours];
	return step ? step : 1;
}

bool
amount_to(
    enum amount_of whose, const char *currency, int64_t ours, int64_t *theirs)
{
	int from = amount_decimals(AMOUNT_OURS, currency);
	int to = amount_decimals(whose, currency);
	int64_t step = amount_step(whose, currency), sum;

	if (step == 0 || ours < 0 || ours % step != 0)
		return false;
	if (from >= to)
		sum = ours / power[from - to];
	else if (__builtin_mul_overflow(ours, power[to - from], &sum))
		return false;
	*theirs = sum;
	return true;
}

bool
amount_from(
    enum amount_of whose, const char *currency, int64_t theirs, int64_t *ours)
{
	int from = amount_decimals(whose, currency);
	int to = amount_decimals(AMOUNT_OURS, currency);
	int64_t sum;

	if (from < 0 || to < 0 || theirs < 0)
		return false;
	if (to >= from) {
		if (__builtin_mul_overflow(theirs, power[to - from], &sum))
			return false;
	} else {
		if (theirs % power[from - to] != 0)
			return false;
		sum = theirs / power[from - to];
	}
	*ours = sum;
	return true;
}

void
amount_format(int64_t units, int decimals, char text[AMOUNT_TEXT])
{
	insist(units >= 0 && decimals >= 0 && decimals <= 3);
	if (decimals == 0)
		snprintf(text, AMOUNT_TEXT, "%" PRId64, units);
	else
		snprintf(text, AMOUNT_TEXT, "%" PRId64 ".%0*" PRId64,
		    units / power[decimals], decimals, units % power[decimals]);
}

/* More decimals than the unit has are taken only if they are zeros. */
bool
amount_parse(const char *text, int decimals, int64_t *units)
{
	int64_t sum = 0;
	int seen = -1; /* decimals so far; -1 before the point */

	insist(decimals >= 0 && decimals <= 3);
	if (!text || *text < '0' || *text > '9')
		return false;
	for (; *text; text++) {
		if (*text == '.' && seen < 0 && text[1]) {
			seen = 0;
			continue;
		}
		if (*text < '0' || *text > '9')
			return false;
		if (seen >= 0 && ++seen > decimals) {
			if (*text != '0')
				return false;
			continue;
		}
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, *text - '0', &sum))
			return false;
	}
	for (seen = seen < 0 ? 0 : seen; seen < decimals; seen++)
		if (__builtin_mul_overflow(sum, 10, &sum))
			return false;
	*units = sum;
	return true;
}
