/*
 * printify.c: its errors, its pages, shops, uploads and webhook settings.
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sandbox/hooks.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

#define UPLOADS "printify/uploads"
#define HOOKS "printify/hooks"
#define SHOP_FALLBACK 815256

enum outcome
printify_refuse(struct request *rq, int status, int code, const char *message,
    const char *reason)
{
	json *body = shape("{\"status\":\"error\"}"), *errors = shape("{}");

	set_int(body, "code", code);
	set_text(body, "message", message);
	set_text(errors, "reason", reason);
	set_int(errors, "code", code);
	set_json(body, "errors", errors);
	answer(rq, status, body);
	return BAD_REQUEST;
}

enum outcome
printify_required(struct request *rq, const char *field)
{
	return printify_refuse(rq, 400, 8103, "Validation failed.",
	    arena_printf(rq->arena, "{\"%s\":[\"The %s field is required.\"]}",
		field, field));
}

enum outcome
printify_missing(struct request *rq)
{
	answer(rq, 404, shape("{\"errors\":{\"error\":\"Not found\"}}"));
	return NOT_FOUND;
}

int64_t
printify_shop(void)
{
	int64_t id = strtoll(conf_text(CONF_PRINTIFY_SHOP_ID), NULL, 10);

	return id > 0 ? id : SHOP_FALLBACK;
}

const char *
printify_id(struct request *rq, int index)
{
	const char *text = rq->params[index];
	size_t length = strlen(text);

	if (length > 5 && !strcmp(text + length - 5, ".json"))
		length -= 5;
	return arena_text_n(rq->arena, text, length);
}

enum outcome
printify_open(struct request *rq)
{
	const char *agent = request_header(rq, "User-Agent");

	if (!agent || !*agent) {
		answer(rq, 403,
		    shape("{\"error\":\"Forbidden: a User-Agent "
			  "is required.\"}"));
		return FORBIDDEN;
	}
	if (!key_is(CONF_PRINTIFY_API_KEY, bearer_of(rq))) {
		answer(rq, 401, shape("{\"error\":\"Unauthenticated.\"}"));
		return UNAUTHENTICATED;
	}
	return OK;
}

enum outcome
printify_open_shop(struct request *rq)
{
	TRY(printify_open(rq));
	return strtoll(printify_id(rq, 0), NULL, 10) == printify_shop()
		   ? OK
		   : printify_missing(rq);
}

enum outcome
printify_body(struct request *rq, json **body)
{
	*body = body_of(rq);
	if (json_object_is_type(*body, json_type_object))
		return OK;
	return printify_refuse(rq, 400, 8100, "Validation failed.",
	    "The request body is no JSON object.");
}

void
printify_event(const char *topic, json *order, json *more)
{
	json *event = shape("{}"), *resource = shape("{\"type\":\"order\"}");
	json *data = shape("{}");
	struct id id = id_create();

	set_int(data, "shop_id", printify_shop());
	if (more)
		set_all(data, more);
	set_json(resource, "id", json_get(order, "id"));
	set_json(resource, "data", data);
	set_text(event, "id", id.text);
	set_text(event, "type", topic);
	set_text(event, "created_at", time_spaced(clock_now_s()));
	set_json(event, "resource", resource);
	hook_send("printify", topic, json_format(shapes_arena(), event));
}

static long
asked_number(const struct pairs *q, const char *name, long fallback)
{
	const char *text = pairs_get(q, name);

	return text ? strtol(text, NULL, 10) : fallback;
}

static void
page_url(json *page, const char *name, long number, long last)
{
	if (number < 1 || number > last)
		set_json(page, name, NULL);
	else
		set_printf(page, name, "/?page=%ld", number);
}

enum outcome
printify_page(
    struct request *rq, const char *collection, int most, int fallback)
{
	struct pairs q = pairs_query(rq);
	long number = asked_number(&q, "page", 1);
	long limit = asked_number(&q, "limit", fallback);
	const char *status = pairs_get(&q, "status");
	json *page = shape("{\"path\":\"/\"}"), *data = shape_array();
	long total = 0, from, last, count;

	limit = limit < 1 || limit > most ? most : limit;
	number = number < 1 ? 1 : number;
	from = (number - 1) * limit;
	for (struct lh_entry *e = store_tail(collection); e;
	     e = lh_entry_prev(e)) {
		if (status && !text_is(entry_json(e), "status", status))
			continue;
		if (total >= from && total < from + limit)
			add_json(data, entry_json(e));
		total++;
	}
	count = (long)json_count(data);
	last = total ? (total + limit - 1) / limit : 1;
	set_int(page, "current_page", number);
	set_json(page, "data", data);
	page_url(page, "first_page_url", 1, last);
	page_url(page, "last_page_url", last, last);
	page_url(page, "next_page_url", number + 1, last);
	page_url(page, "prev_page_url", number - 1, last);
	set_int(page, "from", count ? from + 1 : 0);
	set_int(page, "to", from + count);
	set_int(page, "last_page", last);
	set_int(page, "per_page", limit);
	set_int(page, "total", total);
	return answer(rq, 200, page);
}

enum outcome
printify_shops(struct request *rq)
{
	json *list = shape("[{\"title\":\"TShop\",\"sales_channel\":"
			   "\"custom_integration\"}]");

	TRY(printify_open(rq));
	set_int(json_element(list, 0), "id", printify_shop());
	return answer(rq, 200, list);
}

/* POST /uploads/images.json */
enum outcome
printify_upload(struct request *rq)
{
	json *body, *up = shape("{\"height\":null,\"width\":null,\"size\":0,"
				"\"mime_type\":\"image/png\"}");
	const char *contents, *url;

	TRY(printify_open(rq));
	TRY(printify_body(rq, &body));
	contents = json_text(body, "contents");
	url = json_text(body, "url");
	if (!json_text(body, "file_name"))
		return printify_required(rq, "file_name");
	if (!contents && !url)
		return printify_required(rq, "url");
	if (url && !is_file_url(url))
		return printify_refuse(rq, 400, 10300, "Operation failed.",
		    "Failed to download file from url");
	set_text(up, "id", made_hex(24));
	set_json(up, "file_name", json_get(body, "file_name"));
	if (contents)
		set_int(up, "size", (int64_t)strlen(contents) / 4 * 3);
	set_printf(up, "preview_url",
	    "https://pfy-prod-image-storage.s3.us-east-2.amazonaws.com/%s",
	    json_text(up, "id"));
	set_printf(up, "upload_time", "%.19s", time_spaced(clock_now_s()));
	store_put(UPLOADS, json_text(up, "id"), up);
	return answer(rq, 200, up);
}

enum outcome
printify_upload_get(struct request *rq)
{
	json *up = store_get(UPLOADS, printify_id(rq, 0));

	TRY(printify_open(rq));
	return up ? answer(rq, 200, up) : printify_missing(rq);
}

enum outcome
printify_uploads(struct request *rq)
{
	TRY(printify_open(rq));
	return printify_page(rq, UPLOADS, 100, 10);
}

enum outcome
printify_archive(struct request *rq)
{
	TRY(printify_open(rq));
	if (!store_get(UPLOADS, printify_id(rq, 0)))
		return printify_missing(rq);
	store_drop(UPLOADS, printify_id(rq, 0));
	return answer(rq, 200, shape("{}"));
}

/* POST /shops/:shop/webhooks.json */
enum outcome
printify_hook_create(struct request *rq)
{
	json *body, *hook = shape("{}");

	TRY(printify_open_shop(rq));
	TRY(printify_body(rq, &body));
	if (!json_text(body, "topic"))
		return printify_required(rq, "topic");
	if (!json_text(body, "url"))
		return printify_required(rq, "url");
	set_json(hook, "topic", json_get(body, "topic"));
	set_json(hook, "url", json_get(body, "url"));
	set_printf(hook, "shop_id", "%lld", (long long)printify_shop());
	set_text(hook, "id", made_hex(24));
	store_put(HOOKS, json_text(hook, "id"), hook);
	return answer(rq, 200, hook);
}

enum outcome
printify_hook_list(struct request *rq)
{
	json *list = shape_array();

	TRY(printify_open_shop(rq));
	for (struct lh_entry *e = store_head(HOOKS); e; e = lh_entry_next(e))
		add_json(list, entry_json(e));
	return answer(rq, 200, list);
}

static enum outcome
hook_find(struct request *rq, json **hook)
{
	TRY(printify_open_shop(rq));
	*hook = store_get(HOOKS, printify_id(rq, 1));
	return *hook ? OK : printify_missing(rq);
}

enum outcome
printify_hook_update(struct request *rq)
{
	json *hook, *body;

	TRY(hook_find(rq, &hook));
	TRY(printify_body(rq, &body));
	if (!json_text(body, "url"))
		return printify_required(rq, "url");
	set_json(hook, "url", json_get(body, "url"));
	store_put(HOOKS, json_text(hook, "id"), hook);
	return answer(rq, 200, hook);
}

enum outcome
printify_hook_delete(struct request *rq)
{
	json *hook, *said = shape("{}");

	TRY(hook_find(rq, &hook));
	set_json(said, "id", json_get(hook, "id"));
	store_drop(HOOKS, printify_id(rq, 1));
	return answer(rq, 200, said);
}
