/*
 * stripe_refunds.c: refunds.
 */
#include "base/clock.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define CHARGES "stripe/charges"
#define INTENTS "stripe/intents"
#define REFUNDS "stripe/refunds"
#define BAD_CALL "invalid_request_error"

/* clang-format off */
static const struct param refund_params[] = {
	{ "payment_intent", PARAM_TEXT, false, NULL },
	{ "charge", PARAM_TEXT, false, NULL },
	{ "amount", PARAM_INT, false, NULL },
	{ "currency", PARAM_TEXT, false, NULL },
	{ "reason", PARAM_TEXT, false, "duplicate|fraudulent|requested_by_customer" },
	{ "refund_application_fee", PARAM_BOOL, false, NULL },
	{ "reverse_transfer", PARAM_BOOL, false, NULL },
	{ "instructions_email", PARAM_TEXT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param update_params[] = { METADATA, EXPAND, PARAMS_END };
/* clang-format on */

/* The charge that the refund is about, and whether it has any money left. */
static enum outcome
refunded_charge(const struct stripe *s, json **charge)
{
	const char *intent = param_text(s, "payment_intent");
	const char *id = param_text(s, "charge");
	struct request *rq = s->rq;
	json *pi;

	if (!intent && !id)
		return stripe_refuse(rq, 400, BAD_CALL, NULL, NULL,
		    "One of the following params should be provided for this "
		    "request: payment_intent or charge.");
	if (intent) {
		pi = store_get(INTENTS, intent);
		if (!pi)
			return stripe_missing(
			    rq, "payment_intent", intent, "payment_intent");
		id = json_text(pi, "latest_charge");
	}
	*charge = store_get(CHARGES, id);
	if (!*charge && !intent)
		return stripe_missing(rq, "charge", id, "charge");
	if (!*charge || !text_is(*charge, "status", "succeeded"))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, NULL,
		    "This PaymentIntent (%s) does not have a successful charge "
		    "to refund.",
		    intent ? intent : id);
	if (json_flag(*charge, "disputed", false))
		return stripe_refuse(rq, 400, BAD_CALL, "charge_disputed", NULL,
		    "Charge %s has been charged back; cannot issue a "
		    "refund.",
		    json_text(*charge, "id"));
	if (json_flag(*charge, "refunded", false))
		return stripe_refuse(rq, 400, BAD_CALL,
		    "charge_already_refunded", NULL,
		    "Charge %s has already been refunded.",
		    json_text(*charge, "id"));
	return OK;
}

static void
refunded_set(json *ch, int64_t amount)
{
	set_int(ch, "amount_refunded", amount);
	set_flag(ch, "refunded", amount == json_int(ch, "amount", 0));
	stripe_put(CHARGES, ch);
}

static json *
refund_make(const struct stripe *s, json *ch, int64_t amount)
{
	json *re =
	    shape("{\"id\":null,\"object\":\"refund\",\"amount\":0,"
		  "\"balance_transaction\":null,\"charge\":null,\"created\":0,"
		  "\"currency\":null,\"metadata\":{},\"payment_intent\":null,"
		  "\"reason\":null,\"receipt_number\":null,"
		  "\"source_transfer_reversal\":null,\"status\":\"succeeded\","
		  "\"transfer_reversal\":null}");

	set_text(re, "id", made_id("re_3", 23));
	set_int(re, "amount", amount);
	set_text(re, "balance_transaction", made_id("txn_3", 23));
	set_text(re, "charge", json_text(ch, "id"));
	set_int(re, "created", clock_now_s());
	set_json(re, "currency", json_get(ch, "currency"));
	set_text(re, "payment_intent", json_text(ch, "payment_intent"));
	set_text(re, "reason", param_text(s, "reason"));
	param_metadata(s, re);
	return re;
}

/* What happens to it after the answer: nothing, success, or failure. */
static void
refund_goes_on(struct request *rq, json *re, json *ch, const struct card *c)
{
	json *before = shape("{}");

	set_json(before, "status", json_get(re, "status"));
	if (c->end == CARD_REFUND_FAILS) {
		set_text(re, "status", "failed");
		set_text(re, "failure_reason", "expired_or_canceled_card");
		set_text(
		    re, "failure_balance_transaction", made_id("txn_1", 23));
		refunded_set(ch, json_int(ch, "amount_refunded", 0) -
				     json_int(re, "amount", 0));
		stripe_put(REFUNDS, re);
		stripe_event(rq, "refund.failed", re, before);
	} else {
		set_text(re, "status", "succeeded");
		stripe_put(REFUNDS, re);
		stripe_event(rq, "refund.updated", re, before);
	}
	stripe_event(rq, "charge.refund.updated", re, before);
}

enum outcome
stripe_refund_create(struct request *rq)
{
	const struct card *c;
	struct stripe s;
	json *ch = NULL, *re, *said, *before = shape("{}");
	int64_t was, left, amount;

	TRY(stripe_open(rq, refund_params, &s));
	TRY(refunded_charge(&s, &ch));
	was = json_int(ch, "amount_refunded", 0);
	left = json_int(ch, "amount", 0) - was;
	amount = param_int(&s, "amount", left);
	if (amount < 1)
		return stripe_refuse(rq, 400, BAD_CALL,
		    "parameter_invalid_integer", "amount",
		    "This value must be greater than or equal to 1.");
	if (amount > left)
		return stripe_refuse(rq, 400, BAD_CALL, NULL, "amount",
		    "Refund amount (%lld) is greater than unrefunded amount on "
		    "charge (%lld).",
		    (long long)amount, (long long)left);

	c = card_of(json_text(ch, "id"));
	re = refund_make(&s, ch, amount);
	if (c->end == CARD_REFUNDS_LATE)
		set_text(re, "status", "pending");
	refunded_set(ch, was + amount);
	stripe_put(REFUNDS, re);
	said = shape_copy(re);
	set_int(before, "amount_refunded", was);
	stripe_event(rq, "refund.created", re, NULL);
	stripe_event(rq, "charge.refunded", ch, before);
	refund_goes_on(rq, re, ch, c);
	return stripe_answer(&s, said);
}

enum outcome
stripe_refund_update(struct request *rq)
{
	struct stripe s;
	json *re;

	TRY(stripe_open(rq, update_params, &s));
	TRY(stripe_find(rq, REFUNDS, "refund", rq->params[0], &re));
	param_metadata(&s, re);
	stripe_put(REFUNDS, re);
	return stripe_answer(&s, re);
}
