/*
 * media.c: pictures are stored once, whole, under the hash of their bytes,
 * and private ones open only with a signature that has not run out.
 */
#include <ftw.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "media/media.h"
#include "tap.h"

static struct arena *arena;
static char folder[] = "/tmp/tshop-media-XXXXXX";
static int files;

static int
forget(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
count(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)path;
	(void)st;
	(void)at;
	files += kind == FTW_F;
	return 0;
}

static void
test_files(void)
{
	struct media_file a, b;
	const void *bytes;
	struct stat st;
	size_t size;

	ok(media_put("abc", 3, "image/png", MEDIA_PRIVATE, &a) == OK,
	    "a picture is stored");
	is_text(a.key,
	    "ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20"
	    "015ad.png",
	    "under its hash");
	ok(media_put("abc", 3, "image/png", MEDIA_PRIVATE, &b) == OK &&
		strcmp(a.key, b.key) == 0,
	    "the same bytes have the same name");
	ok(media_put("<svg/>", 6, "image/svg+xml", MEDIA_PUBLIC, &b) ==
		UNSUPPORTED_MEDIA_TYPE,
	    "SVG is no picture of ours");
	ok(media_read(arena, a.key, MEDIA_PRIVATE, &bytes, &size) == OK &&
		size == 3 && memcmp(bytes, "abc", 3) == 0,
	    "it is read back");
	ok(media_read(arena, a.key, MEDIA_PUBLIC, &bytes, &size) == NOT_FOUND,
	    "but not by everybody");
	ok(media_publish(a.key) == OK && media_publish(a.key) == OK,
	    "it can be shown to all, twice even");
	ok(media_read(arena, a.key, MEDIA_PUBLIC, &bytes, &size) == OK,
	    "and is then");
	ok(stat(arena_printf(arena, "%s/public/%s", folder, a.key), &st) == 0 &&
		(st.st_mode & 0777) == 0640,
	    "the web server's group may read it, others may not");
	(void)nftw(folder, count, 8, FTW_PHYS);
	is_int(files, 2, "nothing passing is left behind");
	ok(media_delete(a.key, MEDIA_PRIVATE) == OK &&
		media_delete(a.key, MEDIA_PRIVATE) == OK,
	    "it is deleted, twice even");
	ok(media_read(arena, a.key, MEDIA_PRIVATE, &bytes, &size) == NOT_FOUND,
	    "and is gone");
	ok(media_publish(a.key) == OK || media_publish(a.key) == NOT_FOUND,
	    "what is gone is not published anew");
	ok(media_read(arena, "../../etc/passwd", MEDIA_PUBLIC, &bytes, &size) ==
		NOT_FOUND,
	    "a key is never a way out");
}

static void
test_addresses(void)
{
	static const char key[] = "ba/78/ba7816bf8f01cfea414140de5dae2223b0036"
				  "1a396177a9cb410ff61f20015ad.jpg";
	const char *url, *e, *s, *path;
	char parsed[MEDIA_KEY], changed[64];
	enum media_visibility v;
	int64_t until, now = clock_now_s();

	is_text(media_url(arena, key, MEDIA_PUBLIC),
	    arena_printf(arena, "https://shop.example/media/%s", key),
	    "a public picture has a plain address");
	url = media_url_until(arena, key, MEDIA_PRIVATE, &until);
	ok(until - now >= 86400 && until - now <= 2 * 86400 &&
		until % 86400 == 0,
	    "a private one opens for one to two days");
	is_text(
	    media_url(arena, key, MEDIA_PRIVATE), url, "and stays the same");
	path = arena_printf(arena, "/media/private/%s", key);
	e = arena_printf(arena, "%lld", (long long)until);
	s = strstr(url, "&s=") + 3;
	ok(media_signature_is_good(path, e, s), "its signature opens it");
	ok(!media_signature_is_good(path, "99999999999", s), "not for longer");
	ok(!media_signature_is_good(path, "1", s), "not when it is over");
	ok(!media_signature_is_good(path, NULL, NULL), "not without one");
	ok(!media_signature_is_good("/media/private/x", e, s),
	    "and not another");
	(void)snprintf(changed, sizeof(changed), "%s", s);
	changed[3] = changed[3] == 'A' ? 'B' : 'A';
	ok(!media_signature_is_good(path, e, changed), "nor does a wrong one");
	ok(media_path_parse(url, &v, parsed) && v == MEDIA_PRIVATE &&
		strcmp(parsed, key) == 0,
	    "the key is found in the address");
	ok(media_path_parse(
	       arena_printf(arena, "/media/%s", key), &v, parsed) &&
		v == MEDIA_PUBLIC,
	    "or in a path");
	ok(!media_path_parse("/media/../x.png", &v, parsed),
	    "and nowhere else");
	is_text(media_mime(key), "image/jpeg", "a key tells its type");
}

int
main(void)
{
	arena = arena_create(1024 * 1024);
	insist(mkdtemp(folder) != NULL);
	media_open(
	    folder, "https://shop.example", "0123456789abcdef0123456789abcdef");
	test_files();
	test_addresses();
	(void)nftw(folder, forget, 8, FTW_DEPTH | FTW_PHYS);
	arena_destroy(arena);
	return tap_done();
}
