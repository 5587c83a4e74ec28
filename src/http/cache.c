/*
 * cache.c: two arenas and two small tables; no list of who was used last.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "http/cache.h"
#include "http/route.h"

#define SLOTS 256
#define OVERHEAD 256 /* of one entry in its arena, at most */
/* As long as an answer may be kept, and as the news may be on their way. */
#define HUSH_MS (LIMIT_CACHE_AGE_MS + 100)
#define HUSH_MOST_MS (10 * HUSH_MS) /* more is from before a reboot */

struct entry {
	struct entry *next;
	const char *key;
	size_t key_size;
	int64_t born_ms;
	struct ready ready;
};

struct generation {
	struct arena *arena;
	size_t left;
	int64_t born_ms;
	struct entry *slots[SLOTS];
};

static struct generation generations[2];
static struct generation *young, *old;
static const char *kept_below; /* NULL: nothing is kept */
static unsigned cleared;       /* how often everything was old */

void
cache_open(const char *below)
{
	young = &generations[0];
	old = &generations[1];
	young->arena = arena_create(LIMIT_CACHE_BYTES + 65536);
	old->arena = arena_create(LIMIT_CACHE_BYTES + 65536);
	kept_below = below;
	cache_clear();
}

static void
generation_begin(struct generation *g)
{
	arena_reset(g->arena);
	memset(g->slots, 0, sizeof(g->slots));
	g->left = LIMIT_CACHE_BYTES;
	g->born_ms = clock_mono_ms();
}

void
cache_clear(void)
{
	if (!kept_below)
		return;
	generation_begin(young);
	generation_begin(old);
	cleared++;
}

void
cache_hush(void)
{
	metrics_hush(clock_mono_ms() + HUSH_MS);
}

static bool
is_hushed(void)
{
	int64_t left_ms = metrics_hushed_until_ms() - clock_mono_ms();

	return left_ms > 0 && left_ms < HUSH_MOST_MS;
}

bool
cache_wants(const struct request *rq)
{
	size_t length = kept_below ? strlen(kept_below) : 0;

	return length > 0 && rq->route && rq->route->method == METHOD_GET &&
	       rq->route->who <= WHO_KNOWN && !id_is_set(rq->caller.id) &&
	       !FAILED(rq->refused) &&
	       strncmp(rq->path, kept_below, length) == 0 && !is_hushed();
}

static void
key_part(struct buf *key, const char *text)
{
	if (text)
		buf_text(key, text);
	buf_put(key, "", 1);
}

/* Everything the answer depends on; false if that is too long to be kept. */
static bool
key_of(struct request *rq, struct buf *key)
{
	const char *query = request_query(rq);
	const char *language = request_param(rq, "HTTP_ACCEPT_LANGUAGE");
	const char *origin = request_param(rq, "HTTP_ORIGIN");
	size_t size = strlen(rq->path) + strlen(query) +
		      (language ? strlen(language) : 0) +
		      (origin ? strlen(origin) : 0);

	if (size > LIMIT_CACHE_KEY_BYTES)
		return false;
	buf_open(key, rq->arena, LIMIT_CACHE_KEY_BYTES + 64);
	key_part(key, rq->path);
	key_part(key, query);
	key_part(key, language);
	key_part(key, origin);
	return true;
}

/* FNV-1a: who makes keys collide only makes a list longer. */
static struct entry **
slot_of(struct generation *g, const struct buf *key)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < key->length; i++)
		hash = (hash ^ (unsigned char)key->at[i]) * 16777619u;
	return &g->slots[hash % SLOTS];
}

static const struct ready *
generation_find(struct generation *g, const struct buf *key)
{
	int64_t oldest = clock_mono_ms() - LIMIT_CACHE_AGE_MS;

	for (struct entry *e = *slot_of(g, key); e; e = e->next) {
		if (e->born_ms > oldest && e->key_size == key->length &&
		    memcmp(e->key, key->at, key->length) == 0)
			return &e->ready;
	}
	return NULL;
}

static struct buf
buf_copy(struct arena *arena, const struct buf *b)
{
	struct buf copy = { .at = arena_text_n(arena, b->at, b->length),
		.length = b->length };

	return copy;
}

static struct ready
ready_copy(struct arena *arena, const struct ready *ready)
{
	struct ready copy = *ready;

	copy.headers = buf_copy(arena, &ready->headers);
	copy.body = buf_copy(arena, &ready->body);
	return copy;
}

enum outcome
cache_find(struct request *rq)
{
	const struct ready *found;
	struct ready *mine;
	struct buf key;

	rq->cache_cleared = cleared;
	if (!cache_wants(rq) || !key_of(rq, &key))
		return OK;
	found = generation_find(young, &key);
	if (!found)
		found = generation_find(old, &key);
	if (!found)
		return OK;
	/* The request may be put aside, and the cache cleared meanwhile. */
	mine = arena_new(rq->arena, struct ready);
	*mine = ready_copy(rq->arena, found);
	rq->reply.ready = mine;
	return OK;
}

static void
turn_over(size_t size)
{
	struct generation *was = young;

	if (size <= young->left &&
	    clock_mono_ms() - young->born_ms < LIMIT_CACHE_AGE_MS)
		return;
	young = old;
	old = was;
	generation_begin(young);
}

void
cache_keep(struct request *rq, const struct ready *ready)
{
	size_t size = ready->body.length + ready->headers.length +
		      LIMIT_CACHE_KEY_BYTES + OVERHEAD;
	struct entry *e, **slot;
	struct buf key;

	/* What another request heard while this one was put aside. */
	if (rq->cache_cleared != cleared)
		return;
	if (size > LIMIT_CACHE_ANSWER_BYTES || !cache_wants(rq) ||
	    !key_of(rq, &key))
		return;
	turn_over(size);
	e = arena_new(young->arena, struct entry);
	slot = slot_of(young, &key);
	e->key = arena_copy(young->arena, key.at, key.length);
	e->key_size = key.length;
	/* Not when it was sent: when the work on it began. */
	e->born_ms = rq->began_us / 1000;
	e->ready = ready_copy(young->arena, ready);
	e->next = *slot;
	*slot = e;
	young->left -= size;
}
