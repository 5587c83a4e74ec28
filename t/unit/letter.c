/*
 * letter.c: every template in every language, HTML, and the MIME form.
 */
#include <stdlib.h>

#include "base/arena.h"

#include "../../src/jobs/letter.h"
#include "tap.h"

static const char *const kinds[] = { "verify-email", "reset-password",
	"password-changed", "new-sign-in", "account-exists", "email-change-old",
	"email-change-new", "email-changed", "order-paid",
	"order-in-production", "order-shipped", "order-delivered",
	"order-problem", "order-cancelled", "order-refunded", "plan-ended",
	"plan-unpaid" };
static const char *const languages[] = { "en", "de", "es", "fr" };

static const struct letter_word all_words[] = { { "name", "Ada" },
	{ "email", "ada@example.com" },
	{ "link", "https://shop.example/verify-email?token=abc&x=1" },
	{ "items", "2 \xc3\x97 Mug (L / <black>)\n1 \xc3\x97 Cap" },
	{ "shop", "https://shop.example" }, { "device", "Browser/1" },
	{ "address", "192.0.2.1" }, { "to", "new@example.com" },
	{ "orderNumber", "T251125-ABCDEFGHJK" }, { "total", "24.50" },
	{ "currency", "EUR" }, { "amount", "4.50" }, { "carrier", "Post" },
	{ "trackingNumber", "1Z" },
	{ "trackingUrl", "https://post.example/1Z" }, { NULL, NULL } };
static const struct letter_word no_words[] = { { NULL, NULL } };

static const char *
folder(struct arena *a)
{
	const char *source = getenv("srcdir");

	return arena_printf(a, "%s/mail", source ? source : ".");
}

static void
templates(struct arena *a)
{
	for (size_t l = 0; l < 4; l++) {
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			struct letter letter = { folder(a), languages[l],
				kinds[k], all_words, NULL };
			struct mail m = { 0 };
			bool good =
			    letter_write(a, &letter, &m) == OK && *m.subject &&
			    *m.text && m.html && !strstr(m.text, "{{") &&
			    !strstr(m.subject, "{{") && !strstr(m.html, "{{") &&
			    !strstr(m.html, "<black>");

			ok(good, "%s in %s", kinds[k], languages[l]);
		}
		arena_reset(a);
	}
}

static void
choices(struct arena *a)
{
	struct letter letter = { folder(a), "de-AT", "verify-email", all_words,
		NULL };
	struct mail m = { 0 };

	letter_write(a, &letter, &m);
	ok(strstr(m.subject, "Best\xc3\xa4tige") != NULL, "de-AT is German");
	ok(strstr(m.html, "<a href=\"https://shop.example/verify-email?token="
			  "abc&amp;x=1\">") != NULL,
	    "links are links");
	ok(strstr(m.html, "<html lang=\"de-AT\"") != NULL, "and it says so");
	letter.language = "tlh";
	letter_write(a, &letter, &m);
	ok(strstr(m.subject, "Confirm") != NULL,
	    "what we do not speak, is English");
	ok(strstr(m.html, "<html lang=\"en\"") != NULL, "and says so");
	letter.language = "../../etc";
	ok(letter_write(a, &letter, &m) == OK, "no path comes of a language");
	letter.language = "en";
	letter.kind = "nonsense";
	ok(letter_write(a, &letter, &m) == NOT_FOUND,
	    "there is no such letter");
	letter.kind = "order-shipped";
	letter.words = no_words;
	letter_write(a, &letter, &m);
	ok(!strstr(m.text, "Tracking") && !strstr(m.text, "{{"),
	    "a line that names what we do not have is left out");
	ok(!strstr(m.text, "\n\n\n"), "and leaves no gap");
}

/* Does every line end by CRLF and have at most 'most' bytes, all of 7 bits? */
static bool
is_well_formed(const char *text, size_t most)
{
	size_t column = 0;

	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c > 0x7e && *c != '\n')
			return false;
		if (*c == '\n') {
			if (c == text || c[-1] != '\r')
				return false;
			column = 0;
		} else if (*c != '\r' && ++column > most) {
			return false;
		}
	}
	return true;
}

static void
mime(struct arena *a)
{
	struct mail m = { .to = "ada@example.com",
		.from = "T\xc3\xa4schop <shop@example.com>",
		.subject = "Best\xc3\xa4tige deine E-Mail-Adresse, und zwar "
			   "m\xc3\xb6glichst schnell, wenn es dir recht ist",
		.text = "a=b caf\xc3\xa9 \n.leading dot\nFrom here\n"
			"a very long line that goes on and on and on and on "
			"and on and on and on and on and on until it is cut\n",
		.html = "<p>x</p>",
		.headers = { { "Auto-Submitted", "auto-generated" } } };
	struct buf b;

	buf_open(&b, a, 65536);
	letter_mime(&b, &m, "id@example.com", 1795377600);
	ok(is_well_formed(b.at, 78), "lines of 78 characters, 7 bits, CRLF");
	ok(strstr(b.at, "Date: Sun, 22 Nov 2026 20:00:00 +0000\r\n") != NULL,
	    "the date");
	ok(strstr(b.at,
	       "From: =?UTF-8?B?VMOkc2Nob3A=?= <shop@example.com>\r\n") != NULL,
	    "a name beyond ASCII");
	ok(strstr(b.at, "Subject: =?UTF-8?B?") != NULL, "a subject, too");
	ok(strstr(b.at, "?=\r\n =?UTF-8?B?") != NULL, "folded");
	ok(strstr(b.at, "Message-ID: <id@example.com>\r\n") != NULL, "its id");
	ok(strstr(b.at, "a=3Db caf=C3=A9=20\r\n") != NULL, "quoted-printable");
	ok(strstr(b.at, "\r\n=2Eleading") != NULL, "no leading dot");
	ok(strstr(b.at, "\r\n=46rom here") != NULL, "no leading From");
	ok(strstr(b.at, "Auto-Submitted: auto-generated\r\n") != NULL,
	    "headers of its own");
	ok(strstr(b.at, "text/plain") < strstr(b.at, "text/html"),
	    "text first, HTML last");
}

int
main(void)
{
	struct arena *a = arena_create(8 << 20);

	templates(a);
	choices(a);
	mime(a);
	arena_destroy(a);
	return tap_done();
}
