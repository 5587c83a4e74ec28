/*
 * store.h: what the sandbox remembers.
 *
 * Objects are json-c trees in named collections, found by id and listed in
 * the order in which they came. Each put and drop is a line of a journal in
 * TSHOP_SANDBOX_DIR; at start it is replayed and written anew without what is
 * gone. A collection whose name begins with '~' is forgotten at the end.
 *
 * All calls are made under the program's lock (play.h). A tree got from here
 * is borrowed: changed in place, it is to be put again.
 */
#ifndef TSHOP_SANDBOX_STORE_H
#define TSHOP_SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/linkhash.h>

#include "base/json.h"

/* Replay the journal of that folder; false if it cannot be written. */
bool store_open(const char *folder);
void store_close(void);
/* Forget everything. */
void store_reset(void);

/* NULL if there is none. */
json *store_get(const char *collection, const char *id);
/* Keep it (again); the store takes a reference of its own. */
void store_put(const char *collection, const char *id, json *);
void store_drop(const char *collection, const char *id);
size_t store_count(const char *collection);
/* The oldest one's id, or NULL. */
const char *store_first(const char *collection);
/* 1, 2, 3, … under that name, never twice, also after a restart. */
int64_t store_next(const char *name);

/*
 * Walk a collection: for (e = store_head(c); e; e = lh_entry_next(e)), or from
 * store_tail() by lh_entry_prev(). Nothing may be put or dropped meanwhile.
 */
struct lh_entry *store_head(const char *collection);
struct lh_entry *store_tail(const char *collection);
#define entry_json(e) ((json *)lh_entry_v(e))
#define entry_id(e) ((const char *)lh_entry_k(e))

#endif
