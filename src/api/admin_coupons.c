/*
 * admin_coupons.c: coupons for everybody, as the admin makes and ends them.
 *
 * What a coupon gives never changes, for it may have been told already; how
 * often, from when and until when it serves does.
 */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/admin_coupons.h"

#include "handlers.h"
#include "list.h"
#include "price.h"

#define PERCENT_DECIMALS 2
#define PERCENT_MOST 10000

struct filter_form {
	const char *query;
	bool active;
};

static const struct field filter_fields[] = { FIELD(filter_form, query, "q",
						  SECRET, 1, 200),
	FIELD(filter_form, active, "active", OPTIONAL, 0, 0), FIELD_END };

enum outcome
admin_coupon_list(struct request *rq)
{
	struct sql_admin_coupon_list *rows;
	struct filter_form f = { 0 };
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, filter_fields, &f));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_coupon_list(rq->db, f.query,
		form_given(rq, "active") ? &f.active : NULL, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

struct coupon_form {
	const char *code, *kind, *currency, *starts, *expires;
	struct decimal percent, amount, least;
	int most, each;
	bool active;
	/* read from these */
	int64_t hundredths, minor, least_minor;
};

/* When and how often it serves. */
#define COUPON_TERMS                                                           \
	FIELD(coupon_form, least, "minSubtotal", OPTIONAL, 0, 0),              \
	    FIELD(coupon_form, most, "maxUses", OPTIONAL, 1, INT_MAX),         \
	    FIELD(coupon_form, each, "maxPerUser", OPTIONAL, 1, INT_MAX),      \
	    FIELD(coupon_form, active, "active", OPTIONAL, 0, 0),              \
	    FIELD(coupon_form, starts, "startsAt", DATE, 0, 40),               \
	    FIELD(coupon_form, expires, "expiresAt", DATE, 0, 40), FIELD_END

/* clang-format off */
static const struct field coupon_new_fields[] = {
	FIELD(coupon_form, code, "code", REQUIRED, 3, 40),
	CHOICE(coupon_form, kind, "kind", REQUIRED, "percent|amount|free_shipping"),
	FIELD(coupon_form, percent, "percent", OPTIONAL, 0, 0),
	FIELD(coupon_form, amount, "amount", OPTIONAL, 0, 0),
	FIELD(coupon_form, currency, "currency", OPTIONAL, 3, 3),
	COUPON_TERMS
};
static const struct field coupon_edit_fields[] = { COUPON_TERMS };
/* clang-format on */

/* What this kind needs is there, and what it does not is not. */
static void
gift_check(
    struct request *rq, const char *kind, const char *field, bool is_there)
{
	bool needs = kind && strcmp(kind, field) == 0;

	if (needs && !is_there)
		form_wrong(rq, field, "required", "It is required.");
	else if (kind && !needs && is_there)
		form_wrong(
		    rq, field, "enum", "A coupon of this kind has none.");
}

static void
code_check(struct request *rq, const char *code)
{
	if (code && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789-") !=
			strlen(code))
		form_wrong(rq, "code", "format",
		    "It is made of letters, digits and hyphens.");
}

enum outcome
admin_coupon_create(struct request *rq)
{
	struct coupon_form f = { .active = true };
	struct sql_admin_coupon_money money;
	struct id id = id_create();
	const char *said;
	enum outcome o;

	TRY(form_open(rq, coupon_new_fields, &f));
	code_check(rq, f.code);
	gift_check(rq, f.kind, "percent", f.percent.text != NULL);
	gift_check(rq, f.kind, "amount", f.amount.text != NULL);
	TRY(sql_admin_coupon_money(rq->db, f.currency, &money));
	if (!money.code)
		form_wrong(
		    rq, "currency", "enum", "The shop does not sell in it.");
	figure_read(rq, "percent", f.percent, PERCENT_DECIMALS, 1, PERCENT_MOST,
	    &f.hundredths);
	price_read(rq, "amount", f.amount, money.exponent, 1, &f.minor);
	price_read(
	    rq, "minSubtotal", f.least, money.base_exponent, 0, &f.least_minor);
	TRY(form_check(rq));
	o = sql_admin_coupon_add(rq->db, id, rq->caller.admin, f.code, f.kind,
	    f.percent.text ? &f.hundredths : NULL,
	    f.amount.text ? &f.minor : NULL, f.amount.text ? money.code : NULL,
	    f.least_minor, f.most ? &f.most : NULL, f.each ? &f.each : NULL,
	    f.active, f.starts, f.expires, &said);
	if (o == CONFLICT)
		return refuse(rq, o, "There is a coupon of that code.");
	TRY(o);
	reply_json(rq, said);
	reply_header(rq, "Location", "/api/v1/admin/coupons/%s", id.text);
	return CREATED;
}

enum outcome
admin_coupon_get(struct request *rq)
{
	return said_reply(rq, sql_admin_coupon_show);
}

enum outcome
admin_coupon_update(struct request *rq)
{
	struct sql_admin_coupon_money money;
	struct coupon_form f = { 0 };
	const char *said;
	enum outcome o;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_open(rq, coupon_edit_fields, &f));
	TRY(sql_admin_coupon_money(rq->db, NULL, &money));
	price_read(
	    rq, "minSubtotal", f.least, money.base_exponent, 0, &f.least_minor);
	TRY(form_check(rq));
	o = sql_admin_coupon_change(rq->db, id, rq->caller.admin,
	    f.least.text ? &f.least_minor : NULL, form_given(rq, "maxUses"),
	    f.most ? &f.most : NULL, form_given(rq, "maxPerUser"),
	    f.each ? &f.each : NULL,
	    json_get(rq->tree, "active") ? &f.active : NULL, f.starts,
	    form_given(rq, "expiresAt"), f.expires, &said);
	if (o == VALIDATION_ERROR)
		return form_refuse(
		    rq, "maxUses", "too_small", "It has been used more often.");
	TRY(o);
	reply_json(rq, said);
	return OK;
}
