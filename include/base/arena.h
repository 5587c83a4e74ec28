/*
 * arena.h: memory that nobody frees.
 *
 * An arena lends memory until arena_reset(), which gives all of it back at
 * once and undoes, last first, whatever was handed to arena_defer(). One
 * request has one arena; a job has one; start-up has one that is never reset.
 *
 * Nothing here returns NULL. The door has turned away whatever could fill an
 * arena, so one that overflows is a bug and insists.
 */
#ifndef TSHOP_BASE_ARENA_H
#define TSHOP_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena that lends at most 'most' bytes between two resets. */
struct arena *arena_create(size_t most);
void arena_destroy(struct arena *);
void arena_reset(struct arena *);

/* 'size' zeroed bytes, aligned for anything. */
void *arena_alloc(struct arena *, size_t size);
/* 'wanted' bytes that begin with the first 'size' of these; what follows is
 * not zeroed. In the same place if nothing was lent since, else a copy. */
void *arena_extend(struct arena *, void *bytes, size_t size, size_t wanted);
void *arena_copy(struct arena *, const void *bytes, size_t size);
/* A NUL-terminated copy; NULL stays NULL. */
char *arena_text(struct arena *, const char *text);
char *arena_text_n(struct arena *, const char *text, size_t length);
char *arena_printf(struct arena *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));

/* Call undo(thing) at the reset; things are undone in reverse order. */
void arena_defer(struct arena *, void (*undo)(void *), void *thing);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, n)                                            \
	((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

#endif
