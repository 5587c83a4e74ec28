/*
 * mail.c: letters by Resend and SendGrid, and whom we believe about them.
 */
#include "outside.h"
#include "providers/mail.h"

#define SVIX "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SVIX_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define SVIX_BODY "{\"test\": 2432232314}"
#define SVIX_MAC "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define NOW 1614265330
#define EC_KEY                                                                 \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIfaksf29RRpMWFJu84CnH3SnAx+Z"     \
	"2QsQgxR3YU7BTNI/8jbaEpaI4OHROhjWH6WZclG+L9vaH1Fg72RyBpom4w=="
#define EC_SIG                                                                 \
	"MEUCIQDYKzED4gJEgGAIYrCw4ZmlIub0W9itzjxNai8mhjXXLgIgXv55GTPr/qp8"     \
	"jMeUnQ568IA36Yg6NUtFrM4BX6rOTXs="
#define EC_BODY "[{\"email\":\"a@b.example\"}]\r\n"

static const struct mail letter = { "ada@example.com",
	"TShop <shop@example.com>", "Order \"7\"", "Hello.\n", "<p>Hello.</p>",
	"mail-7", { { NULL, NULL } } };

/* clang-format off */
static const struct {
	const char *address;
	bool good;
} addresses[] = {
	{ "ada@example.com", true },     { "a+b@x.example", true },
	{ "a@localhost", true },         { "ada", false },
	{ "@example.com", false },       { "a@b@c.example", false },
	{ "a@x>\r\nRCPT TO:<e@v.il", false }, { "a b@c.example", false },
	{ "<a@b.example>", false },      { "a@b.example,c@d.example", false },
	{ "a@nodot", false },            { "", false },
};
static const struct {
	const char *to, *from, *subject, *key;
} bad[] = {
	{ "ada", "s@x.example", "Hi", "k" },
	{ "a@x.example", "Shop\r\nBcc: e@v.il <s@x.example>", "Hi", "k" },
	{ "a@x.example", "s@x.example", "Hi\r\nBcc: e@v.il", "k" },
	{ "a@x.example", "s@x.example", "Hi\nthere", "k" },
	{ "a@x.example", "s@x.example", "", "k" },
	{ "a@x.example", "s@x.example", "Hi", "k\r\nX: y" },
	{ "a@x.example", "Shop <s@x.example", "Hi", "k" },
	{ "a@x.example", "<nobody>", "Hi", "k" },
};
/* clang-format on */

static void
refusals_test(struct arena *a)
{
	struct mail m = letter;
	struct call c;

	for (size_t i = 0; i < COUNT(addresses); i++)
		ok(mail_address_is_good(addresses[i].address) ==
			addresses[i].good,
		    "address %zu", i);
	for (size_t i = 0; i < COUNT(bad); i++) {
		m.to = bad[i].to;
		m.from = bad[i].from;
		m.subject = bad[i].subject;
		m.key = bad[i].key;
		is_int(mail_resend.send(a, &m, &c), VALIDATION_ERROR,
		    "Resend is not sent letter %zu", i);
		is_int(mail_sendgrid.send(a, &m, &c), VALIDATION_ERROR,
		    "nor SendGrid");
	}
	m = letter;
	m.headers[0] = (struct mail_header){ "X-A: b\r\nX", "y" };
	is_int(mail_resend.send(a, &m, &c), VALIDATION_ERROR,
	    "a header's name cannot make another");
	m.headers[0] = (struct mail_header){ "X-A", "b\r\nX: y" };
	is_int(mail_resend.send(a, &m, &c), VALIDATION_ERROR, "nor its value");
}

static void
requests_test(struct arena *a)
{
	struct mail m = letter;
	struct call c;

	is_int(mail_resend.send(a, &letter, &c), OK, "a letter by Resend");
	is_text(c.body,
	    "{\"from\":\"TShop <shop@example.com>\","
	    "\"to\":[\"ada@example.com\"],\"subject\":\"Order \\\"7\\\"\","
	    "\"text\":\"Hello.\\n\",\"html\":\"<p>Hello.</p>\"}",
	    "its body");
	ok(outside_has_header(&c, "Idempotency-Key: mail-7"), "its key");
	m.headers[0] =
	    (struct mail_header){ "Auto-Submitted", "auto-generated" };
	is_int(mail_sendgrid.send(a, &m, &c), OK, "and by SendGrid");
	is_text(c.body,
	    "{\"personalizations\":[{\"to\":[{"
	    "\"email\":\"ada@example.com\"}],"
	    "\"custom_args\":{\"outbox_id\":\"mail-7\"}}],"
	    "\"from\":{\"email\":\"shop@example.com\",\"name\":\"TShop\"},"
	    "\"subject\":\"Order \\\"7\\\"\","
	    "\"content\":[{\"type\":\"text/plain\",\"value\":\"Hello.\\n\"},"
	    "{\"type\":\"text/html\",\"value\":\"<p>Hello.</p>\"}],"
	    "\"headers\":{\"Auto-Submitted\":\"auto-generated\"},"
	    "\"tracking_settings\":{\"click_tracking\":{\"enable\":false},"
	    "\"open_tracking\":{\"enable\":false},"
	    "\"subscription_tracking\":{\"enable\":false}}}",
	    "its body");
}

/* clang-format off */
static const struct {
	int status;
	const char *body;
	enum outcome outcome;
	enum cure cure;
	int wait_s;
} resend[] = {
	{ 200, "{\"id\":\"49a3\"}", OK, CURE_NONE, 0 },
	{ 200, "{}", PROVIDER_ERROR, CURE_LOOK, 0 },
	{ 403, "{\"name\":\"invalid_api_key\"}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 409, "{\"name\":\"concurrent_idempotent_requests\"}", PROVIDER_ERROR, CURE_WAIT, 0 },
	{ 409, "{\"name\":\"invalid_idempotent_request\"}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 422, "{\"name\":\"missing_required_field\"}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 429, "{\"name\":\"daily_quota_exceeded\"}", PROVIDER_ERROR, CURE_WAIT, 3600 },
	{ 404, "{\"name\":\"not_found\"}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 500, "", PROVIDER_ERROR, CURE_WAIT, 0 },
};
/* clang-format on */

static void
answers_test(struct arena *a)
{
	struct answer ok202 = outside_answer(202, "");
	struct answer no =
	    outside_answer(400, "{\"errors\":[{\"message\":\"bad from\"}]}");
	struct answer cut = { .reach = REACH_UNKNOWN, .body = "" };
	struct mail_sent s;
	struct trouble t;

	for (size_t i = 0; i < COUNT(resend); i++) {
		struct answer an =
		    outside_answer(resend[i].status, resend[i].body);

		is_text(outcome_code(mail_resend.sent(a, &an, &s, &t)),
		    outcome_code(resend[i].outcome), "%d %s", resend[i].status,
		    resend[i].body);
		is_int(t.cure, resend[i].cure, "its cure");
		is_int(t.wait_s, resend[i].wait_s, "its pause");
	}
	ok202.request_id = "14c5d75ce93";
	is_int(mail_sendgrid.sent(a, &ok202, &s, &t), OK, "202 is sent");
	is_text(s.id, "14c5d75ce93", "with an id");
	is_int(mail_sendgrid.sent(a, &no, &s, &t), PROVIDER_ERROR, "400");
	is_int(t.cure, CURE_PERSON, "never heals");
	is_text(t.words, "bad from", "and says why");
	is_int(mail_sendgrid.sent(a, &cut, &s, &t), TIMEOUT, "a cut");
	ok(mail_resend.repeats_safely && !mail_sendgrid.repeats_safely,
	    "only one of them may be asked again");
}

/* clang-format off */
static const struct {
	const char *id, *timestamp, *signatures, *body;
	int64_t now_s;
	bool good;
} svix[] = {
	{ SVIX_ID, "1614265330", "v1," SVIX_MAC, SVIX_BODY, NOW, true },
	{ SVIX_ID, "1614265330", "v2,x v1,AAAA v1," SVIX_MAC, SVIX_BODY, NOW + 300, true },
	{ SVIX_ID, "1614265330", "v1," SVIX_MAC, SVIX_BODY, NOW + 301, false },
	{ SVIX_ID, "1614265330", "v1," SVIX_MAC, SVIX_BODY, NOW - 301, false },
	{ SVIX_ID, "1614265330", "v2," SVIX_MAC, SVIX_BODY, NOW, false },
	{ SVIX_ID, "1614265330", SVIX_MAC, SVIX_BODY, NOW, false },
	{ SVIX_ID, "1614265330", "", SVIX_BODY, NOW, false },
	{ SVIX_ID, "161426533x", "v1," SVIX_MAC, SVIX_BODY, NOW, false },
	{ "msg_x", "1614265330", "v1," SVIX_MAC, SVIX_BODY, NOW, false },
	{ SVIX_ID, "1614265330", "v1," SVIX_MAC, SVIX_BODY " ", NOW, false },
	{ NULL,    "1614265330", "v1," SVIX_MAC, SVIX_BODY, NOW, false },
};
/* clang-format on */

static void
signatures_test(void)
{
	for (size_t i = 0; i < COUNT(svix); i++)
		ok(mail_svix_is_good(SVIX, svix[i].id, svix[i].timestamp,
		       svix[i].signatures, svix[i].body, strlen(svix[i].body),
		       svix[i].now_s) == svix[i].good,
		    "Svix signature %zu", i);
	ok(!mail_svix_is_good("", SVIX_ID, "1614265330", "v1," SVIX_MAC,
	       SVIX_BODY, strlen(SVIX_BODY), NOW),
	    "without a secret nothing is believed");
	ok(mail_ecdsa_is_good(
	       EC_KEY, "1712000000", EC_SIG, EC_BODY, strlen(EC_BODY)),
	    "SendGrid's signature, its last CRLF included");
	ok(!mail_ecdsa_is_good(
	       EC_KEY, "1712000000", EC_SIG, EC_BODY, strlen(EC_BODY) - 2),
	    "not without");
	ok(!mail_ecdsa_is_good(
	       EC_KEY, "1712000001", EC_SIG, EC_BODY, strlen(EC_BODY)),
	    "nor at another time");
	ok(!mail_ecdsa_is_good("", "1712000000", EC_SIG, EC_BODY, 3),
	    "nor without a key");
	ok(!mail_ecdsa_is_good("AAAA", "1712000000", EC_SIG, EC_BODY, 3),
	    "nor with one that is none");
	ok(!mail_ecdsa_is_good(EC_KEY, "1712000000", "AAAA", EC_BODY, 3),
	    "nor with a signature that is none");
}

static void
events_test(struct arena *a)
{
	struct outside_header h[] = { { "webhook-id", SVIX_ID },
		{ "svix-timestamp", "1614265330" },
		{ "Svix-Signature", "v1," SVIX_MAC }, { NULL, NULL } };
	struct outside_header g[] = {
		{ "X-Twilio-Email-Event-Webhook-Timestamp", "1712000000" },
		{ "X-Twilio-Email-Event-Webhook-Signature", EC_SIG },
		{ NULL, NULL }
	};
	struct notice n = { outside_header, h, SVIX_BODY, strlen(SVIX_BODY),
		NULL, NOW };
	struct mail_event *e;
	size_t count;

	is_int(mail_resend.hear(a, &n, &e, &count), OK, "heard");
	is_text(e->event, SVIX_ID, "by its id, under either name");
	is_int(e->fate, MAIL_OTHER, "of no kind that we know");
	n = (struct notice){ outside_header, g, EC_BODY, strlen(EC_BODY), NULL,
		NOW };
	is_int(mail_sendgrid.hear(a, &n, &e, &count), OK, "and SendGrid");
	is_int((int64_t)count, 1, "one event");
}

int
main(void)
{
	struct arena *a;

	setenv("RESEND_API_KEY", "re_x", 1);
	setenv("RESEND_WEBHOOK_SECRET", SVIX, 1);
	setenv("SENDGRID_API_KEY", "SG.x", 1);
	setenv("SENDGRID_WEBHOOK_KEY", EC_KEY, 1);
	a = outside_open();
	ok(mail_find("smtp") == NULL, "SMTP has no filling here");
	refusals_test(a);
	requests_test(a);
	answers_test(a);
	signatures_test();
	events_test(a);
	arena_destroy(a);
	return tap_done();
}
