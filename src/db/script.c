/*
 * script.c: libpq's simple protocol, which takes many statements at once.
 *
 * It does not go together with the pipeline that a connection is in, so the
 * pipeline is left for the time of the script.
 */
#include <string.h>

#include "db/script.h"

#include "furniture.h"

/* Message, and where in the script: line 12 of it. */
static const char *
script_says(struct db *db, const PGresult *r, const char *sql)
{
	const char *at = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	long left = at ? strtol(at, NULL, 10) : 0;
	const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	int line = 1;

	if (!words)
		words = PQerrorMessage(db->line->conn);
	if (left == 0)
		return arena_text(db->arena, words);
	for (; *sql && left > 1; sql++, left--)
		line += *sql == '\n';
	return arena_printf(db->arena, "line %d: %s", line, words);
}

enum outcome
db_script(struct db *db, const char *sql, const char **says)
{
	enum outcome o = OK;
	PGresult *r;

	*says = "";
	if (FAILED(line_connect(db->line))) {
		*says = "the database cannot be reached";
		return SERVICE_UNAVAILABLE;
	}
	if (PQexitPipelineMode(db->line->conn) != 1)
		return INTERNAL_ERROR;
	r = PQexec(db->line->conn, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK &&
	    PQresultStatus(r) != PGRES_TUPLES_OK &&
	    PQresultStatus(r) != PGRES_EMPTY_QUERY) {
		*says = script_says(db, r, sql);
		o = line_is_lost(db->line) ? SERVICE_UNAVAILABLE : CONFLICT;
	}
	PQclear(r);
	if (line_is_lost(db->line) || PQenterPipelineMode(db->line->conn) != 1)
		line_cut(db->line);
	return o;
}

/* One "key='value' " of a connection string; \ and ' are escaped. */
static void
put_pair(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s='", key);
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			buf_char(b, '\\');
		buf_char(b, *value);
	}
	buf_text(b, "' ");
}

const char *
db_url_for(struct arena *arena, const char *url, const char *database)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	struct buf text;

	if (!options)
		return NULL;
	buf_open(&text, arena, 16384);
	for (PQconninfoOption *o = options; o->keyword; o++) {
		if (o->val && strcmp(o->keyword, "dbname") != 0)
			put_pair(&text, o->keyword, o->val);
	}
	PQconninfoFree(options);
	put_pair(&text, "dbname", database);
	return text.at;
}
