/*
 * refusal.h: what a function of the database refused, in words.
 */
#ifndef TSHOP_API_REFUSAL_H
#define TSHOP_API_REFUSAL_H

#include "http/request.h"

/*
 * OK if 'name' is NULL; else the outcome of that name, with the field that is
 * wrong where there is one, or the details, JSON text, where there are some.
 */
enum outcome refusal(struct request *, const char *name, const char *field,
    const char *code, const char *details);

/* LIST_REPLY for rows that are ready-made JSON in said. */
#define SAID_REPLY(rq, page, rows, count)                                      \
	do {                                                                   \
		bool more_ = (count) > (page)->limit;                          \
		int shown_ = more_ ? (page)->limit : (count);                  \
		int64_t total_n_ = (count) ? (rows)[0].total_ : 0;             \
                                                                               \
		buf_char(&(rq)->reply.data, '[');                              \
		for (int i_ = 0; i_ < shown_; i_++) {                          \
			buf_json_comma(&(rq)->reply.data);                     \
			buf_text(&(rq)->reply.data, (rows)[i_].said);          \
		}                                                              \
		buf_char(&(rq)->reply.data, ']');                              \
		reply_pages((rq), (page), total_n_,                            \
		    total_n_ > LIMIT_TOTAL_COUNTED,                            \
		    more_ ? (rows)[shown_ - 1].key_ : NULL);                   \
	} while (0)

#endif
