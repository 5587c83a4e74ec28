/*
 * paypal_amounts.c: money in orders adds up, or AMOUNT_MISMATCH.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"

#define SEMANTIC "UNPROCESSABLE_ENTITY"

struct sums {
	const char *currency;
	int decimals;
};

/* A money object into minor units; absent is 0. */
static enum outcome
money_read(struct request *rq, json *money, const struct sums *s,
    const char *field, int64_t *minor)
{
	const char *value = json_text(money, "value");

	*minor = 0;
	if (!money)
		return OK;
	if (!text_is(money, "currency_code", s->currency))
		return paypal_refuse(rq, 422, SEMANTIC, "CURRENCY_MISMATCH",
		    field, "Currency of amounts must be the same.");
	*minor = money_of(value, 2);
	if (*minor < 0)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "INVALID_PARAMETER_SYNTAX", field,
		    "The value of a field does not conform to the expected "
		    "format.");
	if (s->decimals == 0 && *minor % 100 != 0)
		return paypal_refuse(rq, 422, SEMANTIC,
		    "DECIMALS_NOT_SUPPORTED", field,
		    "Currency does not support decimals.");
	return OK;
}

/* Σ unit_amount × quantity and Σ tax × quantity. */
static enum outcome
items_read(struct request *rq, json *items, const struct sums *s,
    int64_t *items_total, int64_t *tax_total)
{
	*items_total = *tax_total = 0;
	for (size_t i = 0; i < json_count(items); i++) {
		json *item = json_element(items, i);
		const char *quantity = json_text(item, "quantity");
		int64_t unit, tax, n = money_of(quantity, 0);

		if (!json_text(item, "name") || n < 1)
			return paypal_refuse(rq, 400, "INVALID_REQUEST",
			    "MISSING_REQUIRED_PARAMETER",
			    "/purchase_units/0/items",
			    "A required field / parameter is missing");
		if (strlen(json_text(item, "name")) > 127)
			return paypal_refuse(rq, 400, "INVALID_REQUEST",
			    "INVALID_STRING_LENGTH",
			    "/purchase_units/0/items/0/name",
			    "The value of a field is either too short or too "
			    "long");
		TRY(money_read(rq, json_get(item, "unit_amount"), s,
		    "/purchase_units/0/items/0/unit_amount", &unit));
		TRY(money_read(rq, json_get(item, "tax"), s,
		    "/purchase_units/0/items/0/tax", &tax));
		*items_total += unit * n;
		*tax_total += tax * n;
	}
	return OK;
}

static enum outcome
breakdown_check(
    struct request *rq, json *unit, const struct sums *s, int64_t total)
{
	static const struct {
		const char *name;
		int sign;
	} rows[] = { { "item_total", 1 }, { "tax_total", 1 }, { "shipping", 1 },
		{ "handling", 1 }, { "insurance", 1 },
		{ "shipping_discount", -1 }, { "discount", -1 } };
	json *parts = json_at(unit, "amount", "breakdown", NULL);
	json *items = json_get(unit, "items");
	int64_t sum = 0, of_items, of_tax, part[COUNT(rows)];

	TRY(items_read(rq, items, s, &of_items, &of_tax));
	if (items && !json_get(parts, "item_total"))
		return paypal_refuse(rq, 422, SEMANTIC, "ITEM_TOTAL_REQUIRED",
		    "/purchase_units/0/amount/breakdown/item_total",
		    "If item details are specified, item total is required.");
	if (!parts)
		return OK;
	for (size_t i = 0; i < COUNT(rows); i++) {
		TRY(money_read(rq, json_get(parts, rows[i].name), s,
		    "/purchase_units/0/amount/breakdown", &part[i]));
		sum += rows[i].sign * part[i];
	}
	if (items && part[0] != of_items)
		return paypal_refuse(rq, 422, SEMANTIC, "ITEM_TOTAL_MISMATCH",
		    "/purchase_units/0/amount/breakdown/item_total",
		    "Should equal sum of (unit_amount * quantity) across all "
		    "items for a given purchase_unit");
	if (of_tax && part[1] != of_tax)
		return paypal_refuse(rq, 422, SEMANTIC, "TAX_TOTAL_MISMATCH",
		    "/purchase_units/0/amount/breakdown/tax_total",
		    "Should equal sum of (tax * quantity) across all items for "
		    "a given purchase_unit");
	if (sum != total)
		return paypal_refuse(rq, 422, SEMANTIC, "AMOUNT_MISMATCH",
		    "/purchase_units/0/amount/value",
		    "Should equal item_total + tax_total + shipping + handling "
		    "+ insurance - shipping_discount - discount.");
	return OK;
}

enum outcome
paypal_amounts(struct request *rq, json *unit)
{
	json *amount = json_get(unit, "amount");
	struct sums s = { json_text(amount, "currency_code"), 0 };
	const char *value = json_text(amount, "value");
	int64_t total;

	if (!s.currency || !value || !*value)
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MISSING_REQUIRED_PARAMETER",
		    s.currency ? "/purchase_units/0/amount/value"
			       : "/purchase_units/0/amount/currency_code",
		    "A required field / parameter is missing");
	s.decimals = paypal_decimals(s.currency);
	if (s.decimals < 0)
		return paypal_refuse(rq, 422, SEMANTIC, "INVALID_CURRENCY_CODE",
		    "/purchase_units/0/amount/currency_code",
		    "Currency code is invalid or is not currently supported.");
	if (*value == '-')
		return paypal_refuse(rq, 422, SEMANTIC,
		    "CANNOT_BE_ZERO_OR_NEGATIVE",
		    "/purchase_units/0/amount/value",
		    "Must be greater than zero.");
	TRY(money_read(
	    rq, amount, &s, "/purchase_units/0/amount/value", &total));
	if (total <= 0)
		return paypal_refuse(rq, 422, SEMANTIC,
		    "CANNOT_BE_ZERO_OR_NEGATIVE",
		    "/purchase_units/0/amount/value",
		    "Must be greater than zero.");
	return breakdown_check(rq, unit, &s, total);
}
