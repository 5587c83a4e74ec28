/*
 * google.c: the way to Google and back, and its keys.
 */
#include "outside.h"
#include "providers/identity.h"

#define BASE "http://127.0.0.1:1"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define N64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define N2048 N64 N64 N64 N64 N64 "0123456789abcdef012345"

/* clang-format off */
static const struct {
	const char *issuer, *authorize, *token, *keys;
	enum outcome outcome;
} places[] = {
	{ BASE, BASE "/authorize", BASE "/token", BASE "/keys", OK },
	{ "https://accounts.google.com", BASE "/authorize", BASE "/token", BASE "/keys", PROVIDER_ERROR },
	{ BASE, "http://127.0.0.1:12/authorize", BASE "/token", BASE "/keys", PROVIDER_ERROR },
	{ BASE, BASE "/authorize", "http://127.0.0.1:1@evil.example/token", BASE "/keys", PROVIDER_ERROR },
	{ BASE, BASE "/authorize", BASE "/token", "https://evil.example/keys", PROVIDER_ERROR },
	{ BASE, BASE "/authorize", "https://oauth2.googleapis.com/token", BASE "/keys", PROVIDER_ERROR },
	{ BASE, BASE "/authorize", "", BASE "/keys", PROVIDER_ERROR },
};
/* clang-format on */

static void
places_test(struct arena *a)
{
	struct identity_places p;
	struct trouble t;
	struct call c;

	identity_discover(a, &c);
	is_text(c.url, BASE "/.well-known/openid-configuration", "asked");
	ok(!identity_places_known(&p), "a stand-in must be asked");
	for (size_t i = 0; i < COUNT(places); i++) {
		struct answer an = outside_answer(200,
		    arena_printf(a,
			"{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s\","
			"\"token_endpoint\":\"%s\",\"jwks_uri\":\"%s\"}",
			places[i].issuer, places[i].authorize, places[i].token,
			places[i].keys));

		is_text(outcome_code(identity_discovered(a, &an, &p, &t)),
		    outcome_code(places[i].outcome), "places %zu: %s", i,
		    t.words);
	}
}

static void
journey_test(struct arena *a)
{
	struct identity_places p = { BASE "/authorize", BASE "/token",
		BASE "/keys" };
	struct identity_start s = { "st", "no", VERIFIER, "https://shop/back" };
	struct answer good = outside_answer(
	    200, "{\"access_token\":\"ya29\",\"id_token\":\"a.b.c\"}");
	struct answer spent =
	    outside_answer(400, "{\"error\":\"invalid_grant\"}");
	struct answer none = outside_answer(200, "{}");
	struct answer wrong =
	    outside_answer(401, "{\"error\":\"invalid_client\"}");
	char challenge[IDENTITY_CHALLENGE_TEXT];
	struct identity_tokens tokens;
	struct trouble t;
	struct call c;

	identity_challenge(VERIFIER, challenge);
	is_text(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
	    "RFC 7636's own challenge");
	is_text(identity_authorize(a, &p, &s),
	    BASE "/authorize?client_id=cid&redirect_uri=https%3A%2F%2Fshop%2F"
		 "back&response_type=code&scope=openid%20email%20profile&"
		 "state=st&nonce=no&code_challenge="
		 "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"
		 "code_challenge_method=S256&prompt=select_account",
	    "the way there");
	identity_exchange(a, &p, "4/0Ab", VERIFIER, s.redirect_uri, &c);
	is_text(c.body,
	    "grant_type=authorization_code&code=4%2F0Ab&"
	    "redirect_uri=https%3A%2F%2Fshop%2Fback&client_id=cid&"
	    "client_secret=sec&code_verifier=" VERIFIER,
	    "the code is encoded once");
	is_int(identity_exchanged(a, &good, &tokens, &t), OK, "tokens");
	is_text(tokens.id_token, "a.b.c", "come back");
	is_int(identity_exchanged(a, &spent, &tokens, &t), INVALID_TOKEN,
	    "a spent code");
	is_int(identity_exchanged(a, &none, &tokens, &t), PROVIDER_ERROR,
	    "nothing in it");
	is_int(identity_exchanged(a, &wrong, &tokens, &t), PROVIDER_ERROR,
	    "our own secret is wrong");
	is_int(t.cure, CURE_PERSON, "a person must look");
}

static void
keys_test(struct arena *a)
{
	struct answer an = outside_answer(200,
	    "{\"keys\":["
	    "{\"kty\":\"RSA\",\"kid\":\"k1\",\"use\":\"sig\","
	    "\"alg\":\"RS256\",\"n\":\"" N2048 "\",\"e\":\"AQAB\"},"
	    "{\"kty\":\"RSA\",\"kid\":\"short\",\"n\":\"" N64
	    "\",\"e\":\"AQAB\"},"
	    "{\"kty\":\"RSA\",\"kid\":\"enc\",\"use\":\"enc\",\"n\":\"" N2048
	    "\",\"e\":\"AQAB\"},"
	    "{\"kty\":\"RSA\",\"kid\":\"ps\",\"alg\":\"PS256\",\"n\":\"" N2048
	    "\",\"e\":\"AQAB\"},"
	    "{\"kty\":\"EC\",\"kid\":\"ec\"},"
	    "{\"kty\":\"RSA\",\"n\":\"" N2048 "\",\"e\":\"AQAB\"}]}");
	struct answer empty = outside_answer(200, "{\"keys\":[]}");
	struct identity_keys keys;
	struct trouble t;

	is_int(identity_keys_read(a, &an, &keys, &t), OK, "keys");
	is_int((int64_t)keys.count, 1, "one is usable");
	is_text(keys.at[0].kid, "k1", "the right one");
	is_int(keys.lasts_s, 3600, "an hour if nothing is said");
	an.max_age_s = 10;
	identity_keys_read(a, &an, &keys, &t);
	is_int(keys.lasts_s, 300, "five minutes at least");
	an.max_age_s = 1000000;
	identity_keys_read(a, &an, &keys, &t);
	is_int(keys.lasts_s, 86400, "a day at most");
	is_int(identity_keys_read(a, &empty, &keys, &t), PROVIDER_ERROR,
	    "none is an error");
}

int
main(void)
{
	struct arena *a;

	setenv("GOOGLE_CLIENT_ID", "cid", 1);
	setenv("GOOGLE_CLIENT_SECRET", "sec", 1);
	setenv("GOOGLE_ISSUER", BASE, 1);
	a = outside_open();
	ok(identity_is_on(), "Google is on");
	places_test(a);
	journey_test(a);
	keys_test(a);
	arena_destroy(a);
	return tap_done();
}
