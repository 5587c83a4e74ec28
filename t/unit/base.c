/*
 * base.c: the small pieces of base/: buffers, encodings, windows, ids.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/insist.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "base/window.h"

#include "tap.h"

static int undone;

static void
note_undo(void *thing)
{
	undone = undone * 10 + *(int *)thing;
}

static void
test_extend(struct arena *a)
{
	char *first = arena_extend(a, NULL, 0, 10), *more;

	memcpy(first, "123456789", 10);
	more = arena_extend(a, first, 10, 1000);
	ok(more == first, "what was lent last grows where it is");
	(void)arena_alloc(a, 1);
	first = arena_extend(a, more, 1000, 2000);
	ok(first != more && strcmp(first, "123456789") == 0,
	    "what was not is copied");
	more = arena_extend(a, first, 2000, 200000);
	ok(strcmp(more, "123456789") == 0, "and what outgrows its block");
	first = arena_extend(a, NULL, 0, 16);
	(void)arena_extend(a, first, 16, 64);
	is_text(arena_printf(a, "%0200000d", 1) + 199998, "01",
	    "a long text is written where there is room");
	more = arena_alloc(a, 64);
	ok(more[0] == 0 && more[63] == 0, "what is lent is zeroed");
}

static void
test_arena(void)
{
	struct arena *a = arena_create(1 << 20);
	int one = 1, two = 2;
	char *big;

	for (int i = 0; i < 3; i++) {
		ok(((uintptr_t)arena_alloc(a, 3) & 15) == 0,
		    "memory is aligned");
		big = arena_alloc(a, 300000);
		ok(big[0] == 0 && big[299999] == 0, "and zeroed");
		memset(big, 'x', 300000);
		arena_reset(a);
	}
	arena_defer(a, note_undo, &one);
	arena_defer(a, note_undo, &two);
	arena_reset(a);
	is_int(undone, 21, "what was deferred is undone, last first");
	arena_reset(a);
	is_int(undone, 21, "and once");
	is_text(arena_printf(a, "%d-%s", 7, "x"), "7-x", "printf");
	ok(arena_text(a, NULL) == NULL, "no text stays none");
	test_extend(a);
	arena_destroy(a);
}

/* Each byte at each place of words of eight, and behind them. */
static void
test_json_bytes(struct arena *a)
{
	int wrong = 0;

	for (int c = 1; c < 256; c++) {
		for (int at = 0; at < 20; at++) {
			char text[21] = "abcdefghijklmnopqrst", want[40];
			struct buf b;

			text[at] = (char)c;
			if (strchr("\"\\", c))
				snprintf(want, sizeof(want), "\"%.*s\\%c%s\"",
				    at, text, c, text + at + 1);
			else if (strchr("\n\r\t", c))
				snprintf(want, sizeof(want), "\"%.*s\\%c%s\"",
				    at, text,
				    c == '\n'   ? 'n'
				    : c == '\r' ? 'r'
						: 't',
				    text + at + 1);
			else if (c < 0x20 || c == 0x7f)
				snprintf(want, sizeof(want),
				    "\"%.*s\\u%04x%s\"", at, text, c,
				    text + at + 1);
			else
				snprintf(want, sizeof(want), "\"%s\"", text);
			buf_open(&b, a, 4096);
			buf_json(&b, text);
			wrong += strcmp(b.at, want) != 0;
			arena_reset(a);
		}
	}
	is_int(wrong, 0, "each byte is escaped, or not, wherever it stands");
}

static void
test_printf_grows(struct arena *a)
{
	struct buf b;

	for (int width = 240; width < 260; width++) {
		buf_open(&b, a, 1 << 20);
		buf_put(&b, "x", 1);
		buf_printf(&b, "%0*d", width, 7);
		if (b.length != (size_t)width + 1 || strlen(b.at) != b.length ||
		    b.at[width] != '7')
			break;
	}
	ok(b.length == 260, "printing grows it, at whatever length");
}

static void
test_buf(void)
{
	struct arena *a = arena_create(1 << 22);
	struct buf b;

	test_json_bytes(a);
	test_printf_grows(a);
	buf_open(&b, a, 1 << 20);
	buf_json(&b, "a\"b\\c\n\x01\x7f\xc3\xa9");
	is_text(b.at, "\"a\\\"b\\\\c\\n\\u0001\\u007f\xc3\xa9\"",
	    "JSON is escaped");
	buf_open(&b, a, 1 << 20);
	buf_char(&b, '{');
	buf_json_key(&b, "a");
	buf_int(&b, INT64_MIN);
	buf_json_key(&b, "b");
	buf_json(&b, NULL);
	buf_char(&b, '}');
	is_text(b.at, "{\"a\":-9223372036854775808,\"b\":null}",
	    "members get their commas");
	buf_open(&b, a, 1 << 20);
	buf_json_time(&b, "2026-03-01 12:00:00+00");
	buf_json_time(&b, "2026-03-01 12:00:00.25+00");
	buf_json_time(&b, "2026-12-31 23:59:59.999999+00");
	buf_json_time(&b, NULL);
	is_text(b.at,
	    "\"2026-03-01T12:00:00.000Z\"\"2026-03-01T12:00:00.250Z\""
	    "\"2026-12-31T23:59:59.999Z\"null",
	    "times are told as the API has them");
	buf_open(&b, a, 1 << 20);
	buf_percent(&b, "a b/\xc3\xa9~");
	is_text(b.at, "a%20b%2F%C3%A9~", "percent-encoding");
	buf_open(&b, a, 1 << 20);
	buf_html(&b, "<a href='x'>&\"</a>");
	is_text(b.at, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;",
	    "HTML is made harmless");
	buf_open(&b, a, 1 << 20);
	for (int i = 0; i < 100000; i++)
		buf_char(&b, 'x');
	ok(b.length == 100000 && strlen(b.at) == 100000, "it grows");
	buf_open(&b, a, 300);
	for (int i = 0; i < 100; i++)
		buf_literal(&b, "abc");
	ok(b.length == 300 && strlen(b.at) == 300, "up to its ceiling");
	buf_open(&b, a, 3);
	buf_printf(&b, "%d", 123);
	is_text(b.at, "123", "however low that is");
	arena_destroy(a);
}

/* clang-format off */
static const struct {
	const char *plain, *b64, *url;
} encoded[] = { /* RFC 4648 section 10 */
	{ "",       "",         "" },
	{ "f",      "Zg==",     "Zg" },
	{ "fo",     "Zm8=",     "Zm8" },
	{ "foo",    "Zm9v",     "Zm9v" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff", "+/8=",   "-_8" },
};

static const char *const not_b64url[] = { "A", "AA=", "AB", "Zm9", "+/", "a b",
	"Zg==", "Zm9v\n" };
/* clang-format on */

static void
test_b64(void)
{
	char text[64], bytes[64];
	size_t size;

	for (size_t i = 0; i < COUNT(encoded); i++) {
		size_t length = strlen(encoded[i].plain);

		b64_format(encoded[i].plain, length, text);
		is_text(text, encoded[i].b64, "base64 of %zu bytes", length);
		b64url_format(encoded[i].plain, length, text);
		is_text(text, encoded[i].url, "base64url of %zu bytes", length);
		ok(b64url_parse(text, strlen(text), bytes, &size) &&
			size == length &&
			memcmp(bytes, encoded[i].plain, size) == 0,
		    "and back");
		ok(b64_parse(
		       encoded[i].b64, strlen(encoded[i].b64), bytes, &size) &&
			size == length,
		    "base64 too");
	}
	for (size_t i = 0; i < COUNT(not_b64url); i++)
		ok(!b64url_parse(
		       not_b64url[i], strlen(not_b64url[i]), bytes, &size),
		    "malformed text %zu is refused", i);
}

static void
test_windows(void)
{
	static const char *const nonsense[] = { "", "100", "100/", "/15m",
		"100/15", "100/15x", "100/0s", "-1/1s", "1/1s,", "1/1s 2/2s",
		"9999999999/1s", "1/1s,1/1s,1/1s,1/1s,1/1s" };
	struct windows w;

	ok(windows_parse("2/1h,4/1d", &w) && w.count == 2 &&
		w.at[0].limit == 2 && w.at[0].seconds == 3600 &&
		w.at[1].limit == 4 && w.at[1].seconds == 86400,
	    "a list of windows");
	for (size_t i = 0; i < COUNT(nonsense); i++)
		ok(!windows_parse(nonsense[i], &w), "'%s' is none",
		    nonsense[i]);
	is_int(duration_parse("15m"), 900, "15m");
	is_int(duration_parse("15"), -1, "15 lacks its unit");
}

static void
test_ids(void)
{
	struct id a = id_create(), b = id_create();

	ok(strlen(a.text) == 36 && a.text[14] == '7', "a UUID of version 7");
	ok(!id_equal(a, b) && strncmp(a.text, b.text, 8) == 0,
	    "two differ, and are neighbours");
	ok(id_parse("ABCDEF00-0000-7000-8000-000000000001", &a) &&
		strcmp(a.text, "abcdef00-0000-7000-8000-000000000001") == 0,
	    "upper case is read and given back in lower");
	ok(!id_parse("{bcdef00-0000-7000-8000-00000000001}", &a) &&
		!id_parse("abcdef0000007000800000000000000001", &a) &&
		!id_parse("abcdef00-0000-7000-8000-00000000000g", &a) &&
		!id_parse("", &a),
	    "other spellings are not");
}

static void
test_secrets(void)
{
	uint8_t mac[SHA256_BYTES], key[131];
	char hex[SHA256_HEX], token[TOKEN_TEXT];

	/* RFC 4231, test case 2 */
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	hex_format(mac, sizeof(mac), hex);
	is_text(hex,
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    "HMAC-SHA256");
	hmac_sha256("", 0, "", 0, mac);
	hex_format(mac, sizeof(mac), hex);
	is_text(hex,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	    "and with another key, of nothing");
	for (int i = 0; i < 2; i++) {
		sha256_hex("abc", 3, hex); /* FIPS 180-4's example */
		is_text(hex,
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad",
		    "SHA-256, time and again");
	}
	/* RFC 4231, test case 6: a key that is longer than a block */
	memset(key, 0xaa, sizeof(key));
	hmac_sha256(key, sizeof(key),
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54, mac);
	hex_format(mac, sizeof(mac), hex);
	is_text(hex,
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "a long key is hashed first");
	/* RFC 5869, test case 3 */
	memset(key, 0x0b, 22);
	secret_derive(key, 22, "", mac);
	hex_format(mac, sizeof(mac), hex);
	is_text(hex,
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
	    "HKDF without salt");
	ok(hex_parse(hex, mac, 32) && !hex_parse("xy", mac, 1) &&
		!hex_parse("abc", mac, 1),
	    "hex");
	token_create(token);
	ok(strlen(token) == 43 && !strchr(token, '='), "a token");
	ok(secret_equal_text("abc", "abc") &&
		!secret_equal_text("abc", "abd") &&
		!secret_equal_text("abc", "ab"),
	    "comparison");
}

static void
test_text(void)
{
	char now[CLOCK_TEXT];

	clock_format(1795721608123, now);
	is_text(now, "2026-11-26T19:33:28.123Z", "RFC 3339");
	ok(clock_is_moment(now) && clock_is_moment("2024-02-29") &&
		clock_is_moment("2026-11-26T19:33:28-05:30"),
	    "moments");
	ok(!clock_is_moment("2026-02-29") && !clock_is_moment("2100-02-29") &&
		!clock_is_moment("0000-01-01") &&
		!clock_is_moment("2026-04-31") &&
		!clock_is_moment("2026-11-26T19:33:28+15:00") &&
		!clock_is_moment("2026-11-26T24:00:00Z") &&
		!clock_is_moment("2026-11-26T19:33:28") &&
		!clock_is_moment("2026-11-26 "),
	    "and what there is not");
	is_int((int64_t)utf8_length("h\xc3\xa9\xf0\x9f\x98\x80"), 3,
	    "code points are counted");
	ok(utf8_has_control("a\tb", false) && !utf8_has_control("a\tb", true),
	    "a tab is prose");
	ok(utf8_has_control("a\xc2\x85", true) &&
		utf8_has_control("\xe2\x80\xa8", false) &&
		!utf8_has_control("\xe2\x80\xa8", true),
	    "C1 never, U+2028 in prose");
}

int
main(void)
{
	test_arena();
	test_buf();
	test_b64();
	test_windows();
	test_ids();
	test_secrets();
	test_text();
	return tap_done();
}
