/*
 * routes.h: the public surface of the product, as one table.
 */
#ifndef TSHOP_API_ROUTES_H
#define TSHOP_API_ROUTES_H

#include "http/route.h"

extern const struct route api_routes[];
extern const size_t api_route_count;

#endif
