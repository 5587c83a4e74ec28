/*
 * account.c: sessions are opened here, whatever proved who it is.
 */
#include <arpa/inet.h>
#include <strings.h>
#include <string.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/password.h"
#include "base/utf8.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/auth.h"
#include "sql/cart.h"
#include "sql/mail.h"
#include "sql/users.h"

#include "account.h"

#define REFRESH_COOKIE "__Host-tshop_refresh"
#define COOKIE_RULES "Path=/; Secure; HttpOnly; SameSite=Strict"
#define AGENT_MOST 300

struct bytes
account_token_hash(struct request *rq, const char *token)
{
	uint8_t *digest = arena_alloc(rq->arena, SHA256_BYTES);

	sha256(token, strlen(token), digest);
	return (struct bytes){ digest, SHA256_BYTES };
}

/* The program's own name for itself, tamed: it is shown in lists and mails. */
static const char *
user_agent(struct request *rq)
{
	const char *said = request_header(rq, "User-Agent");
	char *text;

	if (!said || !*said)
		return NULL;
	text = arena_text_n(rq->arena, said, strnlen(said, AGENT_MOST));
	for (char *c = text; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return text;
}

static const char *
inet_address(struct request *rq)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, rq->address, bytes) == 1 ||
	    inet_pton(AF_INET6, rq->address, bytes) == 1)
		return rq->address;
	return NULL;
}

void
account_reply_tokens(struct request *rq, const char *access_token,
    const char *refresh_token, bool cookie)
{
	reply_member_text(rq, "accessToken", access_token);
	if (cookie)
		reply_header(rq, "Set-Cookie",
		    REFRESH_COOKIE "=%s; " COOKIE_RULES "; Max-Age=%d",
		    refresh_token, conf_seconds(CONF_TSHOP_REFRESH_LIFE));
	else
		reply_member_text(rq, "refreshToken", refresh_token);
	reply_member_text(rq, "tokenType", "Bearer");
	reply_member_int(rq, "expiresIn", ACCESS_LIFE_S);
}

void
account_forget_cookie(struct request *rq)
{
	reply_header(rq, "Set-Cookie", "%s",
	    REFRESH_COOKIE "=; " COOKIE_RULES "; Max-Age=0");
}

enum outcome
account_cookie(struct request *rq, const char **token)
{
	*token = request_cookie(rq, REFRESH_COOKIE);
	if (*token && !**token)
		*token = NULL;
	if (*token && !request_is_same_origin(rq))
		return refuse(
		    rq, FORBIDDEN, "Another site may not use this cookie.");
	return OK;
}

/* A letter to somebody whose account was entered from a place that is new. */
static enum outcome
notice_new_place(struct request *rq, struct id user)
{
	struct buf b;

	buf_open(&b, rq->arena, 4096);
	buf_text(&b, "{\"device\":");
	buf_json(&b, user_agent(rq));
	buf_text(&b, ",\"address\":");
	buf_json(&b, inet_address(rq));
	buf_char(&b, '}');
	return sql_mail_add(rq->db, user, "new-sign-in", b.at, NULL);
}

static enum outcome
open_session(struct request *rq, const struct sign_in *in,
    struct sql_session_open *s, char refresh_token[TOKEN_TEXT])
{
	token_create(refresh_token);
	TRY(sql_session_open(rq->db, in->user, in->password_hash, in->cookie,
	    user_agent(rq), inet_address(rq),
	    account_token_hash(rq, refresh_token),
	    conf_seconds(CONF_TSHOP_REFRESH_LIFE),
	    conf_seconds(CONF_TSHOP_SESSION_LIFE), s));
	if (s->strange && !in->familiar)
		TRY(notice_new_place(rq, in->user));
	return OK;
}

enum outcome
account_take_cart(struct request *rq, struct id user)
{
	const char *token = request_header(rq, CART_TOKEN), *told;

	if (!token)
		return OK;
	TRY(sql_cart_merge(rq->db, user, account_token_hash(rq, token),
	    LIMIT_CART_LINES, &told));
	if (told)
		reply_meta(rq, "cart", told);
	return OK;
}

enum outcome
account_open(struct request *rq, const struct sign_in *in)
{
	char refresh_token[TOKEN_TEXT];
	struct sql_session_open s;

	TRY(open_session(rq, in, &s, refresh_token));
	reply_member(rq, "user", s.user);
	account_reply_tokens(rq,
	    access_sign(rq->arena, &(struct access){ .user = in->user,
				       .session = s.session,
				       .email = s.email,
				       .tier = s.tier,
				       .permissions = s.permissions }),
	    refresh_token, in->cookie);
	return account_take_cart(rq, in->user);
}

enum outcome
account_open_quietly(struct request *rq, const struct sign_in *in)
{
	char refresh_token[TOKEN_TEXT];
	struct sql_session_open s;

	TRY(open_session(rq, in, &s, refresh_token));
	reply_header(rq, "Set-Cookie",
	    REFRESH_COOKIE "=%s; " COOKIE_RULES "; Max-Age=%d", refresh_token,
	    conf_seconds(CONF_TSHOP_REFRESH_LIFE));
	return OK;
}

void
account_check_password(struct request *rq, const char *field,
    const char *password, const char *email)
{
	if (!password)
		return;
	if (password_is_common(password))
		form_wrong(rq, field, "format",
		    "It is among the passwords that are tried first.");
	else if (email && strcasecmp(password, email) == 0)
		form_wrong(
		    rq, field, "format", "It must not be the e-mail address.");
}

enum outcome
account_prove(
    struct request *rq, const char *password, struct sql_password_find *known)
{
	TRY(sql_password_find(
	    rq->db, rq->caller.id, rq->caller.session, known));
	if (known->password_hash &&
	    !password_verify(known->password_hash, password ? password : ""))
		return refuse(rq, FORBIDDEN, "The password is wrong.");
	if (!known->password_hash && known->session_age_s > FRESH_S)
		return refuse(
		    rq, FORBIDDEN, "Sign in again, then do it at once.");
	return OK;
}

enum outcome
account_verify_email(struct request *rq, struct id user, const char *email)
{
	bool granted;
	int touched;

	TRY(sql_email_verify(rq->db, user, email, &touched));
	return sql_email_verified_reward(rq->db, user, &granted);
}

enum outcome
account_erase(struct db *db, struct id user)
{
	const char *done;
	int64_t ended;

	TRY(sql_orders_let_go(db, user, &ended));
	TRY(sql_purge_add(db, user));
	return sql_user_erase(db, user, &done);
}
