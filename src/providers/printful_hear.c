/*
 * printful_hear.c: Printful's messages, in both vocabularies.
 *
 * Version 2 is signed; version 1 is not and is believed as far as its URL
 * holds our secret: a hint, after which the order is looked up. There is no
 * event id, so one is made of what a repetition does not change.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/secret.h"
#include "providers/print_room.h"

#define SECRET_BYTES_MOST 128

/* clang-format off */
static const struct {
	const char *type;
	enum print_news news;
} types[] = {
	/* version 2 */
	{ "shipment_sent",           PRINT_NEWS_SHIPPED },
	{ "shipment_delivered",      PRINT_NEWS_DELIVERED },
	{ "shipment_returned",       PRINT_NEWS_RETURNED },
	{ "shipment_canceled",       PRINT_NEWS_WITHDRAWN },
	{ "order_created",           PRINT_NEWS_ORDER },
	{ "order_updated",           PRINT_NEWS_ORDER },
	{ "order_failed",            PRINT_NEWS_FAILED },
	{ "order_canceled",          PRINT_NEWS_CANCELLED },
	{ "order_put_hold",          PRINT_NEWS_HELD },
	{ "order_put_hold_approval", PRINT_NEWS_HELD },
	{ "order_remove_hold",       PRINT_NEWS_RELEASED },
	{ "order_refunded",          PRINT_NEWS_ORDER },
	/* version 1 */
	{ "package_shipped",         PRINT_NEWS_SHIPPED },
	{ "package_returned",        PRINT_NEWS_RETURNED },
};
/* clang-format on */

static bool
mac_matches(const void *key, size_t key_size, const struct notice *n,
    const uint8_t theirs[SHA256_BYTES])
{
	uint8_t ours[SHA256_BYTES];

	hmac_sha256(key, key_size, n->body, n->size, ours);
	return secret_equal(ours, theirs, SHA256_BYTES);
}

/*
 * The key is the secret's hex decoded; practice differs, so its text is
 * tried as well.
 */
static bool
is_signed(const struct notice *n)
{
	const char *secret = conf_text(CONF_PRINTFUL_WEBHOOK_SECRET);
	const char *header = n->header(n->from, "X-Pf-Webhook-Signature");
	uint8_t theirs[SHA256_BYTES], key[SECRET_BYTES_MOST];
	size_t length = strlen(secret);

	if (!length || !header || !hex_parse(header, theirs, SHA256_BYTES))
		return false;
	if (length % 2 == 0 && length / 2 <= SECRET_BYTES_MOST &&
	    hex_parse(secret, key, length / 2) &&
	    mac_matches(key, length / 2, n, theirs))
		return true;
	return mac_matches(secret, length, n, theirs);
}

/* What tells one event from another; 'retries' is not in it. */
static const char *
event_make(struct arena *a, json *root)
{
	json *order = json_at(root, "data", "order", NULL);
	json *shipment = json_at(root, "data", "shipment", NULL);
	const char *when = json_text(root, "occurred_at");
	const char *order_id = kit_id(a, order, "id");
	const char *shipment_id = kit_id(a, shipment, "id");
	char hex[SHA256_HEX];
	const char *all = arena_printf(a, "%s|%s|%lld|%s|%s|%s",
	    kit_text(root, "type"), when ? when : "",
	    (long long)json_int(root, "created", 0), order_id ? order_id : "",
	    shipment_id ? shipment_id : "", kit_text(order, "status"));

	sha256_hex(all, strlen(all), hex);
	return arena_text(a, hex);
}

static void
shipment_read(struct arena *a, json *s, struct print_shipment *out)
{
	const char *id = kit_id(a, s, "id");

	if (!id)
		return;
	*out = (struct print_shipment){ id, kit_text(s, "carrier"),
		kit_text(s, "service"), kit_text(s, "tracking_number"),
		kit_text(s, "tracking_url"), kit_time_of(s, "shipped_at"),
		kit_time_of(s, "delivered_at") };
}

static void
event_read(struct arena *a, json *root, struct print_notice *n)
{
	json *data = json_get(root, "data");
	json *order = json_get(data, "order");
	const char *id = kit_id(a, order, "id");

	n->event = event_make(a, root);
	n->type = kit_text(root, "type");
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].type, n->type))
			n->news = types[i].news;
	n->id = id ? id : "";
	n->external_id = kit_text(order, "external_id");
	n->status = printful_status(kit_text(order, "status"));
	n->reason = kit_text(data, "reason");
	n->happened_s = kit_time_of(root, "occurred_at");
	if (!n->happened_s)
		n->happened_s = kit_time_of(root, "created");
	shipment_read(a, json_get(data, "shipment"), &n->shipment);
}

enum outcome
printful_hear(
    struct arena *a, const struct notice *from, struct print_notice *out)
{
	struct print_notice n = print_notice_empty();
	json *root;

	n.certain = is_signed(from);
	if (!n.certain && !kit_same_secret(from->query_secret,
			      conf_text(CONF_PRINTFUL_WEBHOOK_SECRET)))
		return INVALID_SIGNATURE;
	root = kit_json(a, from->body, from->size);
	if (root)
		event_read(a, root, &n);
	else
		n.event = kit_hash_id(a, from);
	*out = n;
	return OK;
}
