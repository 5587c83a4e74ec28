/*
 * stripe.c: what we send to Stripe, what we make of its answers, and whom we
 * believe to be Stripe.
 */
#include "base/secret.h"
#include "outside.h"
#include "providers/payment.h"
#include "providers/plan.h"

#define SECRET_A "whsec_test_4Zb0mZ3n2JcT8kQv1XyR7sLdPqWgH9uE"
#define SECRET_B "whsec_test_old_Kp2R6tYh8QnW3eXc5VbM1zLs9DfGjA0u"
#define A1 "47260c8bb85860711c831bab4ab10dd8a5ae460dc20dc1bb4857ff51433611b6"
#define A1_UPPER                                                               \
	"47260C8BB85860711C831BAB4AB10DD8A5AE460DC20DC1BB4857FF51433611B6"
#define A1_SHORT                                                               \
	"47260c8bb85860711c831bab4ab10dd8a5ae460dc20dc1bb4857ff51433611b"
#define B1 "d59a095721ecd4c331446bcf63c003174577c1bd95c975a75592127462c63027"
#define A2 "833afe7fb9c3d30b12a3552ea6b64a0441a832277a71cedead891a55822f53f2"
#define T "1712000000"
#define NOW 1712000000

static const char body1[] =
    "{\"id\":\"evt_1NxTest0000000000000001\",\"object\":\"event\","
    "\"api_version\":\"2023-10-16\",\"created\":1711999990,"
    "\"type\":\"payment_intent.succeeded\",\"livemode\":false,"
    "\"pending_webhooks\":1,"
    "\"request\":{\"id\":null,\"idempotency_key\":null},"
    "\"data\":{\"object\":{\"id\":\"pi_3NxTest0000000000000001\","
    "\"object\":\"payment_intent\",\"amount\":2599,"
    "\"amount_received\":2599,\"currency\":\"usd\","
    "\"status\":\"succeeded\",\"metadata\":{\"order_id\":\"1001\"}}}}";
static const char body2[] = "{\n  \"id\": \"evt_1NxTest0000000000000002\",\n"
			    "  \"object\": \"event\",\n"
			    "  \"note\": \"caf\xc3\xa9 \xe2\x82\xac"
			    "5\"\n}\n";

/* clang-format off */
static const struct {
	const char *header;
	int64_t now_s;
	const char *body;
	enum outcome outcome;
	const char *name;
} signatures[] = {
	{ "t=" T ",v1=" A1,               NOW + 10,   body1, OK, "a fresh one" },
	{ "t=" T ",v1=" A1,               NOW + 300,  body1, OK, "five minutes old" },
	{ "t=" T ",v1=" A1,               NOW + 301,  body1, INVALID_SIGNATURE, "a second more" },
	{ "t=" T ",v1=" A1,               NOW - 1000, body1, INVALID_SIGNATURE, "from the future" },
	{ "t=" T ",v1=" B1,               NOW,        body1, OK, "the old secret's" },
	{ "t=" T ",v1=" B1 ",v1=" A1 ",v0=00", NOW,   body1, OK, "both secrets'" },
	{ "t=" T ",v0=" A1,               NOW,        body1, INVALID_SIGNATURE, "v0 alone" },
	{ "v1=" A1,                       NOW,        body1, INVALID_SIGNATURE, "no time" },
	{ "t=" T ",t=" T ",v1=" A1,       NOW,        body1, INVALID_SIGNATURE, "two times" },
	{ "t=" T ",v1=" A1_UPPER,         NOW,        body1, INVALID_SIGNATURE, "upper case" },
	{ "t=" T ",v1=" A1_SHORT,         NOW,        body1, INVALID_SIGNATURE, "63 digits" },
	{ "t=" T ", v1=" A1,              NOW,        body1, INVALID_SIGNATURE, "a blank" },
	{ "t=17120000x0,v1=" A1,          NOW,        body1, INVALID_SIGNATURE, "a time with a letter" },
	{ "",                             NOW,        body1, INVALID_SIGNATURE, "an empty header" },
	{ NULL,                           NOW,        body1, INVALID_SIGNATURE, "no header" },
	{ "t=" T ",v1=" A1,               NOW,        "",    INVALID_SIGNATURE, "an empty body" },
	{ "t=" T ",v1=" A1,               NOW,        body2, INVALID_SIGNATURE, "another body" },
	{ "t=" T ",v1=" A2,               NOW,        body2, OK, "a pretty-printed one" },
	{ ",,,=,",                        NOW,        body1, INVALID_SIGNATURE, "commas" },
};
/* clang-format on */

static void
signatures_test(struct arena *a)
{
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct outside_header h[] = { { "Stripe-Signature",
						  signatures[i].header },
			{ NULL, NULL } };
		struct notice n = { outside_header, h, signatures[i].body,
			strlen(signatures[i].body), NULL, signatures[i].now_s };
		struct payment_notice heard;

		is_text(outcome_code(payment_stripe.hear(a, &n, &heard)),
		    outcome_code(signatures[i].outcome), "signature: %s",
		    signatures[i].name);
	}
}

/* Sign with our own secret and hear it. */
static struct payment_notice
hear(struct arena *a, const char *body, size_t size)
{
	const struct piece pieces[] = { { T ".", 11 }, { body, size },
		{ NULL, 0 } };
	uint8_t mac[SHA256_BYTES];
	char hex[SHA256_HEX];
	struct payment_notice heard = payment_notice_empty();
	struct outside_header h[] = { { "stripe-signature", NULL },
		{ NULL, NULL } };
	struct notice n = { outside_header, h, body, size, NULL, NOW };

	hmac_sha256_pieces(SECRET_A, strlen(SECRET_A), pieces, mac);
	hex_format(mac, SHA256_BYTES, hex);
	h[0].value = arena_printf(a, "t=" T ",v1=%s", hex);
	is_text(
	    outcome_code(payment_stripe.hear(a, &n, &heard)), "OK", "heard");
	return heard;
}

static void
events_test(struct arena *a)
{
	struct payment_notice n = hear(a, body1, strlen(body1));

	is_text(n.event, "evt_1NxTest0000000000000001", "its id");
	is_int(n.about, ABOUT_INTENT, "about an intent");
	is_int(n.state, PAYMENT_PAID, "that is paid");
	is_int(n.minor_paid, 2599, "25.99");
	is_text(n.currency, "USD", "dollars");
	is_text(n.order_id, "1001", "of our order");

	n = hear(a, "not json", 8);
	is_int(n.about, ABOUT_NOTHING, "signed nonsense is about nothing");
	ok(!strncmp(n.event, "sha256:", 7), "and named by its bytes");

	n = hear(a,
	    "{\"id\":\"evt_1\",\"object\":\"event\",\"livemode\":true,"
	    "\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{"
	    "\"object\":\"payment_intent\",\"id\":\"pi_1\"}}}",
	    119);
	is_int(n.about, ABOUT_NOTHING, "a live event means nothing to a test");

	n = hear(a, "{\"id\":\"../x\",\"object\":\"event\"}", 31);
	ok(!strncmp(n.event, "sha256:", 7), "an id that is none is not taken");
}

/* clang-format off */
static const struct {
	const char *file;
	enum payment_subject about;
	int64_t minor, minor_refunded, period_end_s;
	const char *intent, *status;
} fixtures[] = {
	{ "payment_intent.succeeded",      ABOUT_INTENT,  5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "succeeded" },
	{ "payment_intent.payment_failed", ABOUT_INTENT,  5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "requires_payment_method" },
	{ "payment_intent.canceled",       ABOUT_INTENT,  5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "canceled" },
	{ "payment_intent.processing",     ABOUT_INTENT,  5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "processing" },
	{ "charge.refunded",               ABOUT_CHARGE,  5198, 2599, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "succeeded" },
	{ "refund.updated",                ABOUT_REFUND,  2599, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "succeeded" },
	{ "refund.failed",                 ABOUT_REFUND,  2599, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "failed" },
	{ "charge.dispute.created",        ABOUT_DISPUTE, 5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "needs_response" },
	{ "charge.dispute.closed",         ABOUT_DISPUTE, 5198, 0, 0, "pi_3P0kLm2eZvKYlo2C1aBcDeFg", "lost" },
	{ "checkout.session.completed",    ABOUT_SESSION,  999, 0, 0, "", "complete" },
	{ "customer.subscription.created", ABOUT_SUBSCRIPTION, 0, 0, 1714592000, "", "incomplete" },
	{ "customer.subscription.updated", ABOUT_SUBSCRIPTION, 0, 0, 1714592000, "", "active" },
	{ "customer.subscription.deleted", ABOUT_SUBSCRIPTION, 0, 0, 1714592000, "", "canceled" },
	{ "invoice.paid",                  ABOUT_INVOICE,  999, 0, 1714592000, "pi_3P0kLn2eZvKYlo2C0sUbPi01", "paid" },
	{ "invoice.payment_failed",        ABOUT_INVOICE,  999, 0, 1714592000, "pi_3P0kLn2eZvKYlo2C0sUbPi01", "open" },
};
/* clang-format on */

static void
fixtures_test(struct arena *a)
{
	for (size_t i = 0; i < COUNT(fixtures); i++) {
		const char *name = fixtures[i].file;
		struct payment_notice n;
		size_t size;
		const char *body = outside_file(a,
		    arena_printf(a, "fixtures/stripe/event.%s.json", name),
		    &size);

		if (!body) {
			tap_skip("the fixtures are not at hand");
			return;
		}
		n = hear(a, body, size);
		is_text(n.type, name, "%s: type", name);
		is_int(n.about, fixtures[i].about, "%s: subject", name);
		is_int(n.minor, fixtures[i].minor, "%s: amount", name);
		is_int(n.minor_refunded, fixtures[i].minor_refunded,
		    "%s: refunded", name);
		is_int(n.period_end_s, fixtures[i].period_end_s, "%s: period",
		    name);
		is_text(n.intent, fixtures[i].intent, "%s: intent", name);
		is_text(n.status, fixtures[i].status, "%s: status", name);
	}
}

static void
requests_test(struct arena *a)
{
	struct payment_ask ask = { .order_id = "0198f3c6",
		.minor = 5198,
		.order_number = "TS-7Q",
		.currency = "USD",
		.key = "k-1" };
	struct refund_ask back = { .intent = "pi_1",
		.minor = 500,
		.currency = "JPY",
		.refund_id = "77",
		.order_id = "o",
		.key = "r-77" };
	struct call c;

	is_text(outcome_code(payment_stripe.start(a, &ask, NULL, &c)), "OK",
	    "an intent can be asked for");
	is_text(c.url, "http://127.0.0.1:1/v1/payment_intents", "its URL");
	is_text(c.body,
	    "amount=5198&currency=usd&"
	    "automatic_payment_methods%5Benabled%5D=true&"
	    "capture_method=automatic&description=Order%20TS-7Q&"
	    "metadata%5Border_id%5D=0198f3c6&metadata%5Border_no%5D=TS-7Q",
	    "its form");
	ok(outside_has_header(&c, "Idempotency-Key: k-1"), "its key");
	ok(outside_has_header(&c, "Stripe-Version: 2023-10-16"), "its version");
	ok(outside_has_header(&c, "Authorization: Bearer sk_test_x"), "ours");

	payment_stripe.look(a, "pi_1", NULL, &c);
	is_text(c.url,
	    "http://127.0.0.1:1/v1/payment_intents/pi_1"
	    "?expand[]=latest_charge.balance_transaction",
	    "look asks for the charge too");
	payment_stripe.cancel(a, "pi_1", "c-1", NULL, &c);
	is_text(c.url, "http://127.0.0.1:1/v1/payment_intents/pi_1/cancel",
	    "cancel");
	payment_stripe.refund(a, &back, NULL, &c);
	is_text(c.body,
	    "payment_intent=pi_1&amount=500&"
	    "reason=requested_by_customer&metadata%5Brefund_id%5D=77&"
	    "metadata%5Border_id%5D=o",
	    "refund");
}

/* clang-format off */
static const struct {
	const char *currency;
	int64_t minor;
	enum outcome outcome;
	int64_t step;
} sums[] = {
	{ "USD",  50, OK, 1 },  { "USD",  49, AMOUNT_TOO_SMALL, 1 },
	{ "JPY",  50, OK, 1 },  { "JPY",  49, AMOUNT_TOO_SMALL, 1 },
	{ "HUF", 17500, OK, 1 }, { "KWD", 1000, OK, 10 },
	{ "KWD", 1001, VALIDATION_ERROR, 10 },
	{ "ISK", 500, OK, 1 }, { "UGX", 5000, OK, 1 },
	{ "MGA", 500, OK, 100 }, { "MGA", 550, VALIDATION_ERROR, 100 },
	{ "IQD", 1000, VALIDATION_ERROR, 0 }, { "usd", 500, VALIDATION_ERROR, 0 },
	{ "USD", 1000000000000, VALIDATION_ERROR, 1 },
	{ "USD", -1, VALIDATION_ERROR, 1 }, { "USD", 0, AMOUNT_TOO_SMALL, 1 },
};
static const struct {
	const char *currency, *wire;
	int64_t minor;
} wires[] = {
	{ "JPY", "amount=500&", 500 }, { "ISK", "amount=50000&", 500 },
	{ "UGX", "amount=500000&", 5000 }, { "HUF", "amount=20000&", 20000 },
	{ "TWD", "amount=20000&", 20000 }, { "KWD", "amount=10000&", 10000 },
	{ "MGA", "amount=5&", 500 },
};
/* clang-format on */

static void
sums_test(struct arena *a)
{
	struct payment_ask ask = {
		.order_id = "o", .order_number = "n", .key = "k"
	};
	struct call c;

	for (size_t i = 0; i < COUNT(sums); i++) {
		is_text(outcome_code(payment_stripe.may(
			    sums[i].minor, sums[i].currency)),
		    outcome_code(sums[i].outcome), "may we charge %lld %s",
		    (long long)sums[i].minor, sums[i].currency);
		is_int(payment_stripe.step(sums[i].currency), sums[i].step,
		    "the step of %s", sums[i].currency);
	}
	for (size_t i = 0; i < COUNT(wires); i++) {
		ask.minor = wires[i].minor;
		ask.currency = wires[i].currency;
		payment_stripe.start(a, &ask, NULL, &c);
		ok(!strncmp(c.body, wires[i].wire, strlen(wires[i].wire)),
		    "%lld %s is sent as %s", (long long)wires[i].minor,
		    wires[i].currency, wires[i].wire);
	}
}

#define PI(status)                                                             \
	"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount\":5198,"      \
	"\"amount_received\":0,\"currency\":\"usd\",\"status\":\"" status      \
	"\",\"client_secret\":\"pi_1_secret_2\",\"latest_charge\":null,"       \
	"\"metadata\":{\"order_id\":\"7\"}}"
#define ERR(members) "{\"error\":{" members "}}"

/* clang-format off */
static const struct {
	int status;
	const char *body;
	enum outcome outcome;
	enum cure cure;
	const char *code;
} answers[] = {
	{ 200, PI("requires_payment_method"), OK, CURE_NONE, "" },
	{ 200, PI("succeeded"), OK, CURE_NONE, "" },
	{ 200, "{}", PROVIDER_ERROR, CURE_LOOK, "nonsense" },
	{ 200, "<html>", PROVIDER_ERROR, CURE_LOOK, "nonsense" },
	{ 200, "{\"id\":\"../../x\",\"object\":\"payment_intent\"}", PROVIDER_ERROR, CURE_LOOK, "nonsense" },
	{ 200, "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount\":51.98,\"currency\":\"usd\"}", PROVIDER_ERROR, CURE_LOOK, "nonsense" },
	{ 402, ERR("\"type\":\"card_error\",\"code\":\"card_declined\",\"decline_code\":\"stolen_card\",\"message\":\"stolen!\""), PAYMENT_FAILED, CURE_BUYER, "stolen_card" },
	{ 400, ERR("\"code\":\"amount_too_small\""), AMOUNT_TOO_SMALL, CURE_PERSON, "amount_too_small" },
	{ 400, ERR("\"code\":\"parameter_unknown\""), PROVIDER_ERROR, CURE_PERSON, "parameter_unknown" },
	{ 400, ERR("\"code\":\"payment_intent_unexpected_state\""), CONFLICT, CURE_LOOK, "payment_intent_unexpected_state" },
	{ 401, ERR("\"type\":\"invalid_request_error\""), PROVIDER_ERROR, CURE_WAIT, "HTTP 401" },
	{ 404, ERR("\"code\":\"resource_missing\""), NOT_FOUND, CURE_PERSON, "resource_missing" },
	{ 409, ERR("\"code\":\"idempotency_key_in_use\""), PROVIDER_ERROR, CURE_WAIT, "idempotency_key_in_use" },
	{ 429, ERR("\"code\":\"rate_limit\""), PROVIDER_ERROR, CURE_WAIT, "rate_limit" },
	{ 500, "oops", PROVIDER_ERROR, CURE_WAIT, "HTTP 500" },
	{ 503, "", PROVIDER_ERROR, CURE_WAIT, "HTTP 503" },
	{ 301, "", PROVIDER_ERROR, CURE_PERSON, "HTTP 301" },
};
/* clang-format on */

static void
answers_test(struct arena *a)
{
	struct answer never = { .reach = REACH_NEVER, .body = "" };
	struct answer unknown = { .reach = REACH_UNKNOWN, .body = "" };
	struct answer stored = outside_answer(500, "{}");
	struct trouble t;
	struct payment p;

	for (size_t i = 0; i < COUNT(answers); i++) {
		struct answer an =
		    outside_answer(answers[i].status, answers[i].body);

		is_text(outcome_code(payment_stripe.started(a, &an, &p, &t)),
		    outcome_code(answers[i].outcome), "%d %.40s",
		    answers[i].status, answers[i].body);
		is_int(t.cure, answers[i].cure, "and its cure");
		is_text(t.code, answers[i].code, "and its code");
	}
	is_int(payment_stripe.started(a, &never, &p, &t), PROVIDER_ERROR,
	    "no connection");
	is_int(t.cure, CURE_WAIT, "may be sent again");
	is_int(payment_stripe.started(a, &unknown, &p, &t), TIMEOUT, "a cut");
	is_int(t.cure, CURE_LOOK, "must be looked at");
	stored.hint = -1;
	payment_stripe.started(a, &stored, &p, &t);
	is_int(t.cure, CURE_ANEW, "a stored 500 would come back for ever");
}

static void
intent_test(struct arena *a)
{
	struct answer an = outside_answer(200,
	    "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount\":500,"
	    "\"amount_received\":500,\"currency\":\"jpy\","
	    "\"status\":\"succeeded\",\"latest_charge\":{\"id\":\"ch_1\","
	    "\"amount_refunded\":200},\"metadata\":{\"order_id\":\"7\"}}");
	struct answer refund = outside_answer(200,
	    "{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":200,"
	    "\"currency\":\"jpy\",\"status\":\"succeeded\"}");
	struct trouble t;
	struct payment p;
	struct refund r;

	payment_stripe.looked(a, &an, &p, &t);
	is_int(p.minor_paid, 500, "500 yen are 500 yen");
	is_text(p.charge, "ch_1", "the expanded charge");
	is_int(p.minor_refunded, 200, "and what went back");
	is_text(p.order_id, "7", "our order");
	is_int(payment_stripe.refunded(a, &refund, &r, &t), OK, "a refund");
	is_int(r.state, REFUND_DONE, "is done");
	is_int(r.minor, 200, "over 200 yen");
}

static void
plans_test(struct arena *a)
{
	struct plan_checkout_ask ask = { "cus_1", "price_1", "42", "k",
		"https://shop/ok?s={CHECKOUT_SESSION_ID}", "https://shop/no" };
	struct answer old = outside_answer(200,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":"
	    "\"active\","
	    "\"current_period_end\":1714592000,\"cancel_at\":null,"
	    "\"cancel_at_period_end\":true,\"customer\":{\"id\":\"cus_1\"}}");
	struct answer list =
	    outside_answer(200, "{\"object\":\"list\",\"data\":[{\"id\":\"sub_"
				"3\",\"object\":\"subscription\","
				"\"status\":\"canceled\"},{\"id\":\"sub_2\","
				"\"object\":\"subscription\","
				"\"status\":\"active\",\"items\":{\"data\":[{"
				"\"current_period_end\":1714592001}]}}]}");
	struct answer none =
	    outside_answer(200, "{\"object\":\"list\",\"data\":[]}");
	struct answer other =
	    outside_answer(200, "{\"id\":\"cus_1\",\"object\":\"customer\"}");
	struct plan_subscription s;
	struct plan_session page;
	struct plan_price price;
	struct trouble t;
	struct call c;

	plan_checkout(a, &ask, &c);
	is_text(c.body,
	    "mode=subscription&customer=cus_1&client_reference_id=42&"
	    "line_items%5B0%5D%5Bprice%5D=price_1&"
	    "line_items%5B0%5D%5Bquantity%5D=1&"
	    "success_url=https%3A%2F%2Fshop%2Fok%3Fs%3D%7BCHECKOUT_SESSION_ID"
	    "%7D&cancel_url=https%3A%2F%2Fshop%2Fno&metadata%5Buser_id%5D=42&"
	    "subscription_data%5Bmetadata%5D%5Buser_id%5D=42",
	    "a checkout");
	plan_end(a, "sub_1", true, "k", &c);
	is_text(c.body, "cancel_at_period_end=true", "an end");
	plan_stop(a, "sub_1", &c);
	is_text(c.method, "DELETE", "a stop");
	plan_price_find(a, "premium_monthly", &c);
	is_text(c.url,
	    "http://127.0.0.1:1/v1/prices?active=true&"
	    "lookup_keys[]=premium_monthly",
	    "a price by its key");
	is_int(plan_read(a, &old, &s, &t), OK, "a subscription");
	ok(s.grants && s.ends, "that still grants, and ends");
	is_text(s.customer, "cus_1", "its customer, expanded");
	is_int(s.period_end_s, 1714592000, "its period");
	is_int(plan_read(a, &list, &s, &t), OK, "of many");
	is_text(s.id, "sub_2", "the one that grants");
	is_int(s.period_end_s, 1714592001, "its period, from the items");
	is_int(plan_read(a, &none, &s, &t), NOT_FOUND, "of none");
	is_int(plan_price_found(a, &none, &price, &t), NOT_FOUND, "no price");
	is_int(plan_read(a, &other, &s, &t), PROVIDER_ERROR, "something else");
	is_int(plan_price_found(a, &other, &price, &t), PROVIDER_ERROR,
	    "nor is that a price");
	is_int(plan_session_read(a, &other, &page, &t), PROVIDER_ERROR,
	    "nor a page to go to");
}

int
main(void)
{
	struct arena *a;

	setenv("STRIPE_SECRET_KEY", "sk_test_x", 1);
	setenv("STRIPE_API_BASE", "http://127.0.0.1:1", 1);
	setenv("STRIPE_WEBHOOK_SECRET", SECRET_A "," SECRET_B, 1);
	a = outside_open();
	ok(payment_stripe.is_on(), "Stripe is on");
	ok(payment_find("stripe") == &payment_stripe, "and found by its name");
	signatures_test(a);
	events_test(a);
	fixtures_test(a);
	requests_test(a);
	sums_test(a);
	answers_test(a);
	intent_test(a);
	plans_test(a);
	arena_destroy(a);
	return tap_done();
}
