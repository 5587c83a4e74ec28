/*
 * admin_products.c: what is sold, as the admin sees and changes it. Every
 * change leaves its row in the audit log in the statement that makes it.
 */
#include <string.h>

#include "base/arena.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/admin_products.h"

#include "handlers.h"
#include "list.h"
#include "price.h"

#define CONSTRAINTS_MOST (32 * 1024) /* bytes of JSON */

/* ---- the list ---- */

struct filter_form {
	const char *category, *query;
	bool active;
};

static const struct field filter_fields[] = { FIELD(filter_form, category,
						  "category", OPTIONAL, 1, 50),
	FIELD(filter_form, query, "q", SECRET, 1, 200),
	FIELD(filter_form, active, "active", OPTIONAL, 0, 0), FIELD_END };

enum outcome
admin_product_list(struct request *rq)
{
	struct filter_form f = { 0 };
	struct sql_admin_product_list *rows;
	struct page page;
	const bool *active;
	int64_t total;
	int count;

	TRY(form_query_open(rq, filter_fields, &f));
	TRY(form_page(rq, &page));
	active = form_given(rq, "active") ? &f.active : NULL;
	LIST_ASK(page, rows, count, total,
	    sql_admin_product_list(rq->db, f.category, f.query, active,
		page.cursor, page.limit + 1, page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

enum outcome
admin_product_get(struct request *rq)
{
	return said_reply(rq, sql_admin_product_show);
}

/* ---- what both forms need ---- */

/* Null is no value for this one: it may only be left out. */
static void
refuse_null(struct request *rq, const char *field)
{
	if (form_given(rq, field) && !json_get(rq->tree, field))
		form_wrong(rq, field, "required", "It cannot be null.");
}

struct area_form {
	const char *placement, *technique;
	int width, height, dpi;
};

static const struct field area_fields[] = { FIELD(area_form, placement,
						"placement", OPTIONAL, 1, 50),
	FIELD(area_form, technique, "technique", OPTIONAL, 1, 50),
	FIELD(area_form, width, "width", REQUIRED, 1, 8000),
	FIELD(area_form, height, "height", REQUIRED, 1, 8000),
	FIELD(area_form, dpi, "dpi", REQUIRED, 150, 1200), FIELD_END };

struct constraints_form {
	bool blank_allowed;
	const char *placement, *technique;
	json *areas;
};

static const struct field constraints_fields[] = {
	FIELD(constraints_form, blank_allowed, "blankAllowed", OPTIONAL, 0, 0),
	FIELD(constraints_form, placement, "placement", OPTIONAL, 1, 50),
	FIELD(constraints_form, technique, "technique", OPTIONAL, 1, 50),
	FIELD(constraints_form, areas, "printAreas", OPTIONAL, 0, 0), FIELD_END
};

/* What renderers and carts rely on is checked; the rest is the admin's. */
static const char *
constraints_read(struct request *rq, json *object)
{
	static const char *const providers[] = { "printful", "printify" };
	struct constraints_form form = { 0 };
	struct area_form area;
	const char *text;

	if (!object)
		return NULL;
	form_nested(rq, "designConstraints", object, constraints_fields, &form);
	for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++) {
		json *given = json_get(form.areas, providers[i]);
		const char *path = arena_printf(
		    rq->arena, "designConstraints.printAreas.%s", providers[i]);

		if (!given)
			continue;
		if (!json_object_is_type(given, json_type_object))
			form_wrong(rq, path, "type", "It must be an object.");
		else
			form_nested(rq, path, given, area_fields, &area);
	}
	text = json_format(rq->arena, object);
	if (strlen(text) > CONSTRAINTS_MOST || !json_numbers_are_plain(object))
		form_wrong(
		    rq, "designConstraints", "too_large", "It is too large.");
	return text;
}

/* ---- products ---- */

struct product_form {
	const char *name, *description, *category, *printful, *printify;
	struct decimal price;
	json *constraints;
	bool active;
	/* read from these */
	const char *constraints_text;
	int64_t minor;
};

#define PRODUCT_FIELDS(need)                                                   \
	FIELD(product_form, name, "name", need, 1, 255),                       \
	    FIELD(product_form, description, "description", PROSE, 0, 5000),   \
	    FIELD(product_form, category, "category", need, 1, 50),            \
	    FIELD(product_form, price, "basePrice", need, 0, 0),               \
	    FIELD(product_form, constraints, "designConstraints", OPTIONAL, 0, \
		0),                                                            \
	    FIELD(product_form, active, "active", OPTIONAL, 0, 0),             \
	    FIELD(                                                             \
		product_form, printful, "printfulProductId", OPTIONAL, 0, 50), \
	    FIELD(                                                             \
		product_form, printify, "printifyProductId", OPTIONAL, 0, 50), \
	    FIELD_END

static const struct field product_new_fields[] = { PRODUCT_FIELDS(REQUIRED) };
static const struct field product_edit_fields[] = { PRODUCT_FIELDS(OPTIONAL) };

static enum outcome
product_read(struct request *rq, const struct field *fields, int exponent,
    struct product_form *form)
{
	struct sql_admin_category_known known;

	form->active = true;
	TRY(form_open(rq, fields, form));
	TRY(sql_admin_category_known(
	    rq->db, form->category ? form->category : "", &known));
	if (form->category && !known.known)
		form_wrong(rq, "category", "unknown_reference",
		    "There is no such category.");
	price_read(rq, "basePrice", form->price,
	    exponent < 0 ? known.exponent : exponent, 0, &form->minor);
	form->constraints_text = constraints_read(rq, form->constraints);
	return OK;
}

enum outcome
admin_product_create(struct request *rq)
{
	struct product_form f = { 0 };
	struct id id = id_create();
	const char *shown;

	TRY(product_read(rq, product_new_fields, -1, &f));
	TRY(form_check(rq));
	TRY(sql_admin_product_add(rq->db, id, rq->caller.admin, f.name,
	    f.description, f.category, f.minor,
	    f.constraints_text ? f.constraints_text : "{}", f.active,
	    f.printful, f.printify, &shown));
	reply_json(rq, shown);
	reply_header(rq, "Location", "/api/v1/products/%s", id.text);
	return CREATED;
}

/* The new price would make a variant cost less than nothing. */
static enum outcome
refuse_floor(struct request *rq, enum outcome o, const char *field)
{
	return o == VALIDATION_ERROR
		   ? form_refuse(rq, field, "too_small",
			 "A variant would cost less than nothing.")
		   : o;
}

enum outcome
admin_product_update(struct request *rq)
{
	struct sql_admin_product_find was;
	struct product_form f = { 0 };
	const char *shown;
	enum outcome o;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_open(rq, product_edit_fields, &f));
	TRY(sql_admin_product_find(rq->db, id, &was));
	rq->errors = NULL;
	TRY(product_read(rq, product_edit_fields, was.exponent, &f));
	refuse_null(rq, "name");
	refuse_null(rq, "category");
	refuse_null(rq, "basePrice");
	TRY(form_check(rq));

	TX(rq->db);
	o = sql_admin_product_update(rq->db, id, rq->caller.admin, f.name,
	    form_given(rq, "description"), f.description, f.category,
	    f.price.text ? &f.minor : NULL, f.constraints_text,
	    json_get(rq->tree, "active") ? &f.active : NULL,
	    form_given(rq, "printfulProductId"), f.printful,
	    form_given(rq, "printifyProductId"), f.printify, &shown);
	if (FAILED(o))
		return refuse_floor(rq, o, "basePrice");
	TRY(sql_admin_variants_follow(rq->db, id));
	reply_json(rq, shown);
	return TX_COMMIT(OK);
}

/* ---- variants ---- */

struct variant_form {
	const char *size, *color, *color_hex, *printful, *printify;
	struct decimal adjustment;
	bool available;
	int64_t minor;
};

static const struct field variant_fields[] = { FIELD(variant_form, size, "size",
						   OPTIONAL, 1, 100),
	FIELD(variant_form, color, "color", OPTIONAL, 1, 100),
	FIELD(variant_form, color_hex, "colorHex", COLOR, 7, 7),
	FIELD(variant_form, adjustment, "priceAdjustment", OPTIONAL, 0, 0),
	FIELD(variant_form, available, "available", OPTIONAL, 0, 0),
	FIELD(variant_form, printful, "printfulVariantId", OPTIONAL, 0, 50),
	FIELD(variant_form, printify, "printifyVariantId", OPTIONAL, 0, 50),
	FIELD_END };

static enum outcome
variant_read(struct request *rq, int exponent, struct variant_form *form)
{
	form->available = true;
	TRY(form_open(rq, variant_fields, form));
	price_read(rq, "priceAdjustment", form->adjustment, exponent,
	    -PRICE_MOST, &form->minor);
	return form_check(rq);
}

/* Why a variant could not be written. */
static enum outcome
refuse_variant(struct request *rq, enum outcome o)
{
	if (o == CONFLICT)
		return refuse(rq, CONFLICT,
		    "The product has a variant of that size and colour.");
	return refuse_floor(rq, o, "priceAdjustment");
}

enum outcome
admin_variant_create(struct request *rq)
{
	struct sql_admin_product_find product;
	struct variant_form f = { 0 };
	struct id id = id_create(), product_id;
	const char *shown;
	enum outcome o;

	TRY(request_id_param(rq, 0, &product_id));
	TRY(sql_admin_product_find(rq->db, product_id, &product));
	TRY(variant_read(rq, product.exponent, &f));
	TX(rq->db);
	o = sql_admin_variant_add(rq->db, id, rq->caller.admin, product_id,
	    f.size, f.color, f.color_hex, f.minor, f.available, f.printful,
	    f.printify, &shown);
	if (FAILED(o))
		return refuse_variant(rq, o);
	TRY(sql_admin_variants_follow(rq->db, product_id));
	reply_json(rq, shown);
	return TX_COMMIT(CREATED);
}

enum outcome
admin_variant_update(struct request *rq)
{
	struct sql_admin_variant_find was;
	struct variant_form f = { 0 };
	const char *shown;
	enum outcome o;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(sql_admin_variant_find(rq->db, id, &was));
	TRY(variant_read(rq, was.exponent, &f));
	TX(rq->db);
	o = sql_admin_variant_update(rq->db, id, rq->caller.admin,
	    form_given(rq, "size"), f.size, form_given(rq, "color"), f.color,
	    form_given(rq, "colorHex"), f.color_hex,
	    f.adjustment.text ? &f.minor : NULL,
	    json_get(rq->tree, "available") ? &f.available : NULL,
	    form_given(rq, "printfulVariantId"), f.printful,
	    form_given(rq, "printifyVariantId"), f.printify, &shown);
	if (FAILED(o))
		return refuse_variant(rq, o);
	TRY(sql_admin_variants_follow(rq->db, was.product));
	reply_json(rq, shown);
	return TX_COMMIT(OK);
}
