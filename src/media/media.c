/*
 * media.c: the doors. Names are made here; who keeps the bytes, a disk or a
 * bucket, is one of two keepers.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "furniture.h"

struct shelf shelf = { .keeper = &keeper_disk };

const char *
media_class(enum media_visibility v)
{
	static const char *const classes[] = {
		[MEDIA_PRIVATE] = "private",
		[MEDIA_PUBLIC] = "public",
	};

	return classes[v];
}

void
media_open(const char *folder, const char *public_url, const char *key)
{
	bool far = strcmp(conf_text(CONF_TSHOP_MEDIA), "s3") == 0;

	shelf = (struct shelf){ .folder = folder,
		.public_url = public_url,
		.key = key,
		.keeper = far ? &keeper_bucket : &keeper_disk };
	if (key)
		secret_derive(key, strlen(key), "media url", shelf.url_key);
}

enum outcome
media_put(const void *bytes, size_t size, const char *mime,
    enum media_visibility v, struct media_file *out)
{
	struct media_file file = { .size = size };

	insist(size > 0 && size <= MEDIA_BYTES_MOST);
	sha256(bytes, size, file.sha256);
	if (!media_key_of(file.sha256, mime, file.key))
		return UNSUPPORTED_MEDIA_TYPE;
	file.mime = media_mime(file.key);
	TRY(shelf.keeper->put(file.key, v, bytes, size, file.mime));
	*out = file;
	return OK;
}

enum outcome
media_read(struct arena *arena, const char *key, enum media_visibility v,
    const void **bytes, size_t *size)
{
	if (!media_key_is_valid(key))
		return NOT_FOUND;
	return shelf.keeper->read(arena, key, v, bytes, size);
}

enum outcome
media_delete(const char *key, enum media_visibility v)
{
	if (!media_key_is_valid(key))
		return NOT_FOUND;
	return shelf.keeper->forget(key, v);
}

enum outcome
media_publish(const char *key)
{
	if (!media_key_is_valid(key))
		return NOT_FOUND;
	return shelf.keeper->publish(key);
}

const char *
media_elsewhere(
    struct arena *arena, const char *key, enum media_visibility v, int lasts_s)
{
	insist(media_key_is_valid(key));
	return shelf.keeper->elsewhere(arena, key, v, lasts_s);
}
