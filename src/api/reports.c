/*
 * reports.c: an admin decides what becomes of a design that people mind.
 */
#include "base/arena.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/reports.h"

#include "handlers.h"
#include "list.h"
#include "pictures.h"

struct report_filter {
	const char *state;
};

static const struct field report_filter_fields[] = {
	CHOICE(
	    report_filter, state, "state", OPTIONAL, "open|upheld|dismissed"),
	FIELD_END
};

enum outcome
admin_report_list(struct request *rq)
{
	struct report_filter f = { 0 };
	struct sql_report_list *rows;
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, report_filter_fields, &f));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_report_list(rq->db, f.state, page.cursor, page.limit + 1,
		page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

struct resolve_form {
	bool uphold;
};

static const struct field resolve_fields[] = {
	FIELD(resolve_form, uphold, "uphold", REQUIRED, 0, 0), FIELD_END
};

enum outcome
admin_report_resolve(struct request *rq)
{
	struct resolve_form form = { 0 };
	struct sql_report_lock report;
	const char *shown;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_read(rq, resolve_fields, &form));
	TX(rq->db);
	TRY(sql_report_lock(rq->db, id, &report));
	TRY(sql_design_hide(rq->db, report.design, form.uphold));
	TRY(pictures_show(rq, report.design));
	TRY(sql_report_close(rq->db, id, rq->caller.admin,
	    form.uphold ? "upheld" : "dismissed", &shown));
	reply_json(rq, shown);
	return TX_COMMIT(OK);
}
