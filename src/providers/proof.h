/*
 * proof.h: the check of a message that asks nobody about it.
 */
#ifndef TSHOP_PROVIDERS_PROOF_H
#define TSHOP_PROVIDERS_PROOF_H

#include "providers/cashier.h"

/* Of a provider that has certificate(); for a program of one thread. */
enum outcome proof_check(struct cashier *, const struct notice *);

#endif
