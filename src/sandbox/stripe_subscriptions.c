/*
 * stripe_subscriptions.c: subscriptions and their invoices, stripe.md
 * section 5.6.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define SUBSCRIPTIONS "stripe/subscriptions"
#define FEEDBACK                                                               \
	"customer_service|low_quality|missing_features|other|"                 \
	"switched_service|too_complex|too_expensive|unused"
#define DAY_S 86400

/* clang-format off */
#define DETAILS \
	{ "cancellation_details[comment]", PARAM_TEXT, false, NULL }, \
	{ "cancellation_details[feedback]", PARAM_TEXT, false, FEEDBACK }

static const struct param get_params[] = { EXPAND, PARAMS_END };
static const struct param update_params[] = {
	{ "cancel_at_period_end", PARAM_BOOL, false, NULL },
	{ "cancel_at", PARAM_INT, false, NULL },
	{ "default_payment_method", PARAM_TEXT, false, NULL },
	{ "description", PARAM_TEXT, false, NULL },
	{ "proration_behavior", PARAM_TEXT, false, "always_invoice|create_prorations|none" },
	{ "items[*]", PARAM_TEXT, false, NULL },
	{ "trial_end", PARAM_TEXT, false, NULL },
	DETAILS, METADATA, EXPAND, PARAMS_END
};
static const struct param delete_params[] = {
	{ "invoice_now", PARAM_BOOL, false, NULL },
	{ "prorate", PARAM_BOOL, false, NULL },
	DETAILS, EXPAND, PARAMS_END
};
static const struct param list_params[] = {
	{ "customer", PARAM_TEXT, false, NULL },
	{ "status", PARAM_TEXT, false, "active|all|canceled|ended|incomplete|incomplete_expired|past_due|paused|trialing|unpaid" },
	{ "price", PARAM_TEXT, false, NULL },
	{ "created[*]", PARAM_TEXT, false, NULL },
	{ "limit", PARAM_INT, false, NULL },
	{ "starting_after", PARAM_TEXT, false, NULL },
	{ "ending_before", PARAM_TEXT, false, NULL },
	EXPAND, PARAMS_END
};

static const struct {
	const char *interval;
	int days;
} intervals[] = {
	{ "day", 1 }, { "week", 7 }, { "month", 30 }, { "year", 365 },
};
/* clang-format on */

static int64_t
period_s(json *price)
{
	json *r = json_get(price, "recurring");
	int64_t days = 30;

	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++)
		if (text_is(r, "interval", intervals[i].interval))
			days = intervals[i].days;
	return days * DAY_S * json_int(r, "interval_count", 1);
}

static json *
item_make(const char *sub, json *price)
{
	json *item = shape("{\"id\":null,\"object\":\"subscription_item\","
			   "\"billing_thresholds\":null,\"created\":0,"
			   "\"metadata\":{},\"quantity\":1,\"tax_rates\":[]}");

	set_text(item, "id", made_id("si_", 14));
	set_int(item, "created", clock_now_s());
	set_json(item, "price", shape_copy(price));
	set_text(item, "subscription", sub);
	return item;
}

/* The paid first invoice, with the intent and charge behind it. */
static json *
invoice_make(json *sub, json *price, json *customer)
{
	json *in = shape(
	    "{\"id\":null,\"object\":\"invoice\",\"account_country\":\"US\","
	    "\"account_name\":\"TShop\",\"amount_due\":0,\"amount_paid\":0,"
	    "\"amount_remaining\":0,\"amount_shipping\":0,\"attempt_count\":1,"
	    "\"attempted\":true,\"auto_advance\":false,\"automatic_tax\":"
	    "{\"enabled\":false,\"status\":null},\"billing_reason\":"
	    "\"subscription_create\",\"charge\":null,\"collection_method\":"
	    "\"charge_automatically\",\"created\":0,\"currency\":null,"
	    "\"customer\":null,\"customer_email\":null,\"customer_name\":null,"
	    "\"description\":null,\"discount\":null,\"discounts\":[],"
	    "\"due_date\":null,\"hosted_invoice_url\":null,\"invoice_pdf\":"
	    "null,\"lines\":{\"object\":\"list\",\"data\":[],\"has_more\":"
	    "false},\"livemode\":false,\"metadata\":{},"
	    "\"next_payment_attempt\":null,\"number\":null,\"paid\":true,"
	    "\"paid_out_of_band\":false,\"payment_intent\":null,"
	    "\"period_end\":0,\"period_start\":0,\"status\":\"paid\","
	    "\"status_transitions\":{\"finalized_at\":0,"
	    "\"marked_uncollectible_at\":null,\"paid_at\":0,\"voided_at\":"
	    "null},\"subscription\":null,\"subtotal\":0,\"tax\":null,"
	    "\"total\":0}");
	static const char *const amounts[] = { "amount_due", "amount_paid",
		"subtotal", "total" };
	static const char *const times[] = { "created", "period_start",
		"period_end" };
	int64_t amount = json_int(price, "unit_amount", 0);
	int64_t now = json_int(sub, "created", 0);
	json *details = shape("{}");

	set_text(in, "id", made_id("in_1", 23));
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		set_int(in, amounts[i], amount);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		set_int(in, times[i], now);
	set_int(json_get(in, "status_transitions"), "finalized_at", now);
	set_int(json_get(in, "status_transitions"), "paid_at", now);
	set_json(in, "currency", json_get(price, "currency"));
	set_json(in, "customer", json_get(sub, "customer"));
	set_json(in, "customer_email", json_get(customer, "email"));
	set_json(in, "customer_name", json_get(customer, "name"));
	set_text(in, "subscription", json_text(sub, "id"));
	set_json(details, "metadata", json_get(sub, "metadata"));
	set_json(in, "subscription_details", details);
	set_printf(in, "number", "%s-0001", made_code("", 8));
	set_printf(in, "hosted_invoice_url",
	    "https://invoice.stripe.com/i/acct_1TShop/%s", json_text(in, "id"));
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
	stripe_put("stripe/invoices", in);
}

json *
subscription_make(json *session, json *price)
{
	json *sub = shape(
	    "{\"id\":null,\"object\":\"subscription\",\"application\":null,"
	    "\"application_fee_percent\":null,\"automatic_tax\":{\"enabled\":"
	    "false},\"billing_cycle_anchor\":0,\"billing_thresholds\":null,"
	    "\"cancel_at\":null,\"cancel_at_period_end\":false,"
	    "\"canceled_at\":null,\"cancellation_details\":{\"comment\":null,"
	    "\"feedback\":null,\"reason\":null},\"collection_method\":"
	    "\"charge_automatically\",\"created\":0,\"currency\":null,"
	    "\"current_period_end\":0,\"current_period_start\":0,"
	    "\"customer\":null,\"days_until_due\":null,"
	    "\"default_payment_method\":null,\"description\":null,"
	    "\"discount\":null,\"ended_at\":null,\"items\":{\"object\":"
	    "\"list\",\"data\":[],\"has_more\":false},\"latest_invoice\":null,"
	    "\"livemode\":false,\"metadata\":{},\"pause_collection\":null,"
	    "\"pending_setup_intent\":null,\"pending_update\":null,"
	    "\"schedule\":null,\"start_date\":0,\"status\":\"active\","
	    "\"test_clock\":null,\"trial_end\":null,\"trial_start\":null}");
	static const char *const times[] = { "created", "start_date",
		"billing_cycle_anchor", "current_period_start" };
	json *customer =
	    store_get("stripe/customers", json_text(session, "customer"));
	int64_t now = clock_now_s();
	json *in;

	set_text(sub, "id", made_id("sub_1", 23));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		set_int(sub, times[i], now);
	set_int(sub, "current_period_end", now + period_s(price));
	set_json(sub, "currency", json_get(price, "currency"));
	set_json(sub, "customer", json_get(session, "customer"));
	if (json_get(session, "sub_metadata"))
		set_json(sub, "metadata",
		    shape_copy(json_get(session, "sub_metadata")));
	add_json(json_at(sub, "items", "data", NULL),
	    item_make(json_text(sub, "id"), price));
	set_printf(json_get(sub, "items"), "url",
	    "/v1/subscription_items?subscription=%s", json_text(sub, "id"));
	in = invoice_make(sub, price, customer);
	invoice_line(in, sub, price);
	invoice_pay(in);
	set_text(sub, "latest_invoice", json_text(in, "id"));
	stripe_put(SUBSCRIPTIONS, sub);
	return sub;
}

void
subscription_end(struct request *rq, json *sub)
{
	int64_t now = clock_now_s();

	set_text(sub, "status", "canceled");
	set_int(sub, "ended_at", now);
	if (!json_get(sub, "canceled_at"))
		set_int(sub, "canceled_at", now);
	set_text(json_get(sub, "cancellation_details"), "reason",
	    "cancellation_requested");
	stripe_put(SUBSCRIPTIONS, sub);
	stripe_event(rq, "customer.subscription.deleted", sub, NULL);
}

void
subscription_schedule(struct request *rq, json *sub, bool ends)
{
	static const char *const changed[] = { "cancel_at",
		"cancel_at_period_end", "canceled_at", "cancellation_details" };
	json *before = shape("{}"), *was = shape_copy(sub);

	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		set_json(before, changed[i], json_get(was, changed[i]));
	set_flag(sub, "cancel_at_period_end", ends);
	set_json(sub, "cancel_at",
	    ends ? json_get(sub, "current_period_end") : NULL);
	set_json(sub, "canceled_at", NULL);
	if (ends)
		set_int(sub, "canceled_at", clock_now_s());
	set_text(json_get(sub, "cancellation_details"), "reason",
	    ends ? "cancellation_requested" : NULL);
	stripe_put(SUBSCRIPTIONS, sub);
	stripe_event(rq, "customer.subscription.updated", sub, before);
}

enum outcome
stripe_subscription_get(struct request *rq)
{
	struct stripe s;
	json *sub;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(
	    rq, SUBSCRIPTIONS, "subscription", rq->params[0], &sub));
	return stripe_answer(&s, sub);
}

/* One that ended takes no changes: the real one no longer knows it. */
static enum outcome
running(const struct stripe *s, json **sub)
{
	const char *id = s->rq->params[0];

	TRY(stripe_find(s->rq, SUBSCRIPTIONS, "subscription", id, sub));
	return text_is(*sub, "status", "canceled")
		   ? stripe_missing(s->rq, "subscription", id, "id")
		   : OK;
}

enum outcome
stripe_subscription_update(struct request *rq)
{
	static const char *const plain[] = { "default_payment_method",
		"description", NULL };
	struct stripe s;
	json *sub;

	TRY(stripe_open(rq, update_params, &s));
	TRY(running(&s, &sub));
	param_copy(&s, sub, plain);
	param_metadata(&s, sub);
	param_tree(
	    &s, "cancellation_details", json_get(sub, "cancellation_details"));
	if (param_text(&s, "cancel_at_period_end")) {
		subscription_schedule(
		    rq, sub, param_is(&s, "cancel_at_period_end", "true"));
	} else {
		stripe_put(SUBSCRIPTIONS, sub);
		stripe_event(rq, "customer.subscription.updated", sub, NULL);
	}
	return stripe_answer(&s, sub);
}

enum outcome
stripe_subscription_delete(struct request *rq)
{
	struct stripe s;
	json *sub;

	TRY(stripe_open(rq, delete_params, &s));
	TRY(running(&s, &sub));
	param_tree(
	    &s, "cancellation_details", json_get(sub, "cancellation_details"));
	subscription_end(rq, sub);
	return stripe_answer(&s, sub);
}

enum outcome
stripe_subscription_list(struct request *rq)
{
	static const char *const all[] = { "customer", NULL };
	static const char *const one[] = { "customer", "status", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, SUBSCRIPTIONS, "/v1/subscriptions",
	    param_is(&s, "status", "all") ? all : one);
}
