/*
 * stripe_refund.c: refunds at Stripe.
 *
 * Its keys forget after a day, and keep a failure for as long: a refund that
 * is asked for again is looked for among those of its intent first.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/stripe.h"

#define PAGE "100" /* more than one charge ever has */

enum refund_state
stripe_refund_state(const char *status)
{
	if (!strcmp(status, "succeeded"))
		return REFUND_DONE;
	if (!strcmp(status, "failed"))
		return REFUND_FAILED;
	if (!strcmp(status, "canceled"))
		return REFUND_CANCELLED;
	return REFUND_PENDING;
}

enum outcome
stripe_refund(struct arena *a, const struct refund_ask *ask, const char *token,
    struct call *c)
{
	struct buf b;
	int64_t amount;

	(void)token;
	insist(ask->key); /* without one a repeated refund is a second one */
	if (ask->minor <= 0 ||
	    !amount_to(AMOUNT_STRIPE, ask->currency, ask->minor, &amount))
		return VALIDATION_ERROR;
	stripe_call(c, a, "POST", ask->key);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/refunds", NULL);
	kit_open(&b, a);
	kit_form(&b, "payment_intent", ask->intent);
	kit_form_int(&b, "amount", amount);
	kit_form(&b, "reason", "requested_by_customer");
	kit_form(&b, "metadata[refund_id]", ask->refund_id);
	kit_form(&b, "metadata[order_id]", ask->order_id);
	kit_body(c, a, &b, TYPE_FORM);
	return OK;
}

static enum outcome
refund_read(
    struct arena *a, json *object, struct refund *out, struct trouble *t)
{
	struct refund r = { 0 };

	r.currency = kit_upper(a, json_text(object, "currency"));
	if (!(r.id = kit_id(a, object, "id")) || !stripe_is(object, "refund") ||
	    !stripe_amount(object, "amount", r.currency, &r.minor))
		return kit_nonsense(a, t, "not a refund");
	r.state = stripe_refund_state(kit_text(object, "status"));
	r.failure = kit_text(object, "failure_reason");
	*out = r;
	return OK;
}

enum outcome
stripe_refunded(struct arena *a, const struct answer *answer,
    struct refund *out, struct trouble *t)
{
	json *object;

	TRY(stripe_answer(a, answer, &object, t));
	return refund_read(a, object, out, t);
}

enum outcome
stripe_look_refund(
    struct arena *a, const char *id, const char *token, struct call *c)
{
	(void)token;
	stripe_call(c, a, "GET", NULL);
	kit_url(
	    c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/refunds/", id, NULL);
	return OK;
}

enum outcome
stripe_refunds(
    struct arena *a, const char *intent, const char *token, struct call *c)
{
	(void)token;
	stripe_call(c, a, "GET", NULL);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE),
	    "/v1/refunds?limit=" PAGE "&payment_intent=", intent, NULL);
	return OK;
}

enum outcome
stripe_refund_found(struct arena *a, const struct answer *answer,
    const char *refund_id, struct refund *out, struct trouble *t)
{
	json *root, *list;

	TRY(stripe_answer(a, answer, &root, t));
	if (!stripe_is(root, "list"))
		return kit_nonsense(a, t, "not a list");
	list = json_get(root, "data");
	for (size_t i = 0; i < json_count(list); i++) {
		json *one = json_element(list, i);

		if (!strcmp(kit_text(json_get(one, "metadata"), "refund_id"),
			refund_id))
			return refund_read(a, one, out, t);
	}
	if (json_flag(root, "has_more", false))
		return kit_nonsense(a, t, "more refunds than a page holds");
	return kit_trouble(a, t, NOT_FOUND, CURE_NONE, "no refund", "");
}
