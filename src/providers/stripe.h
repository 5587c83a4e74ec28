/*
 * stripe.h: what the files of Stripe share.
 */
#ifndef TSHOP_PROVIDERS_STRIPE_H
#define TSHOP_PROVIDERS_STRIPE_H

#include "providers/kit.h"
#include "providers/payment.h"

#define STRIPE_PATIENCE_MS 20000

bool stripe_is_on(void);
/* A call with our key and the version that all of it is written for. */
void stripe_call(
    struct call *, struct arena *, const char *method, const char *key);
/* Is it what Stripe calls so: "payment_intent", "list", …? */
bool stripe_is(json *object, const char *kind);
/* The answer's object, or what is the matter. */
enum outcome stripe_answer(
    struct arena *, const struct answer *, json **, struct trouble *);
/* A member in Stripe's units, in ours; false if absent or not whole. */
bool stripe_amount(
    json *object, const char *name, const char *currency, int64_t *minor);
enum payment_state stripe_state(const char *status);
enum refund_state stripe_refund_state(const char *status);
/* refund() of the provider, and what else it does about refunds. */
enum outcome stripe_refund(struct arena *, const struct refund_ask *,
    const char *token, struct call *);
enum outcome stripe_refunded(
    struct arena *, const struct answer *, struct refund *, struct trouble *);
enum outcome stripe_look_refund(
    struct arena *, const char *id, const char *token, struct call *);
enum outcome stripe_refunds(
    struct arena *, const char *intent, const char *token, struct call *);
enum outcome stripe_refund_found(struct arena *, const struct answer *,
    const char *refund_id, struct refund *, struct trouble *);
/* books() and books_read() of the provider. */
enum outcome stripe_books(struct arena *, enum payment_book, int64_t since_s,
    const char *page, const char *token, struct call *);
enum outcome stripe_books_read(struct arena *, const struct answer *,
    struct payment_books *, struct trouble *);
/* A decline in words for the buyer; never that a card is stolen. */
const char *stripe_declined(json *error);
/* A subscription's, wherever its version keeps it; 0 if it does not say. */
int64_t stripe_period_end(json *subscription);
/* What an object of theirs says, into an empty notice. */
void stripe_object_heard(struct arena *, json *, struct payment_notice *);
/* hear() of the provider. */
enum outcome stripe_hear(
    struct arena *, const struct notice *, struct payment_notice *);

#endif
