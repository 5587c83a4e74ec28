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

static void *
arena_take(struct arena *a, size_t size)
{
	char *p;

	size = round_up(size);
	insist(size <= a->left);
	if (size > (size_t)(a->end - a->next)) /* no room in this block? */
		arena_grow(a, size);

	p = a->next;
	a->next += size;
	a->left -= size;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(arena_take(a, size), 0, size);
}

void *
arena_extend(struct arena *a, void *bytes, size_t size, size_t wanted)
{
	size_t more = round_up(wanted) - round_up(size);
	void *bigger;

	insist(wanted > size);
	/* The last that was lent, and there is room behind it? */
	if (bytes && (char *)bytes + round_up(size) == a->next &&
	    more <= (size_t)(a->end - a->next)) {
		insist(more <= a->left);
		a->next += more;
		a->left -= more;
		return bytes;
	}
	bigger = arena_take(a, wanted);
	return size ? memcpy(bigger, bytes, size) : bigger;
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
	char *copy = arena_take(a, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
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
	size_t room = (size_t)(a->end - a->next);
	va_list again;
	int length;
	char *text;

	/* Nearly always there is room for it where it will stand. */
	va_copy(again, ap);
	length = vsnprintf(a->next, room, format, again);
	va_end(again);
	insist(length >= 0);

	text = arena_take(a, (size_t)length + 1);
	if ((size_t)length >= room)
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
