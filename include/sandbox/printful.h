/*
 * printful.h: Printful v1, and v2 for webhooks: developers.printful.com.
 */
#ifndef TSHOP_SANDBOX_PRINTFUL_H
#define TSHOP_SANDBOX_PRINTFUL_H

#include "http/request.h"
#include "http/route.h"
#include "sandbox/printers.h"
#include "sandbox/shape.h"

/* Check the token. */
enum outcome printful_open(struct request *);
enum outcome printful_answer(struct request *, json *result);
enum outcome printful_refuse(struct request *, int status, const char *reason,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The body as an object. */
enum outcome printful_body(struct request *, json **body);
/* An event of the v2 vocabulary; shipment and reason may be NULL. */
void printful_event(
    const char *type, json *order, json *shipment, const char *reason);

/* printful_check.c: recipient and items of rates, estimates and orders. */
enum outcome printful_recipient(struct request *, json *body, bool whole);
enum outcome printful_items(struct request *, json *body, bool files);
json *printful_costs(json *items, bool express);

/* The order by "98217341" or "@external"; NULL if there is none. */
json *printful_order_of(const char *id);
/* Is its status among the words? */
bool printful_is(json *order, const char *statuses);
void printful_put(json *order);

/* printful_shape.c: an order made, or filled anew, from a body. */
json *printful_make(json *body);
void printful_fill(json *order, json *body);

order_move printful_ship, printful_deliver, printful_fail, printful_cancel;

handler printful_rates, printful_estimate, printful_create, printful_list,
    printful_get, printful_update, printful_confirm, printful_delete,
    printful_products, printful_product, printful_variant, printful_printfiles,
    printful_stores, printful_countries, printful_threads, printful_hooks_set,
    printful_hooks_get, printful_hooks_drop, printful_old_hooks_set,
    printful_old_hooks_get, printful_old_hooks_drop;

#endif
