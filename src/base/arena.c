/*
 * arena.c: blocks in a list, lent from the newest, all given back at once.
 *
 * A request of this shop lends 20 to 60 KiB, so the first block holds one
 * whole and is kept over resets; bigger ones come and go with their request.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/insist.h"

#define BLOCK_BYTES ((size_t)64 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct block {
	struct block *older;
	size_t size;
	_Alignas(max_align_t) char bytes[];
};

struct undo {
	struct undo *older;
	void (*act)(void *);
	void *thing;
};

struct arena {
	struct block *newest;
	char *next, *end;
	size_t most, left;
	struct undo *undos;
};

static size_t
round_up(size_t size)
{
	insist(size < SIZE_MAX / 2);
	return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static void
arena_grow(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct block *b = malloc(sizeof(*b) + room);

	insist(b != NULL);
	b->older = a->newest;
	b->size = room;
	a->newest = b;
	a->next = b->bytes;
	a->end = b->bytes + room;
}

struct arena *
arena_create(size_t most)
{
	struct arena *a = calloc(1, sizeof(*a));

	insist(a != NULL);
	a->most = a->left = most;
	arena_grow(a, BLOCK_BYTES);
	return a;
}

void
arena_reset(struct arena *a)
{
	/* An undo may lend from the arena, but must not defer again. */
	for (struct undo *u = a->undos; u; u = u->older)
		u->act(u->thing);
	a->undos = NULL;

	while (a->newest->older) {
		struct block *b = a->newest;

		a->newest = b->older;
		free(b);
	}
	a->next = a->newest->bytes;
	a->end = a->next + a->newest->size;
	a->left = a->most;
}

void
arena_destroy(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->newest);
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	char *p;

	size = round_up(size);
	insist(size <= a->left);
	if (size > (size_t)(a->end - a->next)) /* no room in this block? */
		arena_grow(a, size);

	p = a->next;
	a->next += size;
	a->left -= size;
	return memset(p, 0, size);
}

void *
arena_copy(struct arena *a, const void *bytes, size_t size)
{
	void *copy = arena_alloc(a, size ? size : 1);

	return size ? memcpy(copy, bytes, size) : copy;
}

char *
arena_text_n(struct arena *a, const char *text, size_t length)
{
	char *copy = arena_alloc(a, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *
arena_text(struct arena *a, const char *text)
{
	return text ? arena_text_n(a, text, strlen(text)) : NULL;
}

char *
arena_vprintf(struct arena *a, const char *format, va_list ap)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	insist(length >= 0);

	text = arena_alloc(a, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, ap);
	return text;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = arena_vprintf(a, format, ap);
	va_end(ap);
	return text;
}

void
arena_defer(struct arena *a, void (*act)(void *), void *thing)
{
	struct undo *u = arena_new(a, struct undo);

	u->act = act;
	u->thing = thing;
	u->older = a->undos;
	a->undos = u;
}
