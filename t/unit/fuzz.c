/*
 * fuzz.c: every seed of t/fuzz once more, without the fuzzer: what once
 * broke something breaks nothing, and none takes long.
 */
#include <dirent.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"
#include "base/clock.h"
#include "tap.h"

#define SEED_MOST (1024 * 1024)
#define PATIENCE_S 10

static const struct {
	const char *name;
	int (*try)(const uint8_t *, size_t);
} fuzzers[] = {
#define FUZZ_ROW(name) { #name, fuzz_##name },
	FUZZERS(FUZZ_ROW)
#undef FUZZ_ROW
};

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* A copy of its own size, so that reading past its end is noticed. */
static void
replay(
    struct arena *arena, const char *path, int (*try)(const uint8_t *, size_t))
{
	static uint8_t bytes[SEED_MOST];
	FILE *f = fopen(path, "rb");
	size_t size;

	insist(f != NULL);
	size = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	printf("# %s\n", path);
	fflush(stdout);
	(void)alarm(PATIENCE_S);
	(void)try(arena_copy(arena, bytes, size), size);
	(void)alarm(0);
}

static void
replay_folder(struct arena *arena, const char *folder,
    int (*try)(const uint8_t *, size_t), const char *name)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_file, alphasort);

	if (!ok(count > 0, "%s has seeds", name))
		return;
	for (int i = 0; i < count; i++) {
		replay(arena,
		    arena_printf(arena, "%s/%s", folder, entries[i]->d_name),
		    try);
		free(entries[i]);
	}
	free(entries);
	ok(true, "and its %d seeds break nothing", count);
}

int
main(void)
{
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	const char *top = getenv("srcdir");

	fuzz_settings();
	for (size_t i = 0; i < COUNT(fuzzers); i++) {
		replay_folder(arena,
		    arena_printf(arena, "%s/t/fuzz/%s", top ? top : ".",
			fuzzers[i].name),
		    fuzzers[i].try, fuzzers[i].name);
		arena_reset(arena);
	}
	arena_destroy(arena);
	return tap_done();
}
