/*
 * cursor_fuzz.c: ?page= &limit= &cursor=. A cursor that opens is one that we
 * sealed; one for another key, route or sort does not.
 */
#include "base/limits.h"
#include "fuzz.h"
#include "http/furniture.h"
#include "http/route.h"

static struct request
ask(struct arena *arena, const struct route *route, const char *query)
{
	struct request rq = { .arena = arena, .route = route };
	char **environment = arena_array(arena, char *, 2);

	environment[0] = arena_printf(arena, "QUERY_STRING=%s", query);
	rq.environment = environment;
	return rq;
}

/* Any text as the key of a row: sealed, and opened as it was. */
static void
seal_and_open(struct arena *arena, const struct route *route, const char *key)
{
	struct request first = ask(arena, route, "sortBy=newest"), rq;
	struct page page;

	if (*key == '\0' || strlen(key) > 500)
		return;
	insist(query_read(&first) == OK);
	rq = ask(arena, route,
	    arena_printf(
		arena, "sortBy=newest&cursor=%s", cursor_seal(&first, key)));
	insist(form_page(&rq, &page) == OK);
	insist(page.cursor && strcmp(page.cursor, key) == 0);
	rq = ask(arena, route,
	    arena_printf(arena, "cursor=%s", cursor_seal(&first, key)));
	insist(form_page(&rq, &page) == VALIDATION_ERROR);
}

FUZZ(cursor)
{
	static const struct route route = { .path = "/gallery" };
	struct arena *arena = arena_create((size_t)64 * 1024 * 1024);
	const char *text = arena_text_n(arena, (const char *)bytes, size);
	struct request rq = ask(arena, &route, text);
	struct page page;

	fuzz_settings();
	if (form_page(&rq, &page) == OK) {
		insist(page.limit >= 1 && page.limit <= LIMIT_PAGE_ROWS);
		insist(page.offset >= 0);
	}
	seal_and_open(arena, &route, text);
	arena_destroy(arena);
	return 0;
}
