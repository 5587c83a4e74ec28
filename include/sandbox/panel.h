/*
 * panel.h: the sandbox's own paths, SANDBOX section 4, and the service.
 */
#ifndef TSHOP_SANDBOX_PANEL_H
#define TSHOP_SANDBOX_PANEL_H

#include "http/route.h"
#include "http/serve.h"

/* What a start, and a reset, find there: keys and products. */
void sandbox_furnish(void);

/* What is wrong with a call to the panel itself. */
enum outcome panel_refuse(struct request *, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

extern const struct service sandbox_service;

handler panel_mail, panel_calls, panel_fault_add, panel_faults,
    panel_faults_clear, panel_printful_orders, panel_printify_orders,
    panel_prices, panel_stock, panel_printful_move, panel_printify_move,
    panel_subscription_move, panel_webhooks, panel_replay, panel_reset,
    panel_health;

#endif
