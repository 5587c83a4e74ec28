/*
 * stripe_offer.c: products and prices at Stripe: what subscriptions cost.
 *
 * A price is found by its look-up key, which is the plan's code. Stripe's own
 * keys forget after a day, so that it is looked for before it is made.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/plan.h"
#include "providers/stripe.h"

#define URL(c, a, ...)                                                         \
	kit_url((c), (a), conf_text(CONF_STRIPE_API_BASE), __VA_ARGS__, NULL)

void
plan_price_find(struct arena *a, const char *lookup_key, struct call *c)
{
	stripe_call(c, a, "GET", NULL);
	URL(c, a, "/v1/prices?active=true&lookup_keys[]=", lookup_key);
}

enum outcome
plan_price_found(struct arena *a, const struct answer *answer,
    struct plan_price *out, struct trouble *t)
{
	struct plan_price p = { 0 };
	json *root, *one;

	TRY(stripe_answer(a, answer, &root, t));
	one = json_element(json_get(root, "data"), 0);
	if (!stripe_is(root, "list"))
		return kit_nonsense(a, t, "not a list");
	if (!one)
		return kit_trouble(
		    a, t, NOT_FOUND, CURE_PERSON, "no price", "");
	p.currency = kit_upper(a, json_text(one, "currency"));
	p.period = kit_text(json_get(one, "recurring"), "interval");
	if (json_int(json_get(one, "recurring"), "interval_count", 1) != 1)
		p.period = "";
	if (!(p.id = kit_id(a, one, "id")) ||
	    !(p.product = kit_id(a, one, "product")) ||
	    !stripe_amount(one, "unit_amount", p.currency, &p.minor))
		return kit_nonsense(a, t, "not a price");
	*out = p;
	return OK;
}

void
plan_product_create(
    struct arena *a, const char *name, const char *key, struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", key);
	URL(c, a, "/v1/products");
	kit_open(&b, a);
	kit_form(&b, "name", name);
	kit_body(c, a, &b, TYPE_FORM);
}

enum outcome
plan_price_create(struct arena *a, const char *product,
    const struct plan_offer *offer, const char *key, struct call *c)
{
	struct buf b;
	int64_t amount;

	TRY(payment_stripe.may(offer->minor, offer->currency));
	insist(
	    amount_to(AMOUNT_STRIPE, offer->currency, offer->minor, &amount));
	stripe_call(c, a, "POST", key);
	URL(c, a, "/v1/prices");
	kit_open(&b, a);
	kit_form(&b, "product", product);
	kit_form_int(&b, "unit_amount", amount);
	kit_form(&b, "currency", kit_lower(a, offer->currency));
	kit_form(&b, "recurring[interval]", offer->period);
	kit_form(&b, "lookup_key", offer->code);
	kit_form(&b, "transfer_lookup_key", "true");
	kit_body(c, a, &b, TYPE_FORM);
	return OK;
}

void
plan_price_retire(struct arena *a, const char *price, struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", NULL); /* twice is as once */
	URL(c, a, "/v1/prices/", price);
	kit_open(&b, a);
	kit_form(&b, "active", "false");
	kit_body(c, a, &b, TYPE_FORM);
}

enum outcome
plan_made_read(struct arena *a, const struct answer *answer, const char **id,
    struct trouble *t)
{
	const char *made;
	json *root;

	TRY(stripe_answer(a, answer, &root, t));
	if (!(made = kit_id(a, root, "id")) ||
	    !(stripe_is(root, "customer") || stripe_is(root, "product") ||
		stripe_is(root, "price")) ||
	    json_flag(root, "deleted", false))
		return kit_nonsense(a, t, "nothing was made");
	*id = made;
	return OK;
}

/* Send, and take the id of what was made. */
static enum outcome
make(struct cashier *c, const struct call *call, const char **id)
{
	struct answer answer;

	TRY(cashier_call(c, call, &answer));
	return plan_made_read(c->arena, &answer, id, &c->trouble);
}

static bool
is_the_offer(const struct plan_price *p, const struct plan_offer *offer)
{
	return p->minor == offer->minor &&
	       !strcmp(p->currency, offer->currency) &&
	       !strcmp(p->period, offer->period);
}

enum outcome
plan_offer_make(
    struct cashier *c, const struct plan_offer *offer, struct plan_price *out)
{
	struct plan_price p = { .product = NULL };
	struct answer answer;
	struct call call;
	enum outcome o;

	plan_price_find(c->arena, offer->code, &call);
	TRY(cashier_call(c, &call, &answer));
	o = plan_price_found(c->arena, &answer, &p, &c->trouble);
	if (FAILED(o) && o != NOT_FOUND)
		return o;
	if (o == NOT_FOUND || !is_the_offer(&p, offer)) {
		plan_product_create(c->arena, offer->name,
		    arena_printf(c->arena, "product-%s", offer->id), &call);
		TRY(make(c, &call, &p.product));
		TRY(plan_price_create(c->arena, p.product, offer,
		    arena_printf(c->arena, "price-%s-%s", offer->id, p.product),
		    &call));
		TRY(make(c, &call, &p.id));
	}
	out->id = p.id;
	out->product = p.product;
	out->minor = offer->minor;
	out->currency = offer->currency;
	out->period = offer->period;
	return OK;
}
