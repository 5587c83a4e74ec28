/*
 * gallery.c: what people show each other.
 *
 * Each sort has its own statement and its own index; the table below picks.
 * An answer to somebody we know has their likes in it and is theirs alone.
 */
#include <string.h>

#include "http/form.h"
#include "http/reply.h"
#include "sql/gallery.h"

#include "handlers.h"
#include "list.h"

#define MAX_AGE_S 1

struct gallery_form {
	const char *category, *query, *sort;
};

static const struct field gallery_fields[] = { FIELD(gallery_form, category,
						   "category", OPTIONAL, 1, 50),
	FIELD(gallery_form, query, "q", SECRET, 1, 200),
	CHOICE(
	    gallery_form, sort, "sortBy", OPTIONAL, "newest|popular|trending"),
	FIELD_END };

struct gallery_ask {
	struct gallery_form form;
	struct page page;
	bool in_path; /* the category is part of the path */
	bool near;    /* what is spelled nearly so will do */
};

typedef enum outcome show(struct request *, const struct gallery_ask *);

static show *show_for(const struct gallery_form *);

static enum outcome
gallery_empty(struct request *rq, const struct gallery_ask *ask)
{
	struct sql_gallery_asked asked;

	TRY(sql_gallery_asked(
	    rq->db, ask->form.category, ask->form.query, ask->near, &asked));
	if (!asked.category_known && ask->in_path)
		return NOT_FOUND;
	if (!asked.category_known)
		return form_refuse(
		    rq, "category", "enum", "There is no such category.");
	/* Nothing is written like that: what is written nearly so? */
	if (ask->form.query && !ask->near && asked.total == 0) {
		struct gallery_ask again = *ask;

		again.near = true;
		return show_for(&again.form)(rq, &again);
	}
	buf_text(&rq->reply.data, "[]");
	reply_pages(rq, &ask->page, asked.total,
	    asked.total > LIMIT_TOTAL_COUNTED, NULL);
	return OK;
}

/*
 * One function for each statement, for they differ in nothing but that. A
 * page that is asked for by its number is found by the last key before it.
 */
#define SHOW(statement)                                                        \
	static enum outcome show_##statement(                                  \
	    struct request *rq, const struct gallery_ask *ask)                 \
	{                                                                      \
		struct sql_gallery_##statement *rows;                          \
		const char *from = ask->page.cursor;                           \
		enum outcome o = OK;                                           \
		int count;                                                     \
                                                                               \
		if (!from && ask->page.offset > 0)                             \
			o = sql_gallery_##statement##_skip(rq->db,             \
			    ask->form.category, ask->form.query,               \
			    ask->page.offset, &from);                          \
		if (o == NOT_FOUND)                                            \
			return gallery_empty(rq, ask);                         \
		TRY(o);                                                        \
		TRY(sql_gallery_##statement(rq->db, ask->form.category,        \
		    ask->form.query, rq->caller.id, from, ask->page.limit + 1, \
		    &rows, &count));                                           \
		if (count == 0)                                                \
			return gallery_empty(rq, ask);                         \
		LIST_REPLY(rq, &ask->page, gallery_##statement, rows, count,   \
		    rows->total_);                                             \
		return OK;                                                     \
	}

#define SEARCH(statement)                                                      \
	static enum outcome show_##statement(                                  \
	    struct request *rq, const struct gallery_ask *ask)                 \
	{                                                                      \
		struct sql_gallery_##statement *rows;                          \
		int count;                                                     \
                                                                               \
		TRY(sql_gallery_##statement(rq->db, ask->form.category,        \
		    ask->form.query, rq->caller.id, ask->page.cursor,          \
		    ask->page.limit + 1, ask->page.offset, ask->near, &rows,   \
		    &count));                                                  \
		if (count == 0)                                                \
			return gallery_empty(rq, ask);                         \
		LIST_REPLY(rq, &ask->page, gallery_##statement, rows, count,   \
		    rows->total_);                                             \
		return OK;                                                     \
	}

SHOW(all_newest)
SHOW(all_popular)
SHOW(all_trending)
SHOW(category_newest)
SHOW(category_popular)
SHOW(category_trending)
SEARCH(search_newest)
SEARCH(search_popular)
SEARCH(search_trending)

/* clang-format off */
static const struct {
	const char *sort;
	show *all, *category, *search;
} shows[] = {
	{ "newest",   show_all_newest,   show_category_newest,   show_search_newest },
	{ "popular",  show_all_popular,  show_category_popular,  show_search_popular },
	{ "trending", show_all_trending, show_category_trending, show_search_trending },
};
/* clang-format on */

static show *
show_for(const struct gallery_form *form)
{
	size_t i = 0;

	while (form->sort && strcmp(shows[i].sort, form->sort) != 0)
		i++;
	if (form->query)
		return shows[i].search;
	return form->category ? shows[i].category : shows[i].all;
}

/* 'sort' is that of the path, or NULL; 'category' likewise. */
static enum outcome
gallery_show(struct request *rq, const char *sort, const char *category)
{
	struct gallery_ask ask = { .in_path = category != NULL };

	TRY(form_query_open(rq, gallery_fields, &ask.form));
	TRY(form_page(rq, &ask.page));
	if (sort)
		ask.form.sort = sort;
	if (category)
		ask.form.category = category;
	TRY(show_for(&ask.form)(rq, &ask));
	if (!id_is_set(rq->caller.id))
		reply_public(rq, MAX_AGE_S);
	reply_header(rq, "Vary", "Authorization");
	return OK;
}

enum outcome
gallery_list(struct request *rq)
{
	return gallery_show(rq, NULL, NULL);
}

enum outcome
gallery_trending(struct request *rq)
{
	return gallery_show(rq, "trending", NULL);
}

enum outcome
gallery_category(struct request *rq)
{
	return gallery_show(rq, NULL, rq->params[0]);
}
