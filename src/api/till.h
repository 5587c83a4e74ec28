/*
 * till.h: asking payment providers while a client waits.
 */
#ifndef TSHOP_API_TILL_H
#define TSHOP_API_TILL_H

#include "http/request.h"
#include "providers/cashier.h"

/* What became of a provider's word; the verdicts are payment_heard()'s. */
struct till_word {
	const char *verdict;
	struct id order; /* "" if it is about none of ours */
};

/* A cashier for this request, behind the breaker that everybody shares. */
struct cashier till_open(struct request *, const struct payment_provider *);
/* What the client hears of a provider's failure. */
enum outcome till_refuse(
    struct request *, const struct payment_provider *, enum outcome);
/* The one way in which a payment's state reaches the database. */
enum outcome till_hear(struct request *, const struct payment_provider *,
    const struct payment *, struct till_word *);

#endif
