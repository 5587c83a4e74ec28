/*
 * orders.c: what somebody has ordered.
 */
#include "base/limits.h"
#include "http/form.h"
#include "http/reply.h"
#include "shop/order.h"
#include "sql/cart.h"
#include "sql/orders.h"

#include "handlers.h"
#include "list.h"

struct order_list_form {
	const char *status;
};

static const struct field order_list_fields[] = {
	CHOICE(order_list_form, status, "status", OPTIONAL, ORDER_CHOICES),
	FIELD_END
};

struct order_cancel_form {
	const char *reason;
};

static const struct field order_cancel_fields[] = {
	FIELD(order_cancel_form, reason, "reason", PROSE, 0, 500), FIELD_END
};

enum outcome
order_list(struct request *rq)
{
	struct order_list_form form = { 0 };
	struct sql_order_list *rows;
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, order_list_fields, &form));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_order_list(rq->db, rq->caller.id, form.status, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

static enum outcome
order_reply(struct request *rq, struct id id)
{
	const char *order;

	TRY(sql_order_get(rq->db, rq->caller.id, id, &order));
	reply_json(rq, order);
	return OK;
}

enum outcome
order_get(struct request *rq)
{
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	return order_reply(rq, id);
}

/*
 * POST /orders/:id/cancel: before production only.
 *
 * The statement takes the order's lock, as the submission does: one of the
 * two comes first, and the other sees it.
 */
enum outcome
order_cancel(struct request *rq)
{
	struct order_cancel_form form = { 0 };
	struct id id;
	bool done;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_read(rq, order_cancel_fields, &form));
	TRY(sql_order_cancel(rq->db, rq->caller.id, id, form.reason, &done));
	if (!done)
		return INVALID_ORDER_STATE;
	return order_reply(rq, id);
}

enum outcome
order_reorder(struct request *rq)
{
	const char *remains, *cart;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(sql_order_reorder(
	    rq->db, rq->caller.id, id, LIMIT_CART_LINES, &remains));
	TRY(sql_cart_get(rq->db, rq->caller.id, &cart));
	reply_json(rq, cart);
	reply_meta(rq, "left", remains);
	return OK;
}
