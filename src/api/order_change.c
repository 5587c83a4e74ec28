/*
 * order_change.c: another address, size or colour, while an order waits for
 * its printer.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/orders.h"

#include "handlers.h"
#include "order_address.h"
#include "refusal.h"

struct change_form {
	json *shipping, *items;
};

static const struct field change_fields[] = {
	FIELD(change_form, shipping, "shippingAddress", OPTIONAL, 0, 0),
	FIELD(change_form, items, "items", ARRAY, 0, LIMIT_CART_LINES),
	FIELD_END
};

/* A line, and the variant that it should be: by id, or by what differs. */
struct wish {
	struct id item, variant;
	const char *size, *color;
};

static const struct field wish_fields[] = { FIELD(wish, item, "id", REQUIRED, 0,
						0),
	FIELD(wish, variant, "variantId", OPTIONAL, 0, 0),
	FIELD(wish, size, "size", OPTIONAL, 1, 100),
	FIELD(wish, color, "color", OPTIONAL, 1, 100), FIELD_END };

static void
wishes_check(struct request *rq, json *items)
{
	size_t count = json_count(items);

	if (count > LIMIT_CART_LINES) {
		form_wrong(rq, "items", "too_long", "No order has so many.");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct wish wish = { 0 };

		form_nested(rq, arena_printf(rq->arena, "items[%zu]", i),
		    json_element(items, i), wish_fields, &wish);
	}
}

/*
 * PUT /orders/:id: what is not given stays. The statement takes the order's
 * lock, as the decision for a printer does: one of the two comes first, and
 * the other sees it.
 */
enum outcome
order_change(struct request *rq)
{
	struct change_form form = { 0 };
	struct address shipping = { 0 };
	struct sql_order_change done;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_open(rq, change_fields, &form));
	if (form.shipping)
		order_address_read(
		    rq, "shippingAddress", form.shipping, &shipping);
	if (form.items)
		wishes_check(rq, form.items);
	TRY(form_check(rq));
	TRY(sql_order_change(rq->db, rq->caller.id, id,
	    form.shipping ? order_address_json(rq->arena, &shipping) : NULL,
	    form.items ? json_format(rq->arena, form.items) : "[]", &done));
	TRY(refusal(rq, done.refused, done.field, done.code, done.details));
	return order_get(rq);
}
