/*
 * paypal.c: orders, captures and refunds at PayPal, and its messages.
 */
#include "outside.h"
#include "providers/payment.h"

static const char approved[] =
    "{\"id\":\"5O19\",\"status\":\"APPROVED\",\"purchase_units\":[{"
    "\"custom_id\":\"1001\",\"amount\":{\"currency_code\":\"USD\","
    "\"value\":\"57.02\"}}],\"links\":[]}";
static const char created[] =
    "{\"id\":\"5O19\",\"status\":\"PAYER_ACTION_REQUIRED\",\"links\":["
    "{\"href\":\"https://x/self\",\"rel\":\"self\"},"
    "{\"href\":\"https://pay/5O19\",\"rel\":\"payer-action\"}]}";

#define CAPTURED(status, value)                                                \
	"{\"id\":\"5O19\",\"status\":\"COMPLETED\",\"purchase_units\":[{"      \
	"\"payments\":{\"captures\":[{\"id\":\"3C67\",\"status\":\"" status    \
	"\",\"custom_id\":\"1001\",\"amount\":{\"currency_code\":\"USD\","     \
	"\"value\":\"" value "\"}}]}}]}"
#define ISSUE(name, issue)                                                     \
	"{\"name\":\"" name "\",\"details\":[{\"issue\":\"" issue "\"}]}"

/* clang-format off */
static const struct {
	int status;
	const char *body;
	enum outcome outcome;
	enum cure cure;
	enum payment_state state;
	const char *words; /* Stripe's words for the status */
} answers[] = {
	{ 200, created,  OK, CURE_NONE, PAYMENT_ACTION, "requires_action" },
	{ 201, approved, OK, CURE_NONE, PAYMENT_APPROVED, "requires_capture" },
	{ 201, CAPTURED("COMPLETED", "57.02"), OK, CURE_NONE, PAYMENT_PAID, "succeeded" },
	{ 201, CAPTURED("REFUNDED", "57.02"),  OK, CURE_NONE, PAYMENT_PAID, "succeeded" },
	{ 201, CAPTURED("PENDING", "57.02"),   OK, CURE_NONE, PAYMENT_PROCESSING, "processing" },
	{ 201, CAPTURED("DECLINED", "57.02"),  OK, CURE_NONE, PAYMENT_OPEN, "requires_payment_method" },
	{ 201, CAPTURED("COMPLETED", "5e1"),   PROVIDER_ERROR, CURE_LOOK, 0, NULL },
	{ 200, "{}",                           PROVIDER_ERROR, CURE_LOOK, 0, NULL },
	{ 401, "{\"error\":\"invalid_token\"}", PROVIDER_ERROR, CURE_TOKEN, 0, NULL },
	{ 422, ISSUE("UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED"), PAYMENT_FAILED, CURE_BUYER, 0, NULL },
	{ 422, ISSUE("UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED"), CONFLICT, CURE_LOOK, 0, NULL },
	{ 422, ISSUE("UNPROCESSABLE_ENTITY", "AMOUNT_MISMATCH"), PROVIDER_ERROR, CURE_PERSON, 0, NULL },
	{ 404, ISSUE("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"), NOT_FOUND, CURE_PERSON, 0, NULL },
	{ 409, ISSUE("RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS"), PROVIDER_ERROR, CURE_WAIT, 0, NULL },
	{ 503, "", PROVIDER_ERROR, CURE_WAIT, 0, NULL },
};
/* clang-format on */

static void
answers_test(struct arena *a)
{
	struct answer an = outside_answer(200, created);
	struct trouble t;
	struct payment p;

	payment_paypal.started(a, &an, &p, &t);
	is_text(p.approve_url, "https://pay/5O19", "where the buyer agrees");
	for (size_t i = 0; i < COUNT(answers); i++) {
		enum outcome o;

		an = outside_answer(answers[i].status, answers[i].body);
		o = payment_paypal.taken(a, &an, &p, &t);
		is_text(outcome_code(o), outcome_code(answers[i].outcome),
		    "%d %.60s", answers[i].status, answers[i].body);
		is_int(t.cure, answers[i].cure, "its cure");
		if (o != OK)
			continue;
		is_int(p.state, answers[i].state, "its state");
		is_text(p.status, answers[i].words, "in Stripe's words");
	}
	an = outside_answer(201, CAPTURED("COMPLETED", "57.02"));
	payment_paypal.taken(a, &an, &p, &t);
	is_int(p.minor_paid, 5702, "57.02 are 5702 cents");
	is_text(p.charge, "3C67", "the capture's id");
	is_text(p.order_id, "1001", "our order");
}

static void
requests_test(struct arena *a)
{
	struct payment_ask ask = { "1001", "TS-7Q", 5702, "USD", "k-1", 2,
		"https://shop/back", "https://shop/cancel" };
	struct refund_ask back = { .intent = "5O19",
		.charge = "3C67",
		.minor = 2500,
		.currency = "HUF",
		.order_id = "1001",
		.key = "r-77" };
	struct payment_token token;
	struct answer an = outside_answer(
	    200, "{\"access_token\":\"A21\",\"expires_in\":32400}");
	struct answer bad =
	    outside_answer(200, "{\"access_token\":\"A21\\r\\nX: y\"}");
	struct trouble t;
	struct call c;

	payment_paypal.token(a, &c);
	is_text(c.body, "grant_type=client_credentials", "a token is asked");
	ok(outside_has_header(&c, "Authorization: Basic aWQ6c2VjcmV0"),
	    "with id and secret");
	is_int(payment_paypal.token_read(a, &an, &token, &t), OK, "it comes");
	is_int(token.lasts_s, 32400, "for nine hours");
	is_int(payment_paypal.token_read(a, &bad, &token, &t), PROVIDER_ERROR,
	    "one that would make a second header is none");

	is_int(payment_paypal.start(a, &ask, "A21", &c), OK, "an order");
	is_text(c.body,
	    "{\"intent\":\"CAPTURE\",\"purchase_units\":[{"
	    "\"reference_id\":\"default\",\"description\":\"Order TS-7Q\","
	    "\"custom_id\":\"1001\",\"invoice_id\":\"TS-7Q-2\","
	    "\"amount\":{\"currency_code\":\"USD\",\"value\":\"57.02\"}}],"
	    "\"payment_source\":{\"paypal\":{\"experience_context\":{"
	    "\"shipping_preference\":\"NO_SHIPPING\","
	    "\"user_action\":\"PAY_NOW\",\"payment_method_preference\":"
	    "\"IMMEDIATE_PAYMENT_REQUIRED\","
	    "\"return_url\":\"https://shop/back\","
	    "\"cancel_url\":\"https://shop/cancel\"}}}}",
	    "its body");
	ok(outside_has_header(&c, "PayPal-Request-Id: k-1"), "its key");
	payment_paypal.take(a, "5O19", "k-2", "A21", &c);
	is_text(c.url,
	    "https://api-m.paypal.com/v2/checkout/orders/5O19/capture",
	    "a capture");
	is_text(c.body, "{}", "with an empty object");
	payment_paypal.refund(a, &back, "A21", &c);
	is_text(c.body,
	    "{\"amount\":{\"currency_code\":\"HUF\","
	    "\"value\":\"25\"},\"custom_id\":\"1001\"}",
	    "25.00 forints go back as 25");
	back.minor = 2550;
	is_int(payment_paypal.refund(a, &back, "A21", &c), VALIDATION_ERROR,
	    "half a forint cannot");
	is_int(payment_paypal.step("TWD"), 100, "Taiwan's step");
	is_int(payment_paypal.step("KWD"), 0, "no dinars");
	is_int(payment_paypal.may(500, "JPY"), OK, "500 yen");
}

#define CERT "https://api.paypal.com/v1/notifications/certs/CERT-1"

/* clang-format off */
static const struct {
	const char *algo, *cert;
	enum outcome outcome;
} senders[] = {
	{ "SHA256withRSA", CERT, OK },
	{ "SHA256withRSA", "https://api-m.paypal.com:443/v1/notifications/certs/C", OK },
	{ "SHA1withRSA",   CERT, INVALID_SIGNATURE },
	{ "SHA256withRSA", "http://api.paypal.com/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.paypal.com.evil.example/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://evilpaypal.com/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.paypal.com@evil.example/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.paypal.com:8443/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.paypal.com/other/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.paypal.com/v1/notifications/certs/../x", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://api.sandbox.paypal.com/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ "SHA256withRSA", "https://:443/v1/notifications/certs/C", INVALID_SIGNATURE },
	{ NULL,            CERT, INVALID_SIGNATURE },
};
/* clang-format on */

static const char completed[] =
    "{\"id\":\"WH-1\",\"create_time\":\"2024-04-01T19:33:20.000Z\","
    "\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"resource\":{"
    "\"id\":\"3C67\",\"status\":\"COMPLETED\",\"amount\":"
    "{\"currency_code\":\"USD\",\"value\":\"25.99\"},"
    "\"custom_id\":\"1001\",\"note\":\"a\\/b\",\"supplementary_data\":"
    "{\"related_ids\":{\"order_id\":\"5O19\"}}}}";

static struct notice
notice_make(struct outside_header h[6], const char *algo, const char *cert,
    const char *body, size_t size)
{
	h[0] = (struct outside_header){ "paypal-auth-algo", algo };
	h[1] = (struct outside_header){ "PAYPAL-CERT-URL", cert };
	h[2] = (struct outside_header){ "PAYPAL-TRANSMISSION-ID", "69cd" };
	h[3] = (struct outside_header){ "PAYPAL-TRANSMISSION-SIG", "BF1C==" };
	h[4] = (struct outside_header){ "PAYPAL-TRANSMISSION-TIME",
		"2024-04-01T19:33:21Z" };
	h[5] = (struct outside_header){ NULL, NULL };
	return (struct notice){ outside_header, h, body, size, NULL, 0 };
}

static void
notices_test(struct arena *a)
{
	struct outside_header h[6];
	struct payment_notice heard;
	struct trouble t;
	struct notice n;
	struct call c;
	struct answer yes =
	    outside_answer(200, "{\"verification_status\":\"SUCCESS\"}");
	struct answer no =
	    outside_answer(200, "{\"verification_status\":\"FAILURE\"}");
	struct answer down = outside_answer(503, "");

	for (size_t i = 0; i < COUNT(senders); i++) {
		n = notice_make(h, senders[i].algo, senders[i].cert, completed,
		    strlen(completed));
		is_text(outcome_code(payment_paypal.check(a, &n, "A21", &c)),
		    outcome_code(senders[i].outcome), "sender %s",
		    senders[i].cert);
	}
	n = notice_make(h, "SHA256withRSA", CERT, completed, strlen(completed));
	payment_paypal.check(a, &n, "A21", &c);
	ok(strstr(c.body, completed) != NULL,
	    "the received bytes go back unchanged");
	ok(strstr(c.body, "\"webhook_id\":\"WID\"") != NULL, "with our id");
	is_int(payment_paypal.checked(a, &yes, &t), OK, "SUCCESS");
	is_int(
	    payment_paypal.checked(a, &no, &t), INVALID_SIGNATURE, "FAILURE");
	is_int(payment_paypal.checked(a, &down, &t), PROVIDER_ERROR,
	    "could not check is not good");
	is_int(payment_paypal.hear(a, &n, &heard), OK, "it is heard");
	is_text(heard.event, "WH-1", "its id");
	is_int(heard.created_s, 1712000000, "its time");
	is_int(heard.state, PAYMENT_PAID, "paid");
	is_int(heard.minor_paid, 2599, "25.99");
	is_text(heard.intent, "5O19", "for the order");
	is_text(heard.charge, "3C67", "by the capture");
}

/* clang-format off */
static const struct {
	const char *file;
	enum payment_subject about;
	enum payment_state state;
	int64_t minor;
	const char *charge, *intent;
} fixtures[] = {
	{ "CHECKOUT.ORDER.APPROVED",   ABOUT_INTENT, PAYMENT_APPROVED,   5702, "", "5O190127TN364715T" },
	{ "PAYMENT.CAPTURE.COMPLETED", ABOUT_INTENT, PAYMENT_PAID,       5702, "3C679366HH908993F", "5O190127TN364715T" },
	{ "PAYMENT.CAPTURE.PENDING",   ABOUT_INTENT, PAYMENT_PROCESSING, 5702, "3C679366HH908993F", "5O190127TN364715T" },
	{ "PAYMENT.CAPTURE.DENIED",    ABOUT_INTENT, PAYMENT_OPEN,       5702, "3C679366HH908993F", "5O190127TN364715T" },
	{ "PAYMENT.CAPTURE.REFUNDED",  ABOUT_REFUND, 0,                  2599, "3C679366HH908993F", "" },
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *status, *outcome, *ours;
} disputes[] = {
	{ "OPEN",                        "",                       "OPEN" },
	{ "WAITING_FOR_SELLER_RESPONSE", "",                       "WAITING_FOR_SELLER_RESPONSE" },
	{ "RESOLVED",                    "RESOLVED_SELLER_FAVOUR", "won" },
	{ "RESOLVED",                    "RESOLVED_WITH_PAYOUT",   "won" },
	{ "RESOLVED",                    "CANCELED_BY_BUYER",      "won" },
	{ "RESOLVED",                    "DENIED",                 "won" },
	{ "RESOLVED",                    "RESOLVED_BUYER_FAVOUR",  "lost" },
	{ "RESOLVED",                    "ACCEPTED",               "lost" },
	{ "RESOLVED",                    "SOMETHING_NEW",          "lost" },
	{ "RESOLVED",                    "",                       "lost" },
};
/* clang-format on */

/* Their one word for an end tells nothing: the outcome does. */
static void
disputes_test(struct arena *a)
{
	for (size_t i = 0; i < COUNT(disputes); i++) {
		const char *body = arena_printf(a,
		    "{\"id\":\"WH-D\",\"event_type\":"
		    "\"CUSTOMER.DISPUTE.RESOLVED\",\"resource\":{"
		    "\"dispute_id\":\"PP-D-1\",\"status\":\"%s\","
		    "\"dispute_amount\":{\"currency_code\":\"USD\","
		    "\"value\":\"5.00\"},\"disputed_transactions\":[{"
		    "\"seller_transaction_id\":\"3C67\"}],"
		    "\"dispute_outcome\":{\"outcome_code\":\"%s\"}}}",
		    disputes[i].status, disputes[i].outcome);
		struct payment_notice heard;
		struct outside_header h[6];
		struct notice n =
		    notice_make(h, "SHA256withRSA", CERT, body, strlen(body));

		is_int(payment_paypal.hear(a, &n, &heard), OK, "a dispute");
		is_int(heard.about, ABOUT_DISPUTE, "is one");
		is_text(heard.charge, "3C67", "of a capture");
		is_text(heard.status, disputes[i].ours, "%s %s",
		    disputes[i].status, disputes[i].outcome);
	}
}

static void
fixtures_test(struct arena *a)
{
	for (size_t i = 0; i < COUNT(fixtures); i++) {
		struct outside_header h[6];
		struct payment_notice heard;
		struct notice n;
		size_t size;
		const char *body = outside_file(a,
		    arena_printf(
			a, "fixtures/paypal/event.%s.json", fixtures[i].file),
		    &size);

		if (!body) {
			tap_skip("the fixtures are not at hand");
			return;
		}
		n = notice_make(h, "SHA256withRSA", CERT, body, size);
		payment_paypal.hear(a, &n, &heard);
		is_int(heard.about, fixtures[i].about, "%s", fixtures[i].file);
		is_int(heard.state, fixtures[i].state, "its state");
		is_int(heard.minor, fixtures[i].minor, "its amount");
		is_text(heard.charge, fixtures[i].charge, "its capture");
		is_text(heard.intent, fixtures[i].intent, "its order");
		is_text(heard.order_id, "1001", "our order");
	}
}

int
main(void)
{
	struct arena *a;

	setenv("PAYPAL_CLIENT_ID", "id", 1);
	setenv("PAYPAL_CLIENT_SECRET", "secret", 1);
	setenv("PAYPAL_WEBHOOK_ID", "WID", 1);
	setenv("PAYPAL_API_BASE", "https://api-m.paypal.com", 1);
	a = outside_open();
	ok(payment_paypal.is_on(), "PayPal is on");
	answers_test(a);
	requests_test(a);
	notices_test(a);
	disputes_test(a);
	fixtures_test(a);
	arena_destroy(a);
	return tap_done();
}
