/*
 * shape.h: making JSON trees.
 *
 * A tree made here belongs to the thread and is let go by shapes_release(),
 * which play.c calls under the lock, since json-c's counts are not atomic.
 * Whatever keeps a tree longer (an object, an array, the store) takes a
 * reference of its own, so nobody frees anything.
 */
#ifndef TSHOP_SANDBOX_SHAPE_H
#define TSHOP_SANDBOX_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/linkhash.h> /* json_object_object_foreach() */

#include "base/json.h"

struct arena;

/* This thread's arena of trees. */
struct arena *shapes_arena(void);
void shapes_release(void);

/* A tree from our own JSON text, which is right or we are wrong. */
json *shape(const char *text);
json *shape_array(void);
/* A tree from foreign text; NULL if it is none. */
json *shape_read(const char *text, size_t length);
json *shape_copy(json *);
/* Hand a tree made by json-c itself to the thread. */
json *shape_keep(json *);

/* Set a member; NULL text or tree is null. */
void set_text(json *, const char *key, const char *text);
void set_printf(json *, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void set_int(json *, const char *key, int64_t);
void set_flag(json *, const char *key, bool);
void set_json(json *, const char *key, json *);
void set_drop(json *, const char *key);
/* Members of 'from' replace those of 'into'. */
void set_all(json *into, json *from);
void add_text(json *array, const char *text);
void add_json(json *array, json *);

/* A text member, or the fallback where there is none. */
const char *text_or(json *, const char *key, const char *fallback);
/* Does the text member say just that? */
bool text_is(json *, const char *key, const char *value);

#endif
