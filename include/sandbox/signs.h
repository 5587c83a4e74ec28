/*
 * signs.h: how each provider signs its webhooks.
 */
#ifndef TSHOP_SANDBOX_SIGNS_H
#define TSHOP_SANDBOX_SIGNS_H

#include "sandbox/hooks.h"

/* Ends with a row whose provider is NULL. */
extern const struct hook_style hook_styles[];

#endif
