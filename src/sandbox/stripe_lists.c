/*
 * stripe_lists.c: answers, pages, expansion, events.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "sandbox/hooks.h"
#include "sandbox/play.h"
#include "sandbox/store.h"
#include "sandbox/stripe.h"

#define EXPAND_DEPTH 4

/* clang-format off */
static const struct {
	const char *prefix, *collection;
} homes[] = {
	{ "pi_",      "stripe/intents" },
	{ "ch_",      "stripe/charges" },
	{ "re_",      "stripe/refunds" },
	{ "cus_",     "stripe/customers" },
	{ "sub_",     "stripe/subscriptions" },
	{ "in_",      "stripe/invoices" },
	{ "prod_",    "stripe/products" },
	{ "price_",   "stripe/prices" },
	{ "pm_",      "stripe/methods" },
	{ "txn_",     "stripe/balance_transactions" },
};
/* clang-format on */

static json *
object_of(const char *id)
{
	for (size_t i = 0; i < COUNT(homes); i++)
		if (!strncmp(id, homes[i].prefix, strlen(homes[i].prefix)))
			return store_get(homes[i].collection, id);
	return NULL;
}

void
stripe_put(const char *collection, json *object)
{
	store_put(collection, json_text(object, "id"), object);
}

/* Replace what path names below the copy; false if it cannot be. */
static bool
expand(json *copy, const char *path, int depth)
{
	size_t length = strcspn(path, ".");
	char *name = arena_text_n(shapes_arena(), path, length);
	json *at = json_get(copy, name);
	json *found = json_object_is_type(at, json_type_string)
			  ? object_of(json_object_get_string(at))
			  : NULL;
	bool last = path[length] == '\0';

	if (!json_object_object_get_ex(copy, name, NULL) ||
	    depth == EXPAND_DEPTH)
		return false;
	if (!at)
		return true; /* null stays null */
	if (found) {
		at = shape_copy(found);
		set_json(copy, name, at);
	}
	return last || expand(at, path + length + 1, depth + 1);
}

json *
stripe_expanded(const struct stripe *s, json *object, const char *prefix)
{
	json *copy = shape_copy(object);
	size_t length = strlen(prefix);

	/* What is ours stays here. */
	set_drop(copy, "sub_metadata");
	set_drop(copy, "price_kept");
	for (size_t i = 0; i < s->form.count; i++) {
		const struct pair *p = &s->form.at[i];

		if (strncmp(p->key, "expand[", 7) != 0 || !*p->value)
			continue;
		if (strncmp(p->value, prefix, length) != 0 ||
		    !expand(copy, p->value + length, 0)) {
			stripe_refuse(s->rq, 400, "invalid_request_error", NULL,
			    p->key, "This property cannot be expanded (%s).",
			    p->value);
			return NULL;
		}
	}
	return copy;
}

enum outcome
stripe_answer(const struct stripe *s, json *object)
{
	json *copy = stripe_expanded(s, object, "");

	if (!copy)
		return BAD_REQUEST;
	return answer(s->rq, 200, copy);
}

static bool
passes(const struct stripe *s, json *object, const char *const filters[])
{
	int64_t created = json_int(object, "created", 0);

	if (created < param_int(s, "created[gte]", 0) ||
	    created > param_int(s, "created[lte]", INT64_MAX) ||
	    created <= param_int(s, "created[gt]", -1) ||
	    created >= param_int(s, "created[lt]", INT64_MAX))
		return false;
	for (; *filters; filters++) {
		const char *wanted = param_text(s, *filters);
		json *is = json_get(object, *filters);

		if (wanted &&
		    (!is || strcmp(json_object_get_string(is), wanted) != 0))
			return false;
	}
	return true;
}

/* lookup_keys[], types[]: one of several, where any are named. */
static bool
is_among(const struct stripe *s, json *object)
{
	static const char *const lists[][2] = {
		{ "lookup_keys[", "lookup_key" },
		{ "types[", "type" },
		{ "ids[", "id" },
	};
	bool asked = false;

	for (size_t i = 0; i < s->form.count; i++)
		for (size_t l = 0; l < COUNT(lists); l++) {
			const struct pair *p = &s->form.at[i];

			if (strncmp(p->key, lists[l][0], strlen(lists[l][0])) !=
			    0)
				continue;
			asked = true;
			if (text_is(object, lists[l][1], p->value))
				return true;
		}
	return !asked;
}

enum outcome
stripe_list(const struct stripe *s, const char *collection, const char *url,
    const char *const filters[])
{
	int64_t limit = param_int(s, "limit", 10);
	const char *after = param_text(s, "starting_after");
	const char *until = param_text(s, "ending_before");
	json *list = shape("{\"object\":\"list\"}"), *data = shape_array();
	bool begun = !after, more = false;

	if (limit < 1 || limit > 100)
		return stripe_refuse(s->rq, 400, "invalid_request_error",
		    "parameter_invalid_integer", "limit",
		    "Invalid limit: must be between 1 and 100");
	for (struct lh_entry *e = store_tail(collection); e && !more;
	     e = lh_entry_prev(e)) {
		if (until && !strcmp(entry_id(e), until))
			break;
		if (begun && passes(s, entry_json(e), filters) &&
		    is_among(s, entry_json(e))) {
			more = (int64_t)json_count(data) == limit;
			if (!more)
				add_json(data, entry_json(e));
		}
		if (!begun)
			begun = !strcmp(entry_id(e), after);
	}
	for (size_t i = 0; i < json_count(data); i++) {
		json *copy = stripe_expanded(s, json_element(data, i), "data.");

		if (!copy)
			return BAD_REQUEST;
		json_object_array_put_idx(data, i, json_object_get(copy));
	}
	set_json(list, "data", data);
	set_flag(list, "has_more", more);
	set_text(list, "url", url);
	return answer(s->rq, 200, list);
}

void
stripe_event(struct request *rq, const char *type, json *object, json *before)
{
	json *event = shape("{\"id\":null,\"object\":\"event\",\"api_version\":"
			    "\"2023-10-16\",\"created\":0,\"data\":{},"
			    "\"livemode\":false,\"pending_webhooks\":1,"
			    "\"request\":{\"id\":null,\"idempotency_key\":null}"
			    ",\"type\":null}");
	json *copy = shape_copy(object);
	const char *key = rq ? request_header(rq, "Idempotency-Key") : NULL;

	set_text(event, "id", made_id("evt_3", 23));
	set_int(event, "created", clock_now_s());
	set_json(json_get(event, "data"), "object", copy);
	if (before)
		set_json(
		    json_get(event, "data"), "previous_attributes", before);
	if (rq)
		set_text(json_get(event, "request"), "id", request_name());
	set_text(json_get(event, "request"), "idempotency_key", key);
	set_text(event, "type", type);
	stripe_put("stripe/events", event);
	hook_send("stripe", type,
	    json_object_to_json_string_ext(
		event, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			   JSON_C_TO_STRING_NOSLASHESCAPE));
}
