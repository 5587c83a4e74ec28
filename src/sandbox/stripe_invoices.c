/*
 * stripe_invoices.c: the bills of subscriptions, and how time goes on for
 * them by the panel's word.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/panel.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define SUBSCRIPTIONS "stripe/subscriptions"
#define INVOICES "stripe/invoices"
#define DAY_S 86400

/* clang-format off */
static const struct {
	const char *interval;
	int days;
} intervals[] = {
	{ "day", 1 }, { "week", 7 }, { "month", 30 }, { "year", 365 },
};
/* clang-format on */

int64_t
invoice_period_s(json *price)
{
	json *r = json_get(price, "recurring");
	int64_t days = 30;

	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++)
		if (text_is(r, "interval", intervals[i].interval))
			days = intervals[i].days;
	return days * DAY_S * json_int(r, "interval_count", 1);
}

/* A bill for the period that the subscription is in; nothing is paid yet. */
static json *
invoice_make(json *sub, json *price, const char *reason)
{
	json *in = shape(
	    "{\"id\":null,\"object\":\"invoice\",\"account_country\":\"US\","
	    "\"account_name\":\"TShop\",\"amount_due\":0,\"amount_paid\":0,"
	    "\"amount_remaining\":0,\"amount_shipping\":0,\"attempt_count\":0,"
	    "\"attempted\":false,\"auto_advance\":false,\"automatic_tax\":"
	    "{\"enabled\":false,\"status\":null},\"billing_reason\":null,"
	    "\"charge\":null,\"collection_method\":"
	    "\"charge_automatically\",\"created\":0,\"currency\":null,"
	    "\"customer\":null,\"customer_email\":null,\"customer_name\":null,"
	    "\"description\":null,\"discount\":null,\"discounts\":[],"
	    "\"due_date\":null,\"hosted_invoice_url\":null,\"invoice_pdf\":"
	    "null,\"lines\":{\"object\":\"list\",\"data\":[],\"has_more\":"
	    "false},\"livemode\":false,\"metadata\":{},"
	    "\"next_payment_attempt\":null,\"number\":null,\"paid\":false,"
	    "\"paid_out_of_band\":false,\"payment_intent\":null,"
	    "\"period_end\":0,\"period_start\":0,\"status\":\"open\","
	    "\"status_transitions\":{\"finalized_at\":0,"
	    "\"marked_uncollectible_at\":null,\"paid_at\":null,\"voided_at\":"
	    "null},\"subscription\":null,\"subtotal\":0,\"tax\":null,"
	    "\"total\":0}");
	static const char *const amounts[] = { "amount_due", "amount_remaining",
		"subtotal", "total" };
	static const char *const times[] = { "created", "period_start",
		"period_end" };
	int64_t amount = json_int(price, "unit_amount", 0);
	json *customer =
	    store_get("stripe/customers", json_text(sub, "customer"));
	int64_t now = clock_now_s();
	json *details = shape("{}");

	set_text(in, "id", made_id("in_1", 23));
	set_text(in, "billing_reason", reason);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		set_int(in, amounts[i], amount);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		set_int(in, times[i], now);
	set_int(json_get(in, "status_transitions"), "finalized_at", now);
	set_json(in, "currency", json_get(price, "currency"));
	set_json(in, "customer", json_get(sub, "customer"));
	set_json(in, "customer_email", json_get(customer, "email"));
	set_json(in, "customer_name", json_get(customer, "name"));
	set_text(in, "subscription", json_text(sub, "id"));
	set_json(details, "metadata", json_get(sub, "metadata"));
	set_json(in, "subscription_details", details);
	set_printf(in, "number", "%s-%04d", made_code("", 8),
	    1 + (int)store_next("stripe/invoice_number") % 10000);
	set_printf(in, "hosted_invoice_url",
	    "https://invoice.stripe.com/i/acct_1TShop/%s", json_text(in, "id"));
	set_printf(in, "invoice_pdf",
	    "https://pay.stripe.com/invoice/acct_1TShop/%s/pdf",
	    json_text(in, "id"));
	return in;
}

static void
invoice_line(json *in, json *sub, json *price)
{
	json *line = shape("{\"id\":null,\"object\":\"line_item\",\"amount\":0,"
			   "\"currency\":null,\"description\":\"1 x Premium\","
			   "\"discountable\":true,\"livemode\":false,"
			   "\"period\":{},\"proration\":false,\"quantity\":1,"
			   "\"type\":\"subscription\"}");
	json *period = json_get(line, "period");

	set_text(line, "id", made_id("il_1", 23));
	set_json(line, "amount", json_get(price, "unit_amount"));
	set_json(line, "currency", json_get(price, "currency"));
	set_json(line, "metadata", json_get(sub, "metadata"));
	set_json(period, "start", json_get(sub, "current_period_start"));
	set_json(period, "end", json_get(sub, "current_period_end"));
	set_json(line, "price", shape_copy(price));
	set_text(line, "subscription", json_text(sub, "id"));
	add_json(json_at(in, "lines", "data", NULL), line);
}

static void
invoice_pay(json *in)
{
	const struct card *visa = card_find("pm_card_visa");
	json *pi = intent_make(
	    json_int(in, "amount_due", 0), text_or(in, "currency", "usd"));
	json *method = card_method(visa), *charge;

	set_json(pi, "customer", json_get(in, "customer"));
	set_text(pi, "invoice", json_text(in, "id"));
	set_text(pi, "payment_method", json_text(method, "id"));
	charge = charge_make(pi, visa, method);
	set_text(pi, "latest_charge", json_text(charge, "id"));
	set_json(pi, "amount_received", json_get(pi, "amount"));
	set_text(pi, "status", "succeeded");
	stripe_put("stripe/intents", pi);
	set_text(in, "payment_intent", json_text(pi, "id"));
	set_text(in, "charge", json_text(charge, "id"));
	set_json(in, "amount_paid", json_get(in, "amount_due"));
	set_int(in, "amount_remaining", 0);
	set_int(in, "attempt_count", json_int(in, "attempt_count", 0) + 1);
	set_flag(in, "attempted", true);
	set_flag(in, "paid", true);
	set_text(in, "status", "paid");
	set_json(in, "next_payment_attempt", NULL);
	set_int(json_get(in, "status_transitions"), "paid_at", clock_now_s());
	stripe_put(INVOICES, in);
}

static void
invoice_fail(json *in)
{
	set_int(in, "attempt_count", json_int(in, "attempt_count", 0) + 1);
	set_flag(in, "attempted", true);
	set_int(in, "next_payment_attempt", clock_now_s() + 3 * DAY_S);
	stripe_put(INVOICES, in);
}

json *
invoice_issue(json *sub, const char *reason, bool pays)
{
	json *item = json_element(json_at(sub, "items", "data", NULL), 0);
	json *price = json_get(item, "price");
	json *in = invoice_make(sub, price, reason);

	invoice_line(in, sub, price);
	if (pays)
		invoice_pay(in);
	else
		invoice_fail(in);
	set_text(sub, "latest_invoice", json_text(in, "id"));
	return in;
}

/* ---- the panel ---- */

/* The next period begins; whether it is paid is another matter. */
static void
period_move(json *sub)
{
	json *item = json_element(json_at(sub, "items", "data", NULL), 0);
	int64_t from = json_int(sub, "current_period_end", 0);

	set_int(sub, "current_period_start", from);
	set_int(sub, "current_period_end",
	    from + invoice_period_s(json_get(item, "price")));
}

static void
told(json *sub, json *in, const char *status, const char *event)
{
	json *before = shape("{}");

	set_text(before, "status", text_or(sub, "status", ""));
	set_text(sub, "status", status);
	stripe_put(SUBSCRIPTIONS, sub);
	stripe_event(NULL, event, in, NULL);
	stripe_event(NULL, "customer.subscription.updated", sub, before);
}

static const char *
renew(json *sub)
{
	if (!text_is(sub, "status", "active"))
		return "only an active one renews";
	period_move(sub);
	told(sub, invoice_issue(sub, "subscription_cycle", true), "active",
	    "invoice.paid");
	return NULL;
}

static const char *
fail(json *sub)
{
	if (!text_is(sub, "status", "active"))
		return "only an active one renews";
	period_move(sub);
	told(sub, invoice_issue(sub, "subscription_cycle", false), "past_due",
	    "invoice.payment_failed");
	return NULL;
}

static const char *
pay(json *sub)
{
	json *in = store_get(INVOICES, json_text(sub, "latest_invoice"));

	if (!in || !text_is(in, "status", "open"))
		return "nothing is owed";
	invoice_pay(in);
	told(sub, in, "active", "invoice.paid");
	return NULL;
}

static const char *
unpaid(json *sub)
{
	json *in = store_get(INVOICES, json_text(sub, "latest_invoice"));

	if (!in || !text_is(in, "status", "open"))
		return "nothing is owed";
	invoice_fail(in);
	set_json(in, "next_payment_attempt", NULL);
	told(sub, in, "unpaid", "invoice.payment_failed");
	return NULL;
}

enum outcome
panel_subscription_move(struct request *rq)
{
	static const struct {
		const char *name;
		const char *(*move)(json *sub);
	} moves[] = { { "renew", renew }, { "fail", fail }, { "pay", pay },
		{ "unpaid", unpaid } };
	json *sub = store_get(SUBSCRIPTIONS, rq->params[0]);
	const char *why;

	if (!sub)
		return panel_refuse(rq, 404, "there is no such subscription");
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (strcmp(moves[i].name, rq->params[1]) != 0)
			continue;
		why = moves[i].move(sub);
		return why ? panel_refuse(rq, 409, "%s; its status is %s", why,
				 text_or(sub, "status", ""))
			   : answer(rq, 200, sub);
	}
	return panel_refuse(rq, 404, "it is renew, fail, pay or unpaid");
}
