/*
 * play.c: the lock, whose call it is, and what every player needs.
 */
#include <pthread.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/secret.h"
#include "http/reply.h"
#include "sandbox/faults.h"
#include "sandbox/once.h"
#include "sandbox/play.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int status_answered;
static _Thread_local const char *request_named;

void
sandbox_enter(void)
{
	insist(pthread_mutex_lock(&lock) == 0);
}

void
sandbox_leave(void)
{
	insist(pthread_mutex_unlock(&lock) == 0);
}

/* Waits that end early when something is due. */
static pthread_cond_t due = PTHREAD_COND_INITIALIZER;

void
sandbox_wait_ms(int64_t ms)
{
	int64_t until = clock_now_ms() + ms;
	struct timespec then = { (time_t)(until / 1000),
		(long)(until % 1000) * 1000000 };

	pthread_cond_timedwait(&due, &lock, &then);
}

void
sandbox_wake(void)
{
	pthread_cond_signal(&due);
}

void
sandbox_pause_ms(int64_t ms)
{
	sandbox_leave();
	clock_sleep_ms(ms);
	sandbox_enter();
}

/* clang-format off */
/* The first row that begins the path wins. */
static const struct {
	const char *begins, *provider;
} owners[] = {
	{ "/_sandbox/",                "panel" },
	{ "/v1/shops",                 "printify" },
	{ "/v1/catalog/",              "printify" },
	{ "/v1/uploads",               "printify" },
	{ "/v1/oauth2/",               "paypal" },
	{ "/v1/notifications/",        "paypal" },
	{ "/v2/checkout/",             "paypal" },
	{ "/v2/payments/",             "paypal" },
	{ "/checkoutnow",              "paypal" },
	{ "/v1/userinfo",              "google" },
	{ "/.well-known/",             "google" },
	{ "/o/oauth2/",                "google" },
	{ "/oauth2/v3/",               "google" },
	{ "/token",                    "google" },
	{ "/v1beta/",                  "gemini" },
	{ "/v1/",                      "stripe" },
	{ "/c/pay/",                   "stripe" },
	{ "/p/session/",               "stripe" },
	{ "/3d_secure/",               "stripe" },
	{ "/emails",                   "resend" },
	{ "/v3/mail/",                 "sendgrid" },
	{ "/tshop-pictures/",          "s3" },
	{ "/",                         "printful" },
};
/* clang-format on */

const char *
provider_of(const char *path)
{
	for (size_t i = 0; i < COUNT(owners); i++)
		if (!strncmp(path, owners[i].begins, strlen(owners[i].begins)))
			return owners[i].provider;
	return "printful";
}

static void
fault_answer(struct request *rq, const struct fault_found *f)
{
	if (f->headers) {
		json_object_object_foreach(f->headers, name, value)
		{
			reply_header(
			    rq, name, "%s", json_object_get_string(value));
		}
	}
	answer_text(rq, f->status, f->type, f->body);
}

static enum outcome
play(struct request *rq, const char *provider, handler *handle)
{
	json *call = call_begin(rq, provider);
	struct fault_found f = fault_take(rq, provider);
	bool does = !f.cut_before && !f.status;
	enum outcome o = OK;

	/* a key is claimed before the wait: a second call finds it in use */
	if (does && once_claim(rq, provider)) {
		call_end(call, status_answered);
		return OK;
	}
	if (f.delay_ms)
		sandbox_pause_ms(f.delay_ms);
	if (does) {
		o = handle(rq);
		once_settle(rq, provider);
	} else if (f.status) {
		fault_answer(rq, &f);
	}
	if (f.cut_before || f.cut_after) {
		reply_cut(rq);
		status_answered = 0;
	}
	call_end(call, status_answered);
	return o;
}

enum outcome
sandbox_run(struct request *rq, handler *handle)
{
	const char *provider = provider_of(rq->path);
	enum outcome o;

	sandbox_enter();
	status_answered = 200;
	request_named = made_id("req_", 14);
	if (!strcmp(provider, "stripe"))
		reply_header(rq, "Request-Id", "%s", request_named);
	if (strcmp(provider, "panel") != 0)
		o = play(rq, provider, handle);
	else
		o = handle(rq);
	if (rq->reply.status) /* it has answered, well or badly */
		o = OK;
	shapes_release();
	sandbox_leave();
	return o;
}

const char *
request_name(void)
{
	return request_named;
}

int
answered_status(void)
{
	return status_answered;
}

void
answered_status_set(int status)
{
	status_answered = status;
}

enum outcome
answer_text(struct request *rq, int status, const char *type, const char *text)
{
	reply_raw(rq, type);
	reply_json(rq, text);
	reply_status(rq, status);
	status_answered = status;
	return OK;
}

enum outcome
answer(struct request *rq, int status, json *body)
{
	return answer_text(
	    rq, status, "application/json", json_format(rq->arena, body));
}

enum outcome
answer_redirect(struct request *rq, int status, const char *url)
{
	reply_header(rq, "Location", "%s", url);
	return answer_text(rq, status, "text/html; charset=utf-8", "");
}

const char *
origin_of(struct request *rq)
{
	const char *host = request_header(rq, "Host");

	return arena_printf(rq->arena, "http://%s", host ? host : "127.0.0.1");
}

const char *
target_of(struct request *rq)
{
	const char *target = request_param(rq, "REQUEST_URI");

	return target ? target : rq->path;
}

json *
body_of(struct request *rq)
{
	return shape_read(rq->body, rq->body_size);
}

const char *
bearer_of(struct request *rq)
{
	const char *header = request_header(rq, "Authorization");

	return header && !strncasecmp(header, "Bearer ", 7) ? header + 7 : NULL;
}

bool
basic_of(struct request *rq, const char **user, const char **password)
{
	const char *header = request_header(rq, "Authorization");
	size_t size;
	char *text, *colon;

	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return false;
	header += 6;
	text = arena_alloc(rq->arena, B64_ROOM(strlen(header)) + 1);
	if (!b64_parse(header, strlen(header), text, &size))
		return false;
	text[size] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*user = text;
	*password = colon + 1;
	return true;
}

bool
key_is(enum setting s, const char *key)
{
	if (!key || !*key)
		return false;
	return !conf_is_set(s) || secret_equal_text(conf_text(s), key);
}

const char *
first_secret(enum setting s)
{
	const char *list = conf_text(s);

	return arena_text_n(shapes_arena(), list, strcspn(list, ","));
}
