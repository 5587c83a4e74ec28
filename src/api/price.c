/*
 * price.c: a decimal between two bounds.
 */
#include "shop/money.h"

#include "price.h"

void
figure_read(struct request *rq, const char *field, struct decimal said,
    int decimals, int64_t least, int64_t most, int64_t *figure)
{
	static const struct {
		const char *code, *message;
	} flaws[] = {
		[MONEY_NO_NUMBER] = { "type", "It must be a number." },
		[MONEY_TOO_FINE] = { "format", "It has too many decimals." },
		[MONEY_TOO_LARGE] = { "too_large", "It is too large." },
	};
	enum money_flaw flaw;
	int64_t nobody_asked;

	if (!figure)
		figure = &nobody_asked;
	*figure = 0;
	if (!said.text)
		return;
	flaw = money_parse(said.text, decimals, figure);
	if (flaw != MONEY_GOOD)
		form_wrong(rq, field, flaws[flaw].code, flaws[flaw].message);
	else if (*figure < least)
		form_wrong(rq, field, "too_small", "It is too small.");
	else if (*figure > most)
		form_wrong(rq, field, "too_large", "It is too large.");
}

void
price_read(struct request *rq, const char *field, struct decimal said,
    int exponent, int64_t least, int64_t *minor)
{
	figure_read(rq, field, said, exponent, least, PRICE_MOST, minor);
}
