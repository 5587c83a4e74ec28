/*
 * once.h: idempotency keys as Stripe, PayPal and Resend keep them.
 */
#ifndef TSHOP_SANDBOX_ONCE_H
#define TSHOP_SANDBOX_ONCE_H

#include <stdbool.h>

#include "http/request.h"

/* Claim the call's key; true: it is answered already, by what was stored. */
bool once_claim(struct request *, const char *provider);
/* Store the answer with the key, or give the key back. */
void once_settle(struct request *, const char *provider);

#endif
