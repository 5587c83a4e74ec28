/*
 * paypal_hear.c: PayPal's webhooks.
 *
 * PayPal itself says whether a delivery is genuine: check() sends it back,
 * the received bytes unchanged. Its certificate's address is looked at first,
 * for it is the sender's word.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "base/limits.h"
#include "providers/paypal.h"

#define PART_MOST 500
#define CERT_PATH "/v1/notifications/certs/"

/* clang-format off */
static const struct {
	const char *header, *member;
} parts[] = {
	{ "PAYPAL-AUTH-ALGO",         "auth_algo" },
	{ "PAYPAL-CERT-URL",          "cert_url" },
	{ "PAYPAL-TRANSMISSION-ID",   "transmission_id" },
	{ "PAYPAL-TRANSMISSION-SIG",  "transmission_sig" },
	{ "PAYPAL-TRANSMISSION-TIME", "transmission_time" },
};

static const struct {
	const char *host;
	bool sandbox;
} hosts[] = {
	{ "api.paypal.com",           false },
	{ "api-m.paypal.com",         false },
	{ "api.sandbox.paypal.com",   true },
	{ "api-m.sandbox.paypal.com", true },
};
/* clang-format on */

/* The hosts of our environment; a stand-in's base is of neither. */
static bool
is_our_host(const char *host, size_t length)
{
	const char *base = conf_text(CONF_PAYPAL_API_BASE);
	bool sandbox = strstr(base, "sandbox.paypal.com");
	bool neither = !strstr(base, "paypal.com");

	for (size_t i = 0; i < COUNT(hosts); i++)
		if (strlen(hosts[i].host) == length &&
		    !memcmp(hosts[i].host, host, length))
			return neither || hosts[i].sandbox == sandbox;
	return false;
}

/* Is the address below our configured origin? Then it may be http. */
static const char *
past_our_base(const char *url)
{
	const char *base = conf_text(CONF_PAYPAL_API_BASE);
	size_t length = strlen(base);

	if (strncmp(url, base, length) != 0 || url[length] != '/')
		return NULL;
	return url + length;
}

/* Exactly a host of theirs, exactly that folder, nothing clever. */
static bool
cert_url_is_good(const char *url)
{
	const char *path = past_our_base(url);
	size_t length;

	if (!path) {
		if (strncmp(url, "https://", 8) != 0)
			return false;
		length = strcspn(url + 8, "/");
		path = url + 8 + length;
		if (length > 4 && !memcmp(path - 4, ":443", 4))
			length -= 4;
		if (!is_our_host(url + 8, length))
			return false;
	}
	return !strncmp(path, CERT_PATH, strlen(CERT_PATH)) &&
	       !strstr(path, "..") && !strpbrk(path, "%?#\\@");
}

bool
paypal_parts_are_good(const struct notice *n)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (!kit_is_token(
			n->header(n->from, parts[i].header), PART_MOST))
			return false;
	return !strcmp(
		   n->header(n->from, "PAYPAL-AUTH-ALGO"), "SHA256withRSA") &&
	       cert_url_is_good(n->header(n->from, "PAYPAL-CERT-URL"));
}

enum outcome
paypal_check(
    struct arena *a, const struct notice *n, const char *token, struct call *c)
{
	struct buf b;

	if (!paypal_parts_are_good(n) || !kit_json(a, n->body, n->size))
		return INVALID_SIGNATURE;
	paypal_call(c, a, "POST", token, NULL);
	kit_url(c, a, conf_text(CONF_PAYPAL_API_BASE),
	    "/v1/notifications/verify-webhook-signature", NULL);
	buf_open(&b, a, LIMIT_PROVIDER_BYTES + 8 * PART_MOST);
	buf_char(&b, '{');
	for (size_t i = 0; i < COUNT(parts); i++)
		kit_member(
		    &b, parts[i].member, n->header(n->from, parts[i].header));
	kit_member(&b, "webhook_id", conf_text(CONF_PAYPAL_WEBHOOK_ID));
	/* their checksum is over these very bytes: nothing is rewritten */
	buf_json_key(&b, "webhook_event");
	buf_put(&b, n->body, n->size);
	buf_char(&b, '}');
	kit_body(c, a, &b, TYPE_JSON);
	return OK;
}

/* "Could not check" is never "is good". */
enum outcome
paypal_checked(struct arena *a, const struct answer *answer, struct trouble *t)
{
	const char *verdict;
	json *root;

	TRY(paypal_answer(a, answer, &root, t));
	verdict = kit_text(root, "verification_status");
	if (!strcmp(verdict, "SUCCESS"))
		return OK;
	if (!strcmp(verdict, "FAILURE"))
		return kit_trouble(
		    a, t, INVALID_SIGNATURE, CURE_PERSON, verdict, "");
	return kit_nonsense(a, t, "no verdict");
}

/* ---- what the resources say ---- */

static void
order_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *unit = json_element(json_get(o, "purchase_units"), 0);
	const char *id = kit_id(a, o, "id");

	n->about = ABOUT_INTENT;
	n->intent = id ? id : "";
	n->order_id = kit_text(unit, "custom_id");
	paypal_money(a, json_get(unit, "amount"), &n->minor, &n->currency);
	n->state = PAYMENT_APPROVED;
}

/* Only APPROVED asks for something; an approval undone leaves it open. */
static void
reversal_heard(struct arena *a, json *o, struct payment_notice *n)
{
	order_heard(a, o, n);
	n->state = PAYMENT_OPEN;
}

static void
capture_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *related = json_at(o, "supplementary_data", "related_ids", NULL);
	const char *id = kit_id(a, o, "id");
	const char *order = kit_id(a, related, "order_id");

	n->about = ABOUT_INTENT;
	n->charge = id ? id : "";
	n->intent = order ? order : paypal_link_id(a, o, "up");
	n->order_id = kit_text(o, "custom_id");
	paypal_money(a, json_get(o, "amount"), &n->minor, &n->currency);
	paypal_capture_status(kit_text(o, "status"), &n->state);
	n->minor_paid = n->state == PAYMENT_PAID ? n->minor : 0;
	paypal_fee(a, o, &n->minor_fee, &n->fee_currency);
	n->reason = kit_text(json_get(o, "status_details"), "reason");
	if (n->state == PAYMENT_OPEN) {
		n->declined_code = n->status;
		n->declined = "PayPal declined the payment.";
	}
}

static void
refund_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *sum = json_at(
	    o, "seller_payable_breakdown", "total_refunded_amount", NULL);
	const char *id = kit_id(a, o, "id"), *currency;

	n->about = ABOUT_REFUND;
	n->refund = id ? id : "";
	n->charge = paypal_link_id(a, o, "up");
	n->order_id = kit_text(o, "custom_id");
	paypal_money(a, json_get(o, "amount"), &n->minor, &n->currency);
	paypal_money(a, sum, &n->minor_refunded, &currency);
	n->refund_state = paypal_refund_state(n->status);
	n->reason = kit_text(json_get(o, "status_details"), "reason");
}

/* PayPal took the money back: a refund that we did not ask for. */
static void
taken_back_heard(struct arena *a, json *o, struct payment_notice *n)
{
	refund_heard(a, o, n);
	n->refund_state = REFUND_DONE;
	if (!*n->charge)
		n->charge = n->refund;
}

/*
 * In Stripe's words, which everybody else reads: theirs for an end does not
 * tell whose it is. An outcome that nobody knows is for a person to look at.
 */
static const char *
dispute_status(json *o, const char *theirs)
{
	static const char *const ours[] = { "RESOLVED_SELLER_FAVOUR",
		"RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED" };
	const char *outcome =
	    kit_text(json_get(o, "dispute_outcome"), "outcome_code");

	if (strcmp(theirs, "RESOLVED") != 0)
		return theirs;
	for (size_t i = 0; i < COUNT(ours); i++)
		if (!strcmp(ours[i], outcome))
			return "won";
	return "lost";
}

static void
dispute_heard(struct arena *a, json *o, struct payment_notice *n)
{
	json *one = json_element(json_get(o, "disputed_transactions"), 0);
	const char *id = kit_id(a, o, "dispute_id");
	const char *charge = kit_id(a, one, "seller_transaction_id");

	n->about = ABOUT_DISPUTE;
	n->dispute = id ? id : "";
	n->charge = charge ? charge : "";
	n->reason = kit_text(o, "reason");
	n->status = dispute_status(o, n->status);
	paypal_money(a, json_get(o, "dispute_amount"), &n->minor, &n->currency);
}

/* clang-format off */
static const struct {
	const char *type;
	void (*read)(struct arena *, json *, struct payment_notice *);
} types[] = {
	{ "CHECKOUT.ORDER.APPROVED",            order_heard },
	{ "CHECKOUT.PAYMENT-APPROVAL.REVERSED", reversal_heard },
	{ "PAYMENT.CAPTURE.COMPLETED",          capture_heard },
	{ "PAYMENT.CAPTURE.PENDING",            capture_heard },
	{ "PAYMENT.CAPTURE.DENIED",             capture_heard },
	{ "PAYMENT.CAPTURE.DECLINED",           capture_heard },
	{ "PAYMENT.CAPTURE.REFUNDED",           refund_heard },
	{ "PAYMENT.CAPTURE.REVERSED",           taken_back_heard },
	{ "PAYMENT.REFUND.PENDING",             refund_heard },
	{ "PAYMENT.REFUND.FAILED",              refund_heard },
	{ "CUSTOMER.DISPUTE.CREATED",           dispute_heard },
	{ "CUSTOMER.DISPUTE.UPDATED",           dispute_heard },
	{ "CUSTOMER.DISPUTE.RESOLVED",          dispute_heard },
};
/* clang-format on */

void
paypal_event_heard(struct arena *a, json *event, struct payment_notice *n)
{
	json *resource = json_get(event, "resource");

	n->type = kit_text(event, "event_type");
	n->created_s = kit_time(json_text(event, "create_time"));
	n->status = kit_text(resource, "status");
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].type, n->type))
			types[i].read(a, resource, n);
}

enum outcome
paypal_hear(
    struct arena *a, const struct notice *from, struct payment_notice *out)
{
	struct payment_notice n = payment_notice_empty();
	json *root = kit_json(a, from->body, from->size);
	const char *event = kit_id(a, root, "id");

	if (!paypal_parts_are_good(from))
		return INVALID_SIGNATURE;
	n.event = event ? event : kit_hash_id(a, from);
	n.live = true;
	n.type = kit_text(root, "event_type");
	if (event)
		paypal_event_heard(a, root, &n);
	*out = n;
	return OK;
}
