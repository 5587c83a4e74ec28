/*
 * subscribing.h: what the files about subscriptions share.
 */
#ifndef TSHOP_API_SUBSCRIBING_H
#define TSHOP_API_SUBSCRIBING_H

#include "base/conf.h"
#include "sql/subscriptions.h"

#include "till.h"

/* Stripe is on, and this is what is known of the caller; else refused. */
enum outcome subscribing_open(
    struct request *, struct cashier *, struct sql_subscription_live *);
/* The page of the shop that the buyer comes back to. */
const char *subscribing_url(struct request *, const char *query);

#endif
