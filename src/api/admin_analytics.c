/*
 * admin_analytics.c: how the shop is doing.
 */
#include "http/form.h"
#include "http/reply.h"
#include "sql/analytics.h"

#include "handlers.h"
#include "window.h"

enum outcome
admin_analytics(struct request *rq)
{
	struct window_form form = { 0 };
	const char *said;

	TRY(form_query_open(rq, window_fields, &form));
	TRY(form_check(rq));
	TRY(sql_analytics(rq->db, form.from, form.to, &said));
	reply_json(rq, said);
	return OK;
}
