/*
 * export.c: everything stored about a person, as one JSON document.
 *
 * It may be larger than a worker's memory, so it is read page by page while it
 * is sent; each page has an arena of its own for as long as it lives.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "db/db.h"
#include "http/reply.h"
#include "sql/export.h"
#include "sql/users.h"

#include "handlers.h"

#define KEY_MOST (LIMIT_IDEMPOTENCY_KEY + 1)
#define PAGE_ROWS 20 /* a design may have half a megabyte */

/* clang-format off */
static const struct {
	const char *name;
	bool single; /* an object, not a list */
} parts[] = {
	{ "account",         true },
	{ "profile",         true },
	{ "identities",      false },
	{ "sessions",        false },
	{ "letters",         false },
	{ "subscriptions",   false },
	{ "invoices",        false },
	{ "designs",         false },
	{ "likes",           false },
	{ "shares",          false },
	{ "reports",         false },
	{ "aiUsage",         false },
	{ "aiQuota",         false },
	{ "cart",            false },
	{ "orders",          false },
	{ "points",          false },
	{ "coupons",         false },
	{ "achievements",    false },
	{ "mail",            false },
	{ "idempotencyKeys", false },
	{ "adminChanges",    false },
};
/* clang-format on */

struct walk {
	size_t part;
	char after[KEY_MOST]; /* the last key of the page before */
	bool inside;          /* a list has been opened */
	bool ended;
};

static struct arena *
page_arena(void)
{
	static struct arena *arena;

	if (!arena)
		arena = arena_create(LIMIT_ARENA_BYTES);
	arena_reset(arena);
	return arena;
}

static void
page_write(struct walk *w, struct buf *b, const struct sql_export_part *rows,
    int count)
{
	bool single = parts[w->part].single;

	if (!w->inside) {
		buf_text(b, w->part == 0 ? "" : ",");
		buf_json(b, parts[w->part].name);
		buf_text(b, single ? ":" : ":[");
	}
	for (int i = 0; i < count; i++) {
		buf_text(b, i > 0 || w->inside ? "," : "");
		buf_text(b, rows[i].item);
	}
	if (count == PAGE_ROWS) {
		w->inside = true;
		snprintf(
		    w->after, sizeof(w->after), "%s", rows[count - 1].key_);
		return;
	}
	buf_text(b, single ? (count ? "" : "null") : "]");
	w->inside = false;
	w->after[0] = '\0';
	w->part++;
}

static enum outcome
more(struct request *rq, void *arg, struct buf *piece)
{
	struct arena *arena = page_arena();
	struct walk *w = arg;
	struct sql_export_part *rows;
	enum outcome o;
	int count;

	buf_open(piece, arena, LIMIT_ANSWER_BYTES * 2);
	if (w->ended)
		return OK;
	if (w->part == COUNT(parts)) {
		buf_char(piece, '}');
		w->ended = true;
		return OK;
	}
	if (w->part == 0) {
		char now[CLOCK_TEXT];

		clock_format(clock_now_ms(), now);
		buf_printf(piece, "{\"exportedAt\":\"%s\",", now);
	}
	db_set_arena(rq->db, arena);
	o = sql_export_part(rq->db, rq->caller.id, parts[w->part].name,
	    w->after, PAGE_ROWS, &rows, &count);
	db_set_arena(rq->db, rq->arena);
	TRY(o);
	page_write(w, piece, rows, count);
	return OK;
}

/* GET /users/me/export */
enum outcome
user_export(struct request *rq)
{
	const char *user;

	/* Asked first, so that whoever may not is told so. */
	TRY(sql_user_show(rq->db, rq->caller.id, &user));
	reply_header(rq, "Content-Disposition", "%s",
	    "attachment; filename=\"tshop-export.json\"");
	reply_stream(rq, more, arena_new(rq->arena, struct walk));
	return OK;
}
