/*
 * stripe.c: how any call to Stripe begins, and how it is refused.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define BAD_CALL "invalid_request_error"

enum outcome
stripe_refuse(struct request *rq, int status, const char *type,
    const char *code, const char *param, const char *format, ...)
{
	json *body = shape("{\"error\":{}}"), *error = json_get(body, "error");
	char *slug;
	va_list ap;

	if (code) {
		slug = arena_text(rq->arena, code);
		for (char *c = slug; *c; c++)
			*c = *c == '_' ? '-' : *c;
		set_text(error, "code", code);
		set_printf(error, "doc_url",
		    "https://stripe.com/docs/error-codes/%s", slug);
	}
	va_start(ap, format);
	set_text(error, "message", arena_vprintf(rq->arena, format, ap));
	va_end(ap);
	if (param)
		set_text(error, "param", param);
	set_printf(error, "request_log_url",
	    "https://dashboard.stripe.com/test/logs/%s?t=%lld", request_name(),
	    (long long)clock_now_s());
	set_text(error, "type", type);
	answer(rq, status, body);
	return BAD_REQUEST;
}

enum outcome
stripe_missing(
    struct request *rq, const char *kind, const char *id, const char *param)
{
	return stripe_refuse(rq, 404, BAD_CALL, "resource_missing", param,
	    "No such %s: '%s'", kind, id);
}

enum outcome
stripe_find(struct request *rq, const char *collection, const char *kind,
    const char *id, json **found)
{
	*found = store_get(collection, id);
	return *found ? OK : stripe_missing(rq, kind, id, "id");
}

static enum outcome
key_check(struct request *rq, bool browser, struct stripe *s)
{
	const char *key = bearer_of(rq), *password;

	if (!key && !basic_of(rq, &key, &password))
		key = pairs_get(&s->form, "key");
	if (!key || !*key)
		return stripe_refuse(rq, 401, BAD_CALL, NULL, NULL,
		    "You did not provide an API key. You need to provide your "
		    "API key in the Authorization header, using Bearer auth "
		    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
		    "https://stripe.com/docs/api#authentication for details, "
		    "or we can help at https://support.stripe.com/.");
	if (!strncmp(key, "pk_", 3) &&
	    key_is(CONF_STRIPE_PUBLISHABLE_KEY, key)) {
		s->publishable = true;
		if (browser)
			return OK;
		return stripe_refuse(rq, 403, BAD_CALL, NULL, NULL,
		    "This API call cannot be made with a publishable API key. "
		    "Please use a secret API key. You can find a list of your "
		    "API keys at https://dashboard.stripe.com/account/"
		    "apikeys.");
	}
	if (key_is(CONF_STRIPE_SECRET_KEY, key))
		return OK;
	return stripe_refuse(rq, 401, BAD_CALL, NULL, NULL,
	    "Invalid API Key provided: %.8s****", key);
}

/* Does the name fit the row's, where # is any index and [*] anything? */
static bool
name_fits(const char *row, const char *name)
{
	while (*row) {
		if (!strcmp(row, "[*]"))
			return *name == '[' && name[strlen(name) - 1] == ']';
		if (*row == '#') {
			while (isdigit((unsigned char)*name))
				name++;
			row++;
		} else if (*row++ != *name++) {
			return false;
		}
	}
	return *name == '\0';
}

static const struct param *
param_find(const struct param *table, const char *name)
{
	for (; table->name; table++)
		if (name_fits(table->name, name))
			return table;
	return NULL;
}

static bool
is_integer(const char *text)
{
	if (*text == '-')
		text++;
	return *text && strlen(text) < 18 &&
	       text[strspn(text, "0123456789")] == '\0';
}

static bool
is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = choices; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strcspn(at, "|") == length && !strncmp(at, value, length))
			return true;
	}
	return false;
}

static enum outcome
value_check(struct request *rq, const struct param *p, const struct pair *is)
{
	if (p->required && !*is->value)
		return stripe_refuse(rq, 400, BAD_CALL,
		    "parameter_invalid_empty", is->key,
		    "You passed an empty string for '%s'. We assume empty "
		    "values are an attempt to unset a parameter; however '%s' "
		    "cannot be unset. You should remove '%s' from your request "
		    "or supply a non-empty value.",
		    is->key, is->key, is->key);
	if (!*is->value)
		return OK;
	if (p->kind == PARAM_INT && !is_integer(is->value))
		return stripe_refuse(rq, 400, BAD_CALL,
		    "parameter_invalid_integer", is->key, "Invalid integer: %s",
		    is->value);
	if (p->kind == PARAM_BOOL && strcmp(is->value, "true") != 0 &&
	    strcmp(is->value, "false") != 0)
		return stripe_refuse(rq, 400, BAD_CALL, NULL, is->key,
		    "Invalid boolean: %s", is->value);
	if (p->choices && !is_choice(p->choices, is->value))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, is->key,
		    "Invalid %s: must be one of %s", is->key, p->choices);
	return OK;
}

static enum outcome
metadata_check(struct request *rq, const struct pair *is)
{
	const char *name = strchr(is->key, '[');

	if (strncmp(is->key, "metadata[", 9) != 0)
		return OK;
	if (strlen(name) - 2 > 40 || strchr(name + 1, '['))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, is->key,
		    "Metadata keys can have up to 40 characters, and no square "
		    "brackets: %s",
		    is->key);
	if (strlen(is->value) > 500)
		return stripe_refuse(rq, 400, BAD_CALL, NULL, is->key,
		    "Metadata values can have up to 500 characters, but you "
		    "passed in a value that is %zu characters.",
		    strlen(is->value));
	return OK;
}

static enum outcome
params_check(struct stripe *s, const struct param *table)
{
	struct request *rq = s->rq;

	for (size_t i = 0; i < s->form.count; i++) {
		const struct pair *is = &s->form.at[i];
		const struct param *p = param_find(table, is->key);

		if (!p && s->publishable && !strcmp(is->key, "key"))
			continue; /* Stripe.js sends it so */
		if (!p)
			return stripe_refuse(rq, 400, BAD_CALL,
			    "parameter_unknown", is->key,
			    "Received unknown parameter: %s", is->key);
		TRY(value_check(rq, p, is));
		TRY(metadata_check(rq, is));
	}
	for (; table->name; table++)
		if (table->required && !param_text(s, table->name))
			return stripe_refuse(rq, 400, BAD_CALL,
			    "parameter_missing", table->name,
			    "Missing required param: %s.", table->name);
	return OK;
}

static enum outcome
open_call(struct request *rq, const struct param *table, bool browser,
    struct stripe *s)
{
	const char *type = request_param(rq, "CONTENT_TYPE");
	const char *version = request_header(rq, "Stripe-Version");
	const char *key = request_header(rq, "Idempotency-Key");

	*s = (struct stripe){ rq, { 0, NULL }, false };
	s->form = rq->method == METHOD_POST ? pairs_body(rq) : pairs_query(rq);
	reply_header(rq, "Stripe-Version", "%s",
	    version && strlen(version) < 40 ? version : "2023-10-16");
	if (key && strlen(key) <= 255 && rq->method == METHOD_POST) {
		reply_header(rq, "Idempotency-Key", "%s", key);
		reply_header(rq, "Original-Request", "%s", request_name());
	}
	TRY(key_check(rq, browser, s));
	if (rq->body_size && rq->method == METHOD_POST && type &&
	    strstr(type, "json"))
		return stripe_refuse(rq, 400, BAD_CALL, NULL, NULL,
		    "Invalid request (check that your POST content type is "
		    "application/x-www-form-urlencoded).");
	if (key && strlen(key) > 255)
		return stripe_refuse(rq, 400, BAD_CALL, NULL, NULL,
		    "Idempotency keys can have up to 255 characters.");
	return params_check(s, table);
}

enum outcome
stripe_open(struct request *rq, const struct param *table, struct stripe *s)
{
	return open_call(rq, table, false, s);
}

enum outcome
stripe_open_browser(
    struct request *rq, const struct param *table, struct stripe *s)
{
	return open_call(rq, table, true, s);
}
