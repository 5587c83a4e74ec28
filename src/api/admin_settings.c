/*
 * admin_settings.c: exchange, tax and shipping rates, whole tables at a time.
 *
 * PUT takes what GET gives: an array of rows. Each row is checked like a form
 * of its own, "[3].rate" being the field's name, before the database is asked
 * to replace anything.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/insist.h"
#include "http/form.h"
#include "http/reply.h"
#include "shop/address.h"
#include "shop/money.h"
#include "sql/admin_settings.h"

#include "handlers.h"
#include "price.h"

#define RATE_DECIMALS 10
#define TAX_DECIMALS 6
#define TAX_MOST 1000000
#define ROWS_MOST 5000

/* The currencies that there are, read once for each call. */
struct known {
	struct sql_currency_list *rows;
	int count;
};

struct exchange_form {
	const char *currency;
	struct decimal rate;
};

static const struct field exchange_fields[] = { FIELD(exchange_form, currency,
						    "currency", REQUIRED, 3, 3),
	FIELD(exchange_form, rate, "rate", REQUIRED, 0, 0), FIELD_END };

struct tax_form {
	const char *country, *state, *category, *name;
	struct decimal rate;
	bool inclusive, on_shipping;
};

static const struct field tax_fields[] = { FIELD(tax_form, country, "country",
					       REQUIRED, 1, 2),
	FIELD(tax_form, state, "state", OPTIONAL, 0, 100),
	FIELD(tax_form, category, "category", OPTIONAL, 0, 50),
	FIELD(tax_form, name, "name", OPTIONAL, 0, 100),
	FIELD(tax_form, rate, "rate", REQUIRED, 0, 0),
	FIELD(tax_form, inclusive, "inclusive", OPTIONAL, 0, 0),
	FIELD(tax_form, on_shipping, "onShipping", OPTIONAL, 0, 0), FIELD_END };

struct shipping_form {
	const char *country, *category, *method, *currency;
	struct decimal first, additional;
	int days_min, days_max;
};

static const struct field shipping_fields[] = {
	FIELD(shipping_form, country, "country", REQUIRED, 1, 2),
	FIELD(shipping_form, category, "category", OPTIONAL, 0, 50),
	CHOICE(shipping_form, method, "method", REQUIRED, "standard|express"),
	FIELD(shipping_form, first, "firstItem", REQUIRED, 0, 0),
	FIELD(shipping_form, additional, "additionalItem", REQUIRED, 0, 0),
	FIELD(shipping_form, currency, "currency", OPTIONAL, 3, 3),
	FIELD(shipping_form, days_min, "daysMin", OPTIONAL, 0, 365),
	FIELD(shipping_form, days_max, "daysMax", OPTIONAL, 0, 365), FIELD_END
};

static const char *
member(struct request *rq, const char *row, const char *key)
{
	return arena_printf(rq->arena, "%s.%s", row, key);
}

static const struct sql_currency_list *
currency_find(const struct known *known, const char *code)
{
	for (int i = 0; i < known->count; i++)
		if (code ? !strcmp(known->rows[i].code, code)
			 : known->rows[i].is_base)
			return &known->rows[i];
	return NULL;
}

static void
country_check(struct request *rq, const char *row, const char *country)
{
	if (country && strcmp(country, "*") != 0 &&
	    !address_country_is_known(country))
		form_wrong(rq, member(rq, row, "country"), "enum",
		    "It must be an ISO 3166 code, or *.");
}

/* The base currency is what the others are counted in: always 1. */
static void
exchange_check(struct request *rq, const struct known *known, const char *row,
    json *element)
{
	struct exchange_form form = { 0 };
	const struct sql_currency_list *currency;
	int64_t rate;

	form_nested(rq, row, element, exchange_fields, &form);
	figure_read(rq, member(rq, row, "rate"), form.rate, RATE_DECIMALS, 1,
	    MONEY_MOST, NULL);
	if (!form.currency)
		return;
	currency = currency_find(known, form.currency);
	if (!currency)
		form_wrong(rq, member(rq, row, "currency"), "unknown_reference",
		    "There is no such currency.");
	else if (currency->is_base && form.rate.text &&
		 (money_parse(form.rate.text, 0, &rate) != MONEY_GOOD ||
		     rate != 1))
		form_wrong(rq, member(rq, row, "rate"), "enum",
		    "The base currency stands at 1.");
}

static void
tax_check(struct request *rq, const struct known *known, const char *row,
    json *element)
{
	struct tax_form form = { 0 };

	(void)known;
	form_nested(rq, row, element, tax_fields, &form);
	country_check(rq, row, form.country);
	figure_read(rq, member(rq, row, "rate"), form.rate, TAX_DECIMALS, 0,
	    TAX_MOST, NULL);
}

static void
shipping_check(struct request *rq, const struct known *known, const char *row,
    json *element)
{
	struct shipping_form form = { .days_max = 365 };
	const struct sql_currency_list *currency;

	form_nested(rq, row, element, shipping_fields, &form);
	country_check(rq, row, form.country);
	if (form.days_max < form.days_min)
		form_wrong(rq, member(rq, row, "daysMax"), "too_small",
		    "It is below daysMin.");
	currency = currency_find(known, form.currency);
	if (!currency) {
		form_wrong(rq, member(rq, row, "currency"), "unknown_reference",
		    "There is no such currency.");
		return;
	}
	figure_read(rq, member(rq, row, "firstItem"), form.first,
	    currency->exponent, 0, PRICE_MOST, NULL);
	figure_read(rq, member(rq, row, "additionalItem"), form.additional,
	    currency->exponent, 0, PRICE_MOST, NULL);
}

/* clang-format off */
static const struct rates {
	const char *name;
	void (*check)(struct request *, const struct known *, const char *row, json *);
	const char *keys[3]; /* what no two rows may share */
	bool needs_base;
} rates[] = {
	{ "exchange-rates", exchange_check, { "currency" },                      true },
	{ "tax-rates",      tax_check,      { "country", "state", "category" },  false },
	{ "shipping-rates", shipping_check, { "country", "method", "category" }, false },
};
/* clang-format on */

static enum outcome
rates_find(const char *name, const struct rates **found)
{
	for (size_t i = 0; i < COUNT(rates); i++)
		if (strcmp(rates[i].name, name) == 0) {
			*found = &rates[i];
			return OK;
		}
	return NOT_FOUND;
}

/* The body is an array, which is no form: the same checks, by hand. */
static enum outcome
array_read(struct request *rq, json **array)
{
	const char *type = request_param(rq, "CONTENT_TYPE");
	static const char wanted[] = "application/json";
	struct json_flaw flaw;
	enum outcome o;

	if (rq->body_size > 0 &&
	    (!type || strncasecmp(type, wanted, sizeof(wanted) - 1) != 0 ||
		request_header(rq, "Content-Encoding")))
		return UNSUPPORTED_MEDIA_TYPE;
	o = json_read(rq->arena, rq->body, rq->body_size, &json_limits_request,
	    array, &flaw);
	if (o == VALIDATION_ERROR)
		return form_refuse(rq, flaw.path, flaw.code, flaw.message);
	TRY(o);
	if (!json_object_is_type(*array, json_type_array))
		return form_refuse(rq, "", "type", "It must be an array.");
	if (json_count(*array) > ROWS_MOST)
		return form_refuse(rq, "", "too_long", "It is too long.");
	return OK;
}

/* Is a later row about the same thing? */
static bool
has_twin(const struct rates *kind, json *array, size_t i)
{
	for (size_t j = i + 1; j < json_count(array); j++) {
		bool same = true;

		for (size_t k = 0; k < COUNT(kind->keys) && kind->keys[k];
		     k++) {
			const char *a =
			    json_text(json_element(array, i), kind->keys[k]);
			const char *b =
			    json_text(json_element(array, j), kind->keys[k]);

			same &= strcmp(a ? a : "", b ? b : "") == 0;
		}
		if (same)
			return true;
	}
	return false;
}

static enum outcome
rows_check(struct request *rq, const struct rates *kind, json *array)
{
	struct known known;
	const char *base = "";
	bool has_base = !kind->needs_base;

	TRY(sql_currency_list(rq->db, &known.rows, &known.count));
	base = currency_find(&known, NULL)->code;
	for (size_t i = 0; i < json_count(array); i++) {
		json *element = json_element(array, i);
		const char *row = arena_printf(rq->arena, "[%zu]", i);
		const char *code = json_text(element, "currency");

		if (!json_object_is_type(element, json_type_object)) {
			form_wrong(rq, row, "type", "It must be an object.");
			continue;
		}
		kind->check(rq, &known, row, element);
		has_base |= code && strcmp(code, base) == 0;
		if (has_twin(kind, array, i))
			form_wrong(rq, row, "format", "It is there twice.");
	}
	if (!has_base)
		form_wrong(rq, "", "required",
		    "The base currency must be among them, at 1.");
	return form_check(rq);
}

enum outcome
admin_settings_get(struct request *rq)
{
	const struct rates *kind;
	const char *said;

	TRY(rates_find(rq->params[0], &kind));
	TRY(sql_rates_get(rq->db, kind->name, &said));
	reply_json(rq, said);
	return OK;
}

enum outcome
admin_settings_put(struct request *rq)
{
	const struct rates *kind;
	const char *said;
	json *array;

	TRY(rates_find(rq->params[0], &kind));
	TRY(array_read(rq, &array));
	TRY(rows_check(rq, kind, array));
	TRY(sql_rates_put(rq->db, kind->name, json_format(rq->arena, array),
	    rq->caller.admin, &said));
	reply_json(rq, said);
	return OK;
}
