/*
 * printful.c: orders at Printful, and whom we believe to be Printful.
 */
#include "base/secret.h"
#include "outside.h"
#include "providers/print.h"

#define BASE "http://127.0.0.1:1"
#define SECRET_HEX                                                             \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct print_item items[] = {
	{ .reference = "i1",
	    .product_ref = "71",
	    .variant_ref = "4012",
	    .quantity = 2,
	    .name = "Rise \"Early\"",
	    .retail_minor = 2450,
	    .cost = -1,
	    .files = { { .placement = "front",
		.technique = "dtg",
		.url = "https://shop/m/3f.png" } },
	    .file_count = 1 },
	{ .reference = "i2",
	    .product_ref = "252",
	    .variant_ref = "8746",
	    .quantity = 1,
	    .name = "Cap",
	    .retail_minor = 2900,
	    .cost = -1,
	    .files = { { .placement = "embroidery_back",
		.technique = "embroidery",
		.url = "https://shop/m/aa.png",
		.thread_colours = { "#333366", "#FFCC00" } } },
	    .file_count = 1 },
};

static const struct print_order order = {
	.external_id = "TS-7Q2M4K",
	.to = { .name = "Ada Byron",
	    .line1 = "19749 Dearborn St",
	    .city = "Chatsworth",
	    .state = "CA",
	    .postal_code = "91311",
	    .country = "US",
	    .email = "ada@example.com" },
	.items = items,
	.item_count = 2,
	.retail_currency = "USD",
	.retail_subtotal = 7800,
	.retail_shipping = 669,
	.retail_tax = 612,
};

static const char wanted[] =
    "{\"external_id\":\"TS-7Q2M4K\",\"shipping\":\"STANDARD\","
    "\"recipient\":{\"name\":\"Ada Byron\",\"address1\":"
    "\"19749 Dearborn St\",\"city\":\"Chatsworth\",\"state_code\":\"CA\","
    "\"country_code\":\"US\",\"zip\":\"91311\","
    "\"email\":\"ada@example.com\"},"
    "\"items\":[{\"external_id\":\"i1\",\"variant_id\":4012,"
    "\"quantity\":2,\"name\":\"Rise \\\"Early\\\"\","
    "\"retail_price\":\"24.50\","
    "\"files\":[{\"type\":\"front\",\"url\":\"https://shop/m/3f.png\"}]},"
    "{\"external_id\":\"i2\",\"variant_id\":8746,\"quantity\":1,"
    "\"name\":\"Cap\",\"retail_price\":\"29.00\","
    "\"files\":[{\"type\":\"embroidery_back\","
    "\"url\":\"https://shop/m/aa.png\"}],"
    "\"options\":[{\"id\":\"embroidery_type\",\"value\":\"flat\"},"
    "{\"id\":\"thread_colors_back\",\"value\":[\"#333366\",\"#FFCC00\"]}]"
    "}],"
    "\"retail_costs\":{\"currency\":\"USD\",\"subtotal\":\"78.00\","
    "\"discount\":\"0.00\",\"shipping\":\"6.69\",\"tax\":\"6.12\"}}";

static void
requests_test(struct arena *a)
{
	struct trouble t;
	struct call c;

	is_int(print_printful.create(a, &order, &c, &t), OK, "an order");
	is_text(c.url, BASE "/orders", "is made as a draft");
	is_text(c.body, wanted, "its body");
	ok(outside_has_header(&c, "Authorization: Bearer pf"), "its token");
	print_printful.quote(a, &order, 0, &c, &t);
	is_text(c.url, BASE "/orders/estimate-costs", "a quote");
	print_printful.find(a, "TS-7Q2M4K", 1, &c);
	is_text(c.url, BASE "/orders/@TS-7Q2M4K", "found by our name");
	print_printful.confirm(a, "98217341", &c);
	is_text(c.url, BASE "/orders/98217341/confirm", "confirmed");
	is_text(c.method, "POST", "by POST");
	print_printful.cancel(a, "98217341", &c);
	is_text(c.method, "DELETE", "cancelled by DELETE");
}

static enum outcome
may(struct arena *a, struct print_order o)
{
	struct trouble t;
	enum outcome out = print_printful.may(a, &o, &t);

	if (out != OK)
		ok(*t.words != '\0' && t.cure == CURE_PERSON, "with words: %s",
		    t.words);
	return out;
}

static void
refusals_test(struct arena *a)
{
	struct print_item bare = items[0];
	struct print_order o = order;

	is_int(may(a, o), OK, "a good order may be sent");
	o.to.state = "California";
	is_int(may(a, o), VALIDATION_ERROR, "a state's name may not");
	o.to.state = NULL;
	is_int(may(a, o), VALIDATION_ERROR, "nor none");
	o.to.country = "DE";
	is_int(may(a, o), OK, "Germany needs none");
	o = order;
	o.items = &bare;
	o.item_count = 1;
	bare.file_count = 0;
	is_int(may(a, o), VALIDATION_ERROR, "a shirt without its file");
	bare.blank = true;
	is_int(may(a, o), OK, "unless a blank one is meant");
	bare = items[0];
	bare.files[0].url = "http://shop/m/3f.png";
	is_int(may(a, o), VALIDATION_ERROR, "a file by plain http");
	bare = items[0];
	bare.variant_ref = "4012,9";
	is_int(may(a, o), VALIDATION_ERROR, "a variant that is no number");
	o = order;
	o.external_id = "0198f3c6-a1b2-7c5e-9d40-a1b2c3d4e5f6";
	is_int(may(a, o), VALIDATION_ERROR, "a UUID is too long");
}

static const char told[] =
    "{\"code\":200,\"result\":{\"id\":98217341,"
    "\"external_id\":\"TS-7Q2M4K\",\"status\":\"fulfilled\",\"error\":null,"
    "\"items\":[{\"external_id\":\"i1\",\"variant_id\":4012,"
    "\"quantity\":2,\"files\":[{\"status\":\"ok\"}]},"
    "{\"external_id\":\"i2\",\"variant_id\":8746,\"quantity\":1,"
    "\"files\":[{\"status\":\"ok\"}]}],"
    "\"costs\":{\"currency\":\"USD\",\"subtotal\":\"36.41\","
    "\"discount\":\"0.00\",\"shipping\":\"8.94\",\"tax\":\"4.21\","
    "\"vat\":\"0.00\",\"total\":\"52.51\"},"
    "\"shipments\":[{\"id\":40012345,\"carrier\":\"USPS\","
    "\"service\":\"First\",\"tracking_number\":\"94001\","
    "\"tracking_url\":\"https://t\",\"shipped_at\":\"1795720900\"}]}}";

static void
states_test(struct arena *a)
{
	struct answer an = outside_answer(200, told);
	struct print_quote q = { 0 };
	struct print_state s;
	struct trouble t;
	bool more;

	is_int(print_printful.read(a, &an, &s, &t), OK, "an order is read");
	is_text(s.id, "98217341", "its number as text");
	is_int(s.status, PRINT_SHIPPED, "fulfilled there is shipped here");
	is_text(print_status_name(s.status), "shipped", "in our word");
	is_int(s.total_cost, 5251, "what it costs us");
	is_text(s.shipments[0].carrier, "USPS", "who carries it");
	is_int(s.shipments[0].shipped_s, 1795720900, "since when");
	ok(!print_echo_flaw(&order, &s), "they make what was ordered");
	items[1].quantity = 2;
	ok(print_echo_flaw(&order, &s), "a lost piece is seen");
	items[1].quantity = 1;
	is_int(print_printful.found(a, "TS-7Q2M4K", 0, &an, &s, &more, &t), OK,
	    "and found");
	is_int(print_printful.found(a, "TS-OTHER", 0, &an, &s, &more, &t),
	    PROVIDER_ERROR, "somebody else's is not taken for ours");
	is_int(print_printful.quoted(a, &order, 0, &an, &q, &t), OK,
	    "a quote is read");
	is_int(q.total, 3641 + 894, "pieces and shipping");
}

/* What they echo, with one thing changed at a time. */
#define ECHO(name, zip, country, reference, type, url)                         \
	"{\"code\":200,\"result\":{\"id\":1,\"external_id\":\"TS-7Q2M4K\","    \
	"\"status\":\"draft\",\"recipient\":{\"name\":\"" name                 \
	"\",\"address1\":\"19749 DEARBORN ST.\",\"address2\":null,"            \
	"\"city\":\"Chatsworth\",\"state_code\":\"CA\",\"country_code\":"      \
	"\"" country "\",\"zip\":\"" zip                                       \
	"\"},\"items\":[{\"external_id\":\"" reference                         \
	"\",\"variant_id\":4012,\"quantity\":2,\"files\":[{\"type\":\"" type   \
	"\",\"url\":\"" url                                                    \
	"\",\"status\":\"waiting\"}]},{\"external_id\":\"i2\","                \
	"\"variant_id\":8746,\"quantity\":1,\"files\":[{\"type\":"             \
	"\"embroidery_back\",\"url\":\"https://shop/m/aa.png?e=1\"}]}]}}"

/* clang-format off */
static const struct {
	const char *body;
	bool good;
	const char *what;
} echoes[] = {
	{ ECHO("Ada Byron", "91311", "US", "i1", "front", "https://shop/m/3f.png"), true, "in other capitals" },
	{ ECHO("Ada Byron", "91311", "US", "i1", "default", "https://shop/m/3f.png?e=9&s=x"), true, "their default, fetched until later" },
	{ ECHO("Ada Byron", "91311", "United States", "i1", "front", "https://shop/m/3f.png"), true, "a country by name" },
	{ ECHO("\303\204da B\303\277ron", "91311", "US", "i1", "front", "https://shop/m/3f.png"), true, "a name transcribed" },
	{ ECHO("Ada Byrn", "91311", "US", "i1", "front", "https://shop/m/3f.png"), false, "another name" },
	{ ECHO("Ada Byron", "91312", "US", "i1", "front", "https://shop/m/3f.png"), false, "another place" },
	{ ECHO("Ada Byron", "91311", "CA", "i1", "front", "https://shop/m/3f.png"), false, "another country" },
	{ ECHO("Ada Byron", "91311", "US", "i7", "front", "https://shop/m/3f.png"), false, "another line" },
	{ ECHO("Ada Byron", "91311", "US", "i1", "back", "https://shop/m/3f.png"), false, "printed elsewhere" },
	{ ECHO("Ada Byron", "91311", "US", "i1", "front", "https://shop/m/bb.png"), false, "another file" },
};
/* clang-format on */

static void
echoes_test(struct arena *a)
{
	for (size_t i = 0; i < sizeof(echoes) / sizeof(*echoes); i++) {
		struct answer an = outside_answer(200, echoes[i].body);
		struct print_state s;
		struct trouble t;

		is_int(print_printful.read(a, &an, &s, &t), OK, "echo %zu", i);
		ok(echoes[i].good == !print_echo_flaw(&order, &s), "%s",
		    echoes[i].what);
	}
}

/* clang-format off */
static const struct {
	int status;
	const char *body;
	enum outcome outcome;
	enum cure cure;
	int wait_s;
} errors[] = {
	{ 400, "{\"code\":400,\"result\":\"x\",\"error\":{\"reason\":\"OR-13\",\"message\":\"exists\"}}", CONFLICT, CURE_LOOK, 0 },
	{ 400, "{\"error\":{\"reason\":\"BadRequest\",\"message\":\"state_code\"}}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 401, "{\"error\":{\"reason\":\"Unauthorized\"}}", PROVIDER_ERROR, CURE_PERSON, 0 },
	{ 404, "{\"code\":404,\"result\":\"Not Found\",\"error\":{\"reason\":\"NotFound\"}}", NOT_FOUND, CURE_PERSON, 0 },
	{ 429, "{}", PROVIDER_ERROR, CURE_WAIT, 60 },
	{ 500, "<html>", PROVIDER_ERROR, CURE_WAIT, 0 },
	{ 200, "<html>", PROVIDER_ERROR, CURE_LOOK, 0 },
	{ 200, "{\"result\":[]}", PROVIDER_ERROR, CURE_LOOK, 0 },
};
/* clang-format on */

static void
errors_test(struct arena *a)
{
	struct print_state s;
	struct trouble t;

	for (size_t i = 0; i < COUNT(errors); i++) {
		struct answer an =
		    outside_answer(errors[i].status, errors[i].body);

		is_text(outcome_code(print_printful.read(a, &an, &s, &t)),
		    outcome_code(errors[i].outcome), "%d %.50s",
		    errors[i].status, errors[i].body);
		is_int(t.cure, errors[i].cure, "its cure");
		is_int(t.wait_s, errors[i].wait_s, "its pause");
	}
}

static const char sent[] =
    "{\"type\":\"shipment_sent\",\"occurred_at\":\"2026-11-26T18:03:20Z\","
    "\"retries\":0,\"data\":{\"shipment\":{\"id\":40012345,"
    "\"tracking_number\":\"94001\",\"tracking_url\":\"https://t\","
    "\"shipped_at\":\"2026-11-26T18:01:40Z\"},\"order\":{\"id\":98217341,"
    "\"external_id\":\"TS-7Q2M4K\",\"status\":\"fulfilled\"}}}";
static const char again[] =
    "{\"type\":\"shipment_sent\",\"occurred_at\":\"2026-11-26T18:03:20Z\","
    "\"retries\":3,\"data\":{\"shipment\":{\"id\":40012345},"
    "\"order\":{\"id\":98217341,\"status\":\"fulfilled\"}}}";

static enum outcome
hear(struct arena *a, const char *body, const void *key, size_t key_size,
    const char *query, struct print_notice *out)
{
	uint8_t mac[SHA256_BYTES];
	char hex[SHA256_HEX];
	struct outside_header h[] = { { "x-pf-webhook-signature",
					  key_size ? hex : NULL },
		{ NULL, NULL } };
	struct notice n = { outside_header, h, body, strlen(body), query, 0 };

	if (key_size) {
		hmac_sha256(key, key_size, body, strlen(body), mac);
		hex_format(mac, SHA256_BYTES, hex);
	}
	return print_printful.hear(a, &n, out);
}

static void
notices_test(struct arena *a)
{
	struct print_notice n, m;
	uint8_t key[32];

	hex_parse(SECRET_HEX, key, 32);
	is_int(hear(a, sent, key, 32, NULL, &n), OK, "a signed message");
	ok(n.certain, "is certain");
	is_int(n.news, PRINT_NEWS_SHIPPED, "and says: shipped");
	is_text(n.external_id, "TS-7Q2M4K", "our order");
	is_text(n.shipment.number, "94001", "its number");
	is_int(n.shipment.shipped_s, 1795716100, "since when");
	is_int(hear(a, again, key, 32, NULL, &m), OK, "repeated");
	is_text(m.event, n.event, "it is the same event");
	is_int(hear(a, sent, SECRET_HEX, 64, NULL, &n), OK,
	    "the secret's text as the key is taken too");
	is_int(hear(a, sent, "wrong", 5, NULL, &n), INVALID_SIGNATURE,
	    "another key is not");
	is_int(hear(a, sent, NULL, 0, NULL, &n), INVALID_SIGNATURE, "nor none");
	is_int(hear(a, sent, NULL, 0, "guess", &n), INVALID_SIGNATURE,
	    "nor a guessed secret in the URL");
	is_int(hear(a, sent, NULL, 0, SECRET_HEX, &n), OK,
	    "the right one makes it");
	ok(!n.certain, "a hint");
	is_int(hear(a, "[]", key, 32, NULL, &n), OK, "signed nonsense");
	is_int(n.news, PRINT_NEWS_OTHER, "says nothing");
}

int
main(void)
{
	struct arena *a;

	setenv("PRINTFUL_API_KEY", "pf", 1);
	setenv("PRINTFUL_API_BASE", BASE, 1);
	setenv("PRINTFUL_WEBHOOK_SECRET", SECRET_HEX, 1);
	a = outside_open();
	ok(print_find("printful") == &print_printful, "found by its name");
	requests_test(a);
	refusals_test(a);
	echoes_test(a);
	states_test(a);
	errors_test(a);
	notices_test(a);
	arena_destroy(a);
	return tap_done();
}
