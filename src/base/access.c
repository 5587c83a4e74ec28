/*
 * access.c: claims into a token and back.
 *
 * A caller sends the same token again and again: one that was found good is
 * known by its SHA-256 until it expires, and is not checked and parsed anew.
 * The keys of a process never change, so nothing else can end it.
 */
#include <string.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/jws.h"
#include "base/secret.h"

#define AUDIENCE "tshop-api"
#define TYPE "at+jwt"
#define SETS 256
#define SET_MOST 4 /* the last so many tokens whose digests begin alike */

static struct known {
	uint8_t digest[SHA256_BYTES];
	struct id user, session;
	int64_t expires_s;
} known[SETS][SET_MOST];

static void
claim(struct buf *b, const char *name, const char *text)
{
	buf_json_key(b, name);
	buf_json(b, text);
}

const char *
access_sign(struct arena *arena, const struct access *access)
{
	int64_t now = clock_now_s();
	struct buf b;

	buf_open(&b, arena, 8192);
	buf_char(&b, '{');
	claim(&b, "iss", conf_text(CONF_TSHOP_PUBLIC_URL));
	claim(&b, "aud", AUDIENCE);
	claim(&b, "sub", access->user.text);
	claim(&b, "userId", access->user.text);
	claim(&b, "sid", access->session.text);
	claim(&b, "email", access->email);
	claim(&b, "tier", access->tier);
	buf_json_key(&b, "permissions");
	buf_text(&b, access->permissions);
	buf_json_key(&b, "iat");
	buf_int(&b, now);
	buf_json_key(&b, "exp");
	buf_int(&b, now + ACCESS_LIFE_S);
	claim(&b, "jti", id_create().text);
	buf_char(&b, '}');
	return jws_sign(arena, TYPE, b.at);
}

static bool
text_is(json *claims, const char *name, const char *wanted)
{
	const char *text = json_text(claims, name);

	return text && strcmp(text, wanted) == 0;
}

static bool
id_of(json *claims, const char *name, struct id *id)
{
	const char *text = json_text(claims, name);

	return text && id_parse(text, id) && strcmp(id->text, text) == 0;
}

static enum outcome
claims_read(json *claims, int64_t now, struct known *k)
{
	int64_t begins, issued;

	if (!text_is(claims, "iss", conf_text(CONF_TSHOP_PUBLIC_URL)) ||
	    !text_is(claims, "aud", AUDIENCE) ||
	    !id_of(claims, "sub", &k->user) ||
	    !id_of(claims, "sid", &k->session) ||
	    !text_is(claims, "userId", k->user.text))
		return INVALID_TOKEN;
	/* We write no nbf; whoever holds our keys may (RFC 7519, 4.1.5). */
	begins =
	    json_get(claims, "nbf") ? json_int(claims, "nbf", INT64_MAX) : 0;
	issued = json_int(claims, "iat", -1);
	k->expires_s = json_int(claims, "exp", -1);
	if (issued < 0 || k->expires_s < 0 || issued > now + ACCESS_SKEW_S ||
	    begins > now + ACCESS_SKEW_S)
		return INVALID_TOKEN;
	return OK;
}

/* Fill in what is known of the token with this digest. */
static bool
known_find(struct known *k)
{
	const struct known *set = known[k->digest[0] % SETS];

	for (int i = 0; i < SET_MOST; i++) {
		if (memcmp(set[i].digest, k->digest, sizeof(k->digest)) == 0) {
			*k = set[i];
			return true;
		}
	}
	return false;
}

static void
known_add(const struct known *k)
{
	struct known *set = known[k->digest[0] % SETS];

	memmove(set + 1, set, (SET_MOST - 1) * sizeof(*set));
	*set = *k;
}

enum outcome
access_read(struct arena *arena, const char *token, struct access *access)
{
	int64_t now = clock_now_s();
	struct known k = { .expires_s = 0 };
	json *claims;

	sha256(token, strlen(token), k.digest);
	if (!known_find(&k)) {
		TRY(jws_verify(arena, jws_own_ring(), token, TYPE, &claims));
		TRY(claims_read(claims, now, &k));
		known_add(&k);
	}
	if (k.expires_s <= now - ACCESS_SKEW_S)
		return TOKEN_EXPIRED;
	*access = (struct access){
		.user = k.user, .session = k.session, .email = ""
	};
	return OK;
}
