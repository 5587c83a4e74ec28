/*
 * furniture.h: what the files of http/ share and nobody else sees.
 */
#ifndef TSHOP_HTTP_FURNITURE_H
#define TSHOP_HTTP_FURNITURE_H

#include "http/cache.h"
#include "http/form.h"
#include "http/request.h"

/* One name=value of the query, decoded. */
struct pair {
	const char *name, *value;
};

/* What form_*() has gathered about a request. */
struct form_errors {
	struct buf details; /* the array of API section 1, without brackets */
	int count;
	struct pair *pairs;
	size_t pair_count;
	bool query_read;
};

struct form_errors *request_errors(struct request *);

/* Split and decode the query once. BAD_REQUEST; a name given twice is noted. */
enum outcome query_read(struct request *);
const char *query_value(struct request *, const char *name);

/* Check one value against its row and store it; what is wrong is noted under
 * 'path'. The first is a JSON value, the second the text of a query. */
void field_from_json(struct request *, const struct field *, const char *path,
    json *value, void *form);
void field_from_text(
    struct request *, const struct field *, const char *value, void *form);

/* Decode %XX in place of a copy; NULL for a bad escape, NUL or bad UTF-8. */
const char *percent_decode(
    struct arena *, const char *text, size_t length, bool plus_is_space);

/* Access-Control headers for configured origins; true if it was a preflight
 * that is answered by that. */
bool cors_apply(struct request *);

/* Who the client is: the socket's peer, or what trusted proxies say. */
const char *request_peer(struct request *);

/* The tag of a public answer; a thread alone asks for such. */
void etag_of(const struct buf *body, char text[ETAG_TEXT]);

/* Seal a list's key into an opaque cursor, bound to its route and sort. */
const char *cursor_seal(struct request *, const char *key);

#endif
