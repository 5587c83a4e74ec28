/*
 * sessions.c: where a user is signed in, and ending that.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/sessions.h"

#include "handlers.h"

/* GET /users/me/sessions */
enum outcome
session_list(struct request *rq)
{
	struct sql_session_list *rows;
	struct page page;
	int64_t total;
	struct buf b;
	int count;

	TRY(form_page(rq, &page));
	TRY(sql_session_list(rq->db, rq->caller.id, rq->caller.session,
	    page.limit + 1, page.offset, page.cursor, &rows, &count));
	TRY(sql_session_count(rq->db, rq->caller.id, &total));
	reply_pages(rq, &page, total, false,
	    count > page.limit ? rows[page.limit - 1].key_ : NULL);
	if (count > page.limit)
		count = page.limit;
	buf_open(&b, rq->arena, LIMIT_ANSWER_BYTES);
	sql_session_list_json(&b, rows, count);
	reply_json(rq, b.at);
	return OK;
}

/* DELETE /users/me/sessions/:id; one's own is like logging out. */
enum outcome
session_revoke(struct request *rq)
{
	struct id session;
	int touched;

	TRY(request_id_param(rq, 0, &session));
	return sql_session_end(rq->db, rq->caller.id, session, &touched);
}

/* DELETE /users/me/sessions: all but the caller's. */
enum outcome
session_revoke_others(struct request *rq)
{
	int touched;

	TRY(sql_session_end_others(
	    rq->db, rq->caller.id, rq->caller.session, &touched));
	reply_member_int(rq, "revoked", touched);
	return OK;
}
