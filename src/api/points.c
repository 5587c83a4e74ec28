/*
 * points.c: points, what they buy, and who has how many.
 */
#include "http/form.h"
#include "http/reply.h"
#include "sql/points.h"

#include "handlers.h"
#include "list.h"

#define BOARD_AGE_S 1
#define REDEEM_MOST 1000000

struct points_redeem_form {
	int points;
};

static const struct field points_redeem_fields[] = {
	FIELD(points_redeem_form, points, "points", REQUIRED, 1, REDEEM_MOST),
	FIELD_END
};

struct leaderboard_form {
	const char *period;
};

static const struct field leaderboard_fields[] = {
	CHOICE(leaderboard_form, period, "period", OPTIONAL, "all|month|week"),
	FIELD_END
};

enum outcome
points_balance(struct request *rq)
{
	const char *said;

	TRY(sql_points_balance(rq->db, rq->caller.id, &said));
	reply_json(rq, said);
	return OK;
}

enum outcome
points_history(struct request *rq)
{
	struct sql_points_history *rows;
	struct page page;
	int64_t total;
	int count;

	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_points_history(rq->db, rq->caller.id, page.cursor,
		page.limit + 1, page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}

enum outcome
points_redeem(struct request *rq)
{
	struct points_redeem_form form = { 0 };
	const char *said;
	enum outcome o;

	TRY(form_read(rq, points_redeem_fields, &form));
	o = sql_points_redeem(rq->db, rq->caller.id, form.points, &said);
	if (o == VALIDATION_ERROR)
		return form_refuse(
		    rq, "points", "format", "It must be a multiple of 100.");
	TRY(o);
	reply_json(rq, said);
	return CREATED;
}

enum outcome
achievement_list(struct request *rq)
{
	struct sql_achievement_list *rows;
	int count;

	TRY(sql_achievement_list(rq->db, rq->caller.id, &rows, &count));
	buf_char(&rq->reply.data, '[');
	for (int i = 0; i < count; i++) {
		buf_json_comma(&rq->reply.data);
		buf_text(&rq->reply.data, rows[i].said);
	}
	buf_char(&rq->reply.data, ']');
	reply_header(rq, "Vary", "Authorization");
	if (!id_is_set(rq->caller.id))
		reply_public(rq, BOARD_AGE_S);
	return OK;
}

/* Where the page begins: a board has places, not keys. */
static int
board_start(const struct page *page)
{
	return page->cursor ? (int)strtol(page->cursor, NULL, 10)
			    : page->offset;
}

enum outcome
leaderboard_list(struct request *rq)
{
	struct leaderboard_form form = { .period = "all" };
	struct sql_leaderboard *rows;
	const char *me = NULL;
	struct page page;
	int64_t total;
	int count;

	TRY(form_query_open(rq, leaderboard_fields, &form));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_leaderboard(rq->db, form.period, page.limit + 1,
		board_start(&page), &rows, &count));
	LIST_REPLY(rq, &page, leaderboard, rows, count, total);
	reply_header(rq, "Vary", "Authorization");
	if (!id_is_set(rq->caller.id)) {
		reply_public(rq, BOARD_AGE_S);
		return OK;
	}
	TRY(sql_leaderboard_me(rq->db, form.period, rq->caller.id, &me));
	reply_meta(rq, "me", me ? me : "null");
	return OK;
}
