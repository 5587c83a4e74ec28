/*
 * users_secure.c: what a stolen session must not be enough for: another
 * password, another address, the end of the account.
 */
#include <strings.h>
#include <string.h>

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

struct password_form {
	const char *current, *next;
};

/* clang-format off */
static const struct field password_fields[] = {
	/*    into this member        from this key      must be            least  most */
	FIELD(password_form, current, "currentPassword", REQUIRED | SECRET, 1,     PASSWORD_MOST),
	FIELD(password_form, next,    "newPassword",     REQUIRED | SECRET, PASSWORD_LEAST, PASSWORD_MOST),
	FIELD_END
};
/* clang-format on */

static enum outcome
change_password(struct request *rq, const char *old_hash, const char *new_hash)
{
	struct id me = rq->caller.id;
	int touched;

	TX(rq->db);
	TRY(sql_password_change(rq->db, me, old_hash, new_hash, &touched));
	TRY(sql_sessions_end(
	    rq->db, me, "password_change", rq->caller.session));
	TRY(sql_token_end_all(rq->db, me));
	TRY(sql_mail_add(rq->db, me, "password-changed", NULL, NULL));
	return TX_COMMIT(OK);
}

/* PUT /users/me/password: the caller's session stays, the others end. */
enum outcome
user_password(struct request *rq)
{
	struct password_form form = { 0 };
	struct sql_password_find known;
	const char *hash;

	TRY(form_open(rq, password_fields, &form));
	account_check_password(rq, "newPassword", form.next, NULL);
	TRY(form_check(rq));
	TRY(account_prove(rq, form.current, &known));
	if (!known.password_hash)
		return refuse(rq, FORBIDDEN,
		    "This account has no password yet: ask for a letter to "
		    "set one.");
	account_check_password(rq, "newPassword", form.next, known.email);
	TRY(form_check(rq));
	TRY(password_hash(rq->arena, form.next, &hash));
	return change_password(rq, known.password_hash, hash);
}

struct email_form {
	const char *email, *password;
};

/* clang-format off */
static const struct field email_fields[] = {
	/*    into this member     from this key  must be           least  most */
	FIELD(email_form, email,    "email",      REQUIRED | EMAIL, 3,     254),
	FIELD(email_form, password, "password",   SECRET,           1,     PASSWORD_MOST),
	FIELD_END
};
/* clang-format on */

/*
 * Two letters, each with a token of its own. An address that was never
 * verified has nobody to ask: then the new one alone decides, so that a typing
 * error at registration can be mended.
 */
static enum outcome
ask_both(
    struct request *rq, const struct email_form *form, bool old_is_verified)
{
	struct id me = rq->caller.id;
	enum outcome o;
	const char *old;
	struct buf shared;

	buf_open(&shared, rq->arena, 4096);
	buf_printf(&shared, "\"change\":\"%s\",\"session\":\"%s\",\"alone\":%s",
	    id_create().text, rq->caller.session.text,
	    old_is_verified ? "false" : "true");
	buf_text(&shared, ",\"to\":");
	buf_json(&shared, form->email);
	TX(rq->db);
	/* An erasure at the same moment sees these letters, or ends this. */
	o = sql_user_lock(rq->db, me, &old);
	if (o == NOT_FOUND)
		return INVALID_TOKEN;
	TRY(o);
	TRY(sql_token_end(rq->db, me, "email_change_old"));
	TRY(sql_token_end(rq->db, me, "email_change_new"));
	if (old_is_verified)
		TRY(sql_mail_add(rq->db, me, "email-change-old",
		    arena_printf(rq->arena, "{%s}", shared.at), NULL));
	buf_text(&shared, ",\"mailTo\":");
	buf_json(&shared, form->email);
	TRY(sql_mail_add(rq->db, me, "email-change-new",
	    arena_printf(rq->arena, "{%s}", shared.at), NULL));
	return TX_COMMIT(ACCEPTED);
}

/* PUT /users/me/email: nothing changes until both mailboxes agree. */
enum outcome
user_email_change(struct request *rq)
{
	struct email_form form = { 0 };
	struct sql_password_find known;
	bool taken;

	TRY(form_read(rq, email_fields, &form));
	TRY(account_prove(rq, form.password, &known));
	if (strcmp(form.email, known.email) == 0)
		return form_refuse(
		    rq, "email", "format", "It is the address in force.");
	if (strcasecmp(form.email, known.email) != 0) {
		TRY(sql_user_email_is_taken(rq->db, form.email, &taken));
		if (taken)
			return EMAIL_TAKEN;
	}
	return ask_both(rq, &form, known.verified);
}

struct confirm_form {
	const char *token;
};

static const struct field confirm_fields[] = {
	FIELD(confirm_form, token, "token", REQUIRED, 1, 512), FIELD_END
};

/* Both have agreed: all doors that the old address opened are shut. */
static enum outcome
finish_change(struct request *rq, const struct sql_email_change_use *used,
    const char *old_email)
{
	struct buf to;
	bool granted;

	buf_open(&to, rq->arena, 1024);
	buf_text(&to, "{\"mailTo\":");
	buf_json(&to, old_email);
	buf_char(&to, '}');
	TRY(sql_sessions_end(
	    rq->db, used->user, "email_change", used->session));
	TRY(sql_token_end_all(rq->db, used->user));
	TRY(sql_token_end(rq->db, used->user, "verify_email"));
	TRY(sql_email_verified_reward(rq->db, used->user, &granted));
	TRY(sql_mail_add(rq->db, used->user, "email-changed", to.at, NULL));
	return sql_mail_add(rq->db, used->user, "email-changed", NULL, NULL);
}

/* POST /users/me/email/confirm: one of the two letters was opened. */
enum outcome
user_email_confirm(struct request *rq)
{
	struct confirm_form form = { 0 };
	struct sql_email_change_use used;
	const char *old_email;
	int touched;

	TRY(form_read(rq, confirm_fields, &form));
	TX(rq->db);
	TRY(sql_email_change_use(
	    rq->db, account_token_hash(rq, form.token), &used));
	TRY(sql_user_lock(rq->db, used.user, &old_email));
	TRY(sql_email_change(
	    rq->db, used.user, used.next, used.changing, used.both, &touched));
	if (touched)
		TRY(finish_change(rq, &used, old_email));
	reply_member_bool(rq, "changed", touched > 0);
	return TX_COMMIT(OK);
}

struct delete_form {
	const char *password;
};

static const struct field delete_fields[] = {
	FIELD(delete_form, password, "password", SECRET, 1, PASSWORD_MOST),
	FIELD_END
};

/*
 * DELETE /users/me: the person goes, the orders stay. What must be asked of
 * others (the end of a subscription) is a job, written before its names go.
 */
enum outcome
user_delete(struct request *rq)
{
	struct delete_form form = { 0 };
	struct sql_password_find known;

	TRY(form_read(rq, delete_fields, &form));
	TRY(account_prove(rq, form.password, &known));
	TX(rq->db);
	TRY(account_erase(rq->db, rq->caller.id));
	return TX_COMMIT(OK);
}
