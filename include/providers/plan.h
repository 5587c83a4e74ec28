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
#include "providers/cashier.h"
#include "providers/trouble.h"

bool plan_is_on(void);

/* ---- customers: once per user, keep the id ---- */

void plan_customer_create(struct arena *, const char *user_id,
    const char *email, const char *key, struct call *);
/* *id is Stripe's. */
enum outcome plan_customer_read(
    struct arena *, const struct answer *, const char **id, struct trouble *);

/* ---- what is sold: product and price, set up once ---- */

/*
 * A plan as it stands in our table. Its figures cannot be changed at Stripe,
 * nor here: another price is another plan, with another id.
 */
struct plan_offer {
	const char *id;   /* ours: makes the keys of the calls */
	const char *code; /* the look-up key of its price */
	const char *name;
	int64_t minor;
	const char *currency;
	const char *period; /* "day", "week", "month", "year" */
};

struct plan_price {
	const char *id, *product;
	int64_t minor;
	const char *currency, *period;
};

/* By its look-up key; NOT_FOUND if there is none that is active. */
void plan_price_find(struct arena *, const char *lookup_key, struct call *);
enum outcome plan_price_found(struct arena *, const struct answer *,
    struct plan_price *, struct trouble *);
void plan_product_create(
    struct arena *, const char *name, const char *key, struct call *);
/*
 * Takes the look-up key from whichever price has it. VALIDATION_ERROR or
 * AMOUNT_TOO_SMALL if the sum cannot be charged.
 */
enum outcome plan_price_create(struct arena *, const char *product,
    const struct plan_offer *, const char *key, struct call *);
/* It is sold no more; who has it goes on paying it. */
void plan_price_retire(struct arena *, const char *price, struct call *);
/* Of product and price: their id. */
enum outcome plan_made_read(
    struct arena *, const struct answer *, const char **id, struct trouble *);

/*
 * Product and price of the offer, found or made; asked twice, or by two at
 * once, it makes them once. The price has the offer's figures.
 */
enum outcome plan_offer_make(
    struct cashier *, const struct plan_offer *, struct plan_price *);

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
	const char *invoice; /* the latest; or "" */
	bool grants;         /* trialing or active */
	bool lives; /* not over, and not only begun: there can be one */
	bool ends;  /* an end is set: cancelAtPeriodEnd */
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

/* ---- its bills ---- */

/* Texts "" and times 0 where it does not say. */
struct plan_invoice {
	const char *id, *customer, *subscription, *user_id;
	const char *number, *status, *intent, *url, *pdf;
	const char *currency; /* upper case */
	int64_t minor, minor_paid;
	int64_t created_s, start_s, end_s; /* of the period that is billed */
	int64_t next_attempt_s;            /* 0: they do not try again */
};

void plan_invoice_look(struct arena *, const char *invoice, struct call *);
enum outcome plan_invoice_read(struct arena *, const struct answer *,
    struct plan_invoice *, struct trouble *);
/*
 * All that was paid of a bill goes back: it was for a second subscription.
 * Read by payment_stripe.refunded(); CONFLICT with CURE_LOOK: it has already.
 */
void plan_refund(
    struct arena *, const char *intent, const char *key, struct call *);

#endif
