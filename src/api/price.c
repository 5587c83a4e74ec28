/*
 * price.c: prices as an admin says them.
 */
#include "http/reply.h"
#include "shop/money.h"

#include "price.h"

void
price_read(struct request *rq, const char *field, struct decimal said,
    int exponent, int64_t least, int64_t *minor)
{
	static const struct {
		const char *code, *message;
	} flaws[] = {
		[MONEY_NO_NUMBER] = { "type", "It must be a number." },
		[MONEY_TOO_FINE] = { "format",
		    "It has more decimals than the currency." },
		[MONEY_TOO_LARGE] = { "too_large", "It is too large." },
	};
	enum money_flaw flaw;

	*minor = 0;
	if (!said.text)
		return;
	flaw = money_parse(said.text, exponent, minor);
	if (flaw != MONEY_GOOD)
		form_wrong(rq, field, flaws[flaw].code, flaws[flaw].message);
	else if (*minor < least)
		form_wrong(rq, field, "too_small", "It is too small.");
	else if (*minor > PRICE_MOST)
		form_wrong(rq, field, "too_large", "It is too large.");
}
