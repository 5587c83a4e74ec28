/*
 * stripe_hear.c: Stripe's webhooks: the signature, then the event.
 *
 * The bytes are believed before they are parsed. What is well signed but
 * makes no sense, or is of the other mode, is ABOUT_NOTHING: it is kept and
 * answered 200, or Stripe would send it for days.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/secret.h"
#include "providers/stripe.h"

#define TOLERANCE_S 300
#define HEX 64

struct signature {
	const char *t; /* as it stood in the header: it is signed so */
	size_t t_length;
	int64_t time_s;
	size_t count;
	uint8_t v1[LIMIT_SIGNATURES][SHA256_BYTES];
};

/* "t": digits only, once. */
static bool
time_read(const char *value, size_t length, struct signature *s)
{
	if (s->t || length == 0 || length > 12)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		s->time_s = s->time_s * 10 + (value[i] - '0');
	}
	s->t = value;
	s->t_length = length;
	return true;
}

/* "v1": 64 lower-case hex digits; others can match nothing. */
static void
v1_read(const char *value, size_t length, struct signature *s)
{
	char hex[HEX + 1];

	if (length != HEX || s->count == LIMIT_SIGNATURES ||
	    strspn(value, "0123456789abcdef") < HEX)
		return;
	memcpy(hex, value, HEX);
	hex[HEX] = '\0';
	if (hex_parse(hex, s->v1[s->count], SHA256_BYTES))
		s->count++;
}

/* element *("," element), element = prefix "=" value; no blanks. */
static bool
header_read(const char *header, struct signature *s)
{
	*s = (struct signature){ 0 };
	for (;;) {
		size_t length = strcspn(header, ",");
		size_t name = strcspn(header, "=");

		if (name >= length)
			return false;
		if (name == 1 && *header == 't') {
			if (!time_read(header + 2, length - 2, s))
				return false;
		} else if (name == 2 && !memcmp(header, "v1", 2)) {
			v1_read(header + 3, length - 3, s);
		}
		if (header[length] == '\0')
			return s->t && s->count;
		header += length + 1;
	}
}

/* One of our secrets against all of theirs; always looks at all. */
static bool
secret_matches(const char *secret, size_t length, const struct signature *s,
    const struct notice *n)
{
	const struct piece pieces[] = { { s->t, s->t_length }, { ".", 1 },
		{ n->body, n->size }, { NULL, 0 } };
	uint8_t mac[SHA256_BYTES];
	bool match = false;

	hmac_sha256_pieces(secret, length, pieces, mac);
	for (size_t i = 0; i < s->count; i++)
		match |= secret_equal(mac, s->v1[i], SHA256_BYTES);
	return match;
}

static enum outcome
signature_check(const struct notice *n)
{
	const char *header = n->header(n->from, "Stripe-Signature");
	const char *secrets = conf_text(CONF_STRIPE_WEBHOOK_SECRET);
	struct signature s;
	bool match = false;

	if (!header || !header_read(header, &s) || n->size == 0)
		return INVALID_SIGNATURE;
	while (*secrets) {
		size_t length = strcspn(secrets, ",");

		if (length)
			match |= secret_matches(secrets, length, &s, n);
		secrets += length + (secrets[length] == ',');
	}
	if (!match || n->now_s - s.time_s > TOLERANCE_S ||
	    s.time_s - n->now_s > TOLERANCE_S)
		return INVALID_SIGNATURE;
	return OK;
}

/* ---- what the objects say; ids may be expanded, members missing ---- */

static void
intent_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *error = json_get(o, "last_payment_error");

	n->intent = kit_id_or_none(a, o, "id");
	n->charge = kit_id_or_none(a, o, "latest_charge");
	n->state = stripe_state(n->status);
	stripe_amount(o, "amount_received", n->currency, &n->minor_paid);
	n->invoice = kit_id_or_none(a, o, "invoice");
	n->reason = kit_text(o, "cancellation_reason");
	if (error) {
		const char *decline = kit_text(error, "decline_code");

		n->declined_code = *decline ? decline : kit_text(error, "code");
		n->declined = stripe_declined(error);
	}
}

static void
charge_heard(struct arena *a, json *o, struct payment_notice *n)
{
	n->charge = kit_id_or_none(a, o, "id");
	n->intent = kit_id_or_none(a, o, "payment_intent");
	n->refunded_whole = json_flag(o, "refunded", false);
	stripe_amount(o, "amount_captured", n->currency, &n->minor_paid);
	stripe_amount(o, "amount_refunded", n->currency, &n->minor_refunded);
}

static void
refund_heard(struct arena *a, json *o, struct payment_notice *n)
{
	n->refund = kit_id_or_none(a, o, "id");
	n->charge = kit_id_or_none(a, o, "charge");
	n->intent = kit_id_or_none(a, o, "payment_intent");
	n->refund_state = stripe_refund_state(n->status);
	n->reason = kit_text(o, "failure_reason");
}

static void
dispute_heard(struct arena *a, json *o, struct payment_notice *n)
{
	n->dispute = kit_id_or_none(a, o, "id");
	n->charge = kit_id_or_none(a, o, "charge");
	n->intent = kit_id_or_none(a, o, "payment_intent");
	n->reason = kit_text(o, "reason");
}

/* A review holds what a dispute holds, and ends by its own word. */
static void
review_heard(struct arena *a, json *o, struct payment_notice *n)
{
	dispute_heard(a, o, n);
	n->status =
	    json_flag(o, "open", false) ? "open" : kit_text(o, "closed_reason");
}

static void
session_heard(struct arena *a, json *o, struct payment_notice *n)
{
	const char *paid = kit_text(o, "payment_status");

	n->session = kit_id_or_none(a, o, "id");
	n->subscription = kit_id_or_none(a, o, "subscription");
	n->intent = kit_id_or_none(a, o, "payment_intent");
	n->paid =
	    !strcmp(n->status, "complete") &&
	    (!strcmp(paid, "paid") || !strcmp(paid, "no_payment_required"));
	if (!*n->user_id)
		n->user_id = kit_text(o, "client_reference_id");
}

/* The end of the period moved into the items with 2025-03-31. */
int64_t
stripe_period_end(json *o)
{
	int64_t end = json_int(o, "current_period_end", 0);
	json *items = json_at(o, "items", "data", NULL);

	for (size_t i = 0; end == 0 && i < json_count(items); i++) {
		int64_t of_item =
		    json_int(json_element(items, i), "current_period_end", 0);

		if (of_item > end)
			end = of_item;
	}
	return end;
}

static void
subscription_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *item = json_element(json_at(o, "items", "data", NULL), 0);

	n->subscription = kit_id_or_none(a, o, "id");
	n->price = kit_id_or_none(a, item, "price");
	n->period_end_s = stripe_period_end(o);
	n->cancel_at_s = json_int(o, "cancel_at", 0);
	n->ended_at_s = json_int(o, "ended_at", 0);
	n->ends_at_period =
	    json_flag(o, "cancel_at_period_end", false) || n->cancel_at_s != 0;
}

static void
invoice_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *parent = json_at(o, "parent", "subscription_details", NULL);
	json *line = json_element(json_at(o, "lines", "data", NULL), 0);
	json *metadata = json_at(o, "subscription_details", "metadata", NULL);

	n->invoice = kit_id_or_none(a, o, "id");
	n->subscription = kit_id_or_none(a, o, "subscription");
	if (!*n->subscription)
		n->subscription = kit_id_or_none(a, parent, "subscription");
	if (!metadata)
		metadata = json_get(parent, "metadata");
	if (!*n->user_id)
		n->user_id = kit_text(metadata, "user_id");
	n->intent = kit_id_or_none(a, o, "payment_intent");
	n->paid = !strcmp(n->status, "paid");
	n->reason = kit_text(o, "billing_reason");
	n->period_end_s = json_int(json_get(line, "period"), "end", 0);
	stripe_amount(o, "amount_paid", n->currency, &n->minor_paid);
}

/* clang-format off */
static const struct {
	const char *object;
	enum payment_subject about;
	void (*read)(struct arena *, json *, struct payment_notice *);
	const char *amount; /* the member that is the thing's own amount */
} objects[] = {
	/* object             about               read                amount */
	{ "payment_intent",   ABOUT_INTENT,       intent_heard,       "amount" },
	{ "charge",           ABOUT_CHARGE,       charge_heard,       "amount" },
	{ "refund",           ABOUT_REFUND,       refund_heard,       "amount" },
	{ "dispute",          ABOUT_DISPUTE,      dispute_heard,      "amount" },
	{ "review",           ABOUT_REVIEW,       review_heard,       "" },
	{ "checkout.session", ABOUT_SESSION,      session_heard,      "amount_total" },
	{ "subscription",     ABOUT_SUBSCRIPTION, subscription_heard, "" },
	{ "invoice",          ABOUT_INVOICE,      invoice_heard,      "total" },
};
/* clang-format on */

void
stripe_object_heard(struct arena *a, json *o, struct payment_notice *n)
{
	const char *kind = kit_text(o, "object");
	json *metadata = json_get(o, "metadata");

	n->status = kit_text(o, "status");
	n->currency = kit_upper(a, json_text(o, "currency"));
	n->order_id = kit_text(metadata, "order_id");
	n->refund_id = kit_text(metadata, "refund_id");
	n->user_id = kit_text(metadata, "user_id");
	n->customer = kit_id_or_none(
	    a, o, strcmp(kind, "customer") == 0 ? "id" : "customer");
	for (size_t i = 0; i < COUNT(objects); i++) {
		if (strcmp(objects[i].object, kind) != 0)
			continue;
		n->about = objects[i].about;
		if (*objects[i].amount)
			stripe_amount(
			    o, objects[i].amount, n->currency, &n->minor);
		objects[i].read(a, o, n);
	}
}

/* Does our key live in the mode that the event comes from? */
static bool
is_our_mode(bool live)
{
	return live ==
	       (strstr(conf_text(CONF_STRIPE_SECRET_KEY), "_live_") != NULL);
}

enum outcome
stripe_hear(
    struct arena *a, const struct notice *from, struct payment_notice *out)
{
	struct payment_notice n = payment_notice_empty();
	const char *event;
	json *root;

	TRY(signature_check(from));
	root = kit_json(a, from->body, from->size);
	event = kit_id(a, root, "id");
	n.event = event ? event : kit_hash_id(a, from);
	n.type = kit_text(root, "type");
	n.created_s = json_int(root, "created", 0);
	n.live = json_flag(root, "livemode", false);
	if (event && !strcmp(kit_text(root, "object"), "event") &&
	    is_our_mode(n.live))
		stripe_object_heard(
		    a, json_at(root, "data", "object", NULL), &n);
	*out = n;
	return OK;
}
