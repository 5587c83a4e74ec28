/*
 * admin_users.c: who has an account.
 */
#include "http/form.h"
#include "http/reply.h"
#include "sql/admin_users.h"

#include "handlers.h"
#include "list.h"

struct admin_users_form {
	const char *query, *tier;
};

static const struct field admin_users_fields[] = {
	FIELD(admin_users_form, query, "q", SECRET, 1, 200),
	CHOICE(admin_users_form, tier, "tier", OPTIONAL,
	    "free|registered|premium"),
	FIELD_END
};

enum outcome
admin_user_list(struct request *rq)
{
	struct admin_users_form form = { 0 };
	struct sql_admin_user_list *rows;
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, admin_users_fields, &form));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_admin_user_list(rq->db, form.query, form.tier, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}
