/*
 * subscriptions.c: the premium tier.
 *
 * Nothing is granted here: the buyer is sent to a page at Stripe, and what
 * Stripe then says of the subscription decides about the tier.
 */
#include "base/clock.h"
#include "base/conf.h"
#include "http/form.h"
#include "http/reply.h"
#include "providers/plan.h"
#include "sql/subscriptions.h"

#include "handlers.h"
#include "till.h"

static const struct field no_fields[] = { FIELD_END };

/* A call at Stripe; how its answer is read is the caller's affair. */
static enum outcome
plan_send(struct request *rq, const struct call *call, struct answer *answer)
{
	struct cashier c = till_open(rq, &payment_stripe);
	enum outcome o;

	*answer = (struct answer){ .body = "", .type = "" };
	o = c.send(c.with, call, answer);
	return o == SERVICE_UNAVAILABLE ? o : OK;
}

/* What Stripe calls the user: made once, and kept. */
static enum outcome
customer_find(struct request *rq, const struct sql_subscription_live *live,
    const char **customer)
{
	struct answer answer;
	struct trouble t;
	struct call call;

	*customer = live->customer;
	if (*customer)
		return OK;
	plan_customer_create(rq->arena, rq->caller.id.text, live->email,
	    arena_printf(rq->arena, "customer-%s", rq->caller.id.text), &call);
	TRY(plan_send(rq, &call, &answer));
	TRY(plan_customer_read(rq->arena, &answer, customer, &t));
	return sql_subscription_customer(rq->db, rq->caller.id, *customer);
}

/* Product and price, by keys that make them once. */
static enum outcome
price_make(struct request *rq, const struct sql_subscription_plan *plan,
    const char **price)
{
	struct answer answer;
	struct trouble t;
	struct call call;
	const char *product;

	plan_product_create(rq->arena, plan->name,
	    arena_printf(rq->arena, "product-%s", plan->lookup_key), &call);
	TRY(plan_send(rq, &call, &answer));
	TRY(plan_made_read(rq->arena, &answer, &product, &t));
	TRY(plan_price_create(rq->arena, product, plan->minor, plan->currency,
	    plan->lookup_key,
	    arena_printf(rq->arena, "price-%s", plan->lookup_key), &call));
	TRY(plan_send(rq, &call, &answer));
	return plan_made_read(rq->arena, &answer, price, &t);
}

/* The price at Stripe, made with its product where it is not there yet. */
static enum outcome
price_find(struct request *rq, const char **price)
{
	struct sql_subscription_plan plan;
	struct plan_price found;
	struct answer answer;
	struct trouble t;
	struct call call;
	enum outcome o;

	TRY(sql_subscription_plan(rq->db, &plan));
	plan_price_find(rq->arena, plan.lookup_key, &call);
	TRY(plan_send(rq, &call, &answer));
	o = plan_price_found(rq->arena, &answer, &found, &t);
	if (o == NOT_FOUND)
		return price_make(rq, &plan, price);
	TRY(o);
	*price = found.id;
	return OK;
}

/* Send, and take the page that the buyer goes to. */
static enum outcome
page_ask(struct request *rq, const struct call *call, struct plan_session *page)
{
	struct answer answer;
	struct trouble t;

	TRY(plan_send(rq, call, &answer));
	return plan_session_read(rq->arena, &answer, page, &t);
}

static const char *
back_url(struct request *rq, const char *query)
{
	return arena_printf(rq->arena, "%s/account/premium%s",
	    conf_text(CONF_TSHOP_PUBLIC_URL), query);
}

static enum outcome
checkout(struct request *rq, const struct sql_subscription_live *live,
    struct plan_session *page)
{
	struct plan_checkout_ask ask = { .user_id = rq->caller.id.text,
		.key = arena_printf(rq->arena, "checkout-%s", id_create().text),
		.success_url =
		    back_url(rq, "?session_id={CHECKOUT_SESSION_ID}"),
		.cancel_url = back_url(rq, "?canceled=1") };
	struct call call;

	TRY(customer_find(rq, live, &ask.customer));
	TRY(price_find(rq, &ask.price));
	plan_checkout(rq->arena, &ask, &call);
	return page_ask(rq, &call, page);
}

/* Stripe is on, and this is what is known of the caller. */
static enum outcome
begin(struct request *rq, struct sql_subscription_live *live)
{
	char nothing;

	TRY(form_read(rq, no_fields, &nothing));
	if (!payment_stripe.is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, "stripe");
	return sql_subscription_live(rq->db, rq->caller.id, live);
}

enum outcome
subscription_checkout(struct request *rq)
{
	struct sql_subscription_live live;
	struct plan_session page;
	enum outcome o;

	TRY(begin(rq, &live));
	if (live.ref)
		return refuse(rq, CONFLICT, "There is a subscription already.");
	o = checkout(rq, &live, &page);
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	reply_member_text(rq, "url", page.url);
	reply_member_text(rq, "sessionId", page.id);
	return CREATED;
}

enum outcome
subscription_portal(struct request *rq)
{
	struct sql_subscription_live live;
	struct plan_session page;
	struct call call;
	enum outcome o;

	TRY(begin(rq, &live));
	if (!live.customer)
		return NOT_FOUND;
	plan_portal(rq->arena, live.customer, back_url(rq, ""), &call);
	o = page_ask(rq, &call, &page);
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	reply_member_text(rq, "url", page.url);
	return CREATED;
}

enum outcome
subscription_get(struct request *rq)
{
	const char *said = "null";
	enum outcome o = sql_subscription_get(rq->db, rq->caller.id, &said);

	if (o != NOT_FOUND)
		TRY(o);
	reply_json(rq, said);
	return OK;
}

/* POST /subscriptions/cancel: it ends with the period that is paid for. */
enum outcome
subscription_cancel(struct request *rq)
{
	struct sql_subscription_live live;
	struct plan_subscription s;
	int64_t asked_ms = clock_now_ms();
	struct answer answer;
	struct trouble t;
	struct call call;
	struct id user;
	enum outcome o;

	TRY(begin(rq, &live));
	if (!live.ref)
		return NOT_FOUND;
	plan_end(rq->arena, live.ref, true,
	    arena_printf(rq->arena, "end-%s", id_create().text), &call);
	o = plan_send(rq, &call, &answer);
	if (!FAILED(o))
		o = plan_read(rq->arena, &answer, &s, &t);
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	o = sql_subscription_heard(rq->db, s.id, s.customer, s.user_id,
	    s.status, s.price, s.period_end_s, s.ends, asked_ms, &user);
	if (o != NOT_FOUND) /* newer word is here already */
		TRY(o);
	return subscription_get(rq);
}
