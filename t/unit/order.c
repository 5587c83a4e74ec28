/*
 * The moves of an order are those of the table and no others.
 */
#include "shop/order.h"

#include "tap.h"

/* Every move that there is; the database has the same list. */
static const char *const moves[][2] = {
	{ "pending", "paid" },
	{ "pending", "cancelled" },
	{ "paid", "processing" },
	{ "paid", "cancelled" },
	{ "paid", "refunded" },
	{ "processing", "fulfilled" },
	{ "processing", "refunded" },
	{ "fulfilled", "shipped" },
	{ "fulfilled", "refunded" },
	{ "shipped", "delivered" },
	{ "shipped", "refunded" },
	{ "delivered", "refunded" },
};

static bool
is_listed(const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		if (!strcmp(moves[i][0], from) && !strcmp(moves[i][1], to))
			return true;
	return false;
}

int
main(void)
{
	enum order_state state;

	for (int from = 0; from < ORDER_STATES; from++) {
		const char *name = order_state_name((enum order_state)from);

		ok(order_state_parse(name, &state) && (int)state == from,
		    "'%s' is a state", name);
		ok(strstr(ORDER_CHOICES, name) != NULL, "'%s' may be asked for",
		    name);
		for (int to = 0; to < ORDER_STATES; to++) {
			const char *other =
			    order_state_name((enum order_state)to);

			is_int(order_may_move((enum order_state)from,
				   (enum order_state)to),
			    is_listed(name, other), "%s to %s", name, other);
		}
	}
	ok(!order_state_parse("lost", &state), "there is no other");
	ok(!order_state_parse("", &state), "nor an empty one");
	return tap_done();
}
