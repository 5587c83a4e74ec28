/*
 * stripe_subscriptions.c: subscriptions.
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

/* clang-format on */

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
	int64_t now = clock_now_s();

	set_text(sub, "id", made_id("sub_1", 23));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		set_int(sub, times[i], now);
	set_int(sub, "current_period_end", now + invoice_period_s(price));
	set_json(sub, "currency", json_get(price, "currency"));
	set_json(sub, "customer", json_get(session, "customer"));
	if (json_get(session, "sub_metadata"))
		set_json(sub, "metadata",
		    shape_copy(json_get(session, "sub_metadata")));
	add_json(json_at(sub, "items", "data", NULL),
	    item_make(json_text(sub, "id"), price));
	set_printf(json_get(sub, "items"), "url",
	    "/v1/subscription_items?subscription=%s", json_text(sub, "id"));
	invoice_issue(sub, "subscription_create", true);
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
