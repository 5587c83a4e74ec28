/*
 * setup.c: tshopctl setup, the superuser's part: roles and the database.
 *
 * Everything after it is done by tshop_owner, who is no superuser.
 */
#include "ctl/command.h"
#include "db/script.h"
#include "sql/ctl.h"

#define PATIENCE_MS (2 * 60 * 1000)

static enum outcome
run(struct db *db, const char *what, const char *sql)
{
	const char *says;
	enum outcome o = db_script(db, sql, &says);

	return FAILED(o) ? complain(o, "%s: %s", what, says) : o;
}

/* CREATE DATABASE, outside of any transaction, unless it is there. */
static enum outcome
make_database(struct command_line *line, const char *url, const char *name)
{
	struct db *db = command_database(line, url, PATIENCE_MS);
	const char *sql;
	enum outcome found;

	found = sql_ctl_database_text(db, name, &sql);
	if (found == OK) {
		TRY(run(db, name, sql));
		printf("made database %s\n", name);
	} else if (found != NOT_FOUND) {
		return complain(found, "%s cannot be reached.", url);
	}
	return OK;
}

static enum outcome
make_roles(struct command_line *line, const char *url, const char *schema)
{
	const char *path = arena_printf(line->arena, "%s/roles.sql", schema);
	struct db *db = command_database(line, url, PATIENCE_MS);
	const char *sql;
	size_t size;

	TRY(command_file(line, path, &sql, &size));
	TRY(run(db, path, sql));
	TRY(sql_ctl_owner_text(db, &sql));
	TRY(run(db, "owner", sql));
	puts("made roles");
	return OK;
}

enum outcome
ctl_setup(struct command_line *line)
{
	const char *schema = command_option(line, "--schema", TSHOP_SCHEMADIR);
	const char *name = command_option(line, "--database", "tshop");
	const char *url;

	if (line->argc != 1)
		return complain(BAD_REQUEST, "setup wants a superuser's URL.");
	url = db_url_for(line->arena, line->argv[0], name);
	if (!url)
		return complain(BAD_REQUEST, "that is no URL of a database.");
	TRY(make_database(line, line->argv[0], name));
	return make_roles(line, url, schema);
}
