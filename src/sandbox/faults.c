/*
 * faults.c: failures on demand, and the calls as they came.
 */
#include <ctype.h>
#include <regex.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/utf8.h"
#include "sandbox/faults.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define CALLS_MOST 50000 /* the oldest ones are forgotten */

/* Also one that http/ has no name for: PATCH. */
static const char *
method_of(struct request *rq)
{
	const char *method = request_param(rq, "REQUEST_METHOD");

	return method ? method : "";
}

/*
 * As most languages write one: POSIX knows neither \d nor groups that are not
 * remembered, and would find nothing without a word.
 */
static const char *
as_posix(struct arena *a, const char *expression)
{
	struct buf b;
	bool in_set = false;

	buf_open(&b, a, 8 * (strlen(expression) + 1));
	for (const char *at = expression; *at; at++) {
		if (at[0] == '\\' && (at[1] == 'd' || at[1] == 'D')) {
			buf_text(&b, in_set         ? "0-9"
				     : at[1] == 'd' ? "[0-9]"
						    : "[^0-9]");
			at++;
		} else if (at[0] == '\\' && at[1]) {
			buf_put(&b, at++, 2);
		} else if (!strncmp(at, "(?:", 3)) {
			buf_char(&b, '(');
			at += 2;
		} else {
			in_set = *at == '[' || (in_set && *at != ']');
			buf_char(&b, *at);
		}
	}
	return b.at;
}

static bool
expression_open(struct arena *a, const char *expression, regex_t *re)
{
	return regcomp(re, as_posix(a, expression), REG_EXTENDED | REG_NOSUB) ==
	       0;
}

bool
fault_expression_is_good(struct arena *a, const char *expression)
{
	regex_t re;

	if (!expression)
		return true;
	if (!expression_open(a, expression, &re))
		return false;
	regfree(&re);
	return true;
}

static bool
matches(struct arena *a, const char *expression, const char *line)
{
	regex_t re;
	bool yes;

	if (!expression)
		return true;
	if (!expression_open(a, expression, &re))
		return false;
	yes = regexec(&re, line, 0, NULL, 0) == 0;
	regfree(&re);
	return yes;
}

static struct fault_found
fault_of(struct request *rq, json *f)
{
	struct fault_found found = { 0 };
	json *body = json_get(f, "body");

	found.status = (int)json_int(f, "status", 0);
	found.delay_ms = json_int(f, "delayMs", 0);
	found.cut_before = text_is(f, "drop", "before");
	found.cut_after = text_is(f, "drop", "after");
	found.headers =
	    json_get(f, "headers") ? shape_copy(json_get(f, "headers")) : NULL;
	found.type = "application/json";
	found.body = "";
	if (json_text(f, "body"))
		found.body = arena_text(rq->arena, json_text(f, "body"));
	else if (body)
		found.body = json_format(rq->arena, body);
	if (*found.body != '{' && *found.body != '[')
		found.type = "text/plain; charset=utf-8";
	return found;
}

struct fault_found
fault_take(struct request *rq, const char *provider)
{
	const char *line =
	    arena_printf(rq->arena, "%s %s", method_of(rq), target_of(rq));
	struct fault_found none = { 0 };

	for (struct lh_entry *e = store_head("faults"); e;
	     e = lh_entry_next(e)) {
		json *f = entry_json(e);
		const char *id = arena_text(rq->arena, entry_id(e));
		int64_t left = json_int(f, "count", 1);

		if (!text_is(f, "provider", provider) ||
		    !matches(rq->arena, json_text(f, "match"), line))
			continue;
		none = fault_of(rq, f);
		set_int(f, "count", left - 1);
		if (left > 1)
			store_put("faults", id, f);
		else
			store_drop("faults", id);
		return none;
	}
	return none;
}

/* HTTP_STRIPE_VERSION is stripe-version to everybody else. */
static char *
header_name(const char *from, size_t length)
{
	char *name = arena_text_n(shapes_arena(), from, length);

	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	return name;
}

static const char *const credentials[] = { "authorization", "x-goog-api-key",
	"cookie", "proxy-authorization" };

static const char *
masked(const char *name, const char *value)
{
	const char *space = strchr(value, ' ');

	for (size_t i = 0; i < COUNT(credentials); i++) {
		if (strcmp(name, credentials[i]) != 0)
			continue;
		if (space && !strcmp(name, "authorization"))
			return arena_printf(shapes_arena(), "%.*s ***",
			    (int)(space - value), value);
		return "***";
	}
	return value;
}

static json *
headers_of(struct request *rq)
{
	json *headers = shape("{}");

	for (char **e = rq->environment; e && *e; e++) {
		const char *equals = strchr(*e, '='), *at = *e;
		const char *name;

		if (!equals || !equals[1])
			continue;
		if (!strncmp(at, "HTTP_", 5))
			at += 5;
		else if (strncmp(at, "CONTENT_", 8) != 0)
			continue;
		name = header_name(at, (size_t)(equals - at));
		set_text(headers, name, masked(name, equals + 1));
	}
	return headers;
}

/*
 * The secrets that forms carry are blackened in their text. A picture is no
 * text, and the list of calls must stay one.
 */
static const char *
form_text(struct request *rq)
{
	static const char *const keys[] = { "client_secret=", "key=" };
	char *text = arena_text_n(shapes_arena(), rq->body, rq->body_size);

	if (!utf8_is_valid(rq->body, rq->body_size) ||
	    memchr(rq->body, '\0', rq->body_size))
		return arena_printf(
		    shapes_arena(), "(%zu bytes)", rq->body_size);
	for (size_t i = 0; i < COUNT(keys); i++) {
		char *at = text;

		while ((at = strstr(at, keys[i]))) {
			bool whole = at == text || at[-1] == '&';

			at += strlen(keys[i]);
			for (; whole && *at && *at != '&'; at++)
				*at = '*';
		}
	}
	return text;
}

json *
call_begin(struct request *rq, const char *provider)
{
	char at[CLOCK_TEXT];
	json *call = shape("{\"id\":null}");
	json *body = rq->body_size ? body_of(rq) : NULL;

	set_printf(call, "id", "%lld", (long long)store_next("~calls"));
	set_text(call, "provider", provider);
	set_text(call, "method", method_of(rq));
	set_text(call, "path", target_of(rq));
	set_json(call, "headers", headers_of(rq));
	if (json_object_is_type(body, json_type_object) ||
	    json_object_is_type(body, json_type_array))
		set_json(call, "body", body);
	else
		set_text(call, "body", rq->body_size ? form_text(rq) : NULL);
	set_json(call, "status", NULL);
	clock_format(clock_now_ms(), at);
	set_text(call, "at", at);
	store_put("calls", json_text(call, "id"), call);
	if (store_count("calls") > CALLS_MOST)
		store_drop(
		    "calls", arena_text(shapes_arena(), store_first("calls")));
	return call;
}

void
call_end(json *call, int status)
{
	if (status)
		set_int(call, "status", status);
	/* unless all was forgotten meanwhile */
	if (store_get("calls", json_text(call, "id")) == call)
		store_put("calls", json_text(call, "id"), call);
}
