/*
 * reformat.c: a document as we would store it, for compare.mjs.
 *
 *	reformat CATEGORY < theirs > ours
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "shop/canvas.h"

#define DOCUMENT_MOST (16 * 1024 * 1024)

static int
refuse(const char *path, const char *message)
{
	fprintf(stderr, "%s %s\n", path, message);
	return 1;
}

int
main(int argc, char **argv)
{
	static const struct canvas_rules rules = { .embedded = true };
	struct arena *arena = arena_create((size_t)512 * 1024 * 1024);
	char *text = arena_alloc(arena, DOCUMENT_MOST);
	struct canvas_flaw flaw = { 0 };
	struct json_flaw broken = { 0 };
	struct canvas canvas;
	json *document;
	struct buf out;
	size_t size;

	insist(argc == 2);
	size = fread(text, 1, DOCUMENT_MOST, stdin);
	if (json_read(arena, text, size, &json_limits_provider, &document,
		&broken) != OK)
		return refuse("", "is no JSON");
	if (canvas_read(arena, document, argv[1], &rules, &canvas, &flaw) != OK)
		return refuse(flaw.path, flaw.message);
	buf_open(&out, arena, DOCUMENT_MOST);
	canvas_format(&canvas, &out);
	(void)fwrite(out.at, 1, out.length, stdout);
	arena_destroy(arena);
	return fflush(stdout) == 0 ? 0 : 1;
}
