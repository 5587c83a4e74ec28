/*
 * printify.c: orders at Printify, and whom we believe to be Printify.
 */
#include "base/secret.h"
#include "outside.h"
#include "providers/print.h"

#define SHOP "http://127.0.0.1:1/v1/shops/815256"
#define SECRET "at-least-32-random-characters-here"

static struct print_item items[] = {
	{ .reference = "i1",
	    .product_ref = "12/29",
	    .variant_ref = "18052",
	    .quantity = 2,
	    .cost = 1000,
	    .files = { { .placement = "front",
		.url = "https://shop/m/3f.png" } },
	    .file_count = 1 },
	{ .reference = "i2",
	    .product_ref = "12/29",
	    .variant_ref = "18100",
	    .quantity = 1,
	    .cost = -1,
	    .files = { { .placement = "front",
		.url = "https://shop/m/aa.png" } },
	    .file_count = 1 },
};

static const struct print_order order = {
	.external_id = "TS-7Q2M4K",
	.to = { .name = "Ada King Byron",
	    .line1 = "19749 Dearborn St",
	    .city = "Chatsworth",
	    .state = "CA",
	    .postal_code = "91311",
	    .country = "US" },
	.items = items,
	.item_count = 2,
};

static const char wanted[] =
    "{\"external_id\":\"TS-7Q2M4K\",\"label\":\"TS-7Q2M4K\","
    "\"line_items\":[{\"print_provider_id\":29,\"blueprint_id\":12,"
    "\"variant_id\":18052,"
    "\"print_areas\":{\"front\":\"https://shop/m/3f.png\"},"
    "\"quantity\":2},"
    "{\"print_provider_id\":29,\"blueprint_id\":12,\"variant_id\":18100,"
    "\"print_areas\":{\"front\":\"https://shop/m/aa.png\"},"
    "\"quantity\":1}],"
    "\"shipping_method\":1,\"send_shipping_notification\":false,"
    "\"address_to\":{\"first_name\":\"Ada King\",\"last_name\":\"Byron\","
    "\"country\":\"US\",\"region\":\"CA\","
    "\"address1\":\"19749 Dearborn St\",\"city\":\"Chatsworth\","
    "\"zip\":\"91311\"}}";

static void
requests_test(struct arena *a)
{
	struct print_order o = order;
	struct print_item lone = items[0];
	struct trouble t;
	struct call c;

	is_int(print_printify.create(a, &order, &c, &t), OK, "an order");
	is_text(c.url, SHOP "/orders.json", "its URL");
	is_text(c.body, wanted, "its body");
	o.to.name = "Prince";
	print_printify.create(a, &o, &c, &t);
	ok(strstr(c.body, "\"first_name\":\"Prince\",\"last_name\":\"-\""),
	    "one name gets a hyphen for the other");
	print_printify.find(a, "TS-7Q2M4K", 2, &c);
	is_text(c.url, SHOP "/orders.json?limit=10&page=2", "paged through");
	print_printify.confirm(a, "5a96", &c);
	is_text(
	    c.url, SHOP "/orders/5a96/send_to_production.json", "confirmed");
	print_printify.cancel(a, "5a96", &c);
	is_text(c.url, SHOP "/orders/5a96/cancel.json", "cancelled");
	lone.product_ref = "12";
	o.items = &lone;
	o.item_count = 1;
	is_int(print_printify.create(a, &o, &c, &t), VALIDATION_ERROR,
	    "a blueprint alone is not enough: %s", t.words);
	lone.product_ref = "12/29";
	lone.file_count = 0;
	is_int(print_printify.create(a, &o, &c, &t), VALIDATION_ERROR,
	    "a blank shirt is not sent");
}

static void
quotes_test(struct arena *a)
{
	static const char products[] =
	    "{\"current_page\":1,\"data\":[{\"id\":\"x\",\"blueprint_id\":6,"
	    "\"print_provider_id\":29,\"variants\":[{\"id\":18052,"
	    "\"cost\":1}]},{\"id\":\"y\",\"blueprint_id\":12,"
	    "\"print_provider_id\":29,\"variants\":[{\"id\":18052,"
	    "\"cost\":987},{\"id\":18100,\"cost\":1010}]}]}";
	struct answer p = outside_answer(200, products);
	struct answer s = outside_answer(200, "{\"standard\":715}");
	struct answer none = outside_answer(404, "{}");
	struct print_quote q = { 0 }, r = { 0 };
	struct trouble t;
	struct call c;

	is_int((int64_t)print_printify.quote_steps(&order), 2, "two calls");
	print_printify.quote(a, &order, 0, &c, &t);
	is_text(c.url, SHOP "/products.json?limit=50", "first the prices");
	print_printify.quote(a, &order, 1, &c, &t);
	is_text(c.url, SHOP "/orders/shipping.json", "then shipping");
	is_int(print_printify.quoted(a, &order, 0, &p, &q, &t), OK, "prices");
	is_int(print_printify.quoted(a, &order, 1, &s, &q, &t), OK, "shipping");
	is_int(q.total, 2 * 987 + 1010 + 715, "the sum");
	is_int(print_printify.quoted(a, &order, 0, &none, &r, &t),
	    PROVIDER_ERROR, "a piece without a price makes no quote");
	items[1].cost = 1100;
	is_int(print_printify.quoted(a, &order, 0, &none, &r, &t), OK,
	    "unless we know it");
	is_int(r.items, 2 * 1000 + 1100, "by our table");
	items[0].product_ref = items[1].product_ref = "12/29/5b05842f";
	print_printify.quote(a, &order, 0, &c, &t);
	is_text(c.url, SHOP "/products/5b05842f.json", "a known product");
	items[0].product_ref = items[1].product_ref = "12/29";
}

static const char told[] =
    "{\"id\":\"5a96\",\"line_items\":[{\"quantity\":2,\"variant_id\":18052,"
    "\"status\":\"fulfilled\"},{\"quantity\":1,\"variant_id\":18100,"
    "\"status\":\"fulfilled\"}],"
    "\"metadata\":{\"shop_order_id\":\"TS-7Q2M4K\"},"
    "\"total_price\":1974,\"total_shipping\":715,\"total_tax\":182,"
    "\"status\":\"fulfilled\",\"shipments\":[{\"carrier\":\"usps\","
    "\"number\":\"9400\",\"url\":\"https://t\","
    "\"shipped_at\":\"2026-11-25 09:58:11+00:00\","
    "\"delivered_at\":\"2026-11-29 14:41:00+00:00\"}]}";

static void
states_test(struct arena *a)
{
	struct answer an = outside_answer(200, told);
	struct answer fresh = outside_answer(200, "{\"id\":\"5a96\"}");
	struct answer list =
	    outside_answer(200, "{\"current_page\":1,\"last_page\":3,\"data\":["
				"{\"id\":\"c1\",\"status\":\"canceled\","
				"\"metadata\":{\"shop_order_id\":\"A\"}},"
				"{\"id\":\"b2\",\"status\":\"on-hold\","
				"\"created_at\":\"2026-11-25 09:58:11+00:00\","
				"\"metadata\":{\"shop_order_id\":1042}}]}");
	struct print_state s;
	struct trouble t;
	bool more;

	is_int(print_printify.read(a, &fresh, &s, &t), OK, "a new order");
	ok(s.is_partial, "tells its id alone");
	is_int(print_printify.read(a, &an, &s, &t), OK, "an old one all");
	is_int(s.status, PRINT_DELIVERED, "all parcels are delivered");
	is_int(s.total_cost, 1974 + 715 + 182, "what it costs us");
	is_int(s.shipments[0].shipped_s, 1795600691, "with a blank for the T");
	ok(!print_echo_flaw(&order, &s), "they make what was ordered");
	s.to.postal_code = "91312";
	ok(print_echo_flaw(&order, &s), "and send it where it belongs");
	is_int(print_printify.found(a, "1042", 0, &list, &s, &more, &t), OK,
	    "found, though a number");
	is_text(s.id, "b2", "the right one");
	ok(s.may_cancel, "that may be cancelled");
	is_int(print_printify.found(a, "Z", 1795600000, &list, &s, &more, &t),
	    NOT_FOUND, "not on a page of newer ones");
	ok(more, "so the next is read");
	is_int(print_printify.found(a, "Z", 1795700000, &list, &s, &more, &t),
	    NOT_FOUND, "nor where older ones begin");
	ok(!more, "beyond which it cannot be");
	is_int(print_printify.found(a, "Z", 0, &list, &s, &more, &t), NOT_FOUND,
	    "not on this page");
	ok(more, "but there are more");
}

/* clang-format off */
static const struct {
	int status;
	const char *body;
	enum outcome outcome;
	enum cure cure;
	const char *words;
} errors[] = {
	{ 400, "{\"status\":\"error\",\"code\":8103,\"message\":\"Validation failed.\",\"errors\":{\"reason\":\"{\\\"zip\\\":[]}\"}}", PROVIDER_ERROR, CURE_PERSON, "{\"zip\":[]}" },
	{ 400, "{\"message\":\"External id already exists\"}", CONFLICT, CURE_LOOK, "External id already exists" },
	{ 401, "{\"error\":\"Unauthenticated.\"}", PROVIDER_ERROR, CURE_PERSON, "Unauthenticated." },
	{ 404, "{\"errors\":{\"error\":\"Not found\"}}", NOT_FOUND, CURE_PERSON, "Not found" },
	{ 502, "<html>", PROVIDER_ERROR, CURE_WAIT, "" },
	{ 200, "<html>", PROVIDER_ERROR, CURE_LOOK, "not JSON where it should be" },
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

		is_text(outcome_code(print_printify.read(a, &an, &s, &t)),
		    outcome_code(errors[i].outcome), "%d %.50s",
		    errors[i].status, errors[i].body);
		is_int(t.cure, errors[i].cure, "its cure");
		is_text(t.words, errors[i].words, "its words");
	}
}

static const char shipped[] =
    "{\"id\":\"653b6be8-2ff7\",\"type\":\"order:shipment:created\","
    "\"created_at\":\"2026-11-25 10:00:00+00:00\",\"resource\":{"
    "\"id\":\"5a96\",\"type\":\"order\",\"data\":{\"shop_id\":815256,"
    "\"shipped_at\":\"2026-11-25 09:58:11+00:00\",\"carrier\":{"
    "\"code\":\"USPS\",\"tracking_number\":\"9400\"}}}}";

static enum outcome
hear(struct arena *a, const char *body, const char *key, bool upper,
    struct print_notice *out)
{
	uint8_t mac[SHA256_BYTES];
	char hex[SHA256_HEX];
	struct outside_header h[] = { { "X-Pfy-Signature", NULL },
		{ NULL, NULL } };
	struct notice n = { outside_header, h, body, strlen(body), NULL, 0 };

	if (key) {
		hmac_sha256(key, strlen(key), body, strlen(body), mac);
		hex_format(mac, SHA256_BYTES, hex);
		for (char *c = hex; upper && *c; c++)
			if (*c >= 'a')
				*c = (char)(*c - 32);
		h[0].value = arena_printf(a, "sha256=%s", hex);
	}
	return print_printify.hear(a, &n, out);
}

static void
notices_test(struct arena *a)
{
	struct print_notice n;

	is_int(hear(a, shipped, SECRET, false, &n), OK, "a signed message");
	is_text(n.event, "653b6be8-2ff7", "its own id");
	is_int(n.news, PRINT_NEWS_SHIPPED, "shipped");
	is_text(n.id, "5a96", "their order");
	is_text(n.shipment.ref, "5a96:9400", "named as the order names it");
	is_int(hear(a, shipped, SECRET, true, &n), OK, "upper case is taken");
	is_int(hear(a, shipped, "another", false, &n), INVALID_SIGNATURE,
	    "another key is not");
	is_int(
	    hear(a, shipped, NULL, false, &n), INVALID_SIGNATURE, "nor none");
	is_int(hear(a,
		   "{\"id\":\"e9\",\"type\":\"shop:disconnected\","
		   "\"resource\":{\"id\":815256,\"type\":\"shop\","
		   "\"data\":null}}",
		   SECRET, false, &n),
	    OK, "a message about the shop");
	is_int(n.news, PRINT_NEWS_OTHER, "is no news of an order");
}

int
main(void)
{
	struct arena *a;

	setenv("PRINTIFY_API_KEY", "py", 1);
	setenv("PRINTIFY_SHOP_ID", "815256", 1);
	setenv("PRINTIFY_API_BASE", "http://127.0.0.1:1", 1);
	setenv("PRINTIFY_WEBHOOK_SECRET", SECRET, 1);
	a = outside_open();
	ok(print_printify.is_on(), "Printify is on");
	requests_test(a);
	quotes_test(a);
	states_test(a);
	errors_test(a);
	notices_test(a);
	arena_destroy(a);
	return tap_done();
}
