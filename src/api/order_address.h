/*
 * order_address.h: where an order goes, from the body to the database.
 */
#ifndef TSHOP_API_ORDER_ADDRESS_H
#define TSHOP_API_ORDER_ADDRESS_H

#include "http/request.h"
#include "shop/address.h"

/* Read and check it; what is wrong is named under "field". */
void order_address_read(
    struct request *, const char *field, json *object, struct address *);
/* As it is stored: a JSON object with every member, in the arena. */
const char *order_address_json(struct arena *, const struct address *);

#endif
