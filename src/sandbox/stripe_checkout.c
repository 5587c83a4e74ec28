/*
 * stripe_checkout.c: Checkout Sessions and the billing portal. Opening a
 * session's url pays it.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/pages.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define SESSIONS "stripe/sessions"
#define BAD_CALL "invalid_request_error"
#define LIFE_S 86400
#define ITEM "line_items[0]"

/* clang-format off */
static const struct param get_params[] = { EXPAND, PARAMS_END };
static const struct param create_params[] = {
	{ "success_url", PARAM_TEXT, true, NULL },
	{ "mode", PARAM_TEXT, false, "payment|setup|subscription" },
	{ "cancel_url", PARAM_TEXT, false, NULL },
	{ "customer", PARAM_TEXT, false, NULL },
	{ "customer_email", PARAM_TEXT, false, NULL },
	{ "customer_creation", PARAM_TEXT, false, "always|if_required" },
	{ "customer_update[*]", PARAM_TEXT, false, NULL },
	{ "client_reference_id", PARAM_TEXT, false, NULL },
	{ "currency", PARAM_TEXT, false, NULL },
	{ "expires_at", PARAM_INT, false, NULL },
	{ "locale", PARAM_TEXT, false, NULL },
	{ "line_items[#][price]", PARAM_TEXT, false, NULL },
	{ "line_items[#][quantity]", PARAM_INT, false, NULL },
	{ "line_items[#][price_data][currency]", PARAM_TEXT, false, NULL },
	{ "line_items[#][price_data][unit_amount]", PARAM_INT, false, NULL },
	{ "line_items[#][price_data][product]", PARAM_TEXT, false, NULL },
	{ "line_items[#][price_data][product_data][name]", PARAM_TEXT, false, NULL },
	{ "line_items[#][price_data][product_data][*]", PARAM_TEXT, false, NULL },
	{ "line_items[#][price_data][recurring][interval]", PARAM_TEXT, false, "day|week|month|year" },
	{ "line_items[#][price_data][recurring][interval_count]", PARAM_INT, false, NULL },
	{ "line_items[#][price_data][tax_behavior]", PARAM_TEXT, false, NULL },
	{ "allow_promotion_codes", PARAM_BOOL, false, NULL },
	{ "automatic_tax[*]", PARAM_TEXT, false, NULL },
	{ "billing_address_collection", PARAM_TEXT, false, "auto|required" },
	{ "payment_method_collection", PARAM_TEXT, false, "always|if_required" },
	{ "payment_method_types[#]", PARAM_TEXT, false, NULL },
	{ "payment_method_options[*]", PARAM_TEXT, false, NULL },
	{ "payment_intent_data[*]", PARAM_TEXT, false, NULL },
	{ "subscription_data[metadata][*]", PARAM_TEXT, false, NULL },
	{ "subscription_data[*]", PARAM_TEXT, false, NULL },
	{ "submit_type", PARAM_TEXT, false, NULL },
	{ "phone_number_collection[*]", PARAM_TEXT, false, NULL },
	{ "tax_id_collection[*]", PARAM_TEXT, false, NULL },
	{ "consent_collection[*]", PARAM_TEXT, false, NULL },
	{ "custom_text[*]", PARAM_TEXT, false, NULL },
	{ "discounts[*]", PARAM_TEXT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param list_params[] = {
	{ "customer", PARAM_TEXT, false, NULL },
	{ "subscription", PARAM_TEXT, false, NULL },
	{ "payment_intent", PARAM_TEXT, false, NULL },
	{ "limit", PARAM_INT, false, NULL },
	{ "starting_after", PARAM_TEXT, false, NULL },
	{ "ending_before", PARAM_TEXT, false, NULL },
	EXPAND, PARAMS_END
};
static const struct param portal_params[] = {
	{ "customer", PARAM_TEXT, true, NULL },
	{ "return_url", PARAM_TEXT, false, NULL },
	{ "configuration", PARAM_TEXT, false, NULL },
	{ "locale", PARAM_TEXT, false, NULL },
	{ "flow_data[*]", PARAM_TEXT, false, NULL },
	EXPAND, PARAMS_END
};
/* clang-format on */

static enum outcome
price_asked(const struct stripe *s, json **price)
{
	const char *id = param_text(s, ITEM "[price]");

	if (id)
		return price_sold(s, id, ITEM "[price]", price);
	if (!param_text(s, ITEM "[price_data][currency]"))
		return stripe_refuse(s->rq, 400, BAD_CALL, "parameter_missing",
		    "line_items", "Missing required param: line_items.");
	TRY(price_of(s, ITEM "[price_data]", price));
	stripe_put("stripe/prices", *price);
	return OK;
}

static enum outcome
buyer_check(const struct stripe *s, json *price, int64_t *expires)
{
	const char *customer = param_text(s, "customer");
	int64_t now = clock_now_s();

	if (customer && param_text(s, "customer_email"))
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, "customer",
		    "You may only specify one of these parameters: customer, "
		    "customer_email.");
	if (customer && (!store_get("stripe/customers", customer) ||
			    json_flag(store_get("stripe/customers", customer),
				"deleted", false)))
		return stripe_missing(s->rq, "customer", customer, "customer");
	if (param_is(s, "mode", "subscription") &&
	    !json_get(price, "recurring"))
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, ITEM "[price]",
		    "You must provide at least one recurring price in "
		    "`subscription` mode when using prices.");
	*expires = param_int(s, "expires_at", now + LIFE_S);
	if (*expires < now + 29 * 60 || *expires > now + LIFE_S + 60)
		return stripe_refuse(s->rq, 400, BAD_CALL, NULL, "expires_at",
		    "The `expires_at` timestamp must be at least 30 minutes "
		    "and less than 24 hours from Checkout Session creation.");
	return OK;
}

static json *
session_make(const struct stripe *s, json *price, int64_t expires)
{
	json *cs = shape(
	    "{\"id\":null,\"object\":\"checkout.session\","
	    "\"after_expiration\":null,\"allow_promotion_codes\":null,"
	    "\"amount_subtotal\":0,\"amount_total\":0,\"automatic_tax\":"
	    "{\"enabled\":false,\"status\":null},\"cancel_url\":null,"
	    "\"client_reference_id\":null,\"consent\":null,\"created\":0,"
	    "\"currency\":null,\"custom_fields\":[],\"custom_text\":"
	    "{\"after_submit\":null,\"shipping_address\":null,\"submit\":"
	    "null,\"terms_of_service_acceptance\":null},\"customer\":null,"
	    "\"customer_creation\":null,\"customer_details\":null,"
	    "\"customer_email\":null,\"expires_at\":0,\"invoice\":null,"
	    "\"livemode\":false,\"locale\":null,\"metadata\":{},\"mode\":"
	    "\"payment\",\"payment_intent\":null,\"payment_link\":null,"
	    "\"payment_method_collection\":\"always\","
	    "\"payment_method_types\":[\"card\"],\"payment_status\":"
	    "\"unpaid\",\"setup_intent\":null,\"shipping_details\":null,"
	    "\"shipping_options\":[],"
	    "\"status\":\"open\",\"submit_type\":null,\"subscription\":null,"
	    "\"success_url\":null,\"total_details\":{\"amount_discount\":0,"
	    "\"amount_shipping\":0,\"amount_tax\":0},\"url\":null}");
	static const char *const plain[] = { "cancel_url",
		"client_reference_id", "customer", "customer_email", "locale",
		"mode", "success_url", NULL };
	int64_t amount = json_int(price, "unit_amount", 0) *
			 param_int(s, ITEM "[quantity]", 1);
	json *more = shape("{\"metadata\":{}}");

	set_text(cs, "id", made_id("cs_test_", 58));
	set_int(cs, "created", clock_now_s());
	set_int(cs, "expires_at", expires);
	set_int(cs, "amount_subtotal", amount);
	set_int(cs, "amount_total", amount);
	set_json(cs, "currency", json_get(price, "currency"));
	param_copy(s, cs, plain);
	param_metadata(s, cs);
	set_printf(
	    cs, "url", "%s/c/pay/%s", origin_of(s->rq), json_text(cs, "id"));
	param_tree(s, "subscription_data", more);
	set_json(cs, "sub_metadata", json_get(more, "metadata"));
	set_text(cs, "price_kept", json_text(price, "id"));
	return cs;
}

/* As events tell of it. */
static json *
session_shown(json *cs)
{
	json *copy = shape_copy(cs);

	set_drop(copy, "sub_metadata");
	set_drop(copy, "price_kept");
	return copy;
}

enum outcome
stripe_session_create(struct request *rq)
{
	struct stripe s;
	int64_t expires = 0;
	json *cs, *price;

	TRY(stripe_open(rq, create_params, &s));
	TRY(price_asked(&s, &price));
	TRY(buyer_check(&s, price, &expires));
	cs = session_make(&s, price, expires);
	stripe_put(SESSIONS, cs);
	return stripe_answer(&s, cs);
}

static enum outcome
session_of(struct request *rq, json **cs)
{
	return stripe_find(rq, SESSIONS, "checkout.session", rq->params[0], cs);
}

enum outcome
stripe_session_get(struct request *rq)
{
	struct stripe s;
	json *cs;

	TRY(stripe_open(rq, get_params, &s));
	TRY(session_of(rq, &cs));
	return stripe_answer(&s, cs);
}

enum outcome
stripe_session_list(struct request *rq)
{
	static const char *const filters[] = { "customer", "subscription",
		"payment_intent", NULL };
	struct stripe s;

	TRY(stripe_open(rq, list_params, &s));
	return stripe_list(&s, SESSIONS, "/v1/checkout/sessions", filters);
}

enum outcome
stripe_session_expire(struct request *rq)
{
	struct stripe s;
	json *cs;

	TRY(stripe_open(rq, get_params, &s));
	TRY(session_of(rq, &cs));
	if (!text_is(cs, "status", "open"))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, NULL,
		    "Only Checkout Sessions with a status in [\"open\"] can be "
		    "expired. This Checkout Session has a status of `%s`.",
		    json_text(cs, "status"));
	set_text(cs, "status", "expired");
	set_json(cs, "url", NULL);
	stripe_put(SESSIONS, cs);
	stripe_event(rq, "checkout.session.expired", session_shown(cs), NULL);
	return stripe_answer(&s, cs);
}

/* A buyer without an account at Stripe gets one by paying. */
static void
customer_ensure(json *cs)
{
	json *details = shape("{\"address\":null,\"email\":null,\"name\":null,"
			      "\"phone\":null,\"tax_exempt\":\"none\","
			      "\"tax_ids\":[]}");
	json *cus = store_get("stripe/customers", json_text(cs, "customer"));

	if (!cus) {
		cus = shape("{\"id\":null,\"object\":\"customer\",\"address\":"
			    "null,\"balance\":0,\"created\":0,\"email\":null,"
			    "\"livemode\":false,\"metadata\":{},\"name\":null,"
			    "\"phone\":null,\"shipping\":null}");
		set_text(cus, "id", made_id("cus_", 14));
		set_int(cus, "created", clock_now_s());
		set_json(cus, "email", json_get(cs, "customer_email"));
		stripe_put("stripe/customers", cus);
		set_text(cs, "customer", json_text(cus, "id"));
	}
	set_json(details, "email", json_get(cus, "email"));
	set_json(details, "name", json_get(cus, "name"));
	set_json(cs, "customer_details", details);
}

static void
session_complete(struct request *rq, json *cs)
{
	json *price = store_get("stripe/prices", json_text(cs, "price_kept"));
	const struct card *visa = card_find("pm_card_visa");
	json *sub, *pi;

	customer_ensure(cs);
	set_text(cs, "status", "complete");
	set_text(cs, "payment_status", "paid");
	set_json(cs, "url", NULL);
	if (!text_is(cs, "mode", "subscription")) {
		pi = intent_make(json_int(cs, "amount_total", 0),
		    text_or(cs, "currency", "usd"));
		set_text(
		    pi, "payment_method", json_text(card_method(visa), "id"));
		set_json(pi, "customer", json_get(cs, "customer"));
		set_json(pi, "metadata", json_get(cs, "metadata"));
		intent_pay(rq, pi, visa);
		set_text(cs, "payment_intent", json_text(pi, "id"));
		stripe_put(SESSIONS, cs);
		stripe_event(
		    rq, "checkout.session.completed", session_shown(cs), NULL);
		return;
	}
	sub = subscription_make(cs, price);
	set_text(cs, "subscription", json_text(sub, "id"));
	set_json(cs, "invoice", json_get(sub, "latest_invoice"));
	stripe_put(SESSIONS, cs);
	stripe_event(
	    NULL, "checkout.session.completed", session_shown(cs), NULL);
	stripe_event(NULL, "customer.subscription.created", sub, NULL);
	stripe_event(NULL, "invoice.paid",
	    store_get("stripe/invoices", json_text(sub, "latest_invoice")),
	    NULL);
}

static const char *
success_url(json *cs)
{
	const char *url = text_or(cs, "success_url", "/");
	const char *hole = strstr(url, "{CHECKOUT_SESSION_ID}");

	if (!hole)
		return url;
	return arena_printf(shapes_arena(), "%.*s%s%s", (int)(hole - url), url,
	    json_text(cs, "id"), hole + strlen("{CHECKOUT_SESSION_ID}"));
}

/* GET /c/pay/:session: no page to click, unless a browser asks for one. */
enum outcome
stripe_session_pay(struct request *rq)
{
	json *cs = store_get(SESSIONS, rq->params[0]);

	if (!cs || text_is(cs, "status", "expired"))
		return answer_text(rq, 404, "text/plain; charset=utf-8",
		    "This session has expired or never was.\n");
	if (page_wanted(rq))
		return page_buttons(rq, "Stripe Checkout",
		    arena_printf(rq->arena, "Pay %lld (minor units) %s?",
			(long long)json_int(cs, "amount_total", 0),
			text_or(cs, "currency", "")),
		    "Pay with pm_card_visa",
		    arena_printf(rq->arena, "/c/pay/%s", rq->params[0]),
		    json_text(cs, "cancel_url"));
	if (text_is(cs, "status", "open"))
		session_complete(rq, cs);
	return answer_redirect(rq, 303, success_url(cs));
}

enum outcome
stripe_portal_create(struct request *rq)
{
	json *bps = shape("{\"id\":null,\"object\":\"billing_portal.session\","
			  "\"configuration\":\"bpc_1P0aAa2eZvKYlo2CcOnFiG01\","
			  "\"created\":0,\"customer\":null,\"flow\":null,"
			  "\"livemode\":false,\"locale\":null,"
			  "\"on_behalf_of\":null,\"return_url\":null,\"url\":"
			  "null}");
	static const char *const plain[] = { "customer", "return_url", NULL };
	struct stripe s;
	json *cus;

	TRY(stripe_open(rq, portal_params, &s));
	TRY(stripe_find(rq, "stripe/customers", "customer",
	    param_text(&s, "customer"), &cus));
	set_text(bps, "id", made_id("bps_1", 23));
	set_int(bps, "created", clock_now_s());
	param_copy(&s, bps, plain);
	set_printf(
	    bps, "url", "%s/p/session/%s", origin_of(rq), json_text(bps, "id"));
	stripe_put("stripe/portals", bps);
	return stripe_answer(&s, bps);
}

/* Ends the customer's subscription with the period, for ?cancel=1. */
static void
portal_cancel(struct request *rq, const char *customer)
{
	for (struct lh_entry *e = store_tail("stripe/subscriptions"); e;
	     e = lh_entry_prev(e)) {
		json *sub = entry_json(e);

		if (!text_is(sub, "customer", customer) ||
		    text_is(sub, "status", "canceled"))
			continue;
		subscription_schedule(rq, sub, true);
		return;
	}
}

enum outcome
stripe_portal_open(struct request *rq)
{
	json *bps = store_get("stripe/portals", rq->params[0]);
	struct pairs query = pairs_query(rq);

	if (!bps)
		return answer_text(rq, 404, "text/plain; charset=utf-8",
		    "This session has expired or never was.\n");
	if (page_wanted(rq))
		return page_buttons(rq, "Stripe billing portal",
		    "End the subscription with its period?", "Cancel the plan",
		    arena_printf(
			rq->arena, "/p/session/%s?cancel=1", rq->params[0]),
		    json_text(bps, "return_url"));
	if (pairs_get(&query, "cancel"))
		portal_cancel(rq, json_text(bps, "customer"));
	return answer_redirect(rq, 302, text_or(bps, "return_url", "/"));
}
