/*
 * stripe_plan.c: subscriptions at Stripe: customers, checkout, portal.
 *
 * Read so that every version from 2023-10-16 on is understood: ids may be
 * objects, the period's end may stand in the items.
 */
#include "base/arena.h"
#include "providers/plan.h"
#include "providers/stripe.h"

#define URL(c, a, ...)                                                         \
	kit_url((c), (a), conf_text(CONF_STRIPE_API_BASE), __VA_ARGS__, NULL)

bool
plan_is_on(void)
{
	return stripe_is_on();
}

/* ---- customers ---- */

void
plan_customer_create(struct arena *a, const char *user_id, const char *email,
    const char *key, struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", key);
	URL(c, a, "/v1/customers");
	kit_open(&b, a);
	kit_form(&b, "email", email);
	kit_form(&b, "metadata[user_id]", user_id);
	kit_body(c, a, &b, TYPE_FORM);
}

enum outcome
plan_customer_read(struct arena *a, const struct answer *answer,
    const char **id, struct trouble *t)
{
	return plan_made_read(a, answer, id, t);
}

/* ---- where the buyer goes ---- */

void
plan_checkout(
    struct arena *a, const struct plan_checkout_ask *ask, struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", ask->key);
	URL(c, a, "/v1/checkout/sessions");
	kit_open(&b, a);
	kit_form(&b, "mode", "subscription");
	kit_form(&b, "customer", ask->customer);
	kit_form(&b, "client_reference_id", ask->user_id);
	kit_form(&b, "line_items[0][price]", ask->price);
	kit_form(&b, "line_items[0][quantity]", "1");
	kit_form(&b, "success_url", ask->success_url);
	kit_form(&b, "cancel_url", ask->cancel_url);
	kit_form(&b, "metadata[user_id]", ask->user_id);
	/* the session's metadata is not the subscription's */
	kit_form(&b, "subscription_data[metadata][user_id]", ask->user_id);
	kit_body(c, a, &b, TYPE_FORM);
}

void
plan_session_look(struct arena *a, const char *session, struct call *c)
{
	stripe_call(c, a, "GET", NULL);
	URL(c, a, "/v1/checkout/sessions/", session);
}

void
plan_portal(struct arena *a, const char *customer, const char *return_url,
    struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", NULL); /* a new link each time is right */
	URL(c, a, "/v1/billing_portal/sessions");
	kit_open(&b, a);
	kit_form(&b, "customer", customer);
	kit_form(&b, "return_url", return_url);
	kit_body(c, a, &b, TYPE_FORM);
}

enum outcome
plan_session_read(struct arena *a, const struct answer *answer,
    struct plan_session *out, struct trouble *t)
{
	struct plan_session s = { 0 };
	const char *paid;
	json *root;

	TRY(stripe_answer(a, answer, &root, t));
	if (!(s.id = kit_id(a, root, "id")) ||
	    !(stripe_is(root, "checkout.session") ||
		stripe_is(root, "billing_portal.session")))
		return kit_nonsense(a, t, "not a session");
	s.url = kit_text(root, "url");
	s.subscription = kit_id_or_none(a, root, "subscription");
	s.customer = kit_id_or_none(a, root, "customer");
	paid = kit_text(root, "payment_status");
	s.paid =
	    !strcmp(kit_text(root, "status"), "complete") &&
	    (!strcmp(paid, "paid") || !strcmp(paid, "no_payment_required"));
	*out = s;
	return OK;
}

/* ---- the subscription itself ---- */

void
plan_look(struct arena *a, const char *subscription, struct call *c)
{
	stripe_call(c, a, "GET", NULL);
	URL(c, a, "/v1/subscriptions/", subscription);
}

void
plan_list(struct arena *a, const char *customer, struct call *c)
{
	stripe_call(c, a, "GET", NULL);
	URL(c, a, "/v1/subscriptions?status=all&customer=", customer);
}

void
plan_end(struct arena *a, const char *subscription, bool end, const char *key,
    struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", key);
	URL(c, a, "/v1/subscriptions/", subscription);
	kit_open(&b, a);
	kit_form(&b, "cancel_at_period_end", end ? "true" : "false");
	kit_body(c, a, &b, TYPE_FORM);
}

void
plan_stop(struct arena *a, const char *subscription, struct call *c)
{
	stripe_call(c, a, "DELETE", NULL);
	URL(c, a, "/v1/subscriptions/", subscription);
}

static bool
subscription_read(struct arena *a, json *o, struct plan_subscription *s)
{
	json *item = json_element(json_at(o, "items", "data", NULL), 0);

	if (!(s->id = kit_id(a, o, "id")) || !stripe_is(o, "subscription"))
		return false;
	s->customer = kit_id_or_none(a, o, "customer");
	s->price = kit_id_or_none(a, item, "price");
	s->user_id = kit_text(json_get(o, "metadata"), "user_id");
	s->status = kit_text(o, "status");
	s->invoice = kit_id_or_none(a, o, "latest_invoice");
	s->grants =
	    !strcmp(s->status, "active") || !strcmp(s->status, "trialing");
	s->lives = s->grants || !strcmp(s->status, "past_due") ||
		   !strcmp(s->status, "unpaid") || !strcmp(s->status, "paused");
	s->period_end_s = stripe_period_end(o);
	s->cancel_at_s = json_int(o, "cancel_at", 0);
	s->ended_at_s = json_int(o, "ended_at", 0);
	s->ends = json_flag(o, "cancel_at_period_end", false) || s->cancel_at_s;
	return true;
}

/* Newest first they come; one that grants beats those before it. */
static enum outcome
list_read(struct arena *a, json *data, struct plan_subscription *out,
    struct trouble *t)
{
	struct plan_subscription best = { 0 }, s = { 0 };

	for (size_t i = 0; i < json_count(data); i++)
		if (subscription_read(a, json_element(data, i), &s) &&
		    (!best.id || (s.grants && !best.grants)))
			best = s;
	if (!best.id)
		return kit_trouble(
		    a, t, NOT_FOUND, CURE_PERSON, "no subscription", "");
	*out = best;
	return OK;
}

enum outcome
plan_read(struct arena *a, const struct answer *answer,
    struct plan_subscription *out, struct trouble *t)
{
	struct plan_subscription s = { 0 };
	json *root, *data;

	TRY(stripe_answer(a, answer, &root, t));
	data = json_get(root, "data");
	if (data)
		return list_read(a, data, out, t);
	if (!subscription_read(a, root, &s))
		return kit_nonsense(a, t, "not a subscription");
	*out = s;
	return OK;
}
