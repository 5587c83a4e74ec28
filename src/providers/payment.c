/*
 * payment.c: the providers of payment by their names.
 */
#include <string.h>

#include "base/insist.h"
#include "providers/payment.h"

struct payment_notice
payment_notice_empty(void)
{
	return (struct payment_notice){ .event = "",
		.type = "",
		.intent = "",
		.charge = "",
		.refund = "",
		.dispute = "",
		.order_id = "",
		.refund_id = "",
		.user_id = "",
		.status = "",
		.currency = "",
		.declined_code = "",
		.declined = "",
		.reason = "",
		.session = "",
		.customer = "",
		.subscription = "",
		.price = "",
		.invoice = "" };
}

const struct payment_provider *
payment_find(const char *name)
{
	static const struct payment_provider *const all[] = { &payment_stripe,
		&payment_paypal };

	for (size_t i = 0; i < COUNT(all); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}
