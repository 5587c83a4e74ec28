/*
 * outside.h: what the tests of the providers share: settings, answers and
 * notices made by hand, and fixtures where they are at hand.
 */
#ifndef TSHOP_UNIT_OUTSIDE_H
#define TSHOP_UNIT_OUTSIDE_H

#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "base/outcome.h"
#include "net/net.h"
#include "providers/notice.h"
#include "providers/trouble.h"
#include "tap.h"

struct outside_header {
	const char *name, *value;
};

static inline const char *
outside_header(const void *from, const char *name)
{
	for (const struct outside_header *h = from; h && h->name; h++)
		if (!strcasecmp(h->name, name))
			return h->value;
	return NULL;
}

/* Settings as the demo has them. */
static inline struct arena *
outside_open(void)
{
	setenv("DATABASE_URL", "postgresql:///nowhere", 1);
	log_open("test", "error");
	insist(conf_load(PROGRAM_CTL));
	return arena_create((size_t)64 * 1024 * 1024);
}

static inline struct answer
outside_answer(int status, const char *body)
{
	return (struct answer){ .reach = REACH_ANSWERED,
		.status = status,
		.body = body,
		.size = strlen(body),
		.type = "application/json",
		.max_age_s = -1,
		.request_id = "" };
}

static inline bool
outside_has_header(const struct call *c, const char *line)
{
	for (int i = 0; i < CALL_HEADERS_MOST && c->headers[i]; i++)
		if (!strcmp(c->headers[i], line))
			return true;
	return false;
}

static inline const char *
outside_outcome(enum outcome o)
{
	return outcome_code(o);
}

/* A file of the fact sheets; NULL where they are not at hand. */
static inline const char *
outside_file(struct arena *a, const char *path, size_t *size)
{
	const char *folder = getenv("TSHOP_SHARED");
	const char *top = getenv("srcdir");
	char *bytes;
	FILE *f;

	if (!folder)
		folder = arena_printf(a, "%s/../shared", top ? top : ".");
	f = fopen(arena_printf(a, "%s/providers/%s", folder, path), "rb");
	if (!f)
		return NULL;
	bytes = arena_alloc(a, 128 * 1024);
	*size = fread(bytes, 1, 128 * 1024 - 1, f);
	fclose(f);
	return bytes;
}

#endif
