/*
 * query.c: the query string, split once, decoded once.
 */
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"

#include "furniture.h"

static bool
query_pair(struct request *rq, const char *at, size_t length, struct pair *p)
{
	size_t name = strcspn(at, "=&");

	if (name > length)
		name = length;
	p->name = percent_decode(rq->arena, at, name, true);
	p->value = name < length ? percent_decode(rq->arena, at + name + 1,
				       length - name - 1, true)
				 : "";
	return p->name && p->value;
}

enum outcome
query_read(struct request *rq)
{
	struct form_errors *errors = request_errors(rq);
	const char *query = request_query(rq);
	size_t most = 1;

	if (errors->query_read)
		return OK;
	if (strlen(query) > LIMIT_QUERY_BYTES)
		return BAD_REQUEST;
	for (const char *s = query; *s; s++)
		most += *s == '&';
	errors->pairs = arena_array(rq->arena, struct pair, most);
	errors->query_read = true;

	while (*query) {
		size_t length = strcspn(query, "&");
		struct pair *p = &errors->pairs[errors->pair_count];

		if (length > 0) {
			if (!query_pair(rq, query, length, p))
				return BAD_REQUEST;
			if (query_value(rq, p->name))
				form_wrong(rq, p->name, "format",
				    "It is given twice.");
			else
				errors->pair_count++;
		}
		query += length + (query[length] == '&');
	}
	return OK;
}

const char *
query_value(struct request *rq, const char *name)
{
	struct form_errors *errors = request_errors(rq);

	for (size_t i = 0; i < errors->pair_count; i++) {
		if (strcmp(errors->pairs[i].name, name) == 0)
			return errors->pairs[i].value;
	}
	return NULL;
}
