/*
 * result.c: values out of results, parameters into text.
 */
#include <string.h>

#include "base/insist.h"
#include "base/log.h"
#include "base/secret.h"

#include "furniture.h"

int
result_rows(const struct result *r)
{
	return PQntuples(r->pg);
}

int
result_touched(const struct result *r)
{
	return (int)strtol(PQcmdTuples(r->pg), NULL, 10);
}

const char *
result_text(const struct result *r, int row, int column)
{
	const char *value;

	/* libpq looks whether there is such a value. */
	insist(value = PQgetvalue(r->pg, row, column));
	return *value || !PQgetisnull(r->pg, row, column) ? value : NULL;
}

int64_t
result_big(const struct result *r, int row, int column)
{
	const char *text = result_text(r, row, column);
	bool negative = text && *text == '-';
	uint64_t number = 0;

	if (!text)
		return 0;
	/* As the database writes it: strtoll() would take five times as long */
	for (text += negative; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return (int64_t)(negative ? 0 - number : number);
}

int
result_int(const struct result *r, int row, int column)
{
	int64_t number = result_big(r, row, column);

	insist(number >= INT32_MIN && number <= INT32_MAX);
	return (int)number;
}

bool
result_bool(const struct result *r, int row, int column)
{
	const char *text = result_text(r, row, column);

	return text && *text == 't';
}

struct id
result_id(const struct result *r, int row, int column)
{
	const char *text = result_text(r, row, column);
	struct id id = { "" };

	/* A uuid of the database's is written as ours are. */
	if (text) {
		insist(PQgetlength(r->pg, row, column) == ID_TEXT - 1);
		memcpy(id.text, text, ID_TEXT);
	}
	return id;
}

struct bytes
result_bytes(const struct result *r, int row, int column)
{
	const char *text = result_text(r, row, column);
	struct bytes b = { NULL, 0 };
	uint8_t *at;

	if (!text)
		return b;
	insist(text[0] == '\\' && text[1] == 'x');
	b.size = strlen(text + 2) / 2;
	at = arena_alloc(r->arena, b.size + 1);
	insist(hex_parse(text + 2, at, b.size));
	b.at = at;
	return b;
}

const char *
param_int(struct db *db, int64_t number)
{
	char room[INT_TEXT];

	return arena_text(db->arena, int_text(number, room));
}

const char *
param_bool(bool yes)
{
	return yes ? "t" : "f";
}

const char *
param_id(struct db *db, struct id id)
{
	return id.text[0] ? arena_text(db->arena, id.text) : NULL;
}

const char *
param_bytes(struct db *db, struct bytes b)
{
	char *text;

	if (!b.at)
		return NULL;
	text = arena_alloc(db->arena, 2 * b.size + 3);
	text[0] = '\\';
	text[1] = 'x';
	hex_format(b.at, b.size, text + 2);
	return text;
}

/* clang-format off */
static const struct {
	const char *state; /* the whole SQLSTATE, or the class of it */
	enum outcome outcome;
} states[] = {
	{ "40001", TRY_AGAIN },           /* serialization failure */
	{ "40P01", TRY_AGAIN },           /* deadlock */
	{ "57014", TIMEOUT },             /* statement timeout */
	{ "55P03", SERVICE_UNAVAILABLE }, /* lock timeout */
	{ "25006", SERVICE_UNAVAILABLE }, /* read-only: a failover */
	{ "08",    SERVICE_UNAVAILABLE }, /* connection */
	{ "53",    SERVICE_UNAVAILABLE }, /* disk, memory, connections */
	{ "57P",   SERVICE_UNAVAILABLE }, /* shutting down */
	{ "58",    SERVICE_UNAVAILABLE }, /* input or output */
};
/* clang-format on */

enum outcome
db_failure(const struct statement *s, const PGresult *pg)
{
	const char *state = PQresultErrorField(pg, PG_DIAG_SQLSTATE);
	const char *says = PQresultErrorField(pg, PG_DIAG_MESSAGE_PRIMARY);
	const char *which = PQresultErrorField(pg, PG_DIAG_CONSTRAINT_NAME);
	enum outcome o;

	if (!state)
		state = "";
	if (strcmp(state, "TS000") == 0 && outcome_parse(says, &o))
		return o;
	for (const struct breach *b = s->breaches; b && b->constraint; b++) {
		if (which && strcmp(b->constraint, which) == 0)
			return b->outcome;
	}
	for (size_t i = 0; i < COUNT(states); i++) {
		if (strncmp(state, states[i].state, strlen(states[i].state)) ==
		    0) {
			o = states[i].outcome;
			if (o != TRY_AGAIN)
				log_event(LOG_WARN, "database",
				    LOG_TEXT("statement", s->name),
				    LOG_TEXT("state", state),
				    LOG_TEXT("says", says));
			return o;
		}
	}
	log_event(LOG_ERROR, "statement-failed", LOG_TEXT("statement", s->name),
	    LOG_TEXT("state", state), LOG_TEXT("says", says),
	    LOG_TEXT("constraint", which));
	return INTERNAL_ERROR;
}
