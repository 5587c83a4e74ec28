/*
 * hooks.c: what is due, and the threads that see to it.
 *
 * "due" holds one row for each thing on its way, so that a restart finds what
 * was left; '~busy' says which of them somebody is at right now.
 */
#include <pthread.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "net/net.h"
#include "sandbox/fetch.h"
#include "sandbox/hooks.h"
#include "sandbox/play.h"
#include "sandbox/signs.h"
#include "sandbox/store.h"

#define SENDERS 4
#define TRIES_MOST 12
#define PAUSE_MOST_MS 30000
#define PATIENCE_MS 20000
#define IDLE_MS 60000

static const struct hook_style *
style_of(const char *provider)
{
	for (const struct hook_style *s = hook_styles; s->provider; s++)
		if (!strcmp(s->provider, provider))
			return s;
	return NULL;
}

static void
due_put(const char *id, json *row, int64_t at_ms)
{
	set_int(row, "at", at_ms);
	store_put("due", id, row);
	sandbox_wake();
}

void
hook_send(const char *provider, const char *type, const char *body)
{
	const struct hook_style *style = style_of(provider);
	const char *base = conf_text(CONF_TSHOP_PUBLIC_URL);
	json *hook = shape("{}");
	const char *id;

	insist(style);
	id = arena_printf(
	    shapes_arena(), "wh_%lld", (long long)store_next("webhooks"));
	set_text(hook, "id", id);
	set_text(hook, "provider", provider);
	set_text(hook, "type", type);
	set_printf(hook, "url", "%s%s", base, style->path);
	set_json(hook, "headers", shape("{}"));
	set_text(hook, "body", body);
	set_json(hook, "attempts", shape_array());
	store_put("webhooks", id, hook);
	if (*base)
		due_put(id, shape("{\"kind\":\"hook\",\"tries\":0}"),
		    clock_now_ms());
}

bool
hook_replay(const char *id)
{
	if (!store_get("webhooks", id))
		return false;
	due_put(id, shape("{\"kind\":\"hook\",\"tries\":0}"), clock_now_ms());
	return true;
}

void
fetch_send(const char *collection, const char *order, const char *url)
{
	json *row = shape("{\"kind\":\"fetch\",\"tries\":0}");

	set_text(row, "collection", collection);
	set_text(row, "order", order);
	set_text(row, "url", url);
	due_put(made_id("fetch_", 16), row, clock_now_ms());
}

static void
attempt_note(json *hook, json *headers, int status)
{
	json *attempt = shape("{}");
	char at[CLOCK_TEXT];

	clock_format(clock_now_ms(), at);
	set_text(attempt, "at", at);
	if (status)
		set_int(attempt, "status", status);
	else
		set_json(attempt, "status", NULL);
	add_json(json_get(hook, "attempts"), attempt);
	set_json(hook, "headers", headers);
}

/* Send one; true when it is done with. */
static bool
deliver(struct arena *a, const char *id)
{
	json *hook = store_get("webhooks", id), *headers = shape("{}");
	const char *provider;
	struct answer got;
	struct call call = { 0 };

	if (!hook)
		return true;
	provider = arena_text(a, json_text(hook, "provider"));
	call.provider = provider;
	call.method = "POST";
	call.url = arena_text(a, json_text(hook, "url"));
	call.body = arena_text(a, json_text(hook, "body"));
	call.body_size = strlen(call.body);
	call.patience_ms = PATIENCE_MS;
	call.ca_file = getenv("TSHOP_SANDBOX_CA");
	set_text(headers, "Content-Type", "application/json; charset=utf-8");
	style_of(provider)->sign(a, call.body, headers);
	json_object_object_foreach(headers, name, value)
	{
		call_header(
		    &call, a, "%s: %s", name, json_object_get_string(value));
	}
	net_send(a, &call, &got);

	hook = store_get("webhooks", id); /* unless all was forgotten */
	if (!hook)
		return true;
	attempt_note(hook, headers, got.status);
	store_put("webhooks", id, hook);
	return got.status >= 200 && got.status < 300;
}

static bool
row_do(struct arena *a, const char *id, json *row)
{
	if (text_is(row, "kind", "fetch"))
		return fetch_do(a, row);
	return deliver(a, id);
}

/* Do what is due; afterwards it is done with, or due again later. */
static void
row_settle(struct arena *a, const char *id)
{
	json *row = shape_keep(json_object_get(store_get("due", id)));
	bool done;
	int64_t tries, pause;

	store_put("~busy", id, shape("{}"));
	done = row_do(a, id, row);
	store_drop("~busy", id);
	if (store_get("due", id) != row) {
		sandbox_wake(); /* asked for again meanwhile, or forgotten */
		return;
	}
	tries = json_int(row, "tries", 0) + 1;
	if (done || tries >= TRIES_MOST) {
		store_drop("due", id);
		return;
	}
	pause = tries > 5 ? PAUSE_MOST_MS : 1000 << (tries - 1);
	set_int(row, "tries", tries);
	due_put(id, row, clock_now_ms() + pause);
}

/* The first row that is due now; else how long until one is. */
static const char *
row_next(struct arena *a, int64_t *wait_ms)
{
	int64_t now = clock_now_ms();

	*wait_ms = IDLE_MS;
	for (struct lh_entry *e = store_head("due"); e; e = lh_entry_next(e)) {
		int64_t left = json_int(entry_json(e), "at", 0) - now;

		if (store_get("~busy", entry_id(e)))
			continue;
		if (left <= 0)
			return arena_text(a, entry_id(e));
		if (left < *wait_ms)
			*wait_ms = left;
	}
	return NULL;
}

static void *
sender(void *nothing)
{
	struct arena *a = arena_create(64 * 1024 * 1024);
	const char *id;
	int64_t wait_ms;

	sandbox_enter();
	for (;;) {
		id = row_next(a, &wait_ms);
		if (id)
			row_settle(a, id);
		shapes_release();
		arena_reset(a);
		if (!id)
			sandbox_wait_ms(wait_ms);
	}
	return nothing;
}

void
hooks_start(void)
{
	pthread_t thread;

	for (int i = 0; i < SENDERS; i++) {
		insist(pthread_create(&thread, NULL, sender, NULL) == 0);
		insist(pthread_detach(thread) == 0);
	}
}
