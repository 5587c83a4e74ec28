/*
 * auth_mail.c: what is proven by a letter: the address, and a lost password.
 *
 * The tokens themselves are made by the job that writes the letter, so that
 * nothing but their hash is ever stored (src/jobs/mail.c).
 */
#include "base/arena.h"
#include "base/password.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/auth.h"
#include "sql/mail.h"
#include "sql/users.h"

#include "account.h"
#include "handlers.h"

struct forgot_form {
	const char *email;
};

static const struct field forgot_fields[] = {
	FIELD(forgot_form, email, "email", REQUIRED | EMAIL, 3, 254), FIELD_END
};

/* POST /auth/forgot-password: one and the same row for everybody. */
enum outcome
auth_forgot(struct request *rq)
{
	struct forgot_form form = { 0 };

	TRY(form_read(rq, forgot_fields, &form));
	TRY(sql_reset_ask(rq->db, form.email));
	return ACCEPTED;
}

struct reset_form {
	const char *token, *password;
};

/* clang-format off */
static const struct field reset_fields[] = {
	/*    into this member        from this key  must be            least  most */
	FIELD(reset_form, token,      "token",       REQUIRED,          1,     512),
	FIELD(reset_form, password,   "password",    REQUIRED | SECRET, PASSWORD_LEAST, PASSWORD_MOST),
	FIELD_END
};
/* clang-format on */

static enum outcome
reset_with(struct request *rq, struct bytes token, const char *hash)
{
	struct sql_token_use used;
	struct id none = { "" };
	enum outcome o;

	TX(rq->db);
	TRY(sql_token_use(rq->db, token, "reset_password", &used));
	TRY(sql_password_reset(rq->db, used.user, hash));
	/* Who reads the mailbox owns it; unless the address has moved on. */
	o = account_verify_email(rq, used.user, used.email);
	if (FAILED(o) && o != INVALID_TOKEN)
		return o;
	TRY(sql_sessions_end(rq->db, used.user, "password_reset", none));
	TRY(sql_token_end_all(rq->db, used.user));
	TRY(sql_mail_add(rq->db, used.user, "password-changed", NULL, NULL));
	return TX_COMMIT(OK);
}

/* POST /auth/reset-password: every session ends, and none is opened. */
enum outcome
auth_reset(struct request *rq)
{
	struct reset_form form = { 0 };
	struct sql_token_find found;
	struct bytes token;
	const char *hash;

	TRY(form_open(rq, reset_fields, &form));
	account_check_password(rq, "password", form.password, NULL);
	TRY(form_check(rq));
	token = account_token_hash(rq, form.token);
	TRY(sql_token_find(rq->db, token, "reset_password", &found));
	account_check_password(
	    rq, "password", form.password, found.current_email);
	TRY(form_check(rq));
	TRY(password_hash(rq->arena, form.password, &hash));
	return reset_with(rq, token, hash);
}

struct verify_form {
	const char *token;
};

static const struct field verify_fields[] = {
	FIELD(verify_form, token, "token", REQUIRED, 1, 512), FIELD_END
};

/* POST /auth/verify-email: proves a mailbox, signs nobody in. */
enum outcome
auth_verify(struct request *rq)
{
	struct verify_form form = { 0 };
	struct sql_token_use used;
	const char *user;

	TRY(form_read(rq, verify_fields, &form));
	TX(rq->db);
	TRY(sql_token_use(
	    rq->db, account_token_hash(rq, form.token), "verify_email", &used));
	TRY(account_verify_email(rq, used.user, used.email));
	TRY(sql_token_end(rq->db, used.user, "verify_email"));
	TRY(sql_user_show(rq->db, used.user, &user));
	reply_member(rq, "user", user);
	return TX_COMMIT(OK);
}

/* POST /auth/resend-verification */
enum outcome
auth_resend(struct request *rq)
{
	TRY(sql_verification_ask(rq->db, rq->caller.id));
	return ACCEPTED;
}
