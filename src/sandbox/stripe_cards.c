/*
 * stripe_cards.c: Stripe's own test payment methods: docs.stripe.com/testing.
 */
#include <strings.h>

#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define DECLINED "Your card was declined."

/* clang-format off */
static const struct card cards[] = {
	{ "pm_card_visa", CARD_PAYS, NULL, NULL, NULL, "visa", "4242" },
	{ "pm_card_visa_debit", CARD_PAYS, NULL, NULL, NULL, "visa", "5556" },
	{ "pm_card_mastercard", CARD_PAYS, NULL, NULL, NULL, "mastercard", "4444" },
	{ "pm_card_amex", CARD_PAYS, NULL, NULL, NULL, "amex", "8431" },
	{ "pm_card_discover", CARD_PAYS, NULL, NULL, NULL, "discover", "9424" },
	{ "pm_card_chargeDeclined", CARD_DECLINES, "card_declined", "generic_decline", DECLINED, "visa", "0002" },
	{ "pm_card_visa_chargeDeclined", CARD_DECLINES, "card_declined", "generic_decline", DECLINED, "visa", "0002" },
	{ "pm_card_chargeDeclinedInsufficientFunds", CARD_DECLINES, "card_declined", "insufficient_funds", "Your card has insufficient funds.", "visa", "9995" },
	{ "pm_card_visa_chargeDeclinedInsufficientFunds", CARD_DECLINES, "card_declined", "insufficient_funds", "Your card has insufficient funds.", "visa", "9995" },
	{ "pm_card_chargeDeclinedLostCard", CARD_DECLINES, "card_declined", "lost_card", DECLINED, "visa", "9987" },
	{ "pm_card_chargeDeclinedStolenCard", CARD_DECLINES, "card_declined", "stolen_card", DECLINED, "visa", "9979" },
	{ "pm_card_chargeDeclinedFraudulent", CARD_DECLINES, "card_declined", "fraudulent", DECLINED, "visa", "0019" },
	{ "pm_card_chargeDeclinedExpiredCard", CARD_DECLINES, "expired_card", "expired_card", "Your card has expired.", "visa", "0069" },
	{ "pm_card_chargeDeclinedIncorrectCvc", CARD_DECLINES, "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "visa", "0127" },
	{ "pm_card_chargeDeclinedProcessingError", CARD_DECLINES, "processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit.", "visa", "0119" },
	{ "pm_card_chargeCustomerFail", CARD_DECLINES, "card_declined", "generic_decline", DECLINED, "visa", "0341" },
	{ "pm_card_authenticationRequired", CARD_ASKS, NULL, NULL, NULL, "visa", "3184" },
	{ "pm_card_threeDSecure2Required", CARD_ASKS, NULL, NULL, NULL, "visa", "3220" },
	{ "pm_usBankAccount_processing", CARD_WAITS, NULL, NULL, NULL, "visa", "6789" },
	{ "pm_card_createDispute", CARD_DISPUTES, NULL, NULL, NULL, "visa", "0259" },
	{ "pm_card_pendingRefund", CARD_REFUNDS_LATE, NULL, NULL, NULL, "visa", "7726" },
	{ "pm_card_refundFail", CARD_REFUND_FAILS, NULL, NULL, NULL, "visa", "5126" },
};
/* clang-format on */

const struct card *
card_find(const char *name)
{
	for (size_t i = 0; name && i < COUNT(cards); i++)
		if (!strcmp(cards[i].name, name))
			return &cards[i];
	return NULL;
}

void
card_keep(const char *id, const struct card *c)
{
	json *kept = shape("{}");

	set_text(kept, "name", c->name);
	store_put("stripe/cards", id, kept);
}

const struct card *
card_of(const char *id)
{
	return card_find(json_text(store_get("stripe/cards", id), "name"));
}

json *
card_method(const struct card *c)
{
	json *m = shape(
	    "{\"id\":null,\"object\":\"payment_method\",\"billing_details\":"
	    "{\"address\":{\"city\":null,\"country\":null,\"line1\":null,"
	    "\"line2\":null,\"postal_code\":null,\"state\":null},\"email\":"
	    "null,\"name\":null,\"phone\":null},\"card\":{\"brand\":null,"
	    "\"checks\":{\"address_line1_check\":null,"
	    "\"address_postal_code_check\":null,\"cvc_check\":\"pass\"},"
	    "\"country\":\"US\",\"exp_month\":12,\"exp_year\":2034,"
	    "\"fingerprint\":\"Xt5EWLLDS7FJjR1c\",\"funding\":\"credit\","
	    "\"generated_from\":null,\"last4\":null,\"networks\":"
	    "{\"available\":[],\"preferred\":null},\"three_d_secure_usage\":"
	    "{\"supported\":true},\"wallet\":null},\"created\":0,\"customer\":"
	    "null,\"livemode\":false,\"metadata\":{},\"type\":\"card\"}");
	json *card = json_get(m, "card");

	set_text(m, "id", made_id("pm_1", 23));
	set_int(m, "created", clock_now_s());
	set_text(card, "brand", c->brand);
	set_text(card, "last4", c->last4);
	add_text(json_at(card, "networks", "available", NULL), c->brand);
	card_keep(json_text(m, "id"), c);
	stripe_put("stripe/methods", m);
	return m;
}

/* clang-format off */
/* What a charge must reach, minor units: docs.stripe.com/currencies. */
static const struct {
	const char *code;
	int64_t least;
} currencies[] = {
	{ "usd", 50 }, { "eur", 50 }, { "aud", 50 }, { "cad", 50 },
	{ "chf", 50 }, { "nzd", 50 }, { "sgd", 50 }, { "brl", 50 },
	{ "inr", 50 }, { "gbp", 30 }, { "jpy", 50 }, { "krw", 50 },
	{ "dkk", 250 }, { "nok", 300 }, { "sek", 300 }, { "pln", 200 },
	{ "ron", 200 }, { "czk", 1500 }, { "hkd", 400 }, { "huf", 17500 },
	{ "aed", 200 }, { "myr", 200 }, { "thb", 1000 }, { "mxn", 1000 },
	{ "zar", 50 }, { "php", 50 }, { "ils", 50 }, { "twd", 50 },
	{ "clp", 50 }, { "isk", 100 }, { "bhd", 10 }, { "kwd", 10 },
};
/* clang-format on */

bool
stripe_currency(const char *code, int64_t *least)
{
	for (size_t i = 0; i < COUNT(currencies); i++)
		if (!strcasecmp(currencies[i].code, code)) {
			*least = currencies[i].least;
			return true;
		}
	return false;
}
