/*
 * panel.c: what tests and people ask of the sandbox itself.
 */
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "sandbox/faults.h"
#include "sandbox/hooks.h"
#include "sandbox/keys.h"
#include "sandbox/pairs.h"
#include "sandbox/panel.h"
#include "sandbox/play.h"
#include "sandbox/printful.h"
#include "sandbox/printify.h"
#include "sandbox/store.h"

#define LIST_MOST (6 * 1024 * 1024)
#define MOVE_PATIENCE_MS 10000
#define MOVE_STEP_MS 100
#define STATUS_LEAST 100
#define STATUS_MOST 599
#define FAULTS_MOST 1000000

static const char *const players[] = { "stripe", "paypal", "gemini", "printful",
	"printify", "resend", "sendgrid", "google" };

enum outcome
panel_refuse(struct request *rq, int status, const char *format, ...)
{
	json *body = shape("{}");
	va_list ap;

	va_start(ap, format);
	set_text(body, "error", arena_vprintf(rq->arena, format, ap));
	va_end(ap);
	answer(rq, status, body);
	return BAD_REQUEST;
}

/* What goes into a list: the object as it is shown, or NULL: leave it out. */
typedef json *showing(json *object, const char *wanted);

/*
 * Answer with those of a collection that 'show' shows, the oldest first; of
 * very many the newest that fit into one answer.
 */
static enum outcome
list_answer(struct request *rq, const char *collection, showing *show,
    const char *wanted)
{
	const char **texts = arena_array(
	    shapes_arena(), const char *, store_count(collection) + 1);
	size_t n = 0, size = 0;
	struct buf b;

	for (struct lh_entry *e = store_tail(collection); e && size < LIST_MOST;
	     e = lh_entry_prev(e)) {
		json *shown = show(entry_json(e), wanted);

		if (!shown)
			continue;
		texts[n] = json_format(shapes_arena(), shown);
		size += strlen(texts[n++]) + 1;
	}
	buf_open(&b, shapes_arena(), LIMIT_ANSWER_BYTES);
	buf_char(&b, '[');
	while (n > 0) {
		buf_text(&b, texts[--n]);
		if (n > 0)
			buf_char(&b, ',');
	}
	buf_char(&b, ']');
	return answer_text(rq, 200, "application/json", b.at);
}

static const char *
asked(struct request *rq, const char *name)
{
	struct pairs q = pairs_query(rq);
	const char *value = pairs_get(&q, name);

	return value && *value ? value : NULL;
}

static json *
show_any(json *object, const char *wanted)
{
	(void)wanted;
	return object;
}

static json *
show_of_provider(json *object, const char *provider)
{
	return !provider || text_is(object, "provider", provider) ? object
								  : NULL;
}

static json *
show_to(json *mail, const char *to)
{
	const char *is = text_or(mail, "to", "");

	/* several share one mail: "a@b.c, d@e.f" */
	return !to || !strcasecmp(is, to) ||
		       (strchr(is, ',') && strcasestr(is, to))
		   ? mail
		   : NULL;
}

/* GET /_sandbox/mail?to= */
enum outcome
panel_mail(struct request *rq)
{
	return list_answer(rq, "mails", show_to, asked(rq, "to"));
}

enum outcome
panel_calls(struct request *rq)
{
	return list_answer(
	    rq, "calls", show_of_provider, asked(rq, "provider"));
}

static bool
is_player(const char *name)
{
	for (size_t i = 0; name && i < COUNT(players); i++)
		if (!strcmp(players[i], name))
			return true;
	return false;
}

static enum outcome
fault_check(struct request *rq, json *f)
{
	int64_t status = json_int(f, "status", 0);
	const char *drop = json_text(f, "drop");

	if (!json_object_is_type(f, json_type_object))
		return panel_refuse(rq, 400, "the body is no JSON object");
	if (!is_player(json_text(f, "provider")))
		return panel_refuse(rq, 400, "there is no such provider");
	if (json_get(f, "match") &&
	    !fault_expression_is_good(rq->arena, json_text(f, "match")))
		return panel_refuse(rq, 400, "match is no regular expression");
	if (json_get(f, "status") &&
	    (status < STATUS_LEAST || status > STATUS_MOST))
		return panel_refuse(rq, 400, "status is no HTTP status");
	if (json_get(f, "drop") && (!drop || (strcmp(drop, "before") != 0 &&
						 strcmp(drop, "after") != 0)))
		return panel_refuse(rq, 400, "drop is \"before\" or \"after\"");
	if (json_get(f, "headers") &&
	    !json_object_is_type(json_get(f, "headers"), json_type_object))
		return panel_refuse(rq, 400, "headers is no object");
	if (json_get(f, "delayMs") && json_int(f, "delayMs", -1) < 0)
		return panel_refuse(
		    rq, 400, "delayMs is a number of milliseconds");
	if (!status && !drop && !json_get(f, "delayMs"))
		return panel_refuse(
		    rq, 400, "one of status, delayMs and drop must be there");
	if (json_int(f, "count", 1) < 1 ||
	    json_int(f, "count", 1) > FAULTS_MOST)
		return panel_refuse(rq, 400, "count is 1 or more");
	return OK;
}

/* POST /_sandbox/faults */
enum outcome
panel_fault_add(struct request *rq)
{
	json *f = body_of(rq);

	TRY(fault_check(rq, f));
	set_printf(f, "id", "fault_%lld", (long long)store_next("faults"));
	set_int(f, "count", json_int(f, "count", 1));
	store_put("faults", json_text(f, "id"), f);
	return answer(rq, 201, f);
}

enum outcome
panel_faults(struct request *rq)
{
	return list_answer(rq, "faults", show_any, NULL);
}

enum outcome
panel_faults_clear(struct request *rq)
{
	const char *id;

	while ((id = store_first("faults")))
		store_drop("faults", arena_text(rq->arena, id));
	return answer(rq, 200, shape("{}"));
}

/* POST /_sandbox/prices; amounts as text, or as numbers by mistake. */
enum outcome
panel_prices(struct request *rq)
{
	json *body = body_of(rq);
	const char *provider = json_text(body, "provider");
	json *item = json_get(body, "item");
	json *shipping = json_get(body, "shipping");
	enum printer p =
	    provider && !strcmp(provider, "printify") ? PRINTIFY : PRINTFUL;

	if (!provider || (p == PRINTFUL && strcmp(provider, "printful") != 0))
		return panel_refuse(
		    rq, 400, "provider is printful or printify");
	if (!item || !shipping ||
	    !price_set(p, json_object_get_string(item),
		json_object_get_string(shipping)))
		return panel_refuse(rq, 400,
		    "item and shipping are USD as text, like \"5.00\"");
	return answer(rq, 200, body);
}

/* POST /_sandbox/stock {provider, variant, is}: stocked, sold_out or gone. */
enum outcome
panel_stock(struct request *rq)
{
	json *body = body_of(rq);
	const char *provider = json_text(body, "provider");
	enum printer p =
	    provider && !strcmp(provider, "printify") ? PRINTIFY : PRINTFUL;

	if (!stock_set(
		p, (int)json_int(body, "variant", 0), json_text(body, "is")))
		return panel_refuse(rq, 400, "is: stocked, sold_out or gone");
	return answer(rq, 200, body);
}

/* As stored, with what the shop calls it. */
static json *
order_shown(json *order, const char *external)
{
	json *shown = shape_copy(order);

	set_text(shown, "externalId", external);
	return shown;
}

static json *
show_printful(json *order, const char *wanted)
{
	(void)wanted;
	return order_shown(order, json_text(order, "external_id"));
}

static json *
show_printify(json *order, const char *wanted)
{
	(void)wanted;
	return order_shown(
	    order, json_text(json_get(order, "metadata"), "shop_order_id"));
}

enum outcome
panel_printful_orders(struct request *rq)
{
	return list_answer(rq, "printful/orders", show_printful, NULL);
}

enum outcome
panel_printify_orders(struct request *rq)
{
	return list_answer(rq, "printify/orders", show_printify, NULL);
}

/* clang-format off */
static const struct {
	const char *name;
	order_move *move[2]; /* at Printful, at Printify */
} moves[] = {
	{ "ship",    { printful_ship,    printify_ship } },
	{ "deliver", { printful_deliver, printify_deliver } },
	{ "fail",    { printful_fail,    printify_fail } },
	{ "cancel",  { printful_cancel,  printify_cancel } },
};
/* clang-format on */

/* The shop submits in two steps: a test that is quicker than it waits here. */
static void
confirmed_wait(json *(*find)(const char *), const char *id)
{
	for (int ms = 0; ms < MOVE_PATIENCE_MS; ms += MOVE_STEP_MS) {
		json *order = find(id);

		if (!text_is(order, "status", "draft") &&
		    !text_is(order, "status", "on-hold"))
			return;
		sandbox_pause_ms(MOVE_STEP_MS);
	}
}

static enum outcome
order_moved(struct request *rq, enum printer p)
{
	json *(*find)(const char *) =
	    p == PRINTFUL ? printful_order_of : printify_order_of;
	const char *id = rq->params[0], *name = rq->params[1], *why;
	json *body = rq->body_size ? body_of(rq) : shape("{}"), *order;

	for (size_t i = 0; i < COUNT(moves); i++) {
		if (strcmp(moves[i].name, name) != 0)
			continue;
		if (!find(id))
			return panel_refuse(rq, 404, "there is no such order");
		if (i < 2) /* ship and deliver need a confirmed one */
			confirmed_wait(find, id);
		order = find(id);
		if (!order)
			return panel_refuse(rq, 404, "there is no such order");
		why = moves[i].move[p](rq, order, body);
		return why ? panel_refuse(rq, 409, "%s; its status is %s", why,
				 text_or(order, "status", ""))
			   : answer(rq, 200, order);
	}
	return panel_refuse(rq, 404, "it is ship, deliver, fail or cancel");
}

enum outcome
panel_printful_move(struct request *rq)
{
	return order_moved(rq, PRINTFUL);
}

enum outcome
panel_printify_move(struct request *rq)
{
	return order_moved(rq, PRINTIFY);
}

enum outcome
panel_webhooks(struct request *rq)
{
	return list_answer(
	    rq, "webhooks", show_of_provider, asked(rq, "provider"));
}

enum outcome
panel_replay(struct request *rq)
{
	if (!hook_replay(rq->params[0]))
		return panel_refuse(rq, 404, "there is no such webhook");
	return answer(rq, 202, store_get("webhooks", rq->params[0]));
}

void
sandbox_furnish(void)
{
	keys_open();
	printify_products_open();
}

enum outcome
panel_reset(struct request *rq)
{
	store_reset();
	sandbox_furnish();
	return answer(rq, 200, shape("{}"));
}

enum outcome
panel_health(struct request *rq)
{
	return answer(rq, 200, shape("{\"status\":\"ok\"}"));
}
