/*
 * auth_google.c: signing in with Google: there and back, or with an ID token
 * that a page was given.
 *
 * An account is found by Google's own name for a person, never by the address.
 * The address leads to an account only if both sides have verified it; an
 * account that never proved it may have been laid there as a trap, and makes
 * room.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/auth.h"
#include "sql/google.h"
#include "sql/mail.h"
#include "sql/users.h"

#include "account.h"
#include "google.h"
#include "handlers.h"

#define BROWSER_COOKIE "__Host-tshop_oidc"
#define COOKIE_RULES "Path=/; Secure; HttpOnly; SameSite=Lax"

static enum outcome
is_off(struct request *rq)
{
	return identity_is_on()
		   ? OK
		   : refuse_provider(rq, SERVICE_UNAVAILABLE, "google");
}

static const char *
redirect_uri(struct request *rq)
{
	return arena_printf(rq->arena, "%s/api/v1/auth/google/callback",
	    conf_text(CONF_TSHOP_PUBLIC_URL));
}

/* ---- who it is ---- */

/* An account that never proved its address makes room; one that has paid for
 * something stays, without any way back in for whoever opened it. */
static enum outcome
displace(
    struct request *rq, const struct sql_identity_owner *owner, struct id *kept)
{
	struct id none = { "" };

	log_event(LOG_WARN, "unverified-displaced",
	    LOG_TEXT("user", owner->user.text));
	if (!owner->paid)
		return account_erase(rq->db, owner->user);
	*kept = owner->user;
	TRY(sql_sessions_end(rq->db, owner->user, "linked", none));
	return sql_identity_strip(rq->db, owner->user);
}

/* The owner of the verified address, or a new account. */
static enum outcome
find_or_make(struct request *rq, const struct google_person *p, struct id *user)
{
	struct sql_identity_owner owner;
	enum outcome o = sql_identity_owner(rq->db, p->email, &owner);
	bool granted, known = o == OK && owner.verified;

	if (FAILED(o) && o != NOT_FOUND)
		return o;
	*user = (struct id){ "" };
	if (o == OK && owner.disabled)
		return FORBIDDEN;
	if (known)
		*user = owner.user;
	else if (o == OK)
		TRY(displace(rq, &owner, user));
	if (!id_is_set(*user))
		TRY(sql_identity_register(
		    rq->db, p->email, p->first_name, p->last_name, user));
	TRY(sql_identity_link(rq->db, p->subject, *user, p->email));
	TRY(sql_email_verified_reward(rq->db, *user, &granted));
	if (known)
		TRY(sql_mail_add(rq->db, *user, "new-sign-in",
		    "{\"device\":\"Google\"}", NULL));
	return OK;
}

/* In the caller's transaction. */
static enum outcome
find_user(struct request *rq, const struct google_person *p, struct sign_in *in)
{
	struct sql_identity_use known;
	enum outcome o = sql_identity_use(rq->db, p->subject, p->email, &known);

	if (o == NOT_FOUND) {
		in->familiar = true;
		return find_or_make(rq, p, &in->user);
	}
	TRY(o);
	if (known.disabled)
		return FORBIDDEN;
	in->user = known.user;
	return OK;
}

/* ---- there ---- */

struct start_form {
	const char *target;
};

static const struct field start_fields[] = {
	FIELD(start_form, target, "redirect", OPTIONAL, 1, 2048), FIELD_END
};

static bool
is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~' || *text == '\\')
			return false;
	}
	return true;
}

/* Where to lead the browser in the end: a path of ours, or an origin that is
 * on the list, compared whole; NULL: nowhere. */
static const char *
target_url(struct request *rq, const char *target)
{
	const char *shop = conf_text(CONF_TSHOP_PUBLIC_URL);
	const char *host = strstr(target, "://"), *origin;

	if (!is_printable(target))
		return NULL;
	if (*target == '/')
		return target[1] == '/'
			   ? NULL
			   : arena_printf(rq->arena, "%s%s", shop, target);
	if (!host)
		return NULL;
	origin = arena_text_n(rq->arena, target,
	    (size_t)(host - target) + 3 + strcspn(host + 3, "/?#"));
	return strcmp(origin, shop) == 0 ||
		       conf_list_has(CONF_TSHOP_REDIRECT_ORIGINS, origin)
		   ? target
		   : NULL;
}

static enum outcome
remember(struct request *rq, const struct identity_start *s,
    const char *browser, const char *target)
{
	char hash[SHA256_HEX];
	struct buf b;

	sha256_hex(browser, strlen(browser), hash);
	buf_open(&b, rq->arena, 8192);
	buf_printf(&b,
	    "{\"nonce\":\"%s\",\"verifier\":\"%s\","
	    "\"browser\":\"%s\",\"target\":",
	    s->nonce, s->verifier, hash);
	buf_json(&b, target);
	buf_char(&b, '}');
	return sql_oauth_begin(rq->db, account_token_hash(rq, s->state), b.at);
}

/* GET /auth/google */
enum outcome
auth_google_start(struct request *rq)
{
	char state[TOKEN_TEXT], nonce[TOKEN_TEXT], verifier[TOKEN_TEXT],
	    browser[TOKEN_TEXT];
	struct start_form form = { .target = "/" };
	struct identity_places places;
	struct identity_start start = { .state = state,
		.nonce = nonce,
		.verifier = verifier,
		.redirect_uri = redirect_uri(rq) };
	const char *target;

	TRY(form_query(rq, start_fields, &form));
	target = target_url(rq, form.target);
	if (!target)
		return form_refuse(rq, "redirect", "format",
		    "It must be a path, or on a site that is allowed.");
	TRY(is_off(rq));
	TRY(google_places(rq, &places));
	token_create(state);
	token_create(nonce);
	token_create(verifier);
	token_create(browser);
	TRY(remember(rq, &start, browser, target));
	/* Lax: the way back from Google is a navigation from another site. */
	reply_header(rq, "Set-Cookie",
	    BROWSER_COOKIE "=%s; " COOKIE_RULES "; Max-Age=600", browser);
	reply_header(rq, "Location", "%s",
	    identity_authorize(rq->arena, &places, &start));
	return FOUND;
}

/* ---- and back ---- */

struct callback_form {
	const char *state, *code, *error, *issuer;
};

/* clang-format off */
static const struct field callback_fields[] = {
	/*    into this member        from this key  must be   least  most */
	FIELD(callback_form, state,   "state",       OPTIONAL, 0,     512),
	FIELD(callback_form, code,    "code",        OPTIONAL, 0,     2048),
	FIELD(callback_form, error,   "error",       OPTIONAL, 0,     512),
	FIELD(callback_form, issuer,  "iss",         OPTIONAL, 0,     512),
	FIELD_END
};
/* clang-format on */

/* The browser that comes back is the one that left. */
static bool
is_same_browser(struct request *rq, const char *hash)
{
	const char *cookie = request_cookie(rq, BROWSER_COOKIE);
	char hex[SHA256_HEX];

	if (!cookie)
		return false;
	sha256_hex(cookie, strlen(cookie), hex);
	return secret_equal_text(hex, hash);
}

static enum outcome
exchange(struct request *rq, const char *code, const struct sql_oauth_end *way,
    struct google_person *person)
{
	struct identity_places places;
	struct identity_tokens tokens;
	struct trouble trouble;
	struct answer answer;
	struct call call;
	enum outcome o;

	TRY(google_places(rq, &places));
	identity_exchange(
	    rq->arena, &places, code, way->verifier, redirect_uri(rq), &call);
	net_send(rq->arena, &call, &answer);
	if (answer.reach == REACH_NEVER)
		net_send(rq->arena, &call, &answer);
	o = identity_exchanged(rq->arena, &answer, &tokens, &trouble);
	if (o == PROVIDER_ERROR || o == TIMEOUT)
		return refuse_provider(rq, o, "google");
	TRY(o);
	return google_verify(
	    rq, tokens.id_token, way->nonce, tokens.access_token, person);
}

static enum outcome
sign_in_quietly(struct request *rq, const struct google_person *person)
{
	struct sign_in in = { .cookie = true };

	TX(rq->db);
	TRY(find_user(rq, person, &in));
	TRY(account_open_quietly(rq, &in));
	return TX_COMMIT(OK);
}

/* Where they wanted to go, told that nobody is signed in. */
static const char *
failed_url(struct request *rq, const char *target)
{
	size_t length = strcspn(target, "#");

	return arena_printf(rq->arena, "%.*s%cerror=google%s", (int)length,
	    target, memchr(target, '?', length) ? '&' : '?', target + length);
}

/* GET /auth/google/callback */
enum outcome
auth_google_callback(struct request *rq)
{
	struct callback_form form = { 0 };
	struct google_person person;
	struct sql_oauth_end way;
	enum outcome o;

	TRY(form_query(rq, callback_fields, &form));
	TRY(is_off(rq));
	if (!form.state)
		return BAD_REQUEST;
	TRY(sql_oauth_end(rq->db, account_token_hash(rq, form.state), &way));
	if (!is_same_browser(rq, way.browser) ||
	    (form.issuer &&
		strcmp(form.issuer, conf_text(CONF_GOOGLE_ISSUER)) != 0))
		return BAD_REQUEST;
	reply_header(rq, "Set-Cookie", "%s",
	    BROWSER_COOKIE "=; " COOKIE_RULES "; Max-Age=0");
	if (form.error || !form.code) {
		reply_header(rq, "Location", "%s", failed_url(rq, way.target));
		return FOUND;
	}
	TRY(exchange(rq, form.code, &way, &person));
	/* The state is spent, so what collided is done again here. */
	o = sign_in_quietly(rq, &person);
	if (o == TRY_AGAIN)
		o = sign_in_quietly(rq, &person);
	TRY(o);
	reply_header(rq, "Location", "%s", way.target);
	return FOUND;
}

/* ---- or with a token in hand ---- */

struct credential_form {
	const char *credential;
	bool cookie;
};

/* clang-format off */
static const struct field credential_fields[] = {
	/*    into this member             from this key  must be   least  most */
	FIELD(credential_form, credential, "credential",  REQUIRED, 1,     8192),
	FIELD(credential_form, cookie,     "cookie",      OPTIONAL, 0,     0),
	FIELD_END
};
/* clang-format on */

/* POST /auth/google: an ID token works once, however long it lives. */
enum outcome
auth_google_credential(struct request *rq)
{
	struct credential_form form = { 0 };
	struct google_person person;
	struct sign_in in = { 0 };
	int touched;

	TRY(form_read(rq, credential_fields, &form));
	TRY(is_off(rq));
	TRY(google_verify(rq, form.credential, NULL, NULL, &person));
	in.cookie = form.cookie;
	TX(rq->db);
	TRY(sql_credential_spend(rq->db,
	    account_token_hash(rq, form.credential),
	    (int)(person.expires_s - clock_now_s()) + 120, &touched));
	TRY(find_user(rq, &person, &in));
	TRY(account_open(rq, &in));
	return TX_COMMIT(OK);
}
