/*
 * google.c: discovery, authorize, token, keys.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/secret.h"
#include "http/reply.h"
#include "sandbox/google.h"
#include "sandbox/keys.h"
#include "sandbox/pages.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define CODES "google/codes"
#define LIFE_S 3600
#define CODE_LIFE_S 600

/* What the product was told, if it is one of ours. */
static const char *
issuer_of(struct request *rq)
{
	const char *told = conf_text(CONF_GOOGLE_ISSUER);

	return strncmp(told, "http://", 7) ? origin_of(rq) : told;
}

enum outcome
google_discovery(struct request *rq)
{
	json *d = shape(
	    "{\"response_types_supported\":[\"code\",\"token\",\"id_token\","
	    "\"code token\",\"code id_token\",\"token id_token\",\"code token "
	    "id_token\",\"none\"],\"subject_types_supported\":[\"public\"],"
	    "\"id_token_signing_alg_values_supported\":[\"RS256\"],"
	    "\"scopes_supported\":[\"openid\",\"email\",\"profile\"],"
	    "\"token_endpoint_auth_methods_supported\":"
	    "[\"client_secret_post\",\"client_secret_basic\"],"
	    "\"claims_supported\":[\"aud\",\"email\",\"email_verified\","
	    "\"exp\",\"family_name\",\"given_name\",\"iat\",\"iss\",\"name\","
	    "\"picture\",\"sub\"],\"code_challenge_methods_supported\":"
	    "[\"plain\",\"S256\"],\"grant_types_supported\":"
	    "[\"authorization_code\"]}");
	const char *issuer = issuer_of(rq);

	set_text(d, "issuer", issuer);
	set_printf(d, "authorization_endpoint", "%s/o/oauth2/v2/auth", issuer);
	set_printf(d, "token_endpoint", "%s/token", issuer);
	set_printf(d, "userinfo_endpoint", "%s/v1/userinfo", issuer);
	set_printf(d, "jwks_uri", "%s/oauth2/v3/certs", issuer);
	reply_header(rq, "Cache-Control", "public, max-age=3600");
	return answer(rq, 200, d);
}

enum outcome
google_certs(struct request *rq)
{
	json *set = shape("{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\","
			  "\"use\":\"sig\"}]}");
	json *key = json_element(json_get(set, "keys"), 0);

	set_text(key, "kid", keys_id());
	set_text(key, "n", keys_modulus());
	set_text(key, "e", keys_exponent());
	reply_header(rq, "Cache-Control", "public, max-age=3600");
	return answer(rq, 200, set);
}

static json *
user_now(void)
{
	json *user = store_get("google/user", "now");

	return user ? user
		    : shape("{\"email\":\"sam.shopper@gmail.com\","
			    "\"emailVerified\":true,\"name\":\"Sam Shopper\"}");
}

/* POST /_sandbox/google/users: who signs in from now on. */
enum outcome
google_user_set(struct request *rq)
{
	json *body = body_of(rq), *user = shape("{}");

	if (!json_text(body, "email"))
		return answer(
		    rq, 400, shape("{\"error\":\"email is required\"}"));
	set_text(user, "email", json_text(body, "email"));
	set_flag(user, "emailVerified", json_flag(body, "emailVerified", true));
	set_text(user, "name", text_or(body, "name", "Sam Shopper"));
	store_put("google/user", "now", user);
	return answer(rq, 200, user);
}

/* Its own page tells the user; nothing goes back to the site. */
static enum outcome
page_error(struct request *rq, const char *error, const char *why)
{
	answer_text(rq, 400, "text/html; charset=utf-8",
	    arena_printf(rq->arena,
		"<!doctype html><title>Error 400: %s</title><h1>Access "
		"blocked: authorization error</h1><p>%s</p><p>Error 400: "
		"%s</p>",
		error, why, error));
	return BAD_REQUEST;
}

static enum outcome
authorize_check(struct request *rq, const struct pairs *q)
{
	const char *client = pairs_get(q, "client_id");
	const char *back = pairs_get(q, "redirect_uri");
	const char *type = pairs_get(q, "response_type");
	const char *scope = pairs_get(q, "scope");
	const char *method = pairs_get(q, "code_challenge_method");

	if (!client)
		return page_error(rq, "invalid_request",
		    "Missing required parameter: client_id");
	if (!key_is(CONF_GOOGLE_CLIENT_ID, client))
		return page_error(
		    rq, "invalid_client", "The OAuth client was not found.");
	if (!back || strpbrk(back, "#\r\n") ||
	    (strncmp(back, "https://", 8) != 0 &&
		strncmp(back, "http://localhost", 16) != 0 &&
		strncmp(back, "http://127.", 11) != 0))
		return page_error(rq, "redirect_uri_mismatch",
		    "The redirect URI is missing or not allowed.");
	if (!type || strcmp(type, "code") != 0)
		return page_error(rq, "unsupported_response_type",
		    "Only the code flow is played here.");
	if (!scope || !strstr(scope, "openid"))
		return page_error(
		    rq, "invalid_scope", "The scope openid is missing.");
	if (method && strcmp(method, "S256") != 0 &&
	    strcmp(method, "plain") != 0)
		return page_error(
		    rq, "invalid_request", "Invalid code_challenge_method");
	return OK;
}

static void
query_put(struct buf *url, const char *key, const char *value)
{
	if (!value)
		return;
	buf_char(url, strchr(url->at, '?') ? '&' : '?');
	buf_text(url, key);
	buf_char(url, '=');
	buf_percent(url, value);
}

/* GET /o/oauth2/v2/auth */
enum outcome
google_authorize(struct request *rq)
{
	static const char *const kept[] = { "client_id", "redirect_uri",
		"nonce", "code_challenge", "code_challenge_method", "scope" };
	struct pairs q = pairs_query(rq);
	json *grant = shape("{}"), *user = user_now();
	const char *code = made_id("4/0A", 60);
	struct buf url;

	TRY(authorize_check(rq, &q));
	if (page_wanted(rq))
		return page_buttons(rq, "Sign in with Google",
		    text_or(user, "email", ""), "Continue",
		    arena_printf(rq->arena, "/o/oauth2/v2/auth?%s&ui=0",
			strstr(request_query(rq), "ui=1&")
			    ? request_query(rq) + strlen("ui=1&")
			    : request_query(rq)),
		    arena_printf(rq->arena, "%s?error=access_denied&state=%s",
			pairs_get(&q, "redirect_uri"),
			pairs_get(&q, "state") ? pairs_get(&q, "state") : ""));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		set_text(grant, kept[i], pairs_get(&q, kept[i]));
	set_json(grant, "user", shape_copy(user));
	set_int(grant, "at", clock_now_s());
	store_put(CODES, code, grant);

	buf_open(&url, rq->arena, 16384);
	buf_text(&url, pairs_get(&q, "redirect_uri"));
	query_put(&url, "state", pairs_get(&q, "state"));
	query_put(&url, "code", code);
	query_put(&url, "scope", pairs_get(&q, "scope"));
	query_put(&url, "authuser", "0");
	query_put(&url, "prompt", "none");
	return answer_redirect(rq, 302, url.at);
}

static enum outcome
refuse_token(struct request *rq, int status, const char *error, const char *why)
{
	json *body = shape("{}");

	set_text(body, "error", error);
	set_text(body, "error_description", why);
	answer(rq, status, body);
	return BAD_REQUEST;
}

static enum outcome
client_check(struct request *rq, const struct pairs *form)
{
	const char *id = pairs_get(form, "client_id");
	const char *secret = pairs_get(form, "client_secret");

	if (!secret)
		basic_of(rq, &id, &secret);
	if (!key_is(CONF_GOOGLE_CLIENT_ID, id))
		return refuse_token(rq, 401, "invalid_client",
		    "The OAuth client was not found.");
	if (!key_is(CONF_GOOGLE_CLIENT_SECRET, secret))
		return refuse_token(rq, 401, "invalid_client", "Unauthorized");
	return OK;
}

static bool
verifier_fits(json *grant, const char *verifier)
{
	const char *challenge = json_text(grant, "code_challenge");
	uint8_t digest[SHA256_BYTES];
	char text[B64_TEXT(SHA256_BYTES)];

	if (!challenge)
		return true;
	if (!verifier || strlen(verifier) < 43 || strlen(verifier) > 128)
		return false;
	if (!text_is(grant, "code_challenge_method", "S256"))
		return !strcmp(challenge, verifier);
	sha256(verifier, strlen(verifier), digest);
	b64url_format(digest, sizeof(digest), text);
	return !strcmp(challenge, text);
}

static enum outcome
grant_check(struct request *rq, const struct pairs *form, json *grant)
{
	const char *type = pairs_get(form, "grant_type");

	TRY(client_check(rq, form));
	if (!type || strcmp(type, "authorization_code") != 0)
		return refuse_token(
		    rq, 400, "unsupported_grant_type", "Invalid grant_type");
	if (!pairs_get(form, "code"))
		return refuse_token(rq, 400, "invalid_request",
		    "Missing required parameter: code");
	if (!grant || json_int(grant, "at", 0) + CODE_LIFE_S < clock_now_s())
		return refuse_token(
		    rq, 400, "invalid_grant", "Malformed auth code.");
	if (!text_is(grant, "redirect_uri", pairs_get(form, "redirect_uri")))
		return refuse_token(
		    rq, 400, "redirect_uri_mismatch", "Bad Request");
	if (!verifier_fits(grant, pairs_get(form, "code_verifier")))
		return refuse_token(
		    rq, 400, "invalid_grant", "Invalid code verifier.");
	return OK;
}

/* The same address, the same 21 digits. */
static const char *
subject_of(const char *email)
{
	char *lower = arena_text(shapes_arena(), email);
	uint8_t digest[SHA256_BYTES];
	char *sub = arena_alloc(shapes_arena(), 22);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	sha256(lower, strlen(lower), digest);
	sub[0] = '1';
	for (int i = 1; i < 21; i++)
		sub[i] = (char)('0' + digest[i] % 10);
	return sub;
}

static void
profile_set(json *claims, json *user)
{
	const char *name = text_or(user, "name", "");
	const char *space = strrchr(name, ' ');

	set_text(claims, "sub", subject_of(text_or(user, "email", "")));
	set_json(claims, "email", json_get(user, "email"));
	set_json(claims, "email_verified", json_get(user, "emailVerified"));
	set_text(claims, "name", name);
	set_text(claims, "given_name",
	    arena_text_n(shapes_arena(), name,
		space ? (size_t)(space - name) : strlen(name)));
	if (space)
		set_text(claims, "family_name", space + 1);
	set_text(claims, "picture",
	    "https://lh3.googleusercontent.com/a/default-user=s96-c");
}

static const char *
part_of(json *tree)
{
	const char *text = json_format(shapes_arena(), tree);
	char *part = arena_alloc(shapes_arena(), B64_TEXT(strlen(text)));

	b64url_format(text, strlen(text), part);
	return part;
}

static const char *
id_token(struct request *rq, json *grant, const char *access)
{
	json *head = shape("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
	json *claims = shape("{}");
	uint8_t digest[SHA256_BYTES];
	char hash[B64_TEXT(16)];
	int64_t now = clock_now_s();
	const char *both;

	sha256(access, strlen(access), digest);
	b64url_format(digest, 16, hash);
	set_text(head, "kid", keys_id());
	set_text(claims, "iss", issuer_of(rq));
	set_json(claims, "azp", json_get(grant, "client_id"));
	set_json(claims, "aud", json_get(grant, "client_id"));
	profile_set(claims, json_get(grant, "user"));
	set_text(claims, "at_hash", hash);
	if (json_get(grant, "nonce"))
		set_json(claims, "nonce", json_get(grant, "nonce"));
	set_int(claims, "iat", now);
	set_int(claims, "exp", now + LIFE_S);
	both = arena_printf(
	    shapes_arena(), "%s.%s", part_of(head), part_of(claims));
	return arena_printf(
	    shapes_arena(), "%s.%s", both, keys_sign_url(both, strlen(both)));
}

/* POST /token: a code is good once. */
enum outcome
google_token(struct request *rq)
{
	struct pairs form = pairs_body(rq);
	const char *code = pairs_get(&form, "code");
	json *grant = shape_copy(store_get(CODES, code ? code : ""));
	const char *access = made_id("ya29.a0Af", 120);
	json *said = shape("{\"expires_in\":3599,\"token_type\":\"Bearer\"}");

	TRY(grant_check(rq, &form, grant));
	store_drop(CODES, code);
	store_put("google/tokens", access, json_get(grant, "user"));
	set_text(said, "access_token", access);
	set_json(said, "scope", json_get(grant, "scope"));
	set_text(said, "id_token", id_token(rq, grant, access));
	return answer(rq, 200, said);
}

enum outcome
google_userinfo(struct request *rq)
{
	json *user = store_get("google/tokens", bearer_of(rq));
	json *claims = shape("{}");

	if (!user)
		return refuse_token(
		    rq, 401, "invalid_request", "Invalid Credentials");
	profile_set(claims, user);
	return answer(rq, 200, claims);
}
