/*
 * auth.c: signing in with a password, staying signed in, signing out.
 *
 * Whoever does not exist is answered as whoever does: the same statements are
 * asked and a hash is computed in either case.
 */
#include <string.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/password.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/auth.h"
#include "sql/guard.h"
#include "sql/mail.h"

#include "account.h"
#include "handlers.h"

struct register_form {
	const char *email, *password, *first_name, *last_name, *phone;
	bool cookie;
};

/* clang-format off */
static const struct field register_fields[] = {
	/*    into this member           from this key  must be            least  most */
	FIELD(register_form, email,      "email",       REQUIRED | EMAIL,  3,     254),
	FIELD(register_form, password,   "password",    REQUIRED | SECRET, PASSWORD_LEAST, PASSWORD_MOST),
	FIELD(register_form, first_name, "firstName",   OPTIONAL,          1,     100),
	FIELD(register_form, last_name,  "lastName",    OPTIONAL,          1,     100),
	FIELD(register_form, phone,      "phone",       PHONE,             1,     16),
	FIELD(register_form, cookie,     "cookie",      OPTIONAL,          0,     0),
	FIELD_END
};
/* clang-format on */

static enum outcome
register_user(
    struct request *rq, const struct register_form *form, const char *hash)
{
	struct sign_in in = { .cookie = form->cookie, .familiar = true };

	TX(rq->db);
	TRY(sql_user_register(rq->db, form->email, hash, form->first_name,
	    form->last_name, form->phone, &in.user));
	TRY(sql_mail_add(rq->db, in.user, "verify-email", NULL, NULL));
	TRY(account_open(rq, &in));
	return TX_COMMIT(CREATED);
}

/*
 * POST /auth/register. A taken address is no secret here (it has to be said),
 * and its owner hears of it.
 */
enum outcome
auth_register(struct request *rq)
{
	struct register_form form = { 0 };
	const char *hash;
	enum outcome o;
	bool taken;

	TRY(form_open(rq, register_fields, &form));
	account_check_password(rq, "password", form.password, form.email);
	TRY(form_check(rq));
	TRY(sql_user_email_is_taken(rq->db, form.email, &taken));
	o = EMAIL_TAKEN;
	if (!taken) {
		TRY(password_hash(rq->arena, form.password, &hash));
		o = register_user(rq, &form, hash);
	}
	if (o == EMAIL_TAKEN)
		TRY(sql_account_exists_tell(rq->db, form.email));
	return o;
}

/* The address as a counter's key, which nobody can read it from. */
static const char *
email_key(struct request *rq, const char *email)
{
	char *low = arena_text(rq->arena, email);
	char hex[SHA256_HEX];

	for (char *c = low; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	}
	sha256_hex(low, strlen(low), hex);
	return arena_printf(rq->arena, "e:%s", hex);
}

/* Logins count on the e-mail, too, whether or not it exists. */
static enum outcome
count_email(struct request *rq, const char *email)
{
	const struct window *w = &conf_windows(CONF_TSHOP_RATE_API_AUTH)->at[0];
	const char *key = email_key(rq, email);
	char reset[CLOCK_TEXT];
	struct sql_rate_hit hit;

	TRY(sql_rate_hit(rq->db, key, w->seconds, &hit));
	if (hit.hits <= w->limit)
		return OK;
	if (hit.reset_s < 1)
		hit.reset_s = 1;
	clock_format(clock_now_ms() + (int64_t)hit.reset_s * 1000, reset);
	reply_header_int(rq, "Retry-After", hit.reset_s);
	rq->admission = (struct admission){
		.counted = true, .limit = w->limit, .reset_s = hit.reset_s
	};
	return refuse_with(rq, RATE_LIMIT_EXCEEDED,
	    arena_printf(rq->arena,
		"{\"scope\":\"api_auth\",\"limit\":%d,\"windowSeconds\":%d,"
		"\"resetAt\":\"%s\"}",
		w->limit, w->seconds, reset),
	    "Too many requests: try again in %d seconds.", hit.reset_s);
}

struct login_form {
	const char *email, *password;
	bool cookie;
};

/* clang-format off */
static const struct field login_fields[] = {
	/*    into this member        from this key  must be            least  most */
	FIELD(login_form, email,      "email",       REQUIRED | EMAIL,  3,     254),
	FIELD(login_form, password,   "password",    REQUIRED | SECRET, 1,     PASSWORD_MOST),
	FIELD(login_form, cookie,     "cookie",      OPTIONAL,          0,     0),
	FIELD_END
};
/* clang-format on */

/* The password has just been verified, so its text is at hand. */
static enum outcome
upgrade_hash(struct request *rq, struct sign_in *in, const char *password)
{
	const char *hash;

	if (!password_needs_rehash(in->password_hash))
		return OK;
	TRY(password_hash(rq->arena, password, &hash));
	TRY(sql_password_upgrade(rq->db, in->user, in->password_hash, hash));
	in->password_hash = hash;
	return OK;
}

/* POST /auth/login */
enum outcome
auth_login(struct request *rq)
{
	struct login_form form = { 0 };
	struct sql_login_find found;
	struct sign_in in;

	TRY(form_read(rq, login_fields, &form));
	TRY(count_email(rq, form.email));
	TRY(sql_login_find(rq->db, form.email, &found));
	if (!password_verify(found.password_hash, form.password))
		return INVALID_CREDENTIALS;
	in = (struct sign_in){ .user = found.id,
		.password_hash = found.password_hash,
		.cookie = form.cookie };
	TRY(upgrade_hash(rq, &in, form.password));
	{
		TX(rq->db);
		TRY(account_open(rq, &in));
		return TX_COMMIT(OK);
	}
}

struct refresh_form {
	const char *token;
};

static const struct field refresh_fields[] = {
	FIELD(refresh_form, token, "refreshToken", OPTIONAL, 1, 512), FIELD_END
};

/* What refresh_spend() says, and what a client hears of it. */
/* clang-format off */
static const struct {
	const char *verdict;
	enum outcome outcome;
	bool forget; /* the cookie is of no more use */
} verdicts[] = {
	{ "spent",   OK,                    false },
	{ "mercy",   OK,                    false },
	{ "late",    INVALID_REFRESH_TOKEN, false },
	{ "reuse",   INVALID_REFRESH_TOKEN, true },
	{ "unknown", INVALID_REFRESH_TOKEN, true },
};
/* clang-format on */

static enum outcome
judge(struct request *rq, const struct sql_refresh_spend *r, bool cookie)
{
	size_t i = 0;

	while (strcmp(verdicts[i].verdict, r->verdict) != 0)
		insist(++i < COUNT(verdicts));
	if (strcmp(r->verdict, "reuse") == 0)
		log_event(LOG_WARN, "refresh-token-reused",
		    LOG_TEXT("user", r->user.text),
		    LOG_TEXT("session", r->session.text));
	if (cookie && verdicts[i].forget)
		account_forget_cookie(rq);
	return verdicts[i].outcome;
}

static enum outcome
refresh_with(struct request *rq, const char *token, bool cookie)
{
	struct sql_refresh_spend r;
	char child[TOKEN_TEXT];

	token_create(child);
	TRY(sql_refresh_spend(rq->db, account_token_hash(rq, token),
	    account_token_hash(rq, child), cookie,
	    conf_seconds(CONF_TSHOP_REFRESH_MERCY),
	    conf_seconds(CONF_TSHOP_REFRESH_LIFE), &r));
	TRY(judge(rq, &r, cookie));
	account_reply_tokens(rq,
	    access_sign(rq->arena, &(struct access){ .user = r.user,
				       .session = r.session,
				       .email = r.email,
				       .tier = r.tier,
				       .permissions = r.permissions }),
	    child, cookie);
	return OK;
}

/* POST /auth/refresh: a new pair for a token, of the body or the cookie. */
enum outcome
auth_refresh(struct request *rq)
{
	struct refresh_form form = { 0 };
	const char *cookie;

	TRY(form_read(rq, refresh_fields, &form));
	if (form.token)
		return refresh_with(rq, form.token, false);
	TRY(account_cookie(rq, &cookie));
	if (cookie)
		return refresh_with(rq, cookie, true);
	if (rq->body_size == 0)
		return INVALID_REFRESH_TOKEN;
	return form_refuse(rq, "refreshToken", "required", "It is required.");
}

/* POST /auth/logout: the family ends; what is unknown has ended already. */
enum outcome
auth_logout(struct request *rq)
{
	struct refresh_form form = { 0 };
	const char *cookie = NULL;

	TRY(form_read(rq, refresh_fields, &form));
	if (!form.token) {
		TRY(account_cookie(rq, &cookie));
		form.token = cookie;
	}
	if (form.token)
		TRY(sql_logout(rq->db, account_token_hash(rq, form.token)));
	if (cookie)
		account_forget_cookie(rq);
	return OK;
}
