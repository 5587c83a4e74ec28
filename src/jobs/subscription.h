/*
 * subscription.h: hearing of subscriptions and their bills.
 */
#ifndef TSHOP_JOBS_SUBSCRIPTION_H
#define TSHOP_JOBS_SUBSCRIPTION_H

#include "money.h"

/*
 * Fetch it and hear it: the tier follows. 'user_said' is whose it is where
 * the object itself does not say; or NULL.
 */
enum outcome subscription_settle(
    struct job *, struct cashier *, const char *ref, const char *user_said);
/* Fetch a bill and keep it; 'failed': its owner is told that it is owed. */
enum outcome invoice_settle(
    struct job *, struct cashier *, const char *ref, bool failed);

#endif
