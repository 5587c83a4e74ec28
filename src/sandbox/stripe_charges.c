/*
 * stripe_charges.c: charges, disputes, refunds, stripe.md sections 5.3 and 6.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "http/reply.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define CHARGES "stripe/charges"
#define REFUNDS "stripe/refunds"
#define INTENTS "stripe/intents"
#define BAD_CALL "invalid_request_error"

/* clang-format off */
static const struct param get_params[] = { EXPAND, PARAMS_END };
static const struct param capture_params[] = {
	{ "amount_to_capture", PARAM_INT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
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
static const struct param list_params[] = {
	{ "payment_intent", PARAM_TEXT, false, NULL },
	{ "charge", PARAM_TEXT, false, NULL },
	{ "customer", PARAM_TEXT, false, NULL },
	{ "created[*]", PARAM_TEXT, false, NULL },
	{ "limit", PARAM_INT, false, NULL },
	{ "starting_after", PARAM_TEXT, false, NULL },
	{ "ending_before", PARAM_TEXT, false, NULL },
	EXPAND, PARAMS_END
};
/* clang-format on */

static json *
card_details(json *method)
{
	json *details = shape(
	    "{\"card\":{\"installments\":null,\"mandate\":null,\"network\":"
	    "null,\"network_token\":{\"used\":false},\"three_d_secure\":null,"
	    "\"wallet\":null},\"type\":\"card\"}");
	json *from = json_get(method, "card"),
	     *card = json_get(details, "card");
	static const char *const same[] = { "brand", "checks", "country",
		"exp_month", "exp_year", "fingerprint", "funding", "last4" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		set_json(card, same[i], json_get(from, same[i]));
	set_json(card, "network", json_get(from, "brand"));
	return details;
}

static void
charge_fail(json *ch, const struct card *c)
{
	json *outcome = json_get(ch, "outcome");

	set_text(ch, "status", "failed");
	set_flag(ch, "paid", false);
	set_flag(ch, "captured", false);
	set_int(ch, "amount_captured", 0);
	set_json(ch, "balance_transaction", NULL);
	set_text(ch, "failure_code", c->code);
	set_text(ch, "failure_message", c->message);
	set_text(outcome, "network_status", "declined_by_network");
	set_text(outcome, "reason", c->decline_code);
	set_text(outcome, "seller_message",
	    "The bank did not return any further details with this decline.");
	set_text(outcome, "type", "issuer_declined");
}

json *
charge_make(json *pi, const struct card *c, json *method)
{
	json *ch = shape(
	    "{\"id\":null,\"object\":\"charge\",\"amount\":0,"
	    "\"amount_captured\":0,\"amount_refunded\":0,\"application\":null,"
	    "\"application_fee\":null,\"application_fee_amount\":null,"
	    "\"balance_transaction\":null,\"billing_details\":{},"
	    "\"calculated_statement_descriptor\":\"TSHOP\",\"captured\":true,"
	    "\"created\":0,\"currency\":null,\"customer\":null,"
	    "\"description\":null,\"disputed\":false,"
	    "\"failure_balance_transaction\":null,\"failure_code\":null,"
	    "\"failure_message\":null,\"fraud_details\":{},\"invoice\":null,"
	    "\"livemode\":false,\"metadata\":{},\"on_behalf_of\":null,"
	    "\"outcome\":{\"network_status\":\"approved_by_network\","
	    "\"reason\":null,\"risk_level\":\"normal\",\"risk_score\":21,"
	    "\"seller_message\":\"Payment complete.\",\"type\":"
	    "\"authorized\"},\"paid\":true,\"payment_intent\":null,"
	    "\"payment_method\":null,\"receipt_email\":null,"
	    "\"receipt_number\":null,\"refunded\":false,\"review\":null,"
	    "\"shipping\":null,\"source_transfer\":null,"
	    "\"statement_descriptor\":null,\"statement_descriptor_suffix\":"
	    "null,\"status\":\"succeeded\",\"transfer_data\":null,"
	    "\"transfer_group\":null}");
	static const char *const same[] = { "amount", "currency", "customer",
		"description", "invoice", "receipt_email", "shipping",
		"statement_descriptor_suffix" };
	const char *id = made_id("ch_3", 23);

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		set_json(ch, same[i], json_get(pi, same[i]));
	set_text(ch, "id", id);
	set_json(ch, "metadata", shape_copy(json_get(pi, "metadata")));
	set_int(ch, "amount_captured", json_int(pi, "amount", 0));
	set_text(ch, "balance_transaction", made_id("txn_3", 23));
	set_json(ch, "billing_details", json_get(method, "billing_details"));
	set_int(ch, "created", clock_now_s());
	set_text(ch, "payment_intent", json_text(pi, "id"));
	set_text(ch, "payment_method", json_text(method, "id"));
	set_json(ch, "payment_method_details", card_details(method));
	set_printf(ch, "receipt_url",
	    "https://pay.stripe.com/receipts/payment/%s", id);
	set_text(ch, "card_name", c->name);
	if (text_is(pi, "capture_method", "manual")) {
		set_flag(ch, "captured", false);
		set_int(ch, "amount_captured", 0);
	}
	if (c->end == CARD_DECLINES)
		charge_fail(ch, c);
	stripe_put(CHARGES, ch);
	return ch;
}

void
charge_dispute(struct request *rq, json *ch)
{
	json *dp =
	    shape("{\"id\":null,\"object\":\"dispute\",\"amount\":0,"
		  "\"balance_transactions\":[],\"charge\":null,\"created\":0,"
		  "\"currency\":null,\"evidence\":{},\"evidence_details\":"
		  "{\"due_by\":0,\"has_evidence\":false,\"past_due\":false,"
		  "\"submission_count\":0},\"is_charge_refundable\":false,"
		  "\"livemode\":false,\"metadata\":{},\"payment_intent\":null,"
		  "\"payment_method_details\":{\"card\":{\"brand\":\"visa\","
		  "\"network_reason_code\":\"10.4\"},\"type\":\"card\"},"
		  "\"reason\":\"fraudulent\",\"status\":\"needs_response\"}");
	int64_t now = clock_now_s();

	set_text(dp, "id", made_id("dp_1", 23));
	set_json(dp, "amount", json_get(ch, "amount"));
	set_json(dp, "currency", json_get(ch, "currency"));
	set_text(dp, "charge", json_text(ch, "id"));
	set_text(dp, "payment_intent", json_text(ch, "payment_intent"));
	set_int(dp, "created", now);
	set_int(json_get(dp, "evidence_details"), "due_by", now + 7 * 86400);
	set_flag(ch, "disputed", true);
	stripe_put(CHARGES, ch);
	stripe_put("stripe/disputes", dp);
	stripe_event(rq, "charge.dispute.created", dp, NULL);
}

static enum outcome
show(struct request *rq, const char *collection, const char *kind)
{
	struct stripe s;
	json *object;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, collection, kind, rq->params[0], &object));
	return stripe_answer(&s, object);
}

enum outcome
stripe_charge_get(struct request *rq)
{
	return show(rq, CHARGES, "charge");
}

enum outcome
stripe_dispute_get(struct request *rq)
{
	return show(rq, "stripe/disputes", "dispute");
}

enum outcome
stripe_refund_get(struct request *rq)
{
	return show(rq, REFUNDS, "refund");
}

static enum outcome
listing(struct request *rq, const char *collection, const char *url)
{
	static const char *const filters[] = { "payment_intent", "charge",
		"customer", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, collection, url, filters);
}

enum outcome
stripe_charge_list(struct request *rq)
{
	return listing(rq, CHARGES, "/v1/charges");
}

enum outcome
stripe_refund_list(struct request *rq)
{
	return listing(rq, REFUNDS, "/v1/refunds");
}

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

	c = card_find(text_or(ch, "card_name", "pm_card_visa"));
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

enum outcome
stripe_intent_capture(struct request *rq)
{
	struct stripe s;
	json *pi, *ch;

	TRY(stripe_open(rq, capture_params, &s));
	TRY(stripe_find(rq, INTENTS, "payment_intent", rq->params[0], &pi));
	if (!text_is(pi, "status", "requires_capture"))
		return stripe_refuse(rq, 400, BAD_CALL,
		    "payment_intent_unexpected_state", NULL,
		    "This PaymentIntent could not be captured because it has a "
		    "status of %s. Only a PaymentIntent with one of the "
		    "following statuses may be captured: requires_capture.",
		    json_text(pi, "status"));
	ch = store_get(CHARGES, json_text(pi, "latest_charge"));
	set_flag(ch, "captured", true);
	set_json(ch, "amount_captured", json_get(pi, "amount"));
	stripe_put(CHARGES, ch);
	set_text(pi, "status", "succeeded");
	set_int(pi, "amount_capturable", 0);
	set_json(pi, "amount_received", json_get(pi, "amount"));
	stripe_put(INTENTS, pi);
	stripe_event(rq, "charge.captured", ch, NULL);
	stripe_event(rq, "payment_intent.succeeded", pi, NULL);
	return stripe_answer(&s, pi);
}

/* GET /3d_secure/:intent: the buyer has said yes. */
enum outcome
stripe_intent_secure(struct request *rq)
{
	json *pi = store_get(INTENTS, rq->params[0]), *method;
	const char *back;

	if (!pi || !text_is(pi, "status", "requires_action"))
		return answer_text(rq, 404, "text/plain; charset=utf-8",
		    "Nobody waits for this.\n");
	back = arena_text(rq->arena,
	    json_text(json_at(pi, "next_action", "redirect_to_url", NULL),
		"return_url"));
	method = store_get("stripe/methods", json_text(pi, "payment_method"));
	intent_pay(rq, pi, card_find(json_text(method, "card_name")));
	if (!back)
		return answer_text(
		    rq, 200, "text/plain; charset=utf-8", "Paid.\n");
	return answer_redirect(rq, 302,
	    arena_printf(rq->arena,
		"%s%cpayment_intent=%s&redirect_status=succeeded", back,
		strchr(back, '?') ? '&' : '?', json_text(pi, "id")));
}
