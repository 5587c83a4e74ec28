/*
 * route.c: from a path to its row. Literal segments win over parameters:
 * /gallery/designs/trending is never taken for an id.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/reply.h"
#include "http/route.h"

static const struct {
	enum method method;
	const char *name;
} methods[] = {
	{ METHOD_GET, "GET" },
	{ METHOD_HEAD, "HEAD" },
	{ METHOD_POST, "POST" },
	{ METHOD_PUT, "PUT" },
	{ METHOD_DELETE, "DELETE" },
	{ METHOD_OPTIONS, "OPTIONS" },
};

#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

const char *
method_name(enum method method)
{
	for (size_t i = 0; i < METHOD_COUNT; i++) {
		if (methods[i].method == method)
			return methods[i].name;
	}
	return "";
}

struct match {
	const char *start[PATH_PARAMS_MOST];
	size_t length[PATH_PARAMS_MOST];
	int params;
};

static const char *
segment_end(const char *at)
{
	while (*at && *at != '/')
		at++;
	return at;
}

/* Does the path fit the pattern? Byte by byte is the shortest way to a no. */
static bool
path_fits(const char *pattern, const char *path, struct match *m)
{
	m->params = 0;
	for (; *pattern; pattern++, path++) {
		if (*pattern == ':') {
			const char *end = segment_end(path);

			if (end == path || m->params == PATH_PARAMS_MOST)
				return false;
			m->start[m->params] = path;
			m->length[m->params++] = (size_t)(end - path);
			path = end - 1;
			pattern = segment_end(pattern) - 1;
		} else if (*pattern != *path) {
			return false;
		}
	}
	return *path == '\0';
}

static enum outcome
refuse_method(struct request *rq, unsigned allowed)
{
	struct buf allow;

	if (allowed & METHOD_GET)
		allowed |= METHOD_HEAD;
	allowed |= METHOD_OPTIONS;
	buf_open(&allow, rq->arena, 128);
	for (size_t i = 0; i < METHOD_COUNT; i++) {
		if (allowed & methods[i].method)
			buf_printf(&allow, "%s%s", allow.length ? ", " : "",
			    methods[i].name);
	}
	reply_header(rq, "Allow", "%s", allow.at);
	return METHOD_NOT_ALLOWED;
}

enum outcome
route_find(const struct route *routes, size_t count, struct request *rq)
{
	enum method wanted =
	    rq->method == METHOD_HEAD ? METHOD_GET : rq->method;
	const struct route *best = NULL;
	struct match found = { .params = 0 }, m;
	unsigned allowed = 0;
	int fewest = PATH_PARAMS_MOST + 1;
	char letter = *rq->path ? rq->path[1] : '\0';

	for (size_t i = 0; i < count; i++) {
		char own = routes[i].path[1];

		if ((own != letter && own != ':') || !routes[i].handle ||
		    !path_fits(routes[i].path, rq->path, &m) ||
		    m.params > fewest)
			continue;
		if (m.params < fewest) { /* a more literal path: start over */
			fewest = m.params;
			allowed = 0;
			best = NULL;
		}
		allowed |= routes[i].method;
		if (routes[i].method == wanted) {
			best = &routes[i];
			found = m;
		}
	}
	if (allowed == 0)
		return NOT_FOUND;
	if (!best)
		return refuse_method(rq, allowed);
	for (int i = 0; i < found.params; i++)
		rq->params[i] =
		    arena_text_n(rq->arena, found.start[i], found.length[i]);
	rq->route = best;
	return OK;
}
