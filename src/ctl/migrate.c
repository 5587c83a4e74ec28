/*
 * migrate.c: tshopctl migrate and catalog load.
 *
 * Each migration is one transaction with its row in schema_migrations, so a
 * migrator that is killed leaves the schema as it was. The lock is taken in
 * each of these transactions: two migrators take turns and neither applies
 * what the other has.
 */
#include <glob.h>
#include <string.h>

#include "base/conf.h"
#include "base/secret.h"
#include "ctl/command.h"
#include "db/script.h"
#include "db/tx.h"
#include "sql/ctl.h"

#define PATIENCE_MS (10 * 60 * 1000) /* a migration may take its time */

struct file {
	const char *path, *name; /* "001-people" */
	const char *text;
	char checksum[SHA256_HEX];
};

static enum outcome
file_read(struct command_line *line, const char *path, struct file *file)
{
	const char *base = strrchr(path, '/');
	size_t size;

	base = base ? base + 1 : path;
	file->path = path;
	file->name = arena_text_n(line->arena, base, strcspn(base, "."));
	TRY(command_file(line, path, &file->text, &size));
	sha256_hex(file->text, size, file->checksum);
	return OK;
}

static enum outcome
run_script(struct db *db, const struct file *file)
{
	const char *says;
	enum outcome o = db_script(db, file->text, &says);

	return FAILED(o) ? complain(o, "%s: %s", file->path, says) : o;
}

/* Apply it, unless it has been; *applied tells. */
static enum outcome
apply_migration(struct db *db, const struct file *file, bool *applied)
{
	int number = (int)strtol(file->name, NULL, 10);
	const char *checksum;
	enum outcome found;

	TX(db);
	TRY(sql_ctl_lock(db));
	found = sql_ctl_migration_find(db, number, &checksum);
	*applied = found == NOT_FOUND;
	if (!*applied) {
		TRY(found);
		return strcmp(checksum, file->checksum) == 0
			   ? OK
			   : complain(CONFLICT,
				 "%s has changed since it was applied.",
				 file->path);
	}
	TRY(run_script(db, file));
	TRY(sql_ctl_migration_add(db, number, file->name, file->checksum));
	return TX_COMMIT(OK);
}

/* Replay a file of views if it is not the one that was applied last. */
static enum outcome
apply_views(struct db *db, const struct file *file, bool *applied)
{
	const char *checksum;
	enum outcome found;

	TX(db);
	TRY(sql_ctl_lock(db));
	found = sql_ctl_view_find(db, file->name, &checksum);
	*applied = found == NOT_FOUND ||
		   (found == OK && strcmp(checksum, file->checksum) != 0);
	if (!*applied)
		return found;
	TRY(run_script(db, file));
	TRY(sql_ctl_view_set(db, file->name, file->checksum));
	return TX_COMMIT(OK);
}

typedef enum outcome apply(struct db *, const struct file *, bool *applied);

static void
free_glob(void *found)
{
	globfree(found);
}

/* All files of a pattern, in the order of their names. */
static enum outcome
apply_all(struct command_line *line, struct db *db, const char *pattern,
    apply *one, int *count)
{
	glob_t *found = arena_new(line->arena, glob_t);

	if (glob(pattern, 0, NULL, found) != 0)
		return complain(NOT_FOUND, "there is no %s.", pattern);
	arena_defer(line->arena, free_glob, found);
	for (size_t i = 0; i < found->gl_pathc; i++) {
		struct file file;
		bool applied;

		TRY(file_read(line, found->gl_pathv[i], &file));
		TRY(one(db, &file, &applied));
		if (applied) {
			printf("applied %s\n", file.path);
			fflush(stdout);
			(*count)++;
		}
	}
	return OK;
}

/* The two tables that remember what was applied. */
static enum outcome
make_records(struct command_line *line, struct db *db, const char *schema)
{
	struct file file;
	bool missing;

	TRY(file_read(
	    line, arena_printf(line->arena, "%s/records.sql", schema), &file));
	TX(db);
	TRY(sql_ctl_lock(db));
	TRY(sql_ctl_migrations_missing(db, &missing));
	if (!missing)
		return OK;
	TRY(run_script(db, &file));
	return TX_COMMIT(OK);
}

static enum outcome
open_database(struct command_line *line, struct db **db)
{
	if (!conf_load(PROGRAM_CTL))
		return complain(VALIDATION_ERROR, "some settings are wrong.");
	*db = command_database(line, conf_text(CONF_DATABASE_URL), PATIENCE_MS);
	return FAILED(db_ping(*db)) ? complain(SERVICE_UNAVAILABLE,
					  "the database cannot be reached.")
				    : OK;
}

enum outcome
ctl_migrate(struct command_line *line)
{
	const char *schema = command_option(line, "--schema", TSHOP_SCHEMADIR);
	struct db *db;
	int count = 0;

	TRY(open_database(line, &db));
	TRY(make_records(line, db, schema));
	TRY(apply_all(line, db,
	    arena_printf(line->arena, "%s/[0-9][0-9][0-9]-*.sql", schema),
	    apply_migration, &count));
	TRY(apply_all(line, db,
	    arena_printf(line->arena, "%s/views/*.sql", schema), apply_views,
	    &count));
	if (count == 0)
		puts("nothing to do");
	return OK;
}

enum outcome
ctl_catalog_load(struct command_line *line)
{
	struct file file;
	struct db *db;

	if (line->argc != 1)
		return complain(BAD_REQUEST, "catalog load wants one FILE.");
	TRY(file_read(line, line->argv[0], &file));
	TRY(open_database(line, &db));
	TRY(run_script(db, &file));
	printf("loaded %s\n", file.path);
	return OK;
}
