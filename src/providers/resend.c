/*
 * resend.c: letters by Resend, and its signed messages (Svix).
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/secret.h"
#include "providers/mail_room.h"

#define QUOTA_PAUSE_S 3600
#define TOLERANCE_S 300
#define KEY_MOST 512

static bool
is_on(void)
{
	return *conf_text(CONF_RESEND_API_KEY) != '\0';
}

static enum outcome
post(struct arena *a, const struct mail *m, struct call *c)
{
	struct buf b;

	TRY(mail_may(a, m));
	kit_call(c, "resend", "POST", MAIL_PATIENCE_MS);
	call_header(
	    c, a, "Authorization: Bearer %s", conf_text(CONF_RESEND_API_KEY));
	call_header(c, a, "Idempotency-Key: %s", m->key);
	kit_url(c, a, conf_text(CONF_RESEND_API_BASE), "/emails", NULL);
	kit_open(&b, a);
	buf_char(&b, '{');
	kit_member(&b, "from", m->from);
	buf_json_key(&b, "to");
	buf_char(&b, '[');
	buf_json(&b, m->to);
	buf_char(&b, ']');
	kit_member(&b, "subject", m->subject);
	kit_member(&b, "text", m->text);
	kit_member(&b, "html", m->html);
	mail_headers_put(&b, m);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

/* clang-format off */
static const struct {
	const char *name;
	enum cure cure;
	int wait_s;
} names[] = {
	{ "concurrent_idempotent_requests", CURE_WAIT,   0 },
	{ "rate_limit_exceeded",            CURE_WAIT,   0 },
	{ "daily_quota_exceeded",           CURE_WAIT,   QUOTA_PAUSE_S },
	{ "monthly_quota_exceeded",         CURE_WAIT,   QUOTA_PAUSE_S },
	{ "application_error",              CURE_WAIT,   0 },
	{ "internal_server_error",          CURE_WAIT,   0 },
	{ "invalid_idempotent_request",     CURE_PERSON, 0 },
	{ "validation_error",               CURE_PERSON, 0 },
	{ "invalid_api_key",                CURE_PERSON, 0 },
	{ "missing_api_key",                CURE_PERSON, 0 },
	{ "restricted_api_key",             CURE_PERSON, 0 },
};
/* clang-format on */

/* By name first, then by status. */
static enum outcome
sent(struct arena *a, const struct answer *answer, struct mail_sent *out,
    struct trouble *t)
{
	const char *name, *id;
	enum outcome o;
	json *root;

	TRY(kit_reached(answer, t));
	root = kit_json(a, answer->body, answer->size);
	o = kit_status(a, answer, t);
	if (o == OK) {
		if (!(id = kit_id(a, root, "id")))
			return kit_nonsense(a, t, "a mail without an id");
		out->id = id;
		return OK;
	}
	name = kit_text(root, "name");
	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		if (t->wait_s < names[i].wait_s)
			t->wait_s = names[i].wait_s;
		t->cure = names[i].cure;
	}
	if (*name)
		kit_trouble(a, t, o, t->cure, name, kit_text(root, "message"));
	return PROVIDER_ERROR;
}

/* ---- Svix ---- */

static bool
timestamp_is_fresh(const char *text, int64_t now_s)
{
	int64_t then = 0;

	if (strspn(text, "0123456789") != strlen(text) || !*text ||
	    strlen(text) > 12)
		return false;
	for (; *text; text++)
		then = then * 10 + (*text - '0');
	return now_s - then <= TOLERANCE_S && then - now_s <= TOLERANCE_S;
}

/* "v1,<base64>" with blanks between; any may match, other kinds never. */
static bool
any_matches(const char *list, const uint8_t mac[SHA256_BYTES])
{
	char ours[B64_TEXT(SHA256_BYTES)];
	bool match = false;

	b64_format(mac, SHA256_BYTES, ours);
	for (int n = 0; *list && n < LIMIT_SIGNATURES; n++) {
		size_t length = strcspn(list, " ");

		if (length == 3 + strlen(ours) && !memcmp(list, "v1,", 3))
			match |= secret_equal(list + 3, ours, strlen(ours));
		list += length + (list[length] == ' ');
	}
	return match;
}

bool
mail_svix_is_good(const char *secret, const char *id, const char *timestamp,
    const char *signatures, const char *body, size_t size, int64_t now_s)
{
	static const char prefix[] = "whsec_";
	uint8_t key[B64_ROOM(KEY_MOST)], mac[SHA256_BYTES];
	size_t key_size;

	if (!id || !timestamp || !signatures ||
	    !timestamp_is_fresh(timestamp, now_s))
		return false;
	if (!strncmp(secret, prefix, strlen(prefix)))
		secret += strlen(prefix);
	if (!*secret || strlen(secret) > KEY_MOST ||
	    !b64_parse(secret, strlen(secret), key, &key_size))
		return false;
	hmac_sha256_pieces(key, key_size,
	    (const struct piece[]){ { id, strlen(id) }, { ".", 1 },
		{ timestamp, strlen(timestamp) }, { ".", 1 }, { body, size },
		{ NULL, 0 } },
	    mac);
	return any_matches(signatures, mac);
}

/* Two names for the same header. */
static const char *
header_of(const struct notice *n, const char *svix, const char *standard)
{
	const char *value = n->header(n->from, svix);

	return value ? value : n->header(n->from, standard);
}

/* clang-format off */
static const struct {
	const char *type;
	enum mail_fate fate;
} types[] = {
	{ "email.sent",             MAIL_SENT },
	{ "email.delivery_delayed", MAIL_DELAYED },
	{ "email.delivered",        MAIL_DELIVERED },
	{ "email.bounced",          MAIL_BOUNCED },
	{ "email.complained",       MAIL_COMPLAINED },
	{ "email.failed",           MAIL_DROPPED },
	{ "email.suppressed",       MAIL_DROPPED },
};
/* clang-format on */

/* "to" is a list; we write to one at a time. */
static const char *
to_first(json *data)
{
	json *to = json_element(json_get(data, "to"), 0);

	return json_object_is_type(to, json_type_string)
		   ? json_object_get_string(to)
		   : "";
}

static void
event_read(struct arena *a, json *root, struct mail_event *e)
{
	json *data = json_get(root, "data"), *bounce = json_get(data, "bounce");
	const char *id = kit_id(a, data, "email_id");

	e->id = id ? id : "";
	e->happened_s = kit_time_of(root, "created_at");
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].type, kit_text(root, "type")))
			e->fate = types[i].fate;
	e->address = to_first(data);
	e->reason = kit_text(bounce, "message");
	if (!*e->reason)
		e->reason = kit_text(json_get(data, "failed"), "reason");
	e->hard = !strcmp(kit_text(bounce, "type"), "Permanent");
}

static enum outcome
hear(struct arena *a, const struct notice *n, struct mail_event **out,
    size_t *count)
{
	const char *id = header_of(n, "svix-id", "webhook-id");
	struct mail_event *e;

	if (!mail_svix_is_good(conf_text(CONF_RESEND_WEBHOOK_SECRET), id,
		header_of(n, "svix-timestamp", "webhook-timestamp"),
		header_of(n, "svix-signature", "webhook-signature"), n->body,
		n->size, n->now_s) ||
	    !kit_is_token(id, KIT_ID_MOST))
		return INVALID_SIGNATURE;
	e = arena_new(a, struct mail_event);
	*e = (struct mail_event){ .event = arena_text(a, id),
		.id = "",
		.key = "",
		.reason = "",
		.address = "" };
	event_read(a, kit_json(a, n->body, n->size), e);
	*out = e;
	*count = 1;
	return OK;
}

const struct mail_provider mail_resend = {
	.name = "resend",
	.repeats_safely = true,
	.is_on = is_on,
	.send = post,
	.sent = sent,
	.hear = hear,
};
