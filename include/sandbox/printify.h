/*
 * printify.h: Printify v1: developers.printify.com.
 */
#ifndef TSHOP_SANDBOX_PRINTIFY_H
#define TSHOP_SANDBOX_PRINTIFY_H

#include "http/request.h"
#include "http/route.h"
#include "sandbox/printers.h"
#include "sandbox/shape.h"

/* Token and User-Agent; and, where the path names a shop, that it is ours. */
enum outcome printify_open(struct request *);
enum outcome printify_open_shop(struct request *);
enum outcome printify_body(struct request *, json **body);
/* {"errors":{"reason":…}}, where 'reason' may be an object as a string. */
enum outcome printify_refuse(struct request *, int status, int code,
    const char *message, const char *reason);
enum outcome printify_missing(struct request *);
/* {"zip":["The zip field is required."]} and 8103. */
enum outcome printify_required(struct request *, const char *field);
/* An event; members of resource.data beside shop_id come from 'more'. */
void printify_event(const char *topic, json *order, json *more);
/* The parameter without its ".json". */
const char *printify_id(struct request *, int index);
int64_t printify_shop(void);
/* A page of a list as they page: newest first. */
enum outcome printify_page(
    struct request *, const char *collection, int most, int fallback);

/* printify_check.c */
enum outcome printify_address(struct request *, json *body);
enum outcome printify_lines(struct request *, json *body, bool areas);

json *printify_order_of(const char *id);
bool printify_is(json *order, const char *status);
void printify_put(json *order);
/* Set its status and that of its lines. */
void printify_set(json *order, const char *status, const char *line);
/* Tell that its status has changed. */
void printify_updated(json *order);

order_move printify_ship, printify_deliver, printify_fail, printify_cancel;
/* The unpublished products that carry the prices, one a blueprint. */
void printify_products_open(void);

handler printify_shops, printify_blueprints, printify_blueprint,
    printify_makers, printify_variants, printify_shipping, printify_all_makers,
    printify_upload, printify_upload_get, printify_uploads, printify_archive,
    printify_product_create, printify_product_get, printify_product_list,
    printify_order_create, printify_order_get, printify_order_list,
    printify_order_produce, printify_order_cancel, printify_order_shipping,
    printify_hook_create, printify_hook_list, printify_hook_update,
    printify_hook_delete;

#endif
