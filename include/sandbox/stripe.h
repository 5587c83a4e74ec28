/*
 * stripe.h: Stripe, API version 2023-10-16: docs.stripe.com/api.
 *
 * A handler opens the call with the table of its parameters: the key, names,
 * types and required ones are checked there. Whoever refuses has answered,
 * and returns a failure only so that TRY leaves.
 */
#ifndef TSHOP_SANDBOX_STRIPE_H
#define TSHOP_SANDBOX_STRIPE_H

#include "http/request.h"
#include "http/route.h"
#include "sandbox/pairs.h"
#include "sandbox/shape.h"

enum param_kind {
	PARAM_TEXT,
	PARAM_INT,
	PARAM_BOOL
};

/*
 * "metadata[*]" is anything below metadata, "line_items[#][price]" a member
 * of any element. NULL ends the table.
 */
struct param {
	const char *name;
	enum param_kind kind;
	bool required;
	const char *choices; /* "a|b", or NULL */
};

struct stripe {
	struct request *rq;
	struct pairs form;
	bool publishable; /* called with the browser's key */
};

#define EXPAND                                                                 \
	{                                                                      \
		"expand[#]", PARAM_TEXT, false, NULL                           \
	}
#define METADATA                                                               \
	{ "metadata[*]", PARAM_TEXT, false, NULL },                            \
	{                                                                      \
		"metadata", PARAM_TEXT, false, NULL                            \
	}
#define PARAMS_END                                                             \
	{                                                                      \
		NULL, PARAM_TEXT, false, NULL                                  \
	}

enum outcome stripe_open(
    struct request *, const struct param *, struct stripe *);
/* The same for calls that a browser may make about one intent. */
enum outcome stripe_open_browser(
    struct request *, const struct param *, struct stripe *);

const char *param_text(const struct stripe *, const char *name);
int64_t param_int(const struct stripe *, const char *name, int64_t fallback);
bool param_is(const struct stripe *, const char *name, const char *value);
/* Parameters below 'name' into the members of 'into'. */
void param_tree(const struct stripe *, const char *name, json *into);
/* The same if there are any: member 'name' becomes 'base' filled with them. */
void param_object(
    const struct stripe *, const char *name, json *into, const char *base);
/* Plain text parameters that become members of the same name. */
void param_copy(const struct stripe *, json *into, const char *const names[]);
/* metadata[…]: sets, and deletes what is empty. */
void param_metadata(const struct stripe *, json *into);

enum outcome stripe_refuse(struct request *, int status, const char *type,
    const char *code, const char *param, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
enum outcome stripe_missing(
    struct request *, const char *kind, const char *id, const char *param);
/* The object by id, or a 404 that names 'kind'. */
enum outcome stripe_find(struct request *, const char *collection,
    const char *kind, const char *id, json **);

/* Answer with the object, expanded as asked. */
enum outcome stripe_answer(const struct stripe *, json *);
/* Answer with a page of a collection, newest first; texts that must equal. */
enum outcome stripe_list(const struct stripe *, const char *collection,
    const char *url, const char *const filters[]);

/* Store an event and let its webhook go; 'before' may be NULL. */
void stripe_event(
    struct request *, const char *type, json *object, json *before);
void stripe_put(const char *collection, json *object);
/* A copy of the object in which ids are replaced, or NULL: cannot. */
json *stripe_expanded(const struct stripe *, json *object, const char *path);

/* Is the currency one of Stripe's, and how little can be charged in it? */
bool stripe_currency(const char *code, int64_t *least);

/* stripe_cards.c: what a test payment method does. */
enum card_end {
	CARD_PAYS,
	CARD_DECLINES,
	CARD_ASKS,     /* 3-D Secure */
	CARD_WAITS,    /* processing */
	CARD_DISPUTES, /* pays, then is disputed */
	CARD_REFUNDS_LATE,
	CARD_REFUND_FAILS,
};

struct card {
	const char *name;
	enum card_end end;
	const char *code, *decline_code, *message;
	const char *brand, *last4;
};

const struct card *card_find(const char *name);
/* A payment method of that card, stored. */
json *card_method(const struct card *);
/* Which card is behind a payment method or a charge; NULL if none of ours. */
void card_keep(const char *id, const struct card *);
const struct card *card_of(const char *id);

/* stripe_charges.c */
json *charge_make(json *intent, const struct card *, json *method);
void charge_dispute(struct request *, json *charge);
/* stripe_paying.c: pay an intent with a card; false: it was declined. */
/* The same with 3-D Secure: the buyer is asked on a page of ours. */
void intent_ask(struct request *, json *intent, const char *return_url);
bool intent_pay(struct request *, json *intent, const struct card *);
json *intent_make(int64_t amount, const char *currency);

handler stripe_intent_create, stripe_intent_get, stripe_intent_update,
    stripe_intent_confirm, stripe_intent_cancel, stripe_intent_capture,
    stripe_intent_list, stripe_intent_secure;
handler stripe_charge_get, stripe_charge_list, stripe_dispute_get,
    stripe_refund_create, stripe_refund_get, stripe_refund_update,
    stripe_refund_list;
handler stripe_customer_create, stripe_customer_get, stripe_customer_update,
    stripe_customer_delete, stripe_customer_list;
handler stripe_product_create, stripe_product_get, stripe_product_update,
    stripe_product_list;
handler stripe_price_create, stripe_price_get, stripe_price_update,
    stripe_price_list;
handler stripe_session_create, stripe_session_get, stripe_session_expire,
    stripe_session_list, stripe_session_pay;
handler stripe_subscription_get, stripe_subscription_update,
    stripe_subscription_delete, stripe_subscription_list;
handler stripe_portal_create, stripe_portal_open;
handler stripe_invoice_get, stripe_invoice_list, stripe_event_get,
    stripe_event_list;
handler stripe_endpoint_create, stripe_endpoint_get, stripe_endpoint_list,
    stripe_endpoint_delete;

/* stripe_prices.c */
enum outcome price_of(const struct stripe *, const char *prefix, json **);
/* One that can still be bought, or refused in the name of 'param'. */
enum outcome price_sold(
    const struct stripe *, const char *id, const char *param, json **);
/* stripe_invoices.c */
int64_t invoice_period_s(json *price);
/* A bill for the period it is in, paid or not; it becomes the latest. */
json *invoice_issue(json *subscription, const char *reason, bool pays);
/* stripe_subscriptions.c */
json *subscription_make(json *session, json *price);
void subscription_end(struct request *, json *);
/* End it with its period, or take that back. */
void subscription_schedule(struct request *, json *, bool ends);

#endif
