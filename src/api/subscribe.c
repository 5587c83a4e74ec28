/*
 * subscribe.c: what can be subscribed to, and the page that sells it.
 *
 * Customer, product and price are made at Stripe when they are first needed;
 * what it has forgotten since is made anew.
 */
#include <string.h>

#include "base/secret.h"
#include "http/form.h"
#include "http/reply.h"
#include "providers/plan.h"
#include "sql/plans.h"

#include "handlers.h"
#include "language.h"
#include "subscribing.h"

#define MAX_AGE_S 1 /* what is retired is gone within two seconds */

struct offers_form {
	const char *lang;
};

static const struct field offers_fields[] = {
	FIELD(offers_form, lang, "lang", LANGUAGE, 2, 35), FIELD_END
};

enum outcome
subscription_plans(struct request *rq)
{
	struct offers_form form = { 0 };
	struct languages shown = { "" };
	struct sql_plan_offers *rows;
	int count;

	TRY(form_query_open(rq, offers_fields, &form));
	TRY(form_check(rq));
	TRY(sql_plan_offers(
	    rq->db, languages_wanted(rq, form.lang), &rows, &count));
	sql_plan_offers_json(&rq->reply.data, rows, count);
	for (int i = 0; i < count; i++)
		languages_add(&shown, rows[i].language_);
	languages_reply(rq, &shown);
	reply_public(rq, MAX_AGE_S);
	return OK;
}

struct subscribe_form {
	const char *plan;
};

static const struct field subscribe_fields[] = {
	FIELD(subscribe_form, plan, "plan", OPTIONAL, 1, 64), FIELD_END
};

/* One who subscribes, and what we know of it at Stripe; NULL: nothing yet. */
struct sale {
	struct request *rq;
	struct cashier cashier;
	struct sql_subscription_live buyer;
	struct sql_plan_offer offer;
};

/* What Stripe calls the buyer: made once, and kept. */
static enum outcome
customer_make(struct sale *s, const char *before)
{
	struct request *rq = s->rq;
	const char *user = rq->caller.id.text;
	char address[SHA256_HEX];
	struct answer answer;
	struct call call;

	/* the same key must not come with another address */
	sha256_hex(s->buyer.email, strlen(s->buyer.email), address);
	plan_customer_create(rq->arena, user, s->buyer.email,
	    arena_printf(rq->arena, "customer-%s-%.12s%s%s", user, address,
		before ? "-" : "", before ? before : ""),
	    &call);
	TRY(cashier_call(&s->cashier, &call, &answer));
	TRY(plan_customer_read(
	    rq->arena, &answer, &s->buyer.customer, &s->cashier.trouble));
	return sql_subscription_customer(
	    rq->db, rq->caller.id, s->buyer.customer, before);
}

static enum outcome
price_make(struct sale *s)
{
	const struct sql_plan_offer *at = &s->offer;
	struct plan_offer offer = { .id = at->id.text,
		.code = at->code,
		.name = at->name,
		.minor = at->minor,
		.currency = at->currency,
		.period = at->period };
	struct plan_price price;

	TRY(plan_offer_make(&s->cashier, &offer, &price));
	s->offer.price = price.id;
	return sql_plan_told(s->rq->db, at->id, price.product, price.id);
}

static enum outcome
page_ask(struct sale *s, struct plan_session *page)
{
	struct request *rq = s->rq;
	struct plan_checkout_ask ask = { .user_id = rq->caller.id.text,
		.customer = s->buyer.customer,
		.price = s->offer.price,
		.key = arena_printf(rq->arena, "checkout-%s", id_create().text),
		.success_url =
		    subscribing_url(rq, "?session_id={CHECKOUT_SESSION_ID}"),
		.cancel_url = subscribing_url(rq, "?canceled=1") };
	struct answer answer;
	struct call call;

	plan_checkout(rq->arena, &ask, &call);
	TRY(cashier_call(&s->cashier, &call, &answer));
	return plan_session_read(rq->arena, &answer, page, &s->cashier.trouble);
}

/* With what is known; and once more if Stripe has forgotten some of it. */
static enum outcome
sell(struct sale *s, struct plan_session *page)
{
	const char *before = s->buyer.customer;
	enum outcome o;

	if (!s->buyer.customer)
		TRY(customer_make(s, NULL));
	if (!s->offer.price)
		TRY(price_make(s));
	o = page_ask(s, page);
	if (o != NOT_FOUND)
		return o;
	TRY(customer_make(s, before));
	TRY(price_make(s));
	return page_ask(s, page);
}

/* POST /subscriptions/checkout: a page at Stripe to pay on. */
enum outcome
subscription_checkout(struct request *rq)
{
	struct sale s = { .rq = rq };
	struct subscribe_form form = { 0 };
	struct plan_session page;
	enum outcome o;

	TRY(form_read(rq, subscribe_fields, &form));
	TRY(subscribing_open(rq, &s.cashier, &s.buyer));
	if (s.buyer.ref)
		return refuse(rq, CONFLICT, "There is a subscription already.");
	o = sql_plan_offer(rq->db, form.plan, &s.offer);
	if (o == NOT_FOUND && form.plan)
		return form_refuse(rq, "plan", "unknown_reference",
		    "It is not a plan that we sell.");
	if (o == NOT_FOUND)
		return refuse(rq, CONFLICT, "No plan is sold at present.");
	TRY(o);
	o = sell(&s, &page);
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	reply_member_text(rq, "url", page.url);
	reply_member_text(rq, "sessionId", page.id);
	return CREATED;
}
