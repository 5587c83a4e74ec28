/*
 * list.h: what every list does with its rows.
 *
 * A statement is asked for one row more than is shown: that row tells whether
 * there is a next page. Its last columns are key_, where the next page begins,
 * and total_.
 */
#ifndef TSHOP_API_LIST_H
#define TSHOP_API_LIST_H

#include "base/limits.h"
#include "db/db.h"
#include "http/form.h"
#include "http/reply.h"

/*
 * Ask by 'call' for the rows of a page, which is a variable. Beyond the last
 * page no row tells the total: then the first row of all is asked for it.
 */
#define LIST_ASK(page, rows, count, total, call)                               \
	do {                                                                   \
		TRY(call);                                                     \
		(total) = (count) ? (rows)->total_ : 0;                        \
		if (!(count) && ((page).cursor || (page).offset)) {            \
			struct page asked_ = (page);                           \
                                                                               \
			(page).cursor = NULL;                                  \
			(page).offset = (page).limit = 0;                      \
			TRY(call);                                             \
			(total) = (count) ? (rows)->total_ : 0;                \
			(count) = 0;                                           \
			(page) = asked_;                                       \
		}                                                              \
	} while (0)

/* Write the page's rows as data, and meta.pagination. */
#define LIST_REPLY(rq, page, statement, rows, count, total)                    \
	do {                                                                   \
		bool more_ = (count) > (page)->limit;                          \
		int shown_ = more_ ? (page)->limit : (count);                  \
                                                                               \
		sql_##statement##_json(&(rq)->reply.data, (rows), shown_);     \
		reply_pages((rq), (page), (total),                             \
		    (total) > LIMIT_TOTAL_COUNTED,                             \
		    more_ ? (rows)[shown_ - 1].key_ : NULL);                   \
	} while (0)

/* The same for rows that are ready-made JSON in said. */
#define SAID_REPLY(rq, page, rows, count, total)                               \
	do {                                                                   \
		bool more_ = (count) > (page)->limit;                          \
		int shown_ = more_ ? (page)->limit : (count);                  \
                                                                               \
		buf_char(&(rq)->reply.data, '[');                              \
		for (int i_ = 0; i_ < shown_; i_++) {                          \
			buf_json_comma(&(rq)->reply.data);                     \
			buf_text(&(rq)->reply.data, (rows)[i_].said);          \
		}                                                              \
		buf_char(&(rq)->reply.data, ']');                              \
		reply_pages((rq), (page), (total),                             \
		    (total) > LIMIT_TOTAL_COUNTED,                             \
		    more_ ? (rows)[shown_ - 1].key_ : NULL);                   \
	} while (0)

/* What such a statement says of the thing that the path names first. */
enum outcome said_reply(struct request *,
    enum outcome (*ask)(struct db *, struct id, const char **said));

#endif
