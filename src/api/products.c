/*
 * products.c: the catalogue as shoppers read it.
 *
 * Prices come in the currency that is asked for, names in the language; both
 * are part of the address of an answer, so anybody may cache it.
 */
#include <string.h>

#include "base/conf.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/products.h"

#include "handlers.h"
#include "language.h"
#include "list.h"

#define MAX_AGE_S 1 /* whatever is edited is seen within two seconds */

struct product_form {
	const char *category, *query, *sort, *currency, *lang;
};

static const struct field product_fields[] = { FIELD(product_form, category,
						   "category", OPTIONAL, 1, 50),
	FIELD(product_form, query, "q", SECRET, 1, 200),
	CHOICE(product_form, sort, "sortBy", OPTIONAL,
	    "newest|price_asc|price_desc|name"),
	FIELD(product_form, currency, "currency", OPTIONAL, 1, 50),
	FIELD(product_form, lang, "lang", LANGUAGE, 2, 35), FIELD_END };

/* A list as it was asked for. */
struct product_ask {
	struct product_form form;
	struct page page;
	const char *languages;
	bool near; /* what is spelled nearly so will do */
};

static enum outcome product_list_show(
    struct request *, const struct product_ask *, struct languages *shown);

static enum outcome
refuse_currency(struct request *rq)
{
	return form_refuse(rq, "currency", "unknown_reference",
	    "It is not a currency that we sell in.");
}

static void
product_form_default(struct product_form *form)
{
	if (!form->currency)
		form->currency = conf_text(CONF_TSHOP_CURRENCY);
}

/* No row tells nothing about the question: was it one that makes sense? */
static enum outcome
product_list_empty(
    struct request *rq, const struct product_ask *ask, struct languages *shown)
{
	const struct product_form *f = &ask->form;
	struct sql_product_asked asked;

	TRY(sql_product_asked(rq->db, f->category, f->query, f->currency,
	    ask->languages, ask->near, &asked));
	if (!asked.category_known)
		form_wrong(rq, "category", "enum", "We sell no such thing.");
	if (!asked.currency_sold)
		return refuse_currency(rq);
	TRY(form_check(rq));
	/* Nothing is written like that: what is written nearly so? */
	if (f->query && !ask->near && asked.total == 0) {
		struct product_ask again = *ask;

		again.near = true;
		return product_list_show(rq, &again, shown);
	}
	buf_text(&rq->reply.data, "[]");
	reply_pages(rq, &ask->page, asked.total,
	    asked.total > LIMIT_TOTAL_COUNTED, NULL);
	return OK;
}

/* What all three make of their rows; it returns. */
#define PRODUCTS_REPLY(rq, ask, shown, statement, rows, count)                 \
	do {                                                                   \
		if ((count) == 0)                                              \
			return product_list_empty(rq, ask, shown);             \
		if (!(rows)->sold_)                                            \
			return refuse_currency(rq);                            \
		for (int i_ = 0; i_ < (count); i_++)                           \
			languages_add(shown, (rows)[i_].language_);            \
		LIST_REPLY(                                                    \
		    rq, &(ask)->page, statement, rows, count, (rows)->total_); \
		return OK;                                                     \
	} while (0)

static enum outcome
list_all(
    struct request *rq, const struct product_ask *ask, struct languages *shown)
{
	const struct product_form *f = &ask->form;
	struct sql_product_list_all *rows;
	int count;

	TRY(sql_product_list_all(rq->db, f->category, f->currency,
	    ask->languages, ask->page.cursor, ask->page.limit + 1,
	    ask->page.offset, &rows, &count));
	PRODUCTS_REPLY(rq, ask, shown, product_list_all, rows, count);
}

static enum outcome
list_newest(
    struct request *rq, const struct product_ask *ask, struct languages *shown)
{
	const struct product_form *f = &ask->form;
	struct sql_product_list_newest *rows;
	int count;

	TRY(sql_product_list_newest(rq->db, f->category, f->query, f->currency,
	    ask->languages, ask->page.cursor, ask->page.limit + 1,
	    ask->page.offset, ask->near, &rows, &count));
	PRODUCTS_REPLY(rq, ask, shown, product_list_newest, rows, count);
}

static enum outcome
list_sorted(
    struct request *rq, const struct product_ask *ask, struct languages *shown)
{
	const struct product_form *f = &ask->form;
	struct sql_product_list_sorted *rows;
	int count;

	TRY(sql_product_list_sorted(rq->db, f->category, f->query, f->currency,
	    ask->languages, ask->page.cursor, ask->page.limit + 1,
	    ask->page.offset, f->sort, ask->near, &rows, &count));
	PRODUCTS_REPLY(rq, ask, shown, product_list_sorted, rows, count);
}

static enum outcome
product_list_show(
    struct request *rq, const struct product_ask *ask, struct languages *shown)
{
	const char *sort = ask->form.sort;

	if (sort && strcmp(sort, "newest") != 0)
		return list_sorted(rq, ask, shown);
	return ask->form.query ? list_newest(rq, ask, shown)
			       : list_all(rq, ask, shown);
}

enum outcome
product_list(struct request *rq)
{
	struct product_ask ask = { 0 };
	struct languages shown = { "" };

	TRY(form_query_open(rq, product_fields, &ask.form));
	TRY(form_page(rq, &ask.page));
	product_form_default(&ask.form);
	ask.languages = languages_wanted(rq, ask.form.lang);
	TRY(product_list_show(rq, &ask, &shown));
	languages_reply(rq, &shown);
	reply_public(rq, MAX_AGE_S);
	return OK;
}

#define VARIANTS_MOST 2000 /* of one product, in its detail */

/* The product's object as the writer made it, and its variants inside. */
static enum outcome
product_with_variants(
    struct request *rq, struct id id, const char *currency, struct buf *product)
{
	struct buf *data = &rq->reply.data;
	struct sql_variant_list *variants;
	int count;

	TRY(sql_variant_list(rq->db, id, NULL, NULL, NULL, currency, NULL,
	    VARIANTS_MOST, 0, &variants, &count));
	/* An array of one: leave out its brackets and the last brace. */
	buf_put(data, product->at + 1, product->length - 3);
	buf_json_key(data, "variants");
	sql_variant_list_json(data, variants, count);
	buf_char(data, '}');
	return OK;
}

enum outcome
product_get(struct request *rq)
{
	struct product_form form = { 0 };
	struct languages shown = { "" };
	struct sql_product_find *found;
	struct buf product;
	struct id id;
	int count;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_query_open(rq, product_fields, &form));
	TRY(form_check(rq));
	product_form_default(&form);
	TRY(sql_product_find(rq->db, id, form.currency,
	    languages_wanted(rq, form.lang), &found, &count));
	if (count == 0)
		return NOT_FOUND;
	if (!found->sold_)
		return refuse_currency(rq);
	buf_open(&product, rq->arena, LIMIT_ANSWER_BYTES);
	sql_product_find_json(&product, found, 1);
	TRY(product_with_variants(rq, id, form.currency, &product));
	languages_add(&shown, found->language_);
	languages_reply(rq, &shown);
	reply_public(rq, MAX_AGE_S);
	return OK;
}

struct variant_form {
	const char *size, *color, *currency;
	bool available;
};

static const struct field variant_fields[] = {
	FIELD(variant_form, size, "size", OPTIONAL, 1, 100),
	FIELD(variant_form, color, "color", OPTIONAL, 1, 100),
	FIELD(variant_form, currency, "currency", OPTIONAL, 1, 50),
	FIELD(variant_form, available, "available", OPTIONAL, 0, 0), FIELD_END
};

static enum outcome
variant_list_empty(struct request *rq, struct id id,
    const struct variant_form *f, const bool *available,
    const struct page *page)
{
	struct sql_variant_asked asked;

	TRY(sql_variant_asked(
	    rq->db, id, f->size, f->color, available, f->currency, &asked));
	if (!asked.currency_sold)
		return refuse_currency(rq);
	buf_text(&rq->reply.data, "[]");
	reply_pages(rq, page, asked.total, false, NULL);
	reply_public(rq, MAX_AGE_S);
	return OK;
}

enum outcome
variant_list(struct request *rq)
{
	struct variant_form f = { 0 };
	struct sql_variant_list *rows;
	const bool *available;
	struct page page;
	struct id id;
	int count;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_query_open(rq, variant_fields, &f));
	TRY(form_page(rq, &page));
	if (!f.currency)
		f.currency = conf_text(CONF_TSHOP_CURRENCY);
	available = form_given(rq, "available") ? &f.available : NULL;
	TRY(sql_variant_list(rq->db, id, f.size, f.color, available, f.currency,
	    page.cursor, page.limit + 1, page.offset, &rows, &count));
	if (count == 0)
		return variant_list_empty(rq, id, &f, available, &page);
	if (!rows->sold_)
		return refuse_currency(rq);
	LIST_REPLY(rq, &page, variant_list, rows, count, rows->total_);
	reply_public(rq, MAX_AGE_S);
	return OK;
}
