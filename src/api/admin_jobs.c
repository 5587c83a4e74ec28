/*
 * admin_jobs.c: what is queued, what came in, what needs a human, who did
 * what.
 */
#include "http/form.h"
#include "http/reply.h"
#include "sql/admin_jobs.h"

#include "handlers.h"
#include "list.h"

struct list_form {
	const char *state, *other;
	bool stuck;
};

/* clang-format off */
static const struct field job_fields[] = {
	CHOICE(list_form, state, "state", OPTIONAL, "queued|running|done|dead"),
	FIELD(list_form, stuck, "stuck", OPTIONAL, 0, 0),
	FIELD_END
};

static const struct field webhook_fields[] = {
	CHOICE(list_form, state, "state", OPTIONAL,
	    "received|processed|ignored|failed"),
	CHOICE(list_form, other, "provider", OPTIONAL,
	    "stripe|paypal|printful|printify"),
	FIELD_END
};

static const struct field case_fields[] = {
	CHOICE(list_form, state, "state", OPTIONAL, "open|closed"),
	FIELD(list_form, other, "kind", OPTIONAL, 1, 50),
	FIELD_END
};

static const struct field audit_fields[] = {
	FIELD(list_form, state, "admin", OPTIONAL, 1, 100),
	FIELD(list_form, other, "target", OPTIONAL, 1, 255),
	FIELD_END
};
/* clang-format on */

static enum outcome
ask_read(struct request *rq, const struct field *fields, struct list_form *form,
    struct page *page)
{
	*form = (struct list_form){ 0 };
	TRY(form_query_open(rq, fields, form));
	TRY(form_page(rq, page));
	return form_check(rq);
}

enum outcome
admin_job_list(struct request *rq)
{
	struct list_form form;
	struct page page;
	struct sql_admin_job_list *rows;
	int64_t total;
	int count;

	TRY(ask_read(rq, job_fields, &form, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_job_list(rq->db, form.state, form.stuck, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	LIST_REPLY(rq, &page, admin_job_list, rows, count, total);
	return OK;
}

enum outcome
admin_job_retry(struct request *rq)
{
	struct id id;
	const char *job, *state;
	enum outcome o;

	TRY(request_id_param(rq, 0, &id));
	o = sql_admin_job_retry(rq->db, id, rq->caller.admin, &job);
	if (o == CONFLICT) {
		TRY(sql_admin_job_exists(rq->db, id, &state));
		return refuse(rq, CONFLICT, "The job is %s.", state);
	}
	TRY(o);
	reply_json(rq, job);
	return OK;
}

enum outcome
admin_webhook_list(struct request *rq)
{
	struct list_form form;
	struct page page;
	struct sql_admin_webhook_list *rows;
	int64_t total;
	int count;

	TRY(ask_read(rq, webhook_fields, &form, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_webhook_list(rq->db, form.state, form.other, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	LIST_REPLY(rq, &page, admin_webhook_list, rows, count, total);
	return OK;
}

enum outcome
admin_case_list(struct request *rq)
{
	struct list_form form;
	struct page page;
	struct sql_admin_case_list *rows;
	int64_t total;
	int count;

	TRY(ask_read(rq, case_fields, &form, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_case_list(rq->db, form.state, form.other, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	LIST_REPLY(rq, &page, admin_case_list, rows, count, total);
	return OK;
}

enum outcome
admin_case_resolve(struct request *rq)
{
	struct id id;
	const char *resolved;

	TRY(request_id_param(rq, 0, &id));
	TRY(sql_admin_case_resolve(rq->db, id, rq->caller.admin, &resolved));
	reply_json(rq, resolved);
	return OK;
}

enum outcome
admin_audit_list(struct request *rq)
{
	struct list_form form;
	struct page page;
	struct sql_admin_audit_list *rows;
	int64_t total;
	int count;

	TRY(ask_read(rq, audit_fields, &form, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_audit_list(rq->db, form.state, form.other, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	LIST_REPLY(rq, &page, admin_audit_list, rows, count, total);
	return OK;
}
