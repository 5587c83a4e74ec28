/*
 * notice_fuzz.c: webhooks. The first byte says whose; an even one comes with
 * its first line as the signature header, an odd one signed as it should be,
 * so that the events behind the signature are tried as well.
 */
#include "base/secret.h"
#include "fuzz.h"
#include "providers/mail.h"
#include "providers/payment.h"
#include "providers/print.h"

#define NOW 1712000000

enum sender {
	STRIPE,
	PAYPAL,
	PRINTFUL,
	PRINTIFY,
	RESEND,
	SENDGRID,
	SENDERS
};

struct letter {
	struct arena *arena;
	enum sender sender;
	const char *signature, *body;
	size_t size;
	bool genuine;
};

static const char *
mac(const struct letter *l, const char *before, const void *key, size_t size)
{
	const struct piece pieces[] = { { before, strlen(before) },
		{ l->body, l->size }, { NULL, 0 } };
	uint8_t digest[SHA256_BYTES];
	char *hex = arena_alloc(l->arena, SHA256_HEX);

	hmac_sha256_pieces(key, size, pieces, digest);
	hex_format(digest, sizeof(digest), hex);
	return hex;
}

/* As the sender signs; NULL where it cannot be done in a line. */
static const char *
sign(const struct letter *l)
{
	const char *secret;
	uint8_t key[SHA256_BYTES];

	switch (l->sender) {
	case STRIPE:
		secret = conf_text(CONF_STRIPE_WEBHOOK_SECRET);
		return arena_printf(l->arena, "t=%d,v1=%s", NOW,
		    mac(l, arena_printf(l->arena, "%d.", NOW), secret,
			strlen(secret)));
	case PRINTFUL:
		insist(hex_parse(
		    conf_text(CONF_PRINTFUL_WEBHOOK_SECRET), key, sizeof(key)));
		return mac(l, "", key, sizeof(key));
	case PRINTIFY:
		secret = conf_text(CONF_PRINTIFY_WEBHOOK_SECRET);
		return arena_printf(
		    l->arena, "sha256=%s", mac(l, "", secret, strlen(secret)));
	default:
		return NULL;
	}
}

static const char *
header(const void *from, const char *name)
{
	const struct letter *l = from;

	if (strcmp(name, "PAYPAL-AUTH-ALGO") == 0 && l->genuine)
		return "SHA256withRSA";
	if (strcmp(name, "PAYPAL-CERT-URL") == 0 && l->genuine)
		return "https://api.paypal.com/v1/notifications/certs/C";
	return l->signature;
}

static void
hear(const struct letter *l, const struct notice *n)
{
	struct payment_notice payment;
	struct print_notice print;
	struct mail_event *events;
	struct call call = { 0 };
	size_t count;

	switch (l->sender) {
	case STRIPE:
		(void)payment_stripe.hear(l->arena, n, &payment);
		break;
	case PAYPAL:
		if (payment_paypal.hear(l->arena, n, &payment) == OK)
			(void)payment_paypal.check(l->arena, n, "t", &call);
		break;
	case PRINTFUL:
		(void)print_printful.hear(l->arena, n, &print);
		break;
	case PRINTIFY:
		(void)print_printify.hear(l->arena, n, &print);
		break;
	case RESEND:
		(void)mail_resend.hear(l->arena, n, &events, &count);
		break;
	default:
		(void)mail_sendgrid.hear(l->arena, n, &events, &count);
	}
}

FUZZ(notice)
{
	struct arena *arena = arena_create((size_t)64 * 1024 * 1024);
	size_t way = fuzz_way(bytes, size, 2 * SENDERS);
	struct letter l = { .arena = arena, .sender = way / 2, .body = "" };
	struct notice n = { .header = header, .from = &l, .now_s = NOW };
	char *text, *line;

	fuzz_settings();
	l.genuine = way % 2;
	if (size > 0) {
		text = arena_text_n(arena, (const char *)bytes + 1, size - 1);
		line = memchr(text, '\n', size - 1);
		l.body = text;
		l.size = size - 1;
		if (!l.genuine && line != NULL) {
			*line = '\0';
			l.signature = text;
			l.body = line + 1;
			l.size = size - 1 - (size_t)(l.body - text);
		}
	}
	if (l.genuine)
		l.signature = sign(&l);
	n.body = l.body;
	n.size = l.size;
	n.query_secret = l.sender == PRINTIFY ? "fuzz" : NULL;
	hear(&l, &n);
	arena_destroy(arena);
	return 0;
}
