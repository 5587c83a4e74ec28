/*
 * Which pool answers which path, as nginx is told.
 */
#include "ctl/locations.h"

#include "tap.h"

static enum outcome
nobody(struct request *rq)
{
	(void)rq;
	return OK;
}

/* clang-format off */
static const struct route routes[] = {
	ROUTE(POST,   "/auth/login",       ALL,  AUTH,    MANY, HASH,    JSON, nobody),
	ROUTE(GET,    "/users/me",         USER, GENERAL, MANY, FAST,    NONE, nobody),
	ROUTE(DELETE, "/users/me",         USER, GENERAL, MANY, HASH,    NONE, nobody),
	ROUTE(GET,    "/designs/:id/file", USER, GENERAL, MANY, PATIENT, NONE, nobody),
	ROUTE(GET,    "/designs/all/file", USER, GENERAL, MANY, FAST,    NONE, nobody),
	ROUTE(GET,    "/designs/all/pens", USER, GENERAL, MANY, FAST,    NONE, nobody),
	ROUTE(GET,    "/designs/:id",      USER, GENERAL, MANY, FAST,    NONE, nobody),
};

static const struct {
	const char *row;
	bool there;
	const char *why;
} expected[] = {
	{ "default fast;",                                          true,  "the fast pool takes what is not named" },
	{ "\"POST /api/v1/auth/login\" hash;",                      true,  "a literal path is named as it is" },
	{ "\"DELETE /api/v1/users/me\" hash;",                      true,  "one method of a path goes elsewhere" },
	{ "\"GET /api/v1/users/me\"",                               false, "and the other does not" },
	{ "\"~^GET /api/v1/designs/[^/]+/file$\" patient;",         true,  "a parameter is one segment" },
	{ "\"~^HEAD /api/v1/designs/[^/]+/file$\" patient;",        true,  "HEAD goes where GET goes" },
	{ "\"GET /api/v1/designs/all/file\" fast;",                 true,  "a literal path that a pattern would catch is named" },
	{ "/designs/all/pens",                                      false, "one that none catches is not" },
	{ "\"~^GET /api/v1/designs/[^/]+$\"",                       false, "nor is a pattern of the fast pool" },
};
/* clang-format on */

int
main(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	locations_print(routes, sizeof(routes) / sizeof(routes[0]), to);
	fclose(to);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ok((strstr(text, expected[i].row) != NULL) == expected[i].there,
		    "%s", expected[i].why);
	free(text);
	return tap_done();
}
