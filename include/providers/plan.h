/*
 * plan.h: subscriptions, which Stripe alone knows.
 *
 * Pure, as payment.h says. The premium price is found by its look-up key, so
 * that no id of Stripe's is a setting. Webhooks about subscriptions come by
 * payment_stripe.hear().
 *
 * Outcomes as in payment.h. Keys make the same call the same call.
 */
#ifndef TSHOP_PROVIDERS_PLAN_H
#define TSHOP_PROVIDERS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "providers/trouble.h"

bool plan_is_on(void);

/* ---- customers: once per user, keep the id ---- */

void plan_customer_create(struct arena *, const char *user_id,
    const char *email, const char *key, struct call *);
/* *id is Stripe's. */
enum outcome plan_customer_read(
    struct arena *, const struct answer *, const char **id, struct trouble *);

/* ---- the price: set up once ---- */

struct plan_price {
	const char *id;
	int64_t minor;
	const char *currency;
};

/* By its look-up key; NOT_FOUND if there is none: make product and price. */
void plan_price_find(struct arena *, const char *lookup_key, struct call *);
enum outcome plan_price_found(struct arena *, const struct answer *,
    struct plan_price *, struct trouble *);
void plan_product_create(
    struct arena *, const char *name, const char *key, struct call *);
/* A monthly one; VALIDATION_ERROR if the sum cannot be charged. */
enum outcome plan_price_create(struct arena *, const char *product,
    int64_t minor, const char *currency, const char *lookup_key,
    const char *key, struct call *);
/* Of product and price: their id. */
enum outcome plan_made_read(
    struct arena *, const struct answer *, const char **id, struct trouble *);

/* ---- where the buyer goes ---- */

struct plan_session {
	const char *id, *url;
	const char *subscription, *customer; /* "" before it is complete */
	bool paid; /* complete, and paid or nothing to pay */
};

struct plan_checkout_ask {
	const char *customer, *price, *user_id, *key;
	const char *success_url, *cancel_url;
};

void plan_checkout(
    struct arena *, const struct plan_checkout_ask *, struct call *);
void plan_session_look(struct arena *, const char *session, struct call *);
void plan_portal(struct arena *, const char *customer, const char *return_url,
    struct call *);
/* Of all three. */
enum outcome plan_session_read(struct arena *, const struct answer *,
    struct plan_session *, struct trouble *);

/* ---- the subscription itself ---- */

struct plan_subscription {
	const char *id, *customer, *status, *price, *user_id;
	bool grants; /* trialing or active */
	bool ends;   /* an end is set: cancelAtPeriodEnd */
	int64_t period_end_s, cancel_at_s, ended_at_s;
};

void plan_look(struct arena *, const char *subscription, struct call *);
/* All of a customer's, ended ones too; the newest that grants, else newest. */
void plan_list(struct arena *, const char *customer, struct call *);
/* Let it end with the period (true), or take that back (false). */
void plan_end(struct arena *, const char *subscription, bool end,
    const char *key, struct call *);
/* End it now. */
void plan_stop(struct arena *, const char *subscription, struct call *);
/* Of all four; NOT_FOUND for an empty list. */
enum outcome plan_read(struct arena *, const struct answer *,
    struct plan_subscription *, struct trouble *);

#endif
