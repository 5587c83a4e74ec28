/*
 * stripe_charges.c: charges, their disputes and what is refunded.
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

/* 2.9 % and 30, as they take of a card at home. */
static void
charge_book(json *ch)
{
	json *bt = shape("{\"id\":null,\"object\":\"balance_transaction\","
			 "\"amount\":0,\"available_on\":0,\"created\":0,"
			 "\"currency\":null,\"description\":null,"
			 "\"exchange_rate\":null,\"fee\":0,\"fee_details\":[],"
			 "\"net\":0,\"reporting_category\":\"charge\","
			 "\"source\":null,\"status\":\"pending\","
			 "\"type\":\"charge\"}");
	int64_t amount = json_int(ch, "amount", 0);
	int64_t fee = (amount * 29 + 500) / 1000 + 30;

	set_text(bt, "id", made_id("txn_3", 23));
	set_int(bt, "amount", amount);
	set_int(bt, "created", clock_now_s());
	set_int(bt, "available_on", clock_now_s() + 2 * 86400);
	set_json(bt, "currency", json_get(ch, "currency"));
	set_int(bt, "fee", fee);
	set_int(bt, "net", amount - fee);
	set_text(bt, "source", json_text(ch, "id"));
	stripe_put("stripe/balance_transactions", bt);
	set_text(ch, "balance_transaction", json_text(bt, "id"));
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
	set_json(ch, "billing_details", json_get(method, "billing_details"));
	set_int(ch, "created", clock_now_s());
	set_text(ch, "payment_intent", json_text(pi, "id"));
	set_text(ch, "payment_method", json_text(method, "id"));
	set_json(ch, "payment_method_details", card_details(method));
	set_printf(ch, "receipt_url",
	    "https://pay.stripe.com/receipts/payment/%s", id);
	card_keep(id, c);
	if (text_is(pi, "capture_method", "manual")) {
		set_flag(ch, "captured", false);
		set_int(ch, "amount_captured", 0);
	}
	if (c->end == CARD_DECLINES)
		charge_fail(ch, c);
	else
		charge_book(ch);
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
	intent_pay(rq, pi, card_of(json_text(method, "id")));
	if (!back)
		return answer_text(
		    rq, 200, "text/plain; charset=utf-8", "Paid.\n");
	return answer_redirect(rq, 302,
	    arena_printf(rq->arena,
		"%s%cpayment_intent=%s&redirect_status=succeeded", back,
		strchr(back, '?') ? '&' : '?', json_text(pi, "id")));
}
