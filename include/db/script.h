/*
 * script.h: running a file of SQL as it stands.
 *
 * For migrations, roles and catalogues: files of many statements, written by
 * us, without parameters. Inside a TX they are part of it; outside, the server
 * makes one transaction of them, as it does of any text sent at once.
 */
#ifndef TSHOP_DB_SCRIPT_H
#define TSHOP_DB_SCRIPT_H

#include "db/db.h"

/*
 * Run the text. When it fails, *says is what the server had to say, in the
 * arena: a human will read it. SERVICE_UNAVAILABLE: the database is away;
 * CONFLICT: it refused.
 */
enum outcome db_script(struct db *, const char *sql, const char **says);

/* The same URL with another database in it; NULL if it is none to libpq. */
const char *db_url_for(struct arena *, const char *url, const char *database);

#endif
