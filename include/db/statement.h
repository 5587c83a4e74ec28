/*
 * statement.h: what the generated code and db.c say to each other. Only files
 * that sqlc.awk writes, guard/ and src/db include it.
 */
#ifndef TSHOP_DB_STATEMENT_H
#define TSHOP_DB_STATEMENT_H

#include "db/db.h"

/* A broken constraint becomes an outcome. */
struct breach {
	const char *constraint; /* NULL ends the list */
	enum outcome outcome;
};

struct statement {
	const char *name; /* also its name at the server */
	const char *text;
	int params;
	bool reads; /* safe to send again on a fresh connection */
	bool anew;  /* planned for the values of each run, never prepared */
	const struct breach *breaches;
};

/* Send, wait, and hand the result to the arena. */
enum outcome db_run(struct db *, const struct statement *,
    const char *const *params, struct result **);

int result_rows(const struct result *);
/* Rows that a statement without columns touched. */
int result_touched(const struct result *);
const char *result_text(const struct result *, int row, int column);
int result_int(const struct result *, int row, int column);
int64_t result_big(const struct result *, int row, int column);
bool result_bool(const struct result *, int row, int column);
struct id result_id(const struct result *, int row, int column);
struct bytes result_bytes(const struct result *, int row, int column);

/* Parameters as text, in the arena; NULL is SQL's null. */
const char *param_int(struct db *, int64_t);
const char *param_bool(bool);
const char *param_id(struct db *, struct id); /* "" is null */
const char *param_bytes(struct db *, struct bytes);

#endif
