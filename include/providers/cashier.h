/*
 * cashier.h: one question to whoever takes the money, from call to answer.
 *
 * The providers build and read; somebody has to send in between, and to have
 * a token where one is needed. That is the same for a worker, which sends at
 * once, and for the job runner, which sends behind its bucket and breaker: so
 * the sender is given. Whoever calls holds no transaction.
 *
 * A call that never left is sent once more, one whose token had died with a
 * new one; nothing else is repeated here. Outcomes are the provider's
 * (payment.h) and the sender's.
 */
#ifndef TSHOP_PROVIDERS_CASHIER_H
#define TSHOP_PROVIDERS_CASHIER_H

#include "providers/payment.h"

struct cashier {
	struct arena *arena;
	const struct payment_provider *provider;
	enum outcome (*send)(void *with, const struct call *, struct answer *);
	void *with;
	struct trouble trouble; /* of the last question */
};

enum outcome cashier_start(
    struct cashier *, const struct payment_ask *, struct payment *);
enum outcome cashier_look(
    struct cashier *, const char *intent, struct payment *);
enum outcome cashier_take(
    struct cashier *, const char *intent, const char *key, struct payment *);
/* OK as well where there is nothing to cancel; *payment is then untouched. */
enum outcome cashier_cancel(
    struct cashier *, const char *intent, const char *key, struct payment *);
enum outcome cashier_refund(
    struct cashier *, const struct refund_ask *, struct refund *);
enum outcome cashier_look_refund(
    struct cashier *, const char *refund, struct refund *);
/*
 * The refund that was asked for under our id, if it was made: before it is
 * asked for again. NOT_FOUND: it was not, or the provider's keys suffice.
 */
enum outcome cashier_find_refund(struct cashier *, const char *intent,
    const char *refund_id, struct refund *);
/* A page of what was taken or given back since then; NULL: the first page. */
enum outcome cashier_books(struct cashier *, enum payment_book, int64_t since_s,
    const char *page, struct payment_books *);
/* Is the message genuine? OK where hear() has proven it already. */
enum outcome cashier_check(struct cashier *, const struct notice *);

/*
 * A call that is none of the above, sent once; how its answer is read is the
 * caller's affair. SERVICE_UNAVAILABLE: the sender would not try.
 */
enum outcome cashier_call(
    struct cashier *, const struct call *, struct answer *);

/* Stripe's word for a state, as the database and the API have it. */
const char *cashier_word(enum payment_state);
const char *cashier_refund_word(enum refund_state);

#endif
