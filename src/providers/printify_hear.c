/*
 * printify_hear.c: Printify's messages.
 *
 * They carry Printify's order id, never ours. Each is a hint for what the
 * order itself will say, but the parcels are told here first.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/secret.h"
#include "providers/print_room.h"

#define PREFIX "sha256="

/* clang-format off */
static const struct {
	const char *type;
	enum print_news news;
} types[] = {
	{ "order:created",            PRINT_NEWS_ORDER },
	{ "order:updated",            PRINT_NEWS_ORDER },
	{ "order:sent-to-production", PRINT_NEWS_ORDER },
	{ "order:shipment:created",   PRINT_NEWS_SHIPPED },
	{ "order:shipment:delivered", PRINT_NEWS_DELIVERED },
};
/* clang-format on */

static bool
is_signed(const struct notice *n)
{
	const char *secret = conf_text(CONF_PRINTIFY_WEBHOOK_SECRET);
	const char *header = n->header(n->from, "X-Pfy-Signature");
	uint8_t theirs[SHA256_BYTES], ours[SHA256_BYTES];

	if (!*secret || !header || strncmp(header, PREFIX, strlen(PREFIX)) ||
	    !hex_parse(header + strlen(PREFIX), theirs, SHA256_BYTES))
		return false;
	hmac_sha256(secret, strlen(secret), n->body, n->size, ours);
	return secret_equal(ours, theirs, SHA256_BYTES);
}

static void
shipment_read(struct arena *a, json *data, struct print_notice *n)
{
	json *carrier = json_get(data, "carrier");
	const char *number = kit_text(carrier, "tracking_number");

	if (!carrier)
		return;
	/* named as the order's own shipments are: printify_read.c */
	n->shipment = (struct print_shipment){
		*number ? arena_printf(a, "%s:%.100s", n->id, number)
			: arena_printf(a, "%s:0", n->id),
		kit_text(carrier, "code"), "", number,
		kit_text(carrier, "tracking_url"),
		kit_time_of(data, "shipped_at"),
		kit_time_of(data, "delivered_at")
	};
}

static void
event_read(struct arena *a, json *root, struct print_notice *n)
{
	json *resource = json_get(root, "resource");
	json *data = json_get(resource, "data");
	const char *id = kit_id(a, resource, "id");

	n->type = kit_text(root, "type");
	n->happened_s = kit_time_of(root, "created_at");
	if (strcmp(kit_text(resource, "type"), "order") != 0 || !id)
		return;
	n->id = id;
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].type, n->type))
			n->news = types[i].news;
	n->status = printify_status(kit_text(data, "status"));
	if (n->status == PRINT_CANCELLED)
		n->news = PRINT_NEWS_CANCELLED;
	shipment_read(a, data, n);
}

enum outcome
printify_hear(
    struct arena *a, const struct notice *from, struct print_notice *out)
{
	struct print_notice n = print_notice_empty();
	const char *event;
	json *root;

	if (!is_signed(from))
		return INVALID_SIGNATURE;
	n.certain = true;
	root = kit_json(a, from->body, from->size);
	event = kit_id(a, root, "id");
	n.event = event ? event : kit_hash_id(a, from);
	if (event)
		event_read(a, root, &n);
	*out = n;
	return OK;
}
