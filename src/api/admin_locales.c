/*
 * admin_locales.c: what a product is called in other languages, and what it
 * costs in other currencies where that is said and not converted.
 */
#include <string.h>
#include <strings.h>

#include "http/form.h"
#include "http/reply.h"
#include "sql/admin_locales.h"

#include "handlers.h"
#include "list.h"
#include "price.h"

enum outcome
admin_translation_list(struct request *rq)
{
	return said_reply(rq, sql_translation_list);
}

struct translation_form {
	const char *name, *description;
};

static const struct field translation_fields[] = {
	FIELD(translation_form, name, "name", REQUIRED, 1, 255),
	FIELD(translation_form, description, "description", PROSE, 0, 5000),
	FIELD_END
};

enum outcome
admin_translation_put(struct request *rq)
{
	struct translation_form f = { 0 };
	const char *language = rq->params[1], *said;
	struct id product;

	TRY(request_id_param(rq, 0, &product));
	TRY(form_open(rq, translation_fields, &f));
	if (strcasecmp(language, "en") == 0)
		form_wrong(rq, "language", "enum",
		    "The product itself is what it is called in English.");
	TRY(form_check(rq));
	TRY(sql_translation_put(rq->db, product, rq->caller.admin, language,
	    f.name, form_given(rq, "description"), f.description, &said));
	reply_json(rq, said);
	return OK;
}

enum outcome
admin_translation_delete(struct request *rq)
{
	struct id product;
	const char *gone;

	TRY(request_id_param(rq, 0, &product));
	TRY(sql_translation_delete(
	    rq->db, product, rq->caller.admin, rq->params[1], &gone));
	reply_json(rq, "{}");
	return OK;
}

enum outcome
admin_price_list(struct request *rq)
{
	return said_reply(rq, sql_price_list);
}

struct said_price_form {
	struct decimal price;
	struct id variant;
	int64_t minor;
};

static const struct field said_price_fields[] = {
	FIELD(said_price_form, price, "price", REQUIRED, 0, 0),
	FIELD(said_price_form, variant, "variantId", OPTIONAL, 0, 0), FIELD_END
};

enum outcome
admin_price_put(struct request *rq)
{
	const char *currency = rq->params[1], *said;
	struct said_price_form f = { 0 };
	struct sql_price_ground ground;
	struct id product;
	enum outcome o;

	TRY(request_id_param(rq, 0, &product));
	TRY(form_open(rq, said_price_fields, &f));
	TRY(sql_price_ground(rq->db, product, currency, &ground));
	if (!ground.known)
		form_wrong(rq, "currency", "unknown_reference",
		    "There is no such currency.");
	else if (ground.own)
		form_wrong(rq, "currency", "enum",
		    "Its price in that currency is its base price.");
	price_read(rq, "price", f.price, ground.exponent, 0, &f.minor);
	TRY(form_check(rq));
	o = sql_price_put(rq->db, product, rq->caller.admin, currency,
	    f.variant, f.minor, &said);
	if (o == VALIDATION_ERROR)
		return form_refuse(rq, "variantId", "unknown_reference",
		    "The product has no such variant.");
	TRY(o);
	reply_json(rq, said);
	return OK;
}

struct which_form {
	struct id variant;
};

static const struct field which_fields[] = {
	FIELD(which_form, variant, "variantId", OPTIONAL, 0, 0), FIELD_END
};

enum outcome
admin_price_delete(struct request *rq)
{
	struct which_form f = { 0 };
	struct id product;
	const char *gone;

	TRY(request_id_param(rq, 0, &product));
	TRY(form_query_open(rq, which_fields, &f));
	TRY(form_check(rq));
	TRY(sql_price_delete(rq->db, product, rq->caller.admin, rq->params[1],
	    f.variant, &gone));
	reply_json(rq, "{}");
	return OK;
}
