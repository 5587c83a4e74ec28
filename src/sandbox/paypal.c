/*
 * paypal.c: tokens, errors, events, and whether a signature is ours.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sandbox/hooks.h"
#include "sandbox/keys.h"
#include "sandbox/pairs.h"
#include "sandbox/paypal.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define TOKEN_LIFE_S 32400

/* clang-format off */
static const struct {
	const char *name, *message;
} names[] = {
	{ "INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema." },
	{ "AUTHENTICATION_FAILURE", "Authentication failed due to invalid authentication credentials or a missing Authorization header." },
	{ "RESOURCE_NOT_FOUND", "The specified resource does not exist." },
	{ "UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type." },
	{ "UNPROCESSABLE_ENTITY", "The requested action could not be performed, semantically incorrect, or failed business validation." },
};

static const struct {
	const char *code;
	int decimals;
} currencies[] = {
	{ "AUD", 2 }, { "BRL", 2 }, { "CAD", 2 }, { "CHF", 2 }, { "CNY", 2 },
	{ "CZK", 2 }, { "DKK", 2 }, { "EUR", 2 }, { "GBP", 2 }, { "HKD", 2 },
	{ "HUF", 0 }, { "ILS", 2 }, { "JPY", 0 }, { "MXN", 2 }, { "MYR", 2 },
	{ "NOK", 2 }, { "NZD", 2 }, { "PHP", 2 }, { "PLN", 2 }, { "SEK", 2 },
	{ "SGD", 2 }, { "THB", 2 }, { "TWD", 0 }, { "USD", 2 },
};
/* clang-format on */

int
paypal_decimals(const char *currency)
{
	for (size_t i = 0; currency && i < COUNT(currencies); i++)
		if (!strcmp(currencies[i].code, currency))
			return currencies[i].decimals;
	return -1;
}

enum outcome
paypal_refuse(struct request *rq, int status, const char *name,
    const char *issue, const char *field, const char *description)
{
	json *body = shape("{\"details\":[],\"links\":[]}");
	json *detail = shape("{}");
	const char *id = made_hex(14);

	set_text(body, "name", name);
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i].name, name))
			set_text(body, "message", names[i].message);
	set_text(body, "debug_id", id);
	if (field) {
		set_text(detail, "field", field);
		set_text(detail, "location", "body");
	}
	set_text(detail, "issue", issue);
	set_text(detail, "description", description);
	if (issue)
		add_json(json_get(body, "details"), detail);
	reply_header(rq, "Paypal-Debug-Id", "%s", id);
	answer(rq, status, body);
	return BAD_REQUEST;
}

/* POST /v1/oauth2/token */
enum outcome
paypal_token(struct request *rq)
{
	struct pairs form = pairs_body(rq);
	const char *id, *secret, *grant = pairs_get(&form, "grant_type");
	json *said = shape("{\"scope\":\"https://uri.paypal.com/services/"
			   "payments/payment https://uri.paypal.com/services/"
			   "payments/refund https://uri.paypal.com/services/"
			   "applications/webhooks\",\"token_type\":\"Bearer\","
			   "\"app_id\":\"APP-80W284485P519543T\","
			   "\"expires_in\":32400}");
	json *until = shape("{}");
	const char *token = made_id("A21AA", 80);

	if (!basic_of(rq, &id, &secret) || !key_is(CONF_PAYPAL_CLIENT_ID, id) ||
	    !key_is(CONF_PAYPAL_CLIENT_SECRET, secret))
		return answer(rq, 401,
		    shape("{\"error\":\"invalid_client\",\"error_description\":"
			  "\"Client Authentication failed\"}"));
	if (!grant || strcmp(grant, "client_credentials") != 0)
		return answer(rq, 400,
		    shape("{\"error\":\"unsupported_grant_type\","
			  "\"error_description\":\"Grant Type is NULL\"}"));
	set_int(until, "until", clock_now_s() + TOKEN_LIFE_S);
	store_put("paypal/tokens", token, until);
	set_text(said, "access_token", token);
	set_printf(
	    said, "nonce", "%s%s", time_rfc(clock_now_s()), made_id("", 20));
	return answer(rq, 200, said);
}

enum outcome
paypal_open(struct request *rq, json **body)
{
	json *token = store_get("paypal/tokens", bearer_of(rq));
	const char *type = request_param(rq, "CONTENT_TYPE");

	if (!bearer_of(rq))
		return paypal_refuse(
		    rq, 401, "AUTHENTICATION_FAILURE", NULL, NULL, NULL);
	if (!token || json_int(token, "until", 0) < clock_now_s()) {
		answer(rq, 401,
		    shape("{\"error\":\"invalid_token\",\"error_description\":"
			  "\"Token signature verification failed\"}"));
		return BAD_REQUEST;
	}
	*body = NULL;
	if (rq->method != METHOD_POST)
		return OK;
	if (!type || !strstr(type, "application/json"))
		return paypal_refuse(
		    rq, 415, "UNSUPPORTED_MEDIA_TYPE", NULL, NULL, NULL);
	*body = rq->body_size ? body_of(rq) : shape("{}");
	if (!json_object_is_type(*body, json_type_object))
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MALFORMED_REQUEST_JSON", "/",
		    "The request JSON is not well formed.");
	return OK;
}

bool
paypal_whole(struct request *rq)
{
	const char *prefer = request_header(rq, "Prefer");

	return prefer && strstr(prefer, "return=representation");
}

void
paypal_link(json *links, const char *href, const char *rel, const char *method)
{
	json *link = shape("{}");

	set_text(link, "href", href);
	set_text(link, "rel", rel);
	set_text(link, "method", method);
	add_json(links, link);
}

void
paypal_event(struct request *rq, const char *type, const char *about,
    const char *summary, json *resource)
{
	json *event = shape("{\"event_version\":\"1.0\","
			    "\"resource_version\":\"2.0\"}");
	const char *id = arena_printf(
	    shapes_arena(), "%s-%s", made_code("WH-", 17), made_code("", 17));
	json *links = shape_array();
	char at[CLOCK_TEXT];

	clock_format(clock_now_ms(), at);
	set_text(event, "id", id);
	set_text(event, "create_time", at);
	set_text(event, "resource_type", about);
	set_text(event, "event_type", type);
	set_text(event, "summary", summary);
	set_json(event, "resource", shape_copy(resource));
	paypal_link(links,
	    arena_printf(shapes_arena(),
		"%s/v1/notifications/webhooks-events/%s", origin_of(rq), id),
	    "self", "GET");
	set_json(event, "links", links);
	store_put("paypal/events", id, event);
	hook_send("paypal", type, json_format(shapes_arena(), event));
}

/* The same question, and where to go on. */
static const char *
next_page(struct request *rq, const struct pairs *asked, const char *event)
{
	const char *url = arena_printf(rq->arena,
	    "%s/v1/notifications/webhooks-events?page_token=%s", origin_of(rq),
	    event);

	for (size_t i = 0; i < asked->count; i++)
		if (strcmp(asked->at[i].key, "page_token") != 0)
			url = arena_printf(rq->arena, "%s&%s=%s", url,
			    asked->at[i].key, asked->at[i].value);
	return url;
}

/* Between two times, to the second, and of a type, where that is asked. */
static bool
event_passes(const struct pairs *asked, json *event)
{
	const char *at = json_text(event, "create_time");
	const char *from = pairs_get(asked, "start_time");
	const char *to = pairs_get(asked, "end_time");
	const char *type = pairs_get(asked, "event_type");

	return (!from || strncmp(at, from, 19) >= 0) &&
	       (!to || strncmp(at, to, 19) <= 0) &&
	       (!type || text_is(event, "event_type", type));
}

/*
 * GET /v1/notifications/webhooks-events, the newest first. Where its pages
 * begin is told by the link to the next one, in a word of our own.
 */
enum outcome
paypal_event_list(struct request *rq)
{
	struct pairs asked = pairs_query(rq);
	const char *size = pairs_get(&asked, "page_size");
	const char *page = pairs_get(&asked, "page_token");
	json *said = shape("{\"events\":[],\"links\":[]}"), *body;
	int64_t most = size ? strtoll(size, NULL, 10) : 10, count = 0;
	bool begun = !page;

	TRY(paypal_open(rq, &body));
	for (struct lh_entry *e = store_tail("paypal/events"); e;
	     e = lh_entry_prev(e)) {
		begun |= page && strcmp(entry_id(e), page) == 0;
		if (!begun || !event_passes(&asked, entry_json(e)))
			continue;
		if (count++ == most) {
			paypal_link(json_get(said, "links"),
			    next_page(rq, &asked, entry_id(e)), "next", "GET");
			break;
		}
		add_json(json_get(said, "events"), entry_json(e));
	}
	set_int(said, "count", count > most ? most : count);
	return answer(rq, 200, said);
}

/* The bytes of member webhook_event as they stand in the body. */
static const char *
event_bytes(struct request *rq)
{
	const char *at = strstr(rq->body, "\"webhook_event\"");
	const char *from;
	int depth = 0;
	bool quoted = false;

	at = at ? strchr(at + strlen("\"webhook_event\""), '{') : NULL;
	for (from = at; at && *at; at++) {
		if (quoted && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && *at == '{')
			depth++;
		else if (!quoted && *at == '}' && --depth == 0)
			return arena_text_n(
			    rq->arena, from, (size_t)(at + 1 - from));
	}
	return "";
}

static bool
is_ours(struct request *rq, json *body)
{
	json *sent = store_get(
	    "paypal/transmissions", json_text(body, "transmission_id"));

	return sent &&
	       text_is(body, "webhook_id", conf_text(CONF_PAYPAL_WEBHOOK_ID)) &&
	       text_is(
		   body, "auth_algo", json_text(sent, "Paypal-Auth-Algo")) &&
	       text_is(body, "cert_url", json_text(sent, "Paypal-Cert-Url")) &&
	       text_is(body, "transmission_sig",
		   json_text(sent, "Paypal-Transmission-Sig")) &&
	       text_is(body, "transmission_time",
		   json_text(sent, "Paypal-Transmission-Time")) &&
	       text_is(sent, "body", event_bytes(rq));
}

/* GET /v1/notifications/certs/:id; nobody has to say who they are. */
enum outcome
paypal_certificate(struct request *rq)
{
	bool known = strcmp(rq->params[0], keys_certificate_id()) == 0;

	return answer_text(rq, known ? 200 : 404, "text/plain",
	    known ? keys_certificate() : "There is no such certificate.\n");
}

/* POST /v1/notifications/verify-webhook-signature */
enum outcome
paypal_verify(struct request *rq)
{
	static const char *const wanted[] = { "auth_algo", "cert_url",
		"transmission_id", "transmission_sig", "transmission_time",
		"webhook_id" };
	json *body, *said = shape("{}");

	TRY(paypal_open(rq, &body));
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (!json_text(body, wanted[i]))
			return paypal_refuse(rq, 400, "INVALID_REQUEST",
			    "MISSING_REQUIRED_PARAMETER",
			    arena_printf(rq->arena, "/%s", wanted[i]),
			    "A required field / parameter is missing");
	if (!json_get(body, "webhook_event"))
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MISSING_REQUIRED_PARAMETER", "/webhook_event",
		    "A required field / parameter is missing");
	set_text(said, "verification_status",
	    is_ours(rq, body) ? "SUCCESS" : "FAILURE");
	return answer(rq, 200, said);
}

enum outcome
paypal_hook_create(struct request *rq)
{
	const char *id = conf_text(CONF_PAYPAL_WEBHOOK_ID);
	json *body;

	TRY(paypal_open(rq, &body));
	if (!json_text(body, "url"))
		return paypal_refuse(rq, 400, "INVALID_REQUEST",
		    "MISSING_REQUIRED_PARAMETER", "/url",
		    "A required field / parameter is missing");
	set_text(body, "id", *id ? id : made_code("", 17));
	store_put("paypal/hooks", json_text(body, "id"), body);
	return answer(rq, 201, body);
}

enum outcome
paypal_hook_list(struct request *rq)
{
	json *said = shape("{\"webhooks\":[]}"), *body;

	TRY(paypal_open(rq, &body));
	for (struct lh_entry *e = store_head("paypal/hooks"); e;
	     e = lh_entry_next(e))
		add_json(json_get(said, "webhooks"), entry_json(e));
	return answer(rq, 200, said);
}
