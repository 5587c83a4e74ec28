/*
 * user.c: accounts by hand. Every change stands in the audit log.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/email.h"
#include "base/password.h"
#include "base/utf8.h"
#include "ctl/command.h"
#include "db/db.h"
#include "db/tx.h"
#include "sql/auth.h"
#include "sql/ctl_user.h"
#include "sql/users.h"

/* The first word names the account: an id or an address. */
static enum outcome
user_open(struct command_line *line, int words, struct db **db,
    struct sql_ctl_user_find *found)
{
	enum outcome o;

	if (line->argc != words)
		return complain(BAD_REQUEST, "Say which account: its id or its "
					     "e-mail address, and no more.");
	TRY(command_shop(line, db));
	o = sql_ctl_user_find(*db, line->argv[0], found);
	if (o == NOT_FOUND)
		return complain(o, "There is no account %s.", line->argv[0]);
	if (FAILED(o))
		return complain(o, "The database does not answer.");
	return OK;
}

/* Say what came of it. */
static enum outcome
finish(enum outcome o, const char *done)
{
	if (FAILED(o))
		complain(o, "It did not work: %s.", outcome_code(o));
	else
		printf("%s\n", done);
	return o;
}

/* A password from standard input: a command line is seen by everybody. */
static const char *
password_read(struct command_line *line)
{
	char *text = arena_alloc(line->arena, 1024);

	if (isatty(STDIN_FILENO))
		fputs("Password: ", stderr);
	if (!fgets(text, 1024, stdin))
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	if (!utf8_is_valid(text, strlen(text)) ||
	    utf8_length(text) < PASSWORD_LEAST ||
	    utf8_length(text) > PASSWORD_MOST || password_is_common(text) ||
	    strcasecmp(text, line->argv[0]) == 0)
		return NULL;
	return text;
}

static enum outcome
create(struct db *db, struct command_line *line, const char *first,
    const char *last, bool verified)
{
	const char *password = password_read(line), *hash;
	struct id id;

	if (!password)
		return complain(VALIDATION_ERROR,
		    "The password must have %d to %d characters and be neither "
		    "among the common ones nor the address.",
		    PASSWORD_LEAST, PASSWORD_MOST);
	TRY(password_hash(line->arena, password, &hash));
	TX(db);
	TRY(sql_user_register(db, line->argv[0], hash, first, last, NULL, &id));
	if (verified)
		TRY(sql_ctl_user_verify(db, id));
	TRY(sql_ctl_user_audit(db, "user.create", id.text, NULL, NULL));
	printf("%s\n", id.text);
	return TX_COMMIT(OK);
}

/* As the API would have it; not given is no matter. */
static bool
name_is_good(const char *name)
{
	return !name ||
	       (*name && utf8_is_valid(name, strlen(name)) &&
		   utf8_length(name) <= 100 && !utf8_has_control(name, false));
}

enum outcome
ctl_user_create(struct command_line *line)
{
	const char *first = command_option(line, "--first-name", NULL);
	const char *last = command_option(line, "--last-name", NULL);
	bool verified = command_flag(line, "--verified");
	struct db *db;

	if (line->argc != 1 || !email_is_good(line->argv[0]))
		return complain(BAD_REQUEST, "Give an e-mail address.");
	if (!name_is_good(first) || !name_is_good(last))
		return complain(BAD_REQUEST,
		    "A name has 1 to 100 characters, on one line.");
	TRY(command_shop(line, &db));
	return finish(create(db, line, first, last, verified), "It is made.");
}

enum outcome
ctl_user_show(struct command_line *line)
{
	struct sql_ctl_user_find found;
	struct db *db;

	TRY(user_open(line, 1, &db, &found));
	return finish(OK, found.user);
}

static enum outcome
tier_set(struct db *db, const struct sql_ctl_user_find *found, const char *tier,
    const char **now)
{
	TX(db);
	TRY(sql_ctl_user_tier(db, found->id, tier, now));
	TRY(sql_ctl_user_audit(db, "user.tier", found->id.text, found->user,
	    arena_printf(db_arena(db), "{\"tier\":\"%s\"}", *now)));
	return TX_COMMIT(OK);
}

enum outcome
ctl_user_tier(struct command_line *line)
{
	const char *wanted = line->argc == 2 ? line->argv[1] : "";
	const char *tier = strcmp(wanted, "auto") == 0 ? NULL : wanted;
	const char *now = "";
	struct sql_ctl_user_find found;
	struct db *db;

	if (tier && strcmp(tier, "free") != 0 &&
	    strcmp(tier, "registered") != 0 && strcmp(tier, "premium") != 0)
		return complain(BAD_REQUEST,
		    "Say free, registered, premium, or auto for what address "
		    "and subscription decide.");
	TRY(user_open(line, 2, &db, &found));
	return finish(tier_set(db, &found, tier, &now), now);
}

static enum outcome
sessions_revoke(struct db *db, struct id id)
{
	struct id none = { "" };

	TX(db);
	TRY(sql_sessions_end(db, id, "admin", none));
	TRY(sql_ctl_user_audit(db, "user.revoke", id.text, NULL, NULL));
	return TX_COMMIT(OK);
}

enum outcome
ctl_user_revoke(struct command_line *line)
{
	struct sql_ctl_user_find found;
	struct db *db;

	TRY(user_open(line, 1, &db, &found));
	return finish(
	    sessions_revoke(db, found.id), "All sessions have ended.");
}

static enum outcome
erase(struct db *db, struct id id)
{
	const char *done;
	int64_t ended;

	TX(db);
	TRY(sql_orders_let_go(db, id, &ended));
	TRY(sql_purge_add(db, id));
	TRY(sql_user_erase(db, id, &done));
	TRY(sql_ctl_user_audit(db, "user.delete", id.text, NULL, NULL));
	return TX_COMMIT(OK);
}

enum outcome
ctl_user_delete(struct command_line *line)
{
	bool sure = command_flag(line, "--yes");
	struct sql_ctl_user_find found;
	struct db *db;

	if (!sure)
		return complain(
		    BAD_REQUEST, "This cannot be undone: say --yes.");
	TRY(user_open(line, 1, &db, &found));
	return finish(erase(db, found.id), "The person is erased.");
}
