/*
 * locations.c: the route table, turned into nginx's map of pools.
 */
#include <string.h>

#include "api/routes.h"
#include "ctl/command.h"
#include "ctl/locations.h"

#define PREFIX "/api/v1"

static const char *const pool_names[] = {
	[POOL_FAST] = "fast",
	[POOL_HASH] = "hash",
	[POOL_PATIENT] = "patient",
};

static bool
has_params(const char *path)
{
	return strchr(path, ':') != NULL;
}

/* Would this literal path be taken for the other, which has parameters? */
static bool
path_fits(const char *literal, const char *pattern)
{
	while (*literal == '/' && *pattern == '/') {
		size_t l = strcspn(++literal, "/");
		size_t p = strcspn(++pattern, "/");

		if (*pattern != ':' &&
		    (l != p || memcmp(literal, pattern, l) != 0))
			return false;
		literal += l;
		pattern += p;
	}
	return *literal == *pattern;
}

/* Must this route of the fast pool be named, lest a pattern catches it? */
static bool
is_caught(const struct route *routes, size_t count, const struct route *r)
{
	for (size_t i = 0; i < count; i++) {
		if (routes[i].pool != POOL_FAST &&
		    routes[i].method == r->method &&
		    has_params(routes[i].path) &&
		    path_fits(r->path, routes[i].path))
			return true;
	}
	return false;
}

/* A parameter is one segment; nginx tries literal rows before patterns. */
static void
print_row(const struct route *r, enum method method, FILE *to)
{
	const char *at = r->path;

	fprintf(to, "\t\"%s%s %s", has_params(at) ? "~^" : "",
	    method_name(method), PREFIX);
	while (*at) {
		if (*at == ':') {
			fputs("[^/]+", to);
			at += strcspn(at, "/");
		} else {
			fputc(*at++, to);
		}
	}
	fprintf(to, "%s\" %s;\n", has_params(r->path) ? "$" : "",
	    pool_names[r->pool]);
}

void
locations_print(const struct route *routes, size_t count, FILE *to)
{
	fputs("# Made by \"tshopctl nginx locations\" from the route table.\n"
	      "map \"$request_method $uri\" $tshop_pool {\n"
	      "\tdefault fast;\n",
	    to);
	for (size_t i = 0; i < count; i++) {
		if (routes[i].pool == POOL_FAST &&
		    (has_params(routes[i].path) ||
			!is_caught(routes, count, &routes[i])))
			continue;
		print_row(&routes[i], routes[i].method, to);
		if (routes[i].method == METHOD_GET)
			print_row(&routes[i], METHOD_HEAD, to);
	}
	fputs("}\n", to);
}

enum outcome
ctl_nginx_locations(struct command_line *line)
{
	(void)line;
	locations_print(api_routes, api_route_count, stdout);
	return OK;
}
