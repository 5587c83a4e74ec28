/*
 * store.c: one tree of collections, and the journal that brings it back.
 *
 * json-c's objects are hash tables that remember the order of insertion, so
 * they are our collections as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json_tokener.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/log.h"
#include "sandbox/shape.h"
#include "sandbox/store.h"

static json *root;
static FILE *journal;
static char path[4096], fresh[4096];

/* {"in":collection,"id":id,"is":value}; null: it is gone. */
static void
line_write(FILE *to, const char *collection, const char *id, json *value)
{
	json *line = json_object_new_object();

	set_text(line, "in", collection);
	set_text(line, "id", id);
	set_json(line, "is", value);
	fputs(json_object_to_json_string_ext(line,
		  JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    to);
	fputc('\n', to);
	json_object_put(line);
}

static void
note(const char *collection, const char *id, json *value)
{
	if (!journal || *collection == '~')
		return;
	line_write(journal, collection, id, value);
	if (fflush(journal) != 0)
		log_event(LOG_ERROR, "journal-write",
		    LOG_TEXT("why", strerror(errno)));
}

static json *
collection_get(const char *name, bool make)
{
	json *found = NULL;

	if (json_object_object_get_ex(root, name, &found) || !make)
		return found;
	found = json_object_new_object();
	json_object_object_add(root, name, found);
	return found;
}

static void
keep(const char *collection, const char *id, json *value)
{
	json *c = collection_get(collection, true);

	if (value)
		set_json(c, id, value);
	else
		json_object_object_del(c, id);
}

static void
replay_line(const char *line, size_t length)
{
	struct json_tokener *t = json_tokener_new();
	json *tree;

	insist(t);
	tree = json_tokener_parse_ex(t, line, (int)length);
	json_tokener_free(t);
	/* a line cut by a crash is the last one, and nobody was told */
	if (json_text(tree, "in") && json_text(tree, "id"))
		keep(json_text(tree, "in"), json_text(tree, "id"),
		    json_get(tree, "is"));
	json_object_put(tree);
}

static void
replay(FILE *from, size_t size)
{
	struct arena *a = arena_create(size + 4096);
	char *all = arena_alloc(a, size + 1), *end;

	size = fread(all, 1, size, from);
	for (char *at = all; (end = memchr(at, '\n', size)); at = end + 1) {
		replay_line(at, (size_t)(end - at));
		size -= (size_t)(end + 1 - at);
	}
	arena_destroy(a);
}

/* The journal written anew, holding only what still is. */
static bool
compact(void)
{
	FILE *to = fopen(fresh, "we");

	if (!to)
		return false;
	json_object_object_foreach(root, name, collection)
	{
		json_object_object_foreach(collection, id, value)
		{
			if (*name != '~')
				line_write(to, name, id, value);
		}
	}
	if (fflush(to) != 0 || rename(fresh, path) != 0) {
		fclose(to);
		return false;
	}
	if (journal)
		fclose(journal);
	journal = to;
	return true;
}

bool
store_open(const char *folder)
{
	struct stat is;
	FILE *from;

	snprintf(path, sizeof(path), "%s/journal", folder);
	snprintf(fresh, sizeof(fresh), "%s/journal.new", folder);
	root = json_object_new_object();
	from = fopen(path, "re");
	if (from && fstat(fileno(from), &is) == 0 && is.st_size > 0)
		replay(from, (size_t)is.st_size);
	if (from)
		fclose(from);
	if (compact())
		return true;
	log_event(LOG_ERROR, "journal-open", { "path", path, 0 },
	    LOG_TEXT("why", strerror(errno)));
	return false;
}

void
store_close(void)
{
	if (journal)
		fclose(journal);
	journal = NULL;
}

void
store_reset(void)
{
	json_object_put(root);
	root = json_object_new_object();
	if (!compact())
		log_event(LOG_ERROR, "journal-write",
		    LOG_TEXT("why", strerror(errno)));
}

json *
store_get(const char *collection, const char *id)
{
	json *value = NULL;

	if (id)
		json_object_object_get_ex(
		    collection_get(collection, false), id, &value);
	return value;
}

void
store_put(const char *collection, const char *id, json *value)
{
	keep(collection, id, value);
	note(collection, id, value);
}

void
store_drop(const char *collection, const char *id)
{
	if (!store_get(collection, id))
		return;
	note(collection, id, NULL);
	keep(collection, id, NULL);
}

size_t
store_count(const char *collection)
{
	json *c = collection_get(collection, false);

	return c ? (size_t)json_object_object_length(c) : 0;
}

struct lh_entry *
store_head(const char *collection)
{
	json *c = collection_get(collection, false);

	return c ? json_object_get_object(c)->head : NULL;
}

struct lh_entry *
store_tail(const char *collection)
{
	json *c = collection_get(collection, false);

	return c ? json_object_get_object(c)->tail : NULL;
}

const char *
store_first(const char *collection)
{
	struct lh_entry *e = store_head(collection);

	return e ? entry_id(e) : NULL;
}

int64_t
store_next(const char *name)
{
	json *last = store_get("counters", name);
	int64_t n = 1 + (last ? json_object_get_int64(last) : 0);

	store_put("counters", name, shape_keep(json_object_new_int64(n)));
	return n;
}
