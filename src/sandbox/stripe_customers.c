/*
 * stripe_customers.c: customers, and what is only shown: invoices, events,
 * webhook endpoints.
 */
#include "base/clock.h"
#include "sandbox/hooks.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define CUSTOMERS "stripe/customers"
#define ENDPOINTS "stripe/endpoints"
#define ADDRESS                                                                \
	"{\"city\":null,\"country\":null,\"line1\":null,\"line2\":null,"       \
	"\"postal_code\":null,\"state\":null}"

/* clang-format off */
#define PAGE \
	{ "created[*]", PARAM_TEXT, false, NULL }, \
	{ "limit", PARAM_INT, false, NULL }, \
	{ "starting_after", PARAM_TEXT, false, NULL }, \
	{ "ending_before", PARAM_TEXT, false, NULL }, EXPAND

static const struct param get_params[] = { EXPAND, PARAMS_END };
static const struct param customer_params[] = {
	{ "email", PARAM_TEXT, false, NULL },
	{ "name", PARAM_TEXT, false, NULL },
	{ "phone", PARAM_TEXT, false, NULL },
	{ "description", PARAM_TEXT, false, NULL },
	{ "address[*]", PARAM_TEXT, false, NULL },
	{ "address", PARAM_TEXT, false, NULL },
	{ "shipping[*]", PARAM_TEXT, false, NULL },
	{ "shipping", PARAM_TEXT, false, NULL },
	{ "preferred_locales[#]", PARAM_TEXT, false, NULL },
	{ "invoice_settings[*]", PARAM_TEXT, false, NULL },
	{ "payment_method", PARAM_TEXT, false, NULL },
	{ "tax_exempt", PARAM_TEXT, false, "none|exempt|reverse" },
	{ "balance", PARAM_INT, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param customer_list_params[] = {
	{ "email", PARAM_TEXT, false, NULL }, PAGE, PARAMS_END
};
static const struct param invoice_list_params[] = {
	{ "customer", PARAM_TEXT, false, NULL },
	{ "subscription", PARAM_TEXT, false, NULL },
	{ "status", PARAM_TEXT, false, NULL }, PAGE, PARAMS_END
};
static const struct param event_list_params[] = {
	{ "type", PARAM_TEXT, false, NULL },
	{ "types[#]", PARAM_TEXT, false, NULL },
	{ "delivery_success", PARAM_BOOL, false, NULL }, PAGE, PARAMS_END
};
static const struct param endpoint_params[] = {
	{ "url", PARAM_TEXT, true, NULL },
	{ "enabled_events[#]", PARAM_TEXT, false, NULL },
	{ "api_version", PARAM_TEXT, false, NULL },
	{ "description", PARAM_TEXT, false, NULL },
	{ "connect", PARAM_BOOL, false, NULL },
	METADATA, EXPAND, PARAMS_END
};
static const struct param endpoint_list_params[] = { PAGE, PARAMS_END };
/* clang-format on */

static const char *const nothing[] = { NULL };

static enum outcome
customer_set(const struct stripe *s, json *cus)
{
	static const char *const plain[] = { "email", "name", "phone",
		"description", "tax_exempt", NULL };
	const char *email = param_text(s, "email");

	if (email && *email && !strchr(email, '@'))
		return stripe_refuse(s->rq, 400, "invalid_request_error",
		    "email_invalid", "email", "Invalid email address: %s",
		    email);
	if (email && strlen(email) > 512)
		return stripe_refuse(s->rq, 400, "invalid_request_error", NULL,
		    "email", "Invalid string: must be at most 512 characters");
	param_copy(s, cus, plain);
	param_metadata(s, cus);
	param_object(s, "address", cus, ADDRESS);
	param_object(s, "shipping", cus,
	    "{\"address\":" ADDRESS ",\"name\":null,\"phone\":null}");
	param_object(s, "invoice_settings", cus, "{}");
	return OK;
}

enum outcome
stripe_customer_create(struct request *rq)
{
	struct stripe s;
	json *cus = shape(
	    "{\"id\":null,\"object\":\"customer\",\"address\":null,"
	    "\"balance\":0,\"created\":0,\"currency\":null,\"default_source\":"
	    "null,\"delinquent\":false,\"description\":null,\"discount\":null,"
	    "\"email\":null,\"invoice_prefix\":null,\"invoice_settings\":"
	    "{\"custom_fields\":null,\"default_payment_method\":null,"
	    "\"footer\":null,\"rendering_options\":null},\"livemode\":false,"
	    "\"metadata\":{},\"name\":null,\"next_invoice_sequence\":1,"
	    "\"phone\":null,\"preferred_locales\":[],\"shipping\":null,"
	    "\"tax_exempt\":\"none\",\"test_clock\":null}");

	TRY(stripe_open(rq, customer_params, &s));
	set_text(cus, "id", made_id("cus_", 14));
	set_int(cus, "created", clock_now_s());
	set_text(cus, "invoice_prefix", made_code("", 8));
	TRY(customer_set(&s, cus));
	stripe_put(CUSTOMERS, cus);
	stripe_event(rq, "customer.created", cus, NULL);
	return stripe_answer(&s, cus);
}

enum outcome
stripe_customer_get(struct request *rq)
{
	struct stripe s;
	json *cus;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, CUSTOMERS, "customer", rq->params[0], &cus));
	return stripe_answer(&s, cus);
}

enum outcome
stripe_customer_update(struct request *rq)
{
	struct stripe s;
	json *cus;

	TRY(stripe_open(rq, customer_params, &s));
	TRY(stripe_find(rq, CUSTOMERS, "customer", rq->params[0], &cus));
	if (json_flag(cus, "deleted", false))
		return stripe_missing(rq, "customer", rq->params[0], "id");
	TRY(customer_set(&s, cus));
	stripe_put(CUSTOMERS, cus);
	stripe_event(rq, "customer.updated", cus, NULL);
	return stripe_answer(&s, cus);
}

enum outcome
stripe_customer_list(struct request *rq)
{
	static const char *const filters[] = { "email", NULL };
	struct stripe s;

	TRY(stripe_open(rq, customer_list_params, &s));
	return stripe_list(&s, CUSTOMERS, "/v1/customers", filters);
}

static json *
first_running(const char *customer)
{
	for (struct lh_entry *e = store_head("stripe/subscriptions"); e;
	     e = lh_entry_next(e))
		if (text_is(entry_json(e), "customer", customer) &&
		    !text_is(entry_json(e), "status", "canceled"))
			return entry_json(e);
	return NULL;
}

/* Its subscriptions end with it, at once. */
enum outcome
stripe_customer_delete(struct request *rq)
{
	json *gone = shape("{\"object\":\"customer\",\"deleted\":true}");
	struct stripe s;
	json *cus, *sub;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, CUSTOMERS, "customer", rq->params[0], &cus));
	while ((sub = first_running(rq->params[0])))
		subscription_end(rq, sub);
	stripe_event(rq, "customer.deleted", cus, NULL);
	set_text(gone, "id", rq->params[0]);
	stripe_put(CUSTOMERS, gone);
	return stripe_answer(&s, gone);
}

enum outcome
stripe_invoice_get(struct request *rq)
{
	struct stripe s;
	json *in;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, "stripe/invoices", "invoice", rq->params[0], &in));
	return stripe_answer(&s, in);
}

enum outcome
stripe_invoice_list(struct request *rq)
{
	static const char *const filters[] = { "customer", "subscription",
		"status", NULL };
	struct stripe s;

	TRY(stripe_open(rq, invoice_list_params, &s));
	return stripe_list(&s, "stripe/invoices", "/v1/invoices", filters);
}

enum outcome
stripe_event_get(struct request *rq)
{
	struct stripe s;
	json *event;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, "stripe/events", "event", rq->params[0], &event));
	return stripe_answer(&s, event);
}

enum outcome
stripe_event_list(struct request *rq)
{
	static const char *const filters[] = { "type", NULL };
	struct stripe s;

	TRY(stripe_open(rq, event_list_params, &s));
	return stripe_list(&s, "stripe/events", "/v1/events", filters);
}

/* The secret is in this answer only; ours signs with the settings' one. */
enum outcome
stripe_endpoint_create(struct request *rq)
{
	json *we = shape("{\"id\":null,\"object\":\"webhook_endpoint\","
			 "\"api_version\":null,\"application\":null,"
			 "\"created\":0,\"description\":null,"
			 "\"livemode\":false,\"metadata\":{},\"status\":"
			 "\"enabled\"}");
	json *events = shape_array(), *kept;
	const char *secret = first_secret(CONF_STRIPE_WEBHOOK_SECRET);
	static const char *const plain[] = { "url", "api_version",
		"description", NULL };
	struct stripe s;

	TRY(stripe_open(rq, endpoint_params, &s));
	for (size_t i = 0; i < s.form.count; i++)
		if (!strncmp(s.form.at[i].key, "enabled_events[", 15))
			add_text(events, s.form.at[i].value);
	if (json_count(events) == 0)
		return stripe_refuse(rq, 400, "invalid_request_error",
		    "parameter_missing", "enabled_events",
		    "Missing required param: enabled_events.");
	set_text(we, "id", made_id("we_1", 23));
	set_int(we, "created", clock_now_s());
	set_json(we, "enabled_events", events);
	param_copy(&s, we, plain);
	param_metadata(&s, we);
	stripe_put(ENDPOINTS, we);
	kept = shape_copy(we);
	set_text(kept, "secret", *secret ? secret : made_id("whsec_", 32));
	return stripe_answer(&s, kept);
}

enum outcome
stripe_endpoint_get(struct request *rq)
{
	struct stripe s;
	json *we;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, ENDPOINTS, "webhook endpoint", rq->params[0], &we));
	return stripe_answer(&s, we);
}

enum outcome
stripe_endpoint_list(struct request *rq)
{
	struct stripe s;

	TRY(stripe_open(rq, endpoint_list_params, &s));
	return stripe_list(&s, ENDPOINTS, "/v1/webhook_endpoints", nothing);
}

enum outcome
stripe_endpoint_delete(struct request *rq)
{
	json *gone =
	    shape("{\"object\":\"webhook_endpoint\",\"deleted\":true}");
	struct stripe s;
	json *we;

	TRY(stripe_open(rq, get_params, &s));
	TRY(stripe_find(rq, ENDPOINTS, "webhook endpoint", rq->params[0], &we));
	set_text(gone, "id", rq->params[0]);
	store_drop(ENDPOINTS, rq->params[0]);
	return stripe_answer(&s, gone);
}
