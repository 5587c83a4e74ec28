/*
 * money_fuzz.c: amounts as text. What is read is written as the same amount
 * and read as the same again, at every precision; nothing passes the most.
 */
#include "fuzz.h"
#include "providers/draw.h"
#include "shop/money.h"

#define RATE_DECIMALS 10
#define CURRENCY_DECIMALS 3

static void
there_and_back(const char *text, int exponent)
{
	char again[MONEY_TEXT];
	int64_t minor = 0, twice = 0;

	if (money_parse(text, exponent, &minor) != MONEY_GOOD)
		return;
	insist(minor <= MONEY_MOST && minor >= -MONEY_MOST);
	if (exponent > CURRENCY_DECIMALS)
		return;
	money_format(minor, exponent, again);
	insist(money_parse(again, exponent, &twice) == MONEY_GOOD);
	insist(minor == twice);
}

FUZZ(money)
{
	struct arena *arena = arena_create((size_t)1024 * 1024);
	char number[MONEY_TEXT];
	const char *text;
	int64_t nano;

	if (size <= 4096) {
		text = arena_text_n(arena, (const char *)bytes, size);
		for (int exponent = 0; exponent <= RATE_DECIMALS; exponent++)
			there_and_back(text, exponent);
		if (draw_price_parse(text, &nano))
			insist(nano >= 0);
	}
	if (size >= sizeof(nano)) {
		memcpy(&nano, bytes, sizeof(nano));
		for (int exponent = 0; exponent <= CURRENCY_DECIMALS;
		     exponent++)
			money_format(nano, exponent, number);
	}
	arena_destroy(arena);
	return 0;
}
