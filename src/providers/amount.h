/*
 * amount.h: our minor units and each provider's.
 *
 * Ours follow ISO 4217. Providers do not: a króna has no decimals for us and
 * two at Stripe, a forint two for us and none at PayPal.
 */
#ifndef TSHOP_PROVIDERS_AMOUNT_H
#define TSHOP_PROVIDERS_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#define AMOUNT_TEXT 48

enum amount_of {
	AMOUNT_OURS,
	AMOUNT_STRIPE,
	AMOUNT_PAYPAL
};

/* Decimals of a currency (upper case) there; -1 if they do not take it. */
int amount_decimals(enum amount_of, const char *currency);
/* The smallest step, in our minor units, that they can charge. */
int64_t amount_step(enum amount_of, const char *currency);
/* Ours to theirs; false if it is not a multiple of the step, or too large. */
bool amount_to(
    enum amount_of, const char *currency, int64_t ours, int64_t *theirs);
/* Theirs to ours; false if it has no whole number of our minor units. */
bool amount_from(
    enum amount_of, const char *currency, int64_t theirs, int64_t *ours);
/* "57.02" with exactly that many decimals, and back: strictly, no sign. */
void amount_format(int64_t units, int decimals, char text[AMOUNT_TEXT]);
bool amount_parse(const char *text, int decimals, int64_t *units);

#endif
