/*
 * google_token.c: is this ID token Google's, for us, of now, and of whom?
 * OpenID Connect Core 3.1.3.7, and RFC 8725.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/email.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "http/reply.h"

#include "google.h"

#define SKEW_S 60
#define AGE_MOST_S 3600
#define LIFE_MOST_S 86400
#define GOOGLE "https://accounts.google.com"

/* The key that the header names; its signature is checked elsewhere. */
static const char *
kid_of(struct request *rq, const char *token)
{
	size_t length = strcspn(token, "."), size;
	struct json_flaw flaw;
	char *header;
	json *tree;

	if (strlen(token) > LIMIT_TOKEN_BYTES)
		return NULL;
	header = arena_alloc(rq->arena, B64_ROOM(length));
	if (!b64url_parse(token, length, header, &size) ||
	    FAILED(json_read(
		rq->arena, header, size, &json_limits_provider, &tree, &flaw)))
		return NULL;
	return json_text(tree, "kid");
}

static bool
is_issuer(const char *issuer)
{
	const char *ours = conf_text(CONF_GOOGLE_ISSUER);

	if (!issuer)
		return false;
	/* Google's old way of writing itself. */
	if (!strcmp(ours, GOOGLE) && !strcmp(issuer, "accounts.google.com"))
		return true;
	return strcmp(issuer, ours) == 0;
}

static bool
is_us(const char *audience)
{
	return audience &&
	       strcmp(audience, conf_text(CONF_GOOGLE_CLIENT_ID)) == 0;
}

/* One audience, or several of which we are one and azp says which asked. */
static bool
is_for_us(json *claims)
{
	json *aud = json_get(claims, "aud");
	const char *azp = json_text(claims, "azp");
	bool found = is_us(json_text(claims, "aud"));

	if (json_get(claims, "azp") && !is_us(azp))
		return false;
	for (size_t i = 0; i < json_count(aud) && !found; i++) {
		json *one = json_element(aud, i);

		found = json_object_is_type(one, json_type_string) &&
			is_us(json_object_get_string(one));
	}
	return found && (json_count(aud) < 2 || azp);
}

static bool
is_of_now(json *claims, int64_t now_s)
{
	int64_t exp = json_int(claims, "exp", 0);
	int64_t iat = json_int(claims, "iat", 0);

	return json_is_int(json_get(claims, "exp")) &&
	       json_is_int(json_get(claims, "iat")) && exp > 0 && iat > 0 &&
	       now_s < exp + SKEW_S && iat <= now_s + SKEW_S &&
	       iat >= now_s - AGE_MOST_S - SKEW_S && exp - iat <= LIFE_MOST_S &&
	       json_int(claims, "nbf", 0) <= now_s + SKEW_S;
}

/* The left half of the access token's hash (OpenID Connect Core 3.1.3.6). */
static bool
has_hash_of(json *claims, const char *access_token)
{
	const char *said = json_text(claims, "at_hash");
	uint8_t digest[SHA256_BYTES];
	char ours[B64_TEXT(SHA256_BYTES / 2)];

	if (!access_token || !*access_token || !said)
		return true;
	sha256(access_token, strlen(access_token), digest);
	b64url_format(digest, SHA256_BYTES / 2, ours);
	return secret_equal_text(said, ours);
}

/* A name that fits our columns; or NULL. */
static const char *
name_of(json *claims, const char *claim)
{
	const char *name = json_text(claims, claim);

	return name && *name && utf8_length(name) <= 100 &&
		       !utf8_has_control(name, false)
		   ? name
		   : NULL;
}

static enum outcome
person_read(struct request *rq, json *claims, struct google_person *p)
{
	json *verified = json_get(claims, "email_verified");

	p->subject = json_text(claims, "sub");
	p->email = json_text(claims, "email");
	p->first_name = name_of(claims, "given_name");
	p->last_name = name_of(claims, "family_name");
	p->expires_s = json_int(claims, "exp", 0);
	if (!p->subject || !*p->subject || strlen(p->subject) > 255 ||
	    !p->email || !email_is_good(p->email))
		return INVALID_TOKEN;
	/* JSON's true and nothing else: old places say "true". */
	if (!json_object_is_type(verified, json_type_boolean) ||
	    !json_object_get_boolean(verified))
		return refuse(rq, FORBIDDEN,
		    "Google has not verified this e-mail address.");
	return OK;
}

enum outcome
google_verify(struct request *rq, const char *token, const char *nonce,
    const char *access_token, struct google_person *person)
{
	const char *kid = kid_of(rq, token);
	const struct jws_ring *ring;
	json *claims;

	if (!kid)
		return INVALID_TOKEN;
	TRY(google_ring(rq, kid, &ring));
	TRY(jws_verify(rq->arena, ring, token, NULL, &claims));
	if (!is_issuer(json_text(claims, "iss")) || !is_for_us(claims) ||
	    !is_of_now(claims, clock_now_s()) ||
	    !has_hash_of(claims, access_token))
		return INVALID_TOKEN;
	if (nonce &&
	    !secret_equal_text(nonce,
		json_text(claims, "nonce") ? json_text(claims, "nonce") : ""))
		return INVALID_TOKEN;
	return person_read(rq, claims, person);
}
