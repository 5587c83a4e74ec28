/*
 * signs.c: signatures, fresh for each attempt.
 *
 * Stripe's v1 scheme (docs.stripe.com/webhooks), Printful's of API v2,
 * Printify's and PayPal's, each as its webhooks guide has it.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crc.h"
#include "base/id.h"
#include "base/secret.h"
#include "sandbox/keys.h"
#include "sandbox/play.h"
#include "sandbox/signs.h"
#include "sandbox/store.h"

static const char *
hmac_hex(struct arena *a, const void *key, size_t size, const char *text)
{
	uint8_t mac[SHA256_BYTES];
	char *hex = arena_alloc(a, SHA256_HEX);

	hmac_sha256(key, size, text, strlen(text), mac);
	hex_format(mac, SHA256_BYTES, hex);
	return hex;
}

static void
stripe_sign(struct arena *a, const char *body, json *headers)
{
	const char *secret = first_secret(CONF_STRIPE_WEBHOOK_SECRET);
	long long t = clock_now_s();
	const char *signed_text = arena_printf(a, "%lld.%s", t, body);

	set_text(headers, "User-Agent",
	    "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
	set_printf(headers, "Stripe-Signature", "t=%lld,v1=%s", t,
	    hmac_hex(a, secret, strlen(secret), signed_text));
}

static void
printful_sign(struct arena *a, const char *body, json *headers)
{
	const char *secret = first_secret(CONF_PRINTFUL_WEBHOOK_SECRET);
	size_t size = strlen(secret);
	uint8_t *key = arena_alloc(a, size + 1);

	set_text(headers, "User-Agent", "Printful Webhook");
	set_text(headers, "X-Pf-Webhook-Public-Key",
	    text_or(store_get("printful/hooks", "v2"), "public_key",
		"c2FuZGJveC1wdWJsaWMta2V5"));
	if (size % 2 == 0 && hex_parse(secret, key, size / 2))
		set_text(headers, "X-Pf-Webhook-Signature",
		    hmac_hex(a, key, size / 2, body));
	else
		set_text(headers, "X-Pf-Webhook-Signature",
		    hmac_hex(a, secret, size, body));
}

static void
printify_sign(struct arena *a, const char *body, json *headers)
{
	const char *secret = first_secret(CONF_PRINTIFY_WEBHOOK_SECRET);

	set_text(headers, "User-Agent", "Printify Webhook");
	set_printf(headers, "X-Pfy-Signature", "sha256=%s",
	    hmac_hex(a, secret, strlen(secret), body));
}

static void
paypal_sign(struct arena *a, const char *body, json *headers)
{
	struct id id = id_create();
	const char *at = time_rfc(clock_now_s());
	const char *message = arena_printf(a, "%s|%s|%s|%lu", id.text, at,
	    conf_text(CONF_PAYPAL_WEBHOOK_ID),
	    (unsigned long)crc32_of(body, strlen(body)));
	json *sent = shape("{}");

	set_text(headers, "User-Agent", "PayPal/AUHD-214.0-58179863");
	set_text(headers, "Paypal-Transmission-Id", id.text);
	set_text(headers, "Paypal-Transmission-Time", at);
	set_text(headers, "Paypal-Transmission-Sig",
	    keys_sign(message, strlen(message)));
	set_printf(headers, "Paypal-Cert-Url", "%s/v1/notifications/certs/%s",
	    conf_text(CONF_PAYPAL_API_BASE), keys_certificate_id());
	set_text(headers, "Paypal-Auth-Algo", "SHA256withRSA");
	set_all(sent, headers);
	set_text(sent, "body", body);
	store_put("paypal/transmissions", id.text, sent);
}

/* clang-format off */
const struct hook_style hook_styles[] = {
	{ "stripe",   "/api/v1/payments/webhooks/stripe",      stripe_sign },
	{ "paypal",   "/api/v1/payments/webhooks/paypal",      paypal_sign },
	{ "printful", "/api/v1/fulfillment/webhooks/printful", printful_sign },
	{ "printify", "/api/v1/fulfillment/webhooks/printify", printify_sign },
	{ NULL, NULL, NULL }
};
/* clang-format on */
