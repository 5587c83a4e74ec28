/*
 * print_ask.c: single calls to a printer.
 */
#include "base/arena.h"
#include "base/buf.h"

#include "print.h"

#define CLOCKS_DIFFER_S 3600 /* theirs and ours, at the very most */
#define PAGES_MOST 100       /* of Printify's orders, the newest first */

enum outcome
print_failed(struct job *job, enum outcome o, const char *doing,
    const struct print_provider *by, const struct trouble *t)
{
	if (t->wait_s > job->retry_after_s)
		job->retry_after_s = t->wait_s;
	/* Its turn has not come: outside_send() has said so already. */
	if (job->free_retry)
		return o;
	return job_fail(job, o, "%s at %s: %s %s", doing, by->name,
	    t->code && *t->code ? t->code : outcome_code(o),
	    t->words ? t->words : "");
}

enum outcome
print_case(struct job *job, const char *kind, struct id order, const char *key,
    const char *severity, const char *words)
{
	struct buf detail;

	buf_open(&detail, job->arena, 4096);
	buf_text(&detail, "{\"reason\":");
	buf_json(&detail, words);
	buf_char(&detail, '}');
	return sql_print_case(job->db, kind, order, key, severity, detail.at);
}

/* Its token: no matter of this order. */
static bool
is_of_account(const struct answer *answer)
{
	return answer->status == 401 || answer->status == 403;
}

enum outcome
print_send(struct job *job, const struct call *call, struct answer *answer)
{
	static bool shut_out[PRINT_PROVIDERS]; /* as this runner knows */
	enum outcome o = outside_send(job, call, answer);
	const struct id none = { "" };
	size_t i = 0;

	if (FAILED(o))
		return o;
	while (strcmp(print_providers[i]->name, call->provider) != 0)
		i++;
	/* What came is worth more than that somebody is told. */
	if (is_of_account(answer))
		shut_out[i] |= !FAILED(print_case(job, "print_account", none,
		    call->provider, "alarm",
		    arena_printf(job->arena,
			"%s answers %d: look at our token there",
			call->provider, answer->status)));
	else if (shut_out[i] && answer->status < 300)
		shut_out[i] =
		    FAILED(sql_print_cases_over(job->db, call->provider));
	return OK;
}

static const struct trouble no_trouble = { .code = "", .words = "" };

/* Send, and read whatever came back; also when it had to wait. */
static enum outcome
ask(struct job *job, const struct print_provider *by, const struct call *call,
    struct print_state *state, struct trouble *t)
{
	struct answer answer;
	enum outcome o = print_send(job, call, &answer);

	if (job->free_retry)
		return o;
	return by->read(job->arena, &answer, state, t);
}

enum outcome
print_look(struct job *job, const struct print_provider *by,
    const char *external_id, int64_t planned_s, struct print_state *state,
    struct trouble *t)
{
	bool more = true;

	*t = no_trouble;
	for (int page = 1; more && page <= PAGES_MOST; page++) {
		struct answer answer;
		struct call call = { 0 };
		enum outcome o;

		TRY(by->find(job->arena, external_id, page, &call));
		o = print_send(job, &call, &answer);
		if (job->free_retry)
			return o;
		o = by->found(job->arena, external_id,
		    planned_s - CLOCKS_DIFFER_S, &answer, state, &more, t);
		if (o != NOT_FOUND)
			return o;
	}
	if (!more)
		return NOT_FOUND;
	t->words = "it has too many orders to be sure";
	return PROVIDER_ERROR;
}

enum outcome
print_get(struct job *job, const struct print_provider *by, const char *id,
    struct print_state *state, struct trouble *t)
{
	struct call call = { 0 };

	*t = no_trouble;
	TRY(by->get(job->arena, id, &call));
	return ask(job, by, &call, state, t);
}

enum outcome
print_confirm(struct job *job, const struct print_provider *by, const char *id,
    struct print_state *state, struct trouble *t)
{
	struct call call = { 0 };

	*t = no_trouble;
	TRY(by->confirm(job->arena, id, &call));
	return ask(job, by, &call, state, t);
}

enum outcome
print_cancel(struct job *job, const struct print_provider *by, const char *id,
    struct print_state *state, struct trouble *t)
{
	struct call call = { 0 };

	*t = no_trouble;
	TRY(by->cancel(job->arena, id, &call));
	return ask(job, by, &call, state, t);
}

/*
 * A 4xx, 500 or 503 is the printer's own word that it did nothing; a 502 or
 * 504 is the word of somebody before it.
 */
static enum created
created_by(const struct answer *answer)
{
	if (answer->reach == REACH_NEVER)
		return CREATED_NEVER;
	if (answer->reach == REACH_ANSWERED &&
	    ((answer->status >= 400 && answer->status < 500) ||
		answer->status == 500 || answer->status == 503))
		return CREATED_REFUSED;
	return CREATED_UNKNOWN;
}

enum created
print_create(struct job *job, const struct print_provider *by,
    const struct print_order *order, struct print_state *state,
    struct trouble *t, enum outcome *o)
{
	struct call call = { 0 };
	struct answer answer = { 0 };

	*t = no_trouble;
	*o = by->create(job->arena, order, &call, t);
	if (FAILED(*o))
		return CREATED_NEVER;
	*o = print_send(job, &call, &answer);
	if (job->free_retry)
		return CREATED_NEVER;
	*o = by->read(job->arena, &answer, state, t);
	return FAILED(*o) ? created_by(&answer) : CREATED_DRAFT;
}
