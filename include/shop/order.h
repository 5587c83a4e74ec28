/*
 * order.h: the states of an order and the moves between them.
 *
 * The database refuses every other move, whoever asks (order_moves); this is
 * the same table for those who want to know before they ask.
 */
#ifndef TSHOP_SHOP_ORDER_H
#define TSHOP_SHOP_ORDER_H

#include <stdbool.h>

enum order_state {
	ORDER_PENDING,
	ORDER_PAID,
	ORDER_PROCESSING,
	ORDER_FULFILLED,
	ORDER_SHIPPED,
	ORDER_DELIVERED,
	ORDER_CANCELLED,
	ORDER_REFUNDED,
	ORDER_STATES
};

/* For a query's CHOICE. */
#define ORDER_CHOICES                                                          \
	"pending|paid|processing|fulfilled|shipped|delivered|cancelled|"       \
	"refunded"

bool order_may_move(enum order_state from, enum order_state to);
const char *order_state_name(enum order_state);
/* false: there is no such state. */
bool order_state_parse(const char *name, enum order_state *);

#endif
