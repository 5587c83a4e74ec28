/*
 * paypal.h: what the files of PayPal share.
 */
#ifndef TSHOP_PROVIDERS_PAYPAL_H
#define TSHOP_PROVIDERS_PAYPAL_H

#include "providers/kit.h"
#include "providers/payment.h"

#define PAYPAL_PATIENCE_MS 20000

/* A call with the token; 'key' is the PayPal-Request-Id or NULL. */
void paypal_call(struct call *, struct arena *, const char *method,
    const char *token, const char *key);
/* The answer's object, or what is the matter. */
enum outcome paypal_answer(
    struct arena *, const struct answer *, json **, struct trouble *);
/* {"currency_code","value"} in our minor units; false if it is none. */
bool paypal_money(
    struct arena *, json *money, int64_t *minor, const char **currency);
/* What PayPal keeps of a capture; *currency NULL while it does not say. */
void paypal_fee(
    struct arena *, json *capture, int64_t *minor, const char **currency);
/* Writes "key":{…}; the sum has passed paypal_may(). */
void paypal_money_put(
    struct buf *, const char *key, int64_t minor, const char *currency);
enum outcome paypal_may(int64_t minor, const char *currency);
/* A capture's status in Stripe's words for an intent, and as a state. */
const char *paypal_capture_status(const char *status, enum payment_state *);
enum refund_state paypal_refund_state(const char *status);
/* The address of links[rel], and the last part of its path; "" if none. */
const char *paypal_link(json *object, const char *rel);
const char *paypal_link_id(struct arena *, json *object, const char *rel);

/* Of the provider: orders and refunds. */
enum outcome paypal_start(struct arena *, const struct payment_ask *,
    const char *token, struct call *);
enum outcome paypal_order_read(
    struct arena *, const struct answer *, struct payment *, struct trouble *);
enum outcome paypal_look(
    struct arena *, const char *intent, const char *token, struct call *);
enum outcome paypal_take(struct arena *, const char *intent, const char *key,
    const char *token, struct call *);
enum outcome paypal_refund(struct arena *, const struct refund_ask *,
    const char *token, struct call *);
enum outcome paypal_refunded(
    struct arena *, const struct answer *, struct refund *, struct trouble *);
enum outcome paypal_look_refund(
    struct arena *, const char *refund, const char *token, struct call *);

/* books() and books_read() of the provider. */
enum outcome paypal_books(struct arena *, enum payment_book, int64_t since_s,
    const char *page, const char *token, struct call *);
enum outcome paypal_books_read(struct arena *, const struct answer *,
    struct payment_books *, struct trouble *);
/* What an event of theirs says, into an empty notice. */
void paypal_event_heard(struct arena *, json *, struct payment_notice *);

/* hear(), check() and checked() of the provider. */
enum outcome paypal_hear(
    struct arena *, const struct notice *, struct payment_notice *);
enum outcome paypal_check(
    struct arena *, const struct notice *, const char *token, struct call *);
enum outcome paypal_checked(
    struct arena *, const struct answer *, struct trouble *);
/* Are algorithm, certificate's place and the rest fit to be looked at? */
bool paypal_parts_are_good(const struct notice *);
/* The same, proven here. */
bool paypal_is_offline(void);
enum outcome paypal_certificate(
    struct arena *, const struct notice *, struct call *);
enum outcome paypal_proven(
    struct arena *, const struct notice *, const char *pem);

#endif
