/*
 * google.c: signing in with Google, the server's side of OpenID Connect.
 */
#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "base/secret.h"
#include "providers/identity.h"
#include "providers/kit.h"

#define PATIENCE_MS 8000
#define ANSWER_MOST (64 * 1024)
#define TOKEN_MOST 8192
#define LASTS_LEAST_S 300
#define LASTS_MOST_S 86400
#define LASTS_S 3600
#define MODULUS_LEAST 342 /* 2048 bits in base64url */
#define MODULUS_MOST 1366 /* 8192 bits */
#define GOOGLE "https://accounts.google.com"

bool
identity_is_on(void)
{
	return *conf_text(CONF_GOOGLE_CLIENT_ID) &&
	       *conf_text(CONF_GOOGLE_CLIENT_SECRET);
}

static void
call(struct call *c, struct arena *a, const char *method)
{
	kit_call(c, "google", method, PATIENCE_MS);
	c->answer_most = ANSWER_MOST;
	call_header(c, a, "Accept: " TYPE_JSON);
}

/* ---- where things are ---- */

bool
identity_places_known(struct identity_places *out)
{
	if (strcmp(conf_text(CONF_GOOGLE_ISSUER), GOOGLE) != 0)
		return false;
	*out = (struct identity_places){
		.authorize = GOOGLE "/o/oauth2/v2/auth",
		.token = "https://oauth2.googleapis.com/token",
		.keys = "https://www.googleapis.com/oauth2/v3/certs",
	};
	return true;
}

void
identity_discover(struct arena *a, struct call *c)
{
	call(c, a, "GET");
	kit_url(c, a, conf_text(CONF_GOOGLE_ISSUER),
	    "/.well-known/openid-configuration", NULL);
}

/* Below this origin, and not at a host whose name merely begins like it. */
static bool
is_below(const char *url, const char *origin)
{
	size_t length = strlen(origin);

	return !strncmp(url, origin, length) && url[length] == '/';
}

static bool
place_is_good(const char *url)
{
	static const char *const hosts[] = { GOOGLE,
		"https://oauth2.googleapis.com", "https://www.googleapis.com" };
	const char *issuer = conf_text(CONF_GOOGLE_ISSUER);

	if (!kit_is_token(url, 2048) || strpbrk(url, "\\@#"))
		return false;
	if (is_below(url, issuer))
		return true;
	if (strcmp(issuer, GOOGLE) != 0)
		return false;
	for (size_t i = 0; i < COUNT(hosts); i++)
		if (is_below(url, hosts[i]))
			return true;
	return false;
}

enum outcome
identity_discovered(struct arena *a, const struct answer *answer,
    struct identity_places *out, struct trouble *t)
{
	struct identity_places p;
	json *root;

	TRY(kit_reached(answer, t));
	TRY(kit_status(a, answer, t));
	root = kit_json(a, answer->body, answer->size);
	p.authorize = kit_text(root, "authorization_endpoint");
	p.token = kit_text(root, "token_endpoint");
	p.keys = kit_text(root, "jwks_uri");
	if (strcmp(kit_text(root, "issuer"), conf_text(CONF_GOOGLE_ISSUER)) !=
	    0)
		return kit_nonsense(a, t, "another issuer");
	if (!place_is_good(p.authorize) || !place_is_good(p.token) ||
	    !place_is_good(p.keys))
		return kit_nonsense(a, t, "a place that is not theirs");
	*out = p;
	return OK;
}

/* ---- the way there, and back ---- */

void
identity_challenge(
    const char *verifier, char challenge[IDENTITY_CHALLENGE_TEXT])
{
	uint8_t digest[SHA256_BYTES];
	char text[B64_TEXT(SHA256_BYTES)];

	sha256(verifier, strlen(verifier), digest);
	b64url_format(digest, SHA256_BYTES, text);
	snprintf(challenge, IDENTITY_CHALLENGE_TEXT, "%.43s", text);
}

const char *
identity_authorize(struct arena *a, const struct identity_places *p,
    const struct identity_start *s)
{
	char challenge[IDENTITY_CHALLENGE_TEXT];
	struct buf query;

	identity_challenge(s->verifier, challenge);
	kit_open(&query, a);
	kit_form(&query, "client_id", conf_text(CONF_GOOGLE_CLIENT_ID));
	kit_form(&query, "redirect_uri", s->redirect_uri);
	kit_form(&query, "response_type", "code");
	kit_form(&query, "scope", "openid email profile");
	kit_form(&query, "state", s->state);
	kit_form(&query, "nonce", s->nonce);
	kit_form(&query, "code_challenge", challenge);
	kit_form(&query, "code_challenge_method", "S256");
	kit_form(&query, "prompt", "select_account");
	return arena_printf(a, "%s%c%s", p->authorize,
	    strchr(p->authorize, '?') ? '&' : '?', query.at);
}

void
identity_exchange(struct arena *a, const struct identity_places *p,
    const char *code, const char *verifier, const char *redirect_uri,
    struct call *c)
{
	struct buf b;

	call(c, a, "POST");
	c->url = p->token;
	kit_open(&b, a);
	kit_form(&b, "grant_type", "authorization_code");
	kit_form(&b, "code", code);
	kit_form(&b, "redirect_uri", redirect_uri);
	kit_form(&b, "client_id", conf_text(CONF_GOOGLE_CLIENT_ID));
	kit_form(&b, "client_secret", conf_text(CONF_GOOGLE_CLIENT_SECRET));
	kit_form(&b, "code_verifier", verifier);
	kit_body(c, a, &b, TYPE_FORM);
}

enum outcome
identity_exchanged(struct arena *a, const struct answer *answer,
    struct identity_tokens *out, struct trouble *t)
{
	const char *token, *access, *error;
	enum outcome o;
	json *root;

	TRY(kit_reached(answer, t));
	root = kit_json(a, answer->body, answer->size);
	o = kit_status(a, answer, t);
	if (o != OK) {
		error = kit_text(root, "error");
		if (!strcmp(error, "invalid_grant"))
			return kit_trouble(
			    a, t, INVALID_TOKEN, CURE_BUYER, error, "");
		if (*error)
			kit_trouble(a, t, o, t->cure, error, "");
		return PROVIDER_ERROR;
	}
	token = json_text(root, "id_token");
	access = json_text(root, "access_token");
	if (!kit_is_token(token, TOKEN_MOST))
		return kit_nonsense(a, t, "no ID token");
	out->id_token = token;
	out->access_token = kit_is_token(access, TOKEN_MOST) ? access : "";
	return OK;
}

/* ---- keys ---- */

void
identity_fetch_keys(
    struct arena *a, const struct identity_places *p, struct call *c)
{
	call(c, a, "GET");
	c->url = p->keys;
}

static bool
is_base64url(const char *text, size_t least, size_t most)
{
	size_t length = text ? strlen(text) : 0;

	return length >= least && length <= most &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

/* Absent, or this. */
static bool
says(json *key, const char *name, const char *value)
{
	const char *said = json_text(key, name);

	return !said || !strcmp(said, value);
}

static bool
key_read(json *one, struct identity_key *out)
{
	struct identity_key k = { json_text(one, "kid"), json_text(one, "n"),
		json_text(one, "e") };

	if (strcmp(kit_text(one, "kty"), "RSA") != 0 ||
	    !says(one, "use", "sig") || !says(one, "alg", "RS256") ||
	    !kit_is_token(k.kid, KIT_ID_MOST) ||
	    !is_base64url(k.n, MODULUS_LEAST, MODULUS_MOST) ||
	    !is_base64url(k.e, 1, 11))
		return false;
	*out = k;
	return true;
}

static int
lifetime(int max_age_s)
{
	if (max_age_s < 0)
		return LASTS_S;
	if (max_age_s < LASTS_LEAST_S)
		return LASTS_LEAST_S;
	return max_age_s > LASTS_MOST_S ? LASTS_MOST_S : max_age_s;
}

enum outcome
identity_keys_read(struct arena *a, const struct answer *answer,
    struct identity_keys *out, struct trouble *t)
{
	struct identity_keys keys = { 0 };
	json *all;

	TRY(kit_reached(answer, t));
	TRY(kit_status(a, answer, t));
	all = json_get(kit_json(a, answer->body, answer->size), "keys");
	for (size_t i = 0;
	     i < json_count(all) && keys.count < IDENTITY_KEYS_MOST; i++)
		if (key_read(json_element(all, i), &keys.at[keys.count]))
			keys.count++;
	if (keys.count == 0)
		return kit_nonsense(a, t, "no usable key");
	keys.lasts_s = lifetime(answer->max_age_s);
	*out = keys;
	return OK;
}
