/*
 * cart.c: what somebody means to buy.
 *
 * No price comes from the client and none is stored: a line costs what the
 * catalogue says at the moment somebody looks.
 */
#include "base/limits.h"
#include "base/secret.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/cart.h"

#include "account.h"
#include "handlers.h"
#include "refusal.h"

#define QUANTITY_MOST 99

struct cart_add_form {
	struct id product, variant, design; /* design: "" is a blank garment */
	int quantity;
	json *custom;
};

static const struct field cart_add_fields[] = {
	FIELD(cart_add_form, product, "productId", REQUIRED, 0, 0),
	FIELD(cart_add_form, variant, "variantId", REQUIRED, 0, 0),
	FIELD(cart_add_form, design, "designId", OPTIONAL, 0, 0),
	FIELD(cart_add_form, quantity, "quantity", REQUIRED, 1, QUANTITY_MOST),
	FIELD(cart_add_form, custom, "customizationData", OPTIONAL, 0, 0),
	FIELD_END
};

struct cart_change_form {
	int quantity;
	json *custom;
};

static const struct field cart_change_fields[] = {
	FIELD(
	    cart_change_form, quantity, "quantity", OPTIONAL, 1, QUANTITY_MOST),
	FIELD(cart_change_form, custom, "customizationData", OPTIONAL, 0, 0),
	FIELD_END
};

/* The table's own limit on a customization becomes a wrong field. */
static enum outcome
custom_checked(struct request *rq, enum outcome o)
{
	if (o != PAYLOAD_TOO_LARGE)
		return o;
	return form_refuse(
	    rq, "customizationData", "too_long", "It takes more than 64 KiB.");
}

/* It is kept and shown as it is, and its numbers must bear that. */
static void
custom_check(struct request *rq, json *custom)
{
	if (!json_numbers_are_plain(custom))
		form_wrong(rq, "customizationData", "too_large",
		    "A number in it is too large, or too long.");
}

static const char *
custom_text(struct request *rq, json *custom)
{
	return custom ? json_format(rq->arena, custom) : NULL;
}

enum outcome
cart_get(struct request *rq)
{
	const char *cart;

	TRY(sql_cart_get(rq->db, rq->caller.owner, &cart));
	reply_json(rq, cart);
	return OK;
}

static enum outcome
cart_member(struct request *rq)
{
	const char *cart;

	TRY(sql_cart_get(rq->db, rq->caller.owner, &cart));
	reply_member(rq, "cart", cart);
	return OK;
}

struct cart_form {
	const char *currency;
};

static const struct field cart_fields[] = {
	FIELD(cart_form, currency, "currency", OPTIONAL, 3, 3), FIELD_END
};

static enum outcome
guest_cart_create(struct request *rq)
{
	struct cart_form form = { 0 };
	char token[TOKEN_TEXT];
	enum outcome o;

	TRY(form_read(rq, cart_fields, &form));
	token_create(token);
	o = sql_cart_open(rq->db, account_token_hash(rq, token), form.currency,
	    &rq->caller.owner);
	if (o == VALIDATION_ERROR)
		return form_refuse(
		    rq, "currency", "enum", "The shop does not sell in it.");
	TRY(o);
	reply_member_text(rq, "cartToken", token);
	reply_header(rq, CART_TOKEN, "%s", token);
	TRY(cart_member(rq));
	return CREATED;
}

/*
 * POST /cart: a cart for whoever has no name yet.
 *
 * Who is signed in has one, which takes in the guest's that is named: that is
 * how a cart comes along when Google's way back has signed somebody in.
 */
enum outcome
cart_create(struct request *rq)
{
	if (!id_is_set(rq->caller.id))
		return guest_cart_create(rq);
	TX(rq->db);
	TRY(account_take_cart(rq, rq->caller.id));
	reply_member(rq, "cartToken", "null");
	TRY(cart_member(rq));
	return TX_COMMIT(OK);
}

/* {item, cart}: the line as the writer made it, and what the cart comes to. */
static void
cart_add_reply(struct request *rq, const struct sql_cart_item_add *done)
{
	struct buf *data = &rq->reply.data;
	struct buf line;

	buf_open(&line, rq->arena, LIMIT_ANSWER_BYTES);
	sql_cart_item_add_json(&line, done, 1);
	buf_text(data, "{\"item\":");
	/* An array of one: leave out its brackets. */
	buf_put(data, line.at + 1, line.length - 2);
	buf_printf(data, ",\"cart\":{\"itemCount\":%lld,\"subtotal\":%s,",
	    (long long)done->item_count_, done->subtotal_);
	buf_json_key(data, "currency");
	buf_json(data, done->currency);
	buf_text(data, "}}");
}

enum outcome
cart_item_add(struct request *rq)
{
	struct cart_add_form form = { 0 };
	struct sql_cart_item_add *done;
	int count;

	TRY(form_open(rq, cart_add_fields, &form));
	custom_check(rq, form.custom);
	TRY(form_check(rq));
	TRY(custom_checked(rq, sql_cart_item_add(rq->db, rq->caller.owner,
				   form.product, form.variant, form.design,
				   form.quantity, custom_text(rq, form.custom),
				   LIMIT_CART_LINES, &done, &count)));
	TRY(refusal(
	    rq, done->refused_, done->field_, done->code_, done->details_));
	cart_add_reply(rq, done);
	return done->added_ ? CREATED : OK;
}

enum outcome
cart_item_update(struct request *rq)
{
	struct cart_change_form form = { 0 };
	struct sql_cart_item_change done;
	struct id item;

	TRY(request_id_param(rq, 0, &item));
	TRY(form_open(rq, cart_change_fields, &form));
	custom_check(rq, form.custom);
	TRY(form_check(rq));
	TRY(custom_checked(
	    rq, sql_cart_item_change(rq->db, rq->caller.owner, item,
		    form.quantity ? &form.quantity : NULL,
		    custom_text(rq, form.custom),
		    form_given(rq, "customizationData"), &done)));
	TRY(refusal(rq, done.refused, done.field, done.code, done.details));
	reply_json(rq, done.shown);
	return OK;
}

enum outcome
cart_item_remove(struct request *rq)
{
	struct id item;
	int gone;

	TRY(request_id_param(rq, 0, &item));
	TRY(sql_cart_item_remove(rq->db, rq->caller.owner, item, &gone));
	return cart_get(rq);
}

enum outcome
cart_clear(struct request *rq)
{
	TRY(sql_cart_clear(rq->db, rq->caller.owner));
	return cart_get(rq);
}
