/*
 * doctor.c: is everything there that the shop needs?
 */
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "ctl/command.h"
#include "db/db.h"
#include "sql/ctl.h"
#include "sql/ops.h"

#define PATIENCE_MS 5000
#define CLOCK_FAR_MS 2000

struct patient {
	struct command_line *line;
	const char *schema;
	struct db *db;
	const char *why; /* what is wrong, or good to know */
};

static bool
check_settings(struct patient *p)
{
	p->why = "each wrong one has a line above";
	return conf_load(PROGRAM_WORKER);
}

static bool
check_database(struct patient *p)
{
	p->why = "DATABASE_URL";
	return db_ping(p->db) == OK;
}

static bool
check_schema(struct patient *p)
{
	glob_t found = { 0 };
	int number = 0, known = 0;

	if (glob(arena_printf(
		     p->line->arena, "%s/[0-9][0-9][0-9]-*.sql", p->schema),
		0, NULL, &found) == 0) {
		const char *last = found.gl_pathv[found.gl_pathc - 1];

		known = (int)strtol(strrchr(last, '/') + 1, NULL, 10);
		globfree(&found);
	}
	if (FAILED(sql_schema_version(p->db, &number)))
		number = 0;
	p->why = arena_printf(p->line->arena,
	    "the database is at %d, the files at %d", number, known);
	return number > 0 && number >= known;
}

static bool
check_media(struct patient *p)
{
	p->why = conf_text(CONF_TSHOP_MEDIA_DIR);
	return strcmp(conf_text(CONF_TSHOP_MEDIA), "disk") != 0 ||
	       access(p->why, R_OK | W_OK | X_OK) == 0;
}

static bool
check_clock(struct patient *p)
{
	int64_t theirs, apart;

	p->why = "the database's clock cannot be asked";
	if (FAILED(sql_ctl_clock_ms(p->db, &theirs)))
		return false;
	apart = theirs - clock_now_ms();
	p->why = arena_printf(
	    p->line->arena, "%lld ms from the database's", (long long)apart);
	return apart > -CLOCK_FAR_MS && apart < CLOCK_FAR_MS;
}

static const struct {
	const char *name;
	bool (*check)(struct patient *);
} checks[] = {
	{ "settings", check_settings },
	{ "database", check_database },
	{ "schema", check_schema },
	{ "media", check_media },
	{ "clock", check_clock },
};

enum outcome
ctl_doctor(struct command_line *line)
{
	struct patient patient = { .line = line,
		.schema = command_option(line, "--schema", TSHOP_SCHEMADIR) };
	bool healthy = true;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		bool good = checks[i].check(&patient);

		printf("%-10s %s  (%s)\n", checks[i].name,
		    good ? "good" : "BAD", patient.why);
		healthy = healthy && good;
		if (i == 0) { /* now the database's URL is known */
			patient.db = command_database(
			    line, conf_text(CONF_DATABASE_URL), PATIENCE_MS);
		}
	}
	return healthy ? OK : CONFLICT;
}
