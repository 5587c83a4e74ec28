/*
 * sendgrid.c: letters by SendGrid v3, and its signed messages.
 *
 * It has no idempotency keys: a mail whose answer was lost may come twice.
 * Our key rides along as custom argument and comes back in the events.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "providers/mail_room.h"

#define KEY_MOST 512
#define SIGNATURE_MOST 256

static bool
is_on(void)
{
	return *conf_text(CONF_SENDGRID_API_KEY) != '\0';
}

static void
content_put(struct buf *b, const char *type, const char *value)
{
	if (!value || !*value)
		return;
	buf_json_comma(b);
	buf_char(b, '{');
	kit_member(b, "type", type);
	kit_member(b, "value", value);
	buf_char(b, '}');
}

/* A rewritten link would break, and tell on, what is used once. */
static void
tracking_put(struct buf *b)
{
	buf_json_key(b, "tracking_settings");
	buf_text(b, "{\"click_tracking\":{\"enable\":false},"
		    "\"open_tracking\":{\"enable\":false},"
		    "\"subscription_tracking\":{\"enable\":false}}");
}

static void
from_put(struct buf *b, struct arena *a, const char *from)
{
	const char *name, *address;

	insist(mail_from_parse(a, from, &name, &address));
	buf_json_key(b, "from");
	buf_char(b, '{');
	kit_member(b, "email", address);
	kit_member(b, "name", *name ? name : NULL);
	buf_char(b, '}');
}

static enum outcome
post(struct arena *a, const struct mail *m, struct call *c)
{
	struct buf b;

	TRY(mail_may(a, m));
	kit_call(c, "sendgrid", "POST", MAIL_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_SENDGRID_API_KEY));
	kit_url(c, a, conf_text(CONF_SENDGRID_API_BASE), "/v3/mail/send", NULL);
	kit_open(&b, a);
	buf_text(&b, "{\"personalizations\":[{\"to\":[{");
	kit_member(&b, "email", m->to);
	buf_text(&b, "}],\"custom_args\":{");
	kit_member(&b, "outbox_id", m->key);
	buf_text(&b, "}}]");
	from_put(&b, a, m->from);
	kit_member(&b, "subject", m->subject);
	buf_json_key(&b, "content");
	buf_char(&b, '[');
	content_put(&b, "text/plain", m->text);
	content_put(&b, "text/html", m->html);
	buf_char(&b, ']');
	mail_headers_put(&b, m);
	tracking_put(&b);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

static enum outcome
sent(struct arena *a, const struct answer *answer, struct mail_sent *out,
    struct trouble *t)
{
	json *first;
	enum outcome o;

	TRY(kit_reached(answer, t));
	o = kit_status(a, answer, t);
	if (o == OK) {
		out->id = kit_id_is_good(answer->request_id)
			      ? answer->request_id
			      : "";
		return OK;
	}
	first = json_element(
	    json_get(kit_json(a, answer->body, answer->size), "errors"), 0);
	if (first)
		kit_trouble(a, t, o, t->cure, arena_text(a, t->code),
		    kit_text(first, "message"));
	return PROVIDER_ERROR;
}

/* ---- signed events ---- */

static EVP_PKEY *
key_read(const char *text)
{
	uint8_t der[B64_ROOM(KEY_MOST)];
	const uint8_t *at = der;
	size_t size;

	if (!*text || strlen(text) > KEY_MOST ||
	    !b64_parse(text, strlen(text), der, &size))
		return NULL;
	return d2i_PUBKEY(NULL, &at, (long)size);
}

static bool
digest_verifies(EVP_PKEY *key, const uint8_t *signature, size_t signature_size,
    const char *timestamp, const char *body, size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	insist(ctx);
	good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestVerifyUpdate(ctx, timestamp, strlen(timestamp)) == 1 &&
	       EVP_DigestVerifyUpdate(ctx, body, size) == 1 &&
	       EVP_DigestVerifyFinal(ctx, signature, signature_size) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

bool
mail_ecdsa_is_good(const char *key_text, const char *timestamp,
    const char *signature, const char *body, size_t size)
{
	uint8_t der[B64_ROOM(SIGNATURE_MOST)];
	size_t der_size;
	EVP_PKEY *key;
	bool good;

	if (!timestamp || !signature || strlen(signature) > SIGNATURE_MOST ||
	    !b64_parse(signature, strlen(signature), der, &der_size))
		return false;
	key = key_read(key_text);
	if (!key)
		return false;
	good = EVP_PKEY_is_a(key, "EC") == 1 &&
	       digest_verifies(key, der, der_size, timestamp, body, size);
	EVP_PKEY_free(key);
	return good;
}

/* clang-format off */
static const struct {
	const char *event;
	enum mail_fate fate;
} fates[] = {
	{ "processed",  MAIL_SENT },
	{ "deferred",   MAIL_DELAYED },
	{ "delivered",  MAIL_DELIVERED },
	{ "bounce",     MAIL_BOUNCED },
	{ "dropped",    MAIL_DROPPED },
	{ "spamreport", MAIL_COMPLAINED },
};
/* clang-format on */

static struct mail_event
event_read(struct arena *a, json *one)
{
	const char *message = kit_text(one, "sg_message_id");
	const char *event = kit_id(a, one, "sg_event_id");
	struct mail_event e = { .event = event ? event : "" };

	for (size_t i = 0; i < COUNT(fates); i++)
		if (!strcmp(fates[i].event, kit_text(one, "event")))
			e.fate = fates[i].fate;
	/* what X-Message-Id said, up to the first dot */
	e.id = arena_text_n(a, message, strcspn(message, "."));
	e.key = kit_text(one, "outbox_id");
	e.reason = kit_text(one, "reason");
	e.address = kit_text(one, "email");
	e.hard = e.fate == MAIL_BOUNCED &&
		 strcmp(kit_text(one, "type"), "blocked") != 0;
	e.happened_s = json_int(one, "timestamp", 0);
	return e;
}

static enum outcome
hear(struct arena *a, const struct notice *n, struct mail_event **out,
    size_t *count)
{
	struct mail_event *events;
	json *list;

	if (!mail_ecdsa_is_good(conf_text(CONF_SENDGRID_WEBHOOK_KEY),
		n->header(n->from, "X-Twilio-Email-Event-Webhook-Timestamp"),
		n->header(n->from, "X-Twilio-Email-Event-Webhook-Signature"),
		n->body, n->size))
		return INVALID_SIGNATURE;
	list = kit_json(a, n->body, n->size);
	events = arena_array(a, struct mail_event, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++)
		events[i] = event_read(a, json_element(list, i));
	*out = events;
	*count = json_count(list);
	return OK;
}

const struct mail_provider mail_sendgrid = {
	.name = "sendgrid",
	.is_on = is_on,
	.send = post,
	.sent = sent,
	.hear = hear,
};
