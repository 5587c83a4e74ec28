/*
 * admin_orders.c: everybody's orders, and giving money back.
 */
#include "http/form.h"
#include "http/reply.h"
#include "shop/money.h"
#include "shop/order.h"
#include "sql/admin_orders.h"

#include "handlers.h"
#include "list.h"
#include "window.h"

struct admin_orders_form {
	const char *status, *query;
	bool stuck;
};

static const struct field admin_orders_fields[] = {
	CHOICE(admin_orders_form, status, "status", OPTIONAL, ORDER_CHOICES),
	FIELD(admin_orders_form, query, "q", SECRET, 1, 200),
	FIELD(admin_orders_form, stuck, "stuck", OPTIONAL, 0, 0), FIELD_END
};

struct admin_refund_form {
	struct decimal amount;
	const char *reason;
};

static const struct field admin_refund_fields[] = {
	FIELD(admin_refund_form, amount, "amount", OPTIONAL, 0, 0),
	FIELD(admin_refund_form, reason, "reason", REQUIRED | PROSE, 1, 500),
	FIELD_END
};

enum outcome
admin_order_list(struct request *rq)
{
	struct admin_orders_form form = { 0 };
	struct window_form window = { 0 };
	struct sql_admin_order_list *rows;
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, admin_orders_fields, &form));
	TRY(form_query_open(rq, window_fields, &window));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_order_list(rq->db, form.status, window.from, window.to,
		form.query, page.cursor, page.limit + 1, page.offset,
		form.stuck, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

static enum outcome
admin_order_reply(struct request *rq, struct id id)
{
	const char *order;

	TRY(sql_admin_order_get(rq->db, id, &order));
	reply_json(rq, order);
	return OK;
}

enum outcome
admin_order_get(struct request *rq)
{
	return said_reply(rq, sql_admin_order_get);
}

/* "OK", or the outcome that the database named. */
static enum outcome
verdict(const char *said)
{
	enum outcome o;

	return outcome_parse(said, &o) ? o : INTERNAL_ERROR;
}

/* In the order's own currency, and something at all. */
static enum outcome
amount_read(
    struct request *rq, struct id order, const char *text, int64_t *minor)
{
	int exponent;

	TRY(sql_admin_order_currency(rq->db, order, &exponent));
	switch (money_parse(text, exponent, minor)) {
	case MONEY_GOOD:
		break;
	case MONEY_TOO_LARGE:
		return form_refuse(
		    rq, "amount", "too_large", "It is too large.");
	case MONEY_TOO_FINE:
	case MONEY_NO_NUMBER:
		return form_refuse(rq, "amount", "format",
		    "It has more decimals than the currency.");
	}
	if (*minor <= 0)
		return form_refuse(
		    rq, "amount", "too_small", "It must be above zero.");
	return OK;
}

/* POST /admin/orders/:id/refund: all that is left, or so much of it. */
enum outcome
admin_order_refund(struct request *rq)
{
	struct admin_refund_form form = { 0 };
	int64_t amount = 0;
	const char *said;
	struct id id;
	enum outcome o;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_read(rq, admin_refund_fields, &form));
	if (form.amount.text)
		TRY(amount_read(rq, id, form.amount.text, &amount));
	TRY(sql_admin_order_refund(rq->db, id,
	    form.amount.text ? &amount : NULL, form.reason, rq->caller.admin,
	    &said));
	o = verdict(said);
	if (o == VALIDATION_ERROR)
		return form_refuse(
		    rq, "amount", "too_large", "It is more than was paid.");
	if (o == CONFLICT)
		return refuse(
		    rq, CONFLICT, "It is more than is left to give back.");
	TRY(o);
	return admin_order_reply(rq, id);
}

enum outcome
admin_order_retry(struct request *rq)
{
	const char *said;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(sql_admin_order_retry(rq->db, id, rq->caller.admin, &said));
	TRY(verdict(said));
	return admin_order_reply(rq, id);
}
