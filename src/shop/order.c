/*
 * order.c: the table of moves.
 */
#include "base/insist.h"
#include "shop/order.h"

#define TO(state) (1u << ORDER_##state)

/* clang-format off */
static const struct {
	const char *name;
	unsigned to;
} states[ORDER_STATES] = {
	[ORDER_PENDING]    = { "pending",    TO(PAID) | TO(CANCELLED) },
	[ORDER_PAID]       = { "paid",       TO(PROCESSING) | TO(CANCELLED) | TO(REFUNDED) },
	[ORDER_PROCESSING] = { "processing", TO(FULFILLED) | TO(REFUNDED) },
	[ORDER_FULFILLED]  = { "fulfilled",  TO(SHIPPED) | TO(REFUNDED) },
	[ORDER_SHIPPED]    = { "shipped",    TO(DELIVERED) | TO(REFUNDED) },
	[ORDER_DELIVERED]  = { "delivered",  TO(REFUNDED) },
	[ORDER_CANCELLED]  = { "cancelled",  0 },
	[ORDER_REFUNDED]   = { "refunded",   0 },
};
/* clang-format on */

bool
order_may_move(enum order_state from, enum order_state to)
{
	insist(from < ORDER_STATES && to < ORDER_STATES);
	return states[from].to & 1u << to;
}

const char *
order_state_name(enum order_state state)
{
	insist(state < ORDER_STATES);
	return states[state].name;
}

bool
order_state_parse(const char *name, enum order_state *state)
{
	for (unsigned i = 0; i < ORDER_STATES; i++)
		if (strcmp(states[i].name, name) == 0) {
			*state = (enum order_state)i;
			return true;
		}
	return false;
}
