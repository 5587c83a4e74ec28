/*
 * media.h: pictures, named by their content.
 *
 * A key is "aa/bb/<sha256>.<ext>": the same bytes have the same name, so
 * writing twice is harmless and a file never changes. Public pictures lie
 * under public/ and nginx serves them; private ones lie under private/ and
 * open only with a signature that runs out. Who may see a picture is decided
 * by rows in the database, never by who knows its hash.
 *
 * TSHOP_MEDIA says where: on disk, and this is the one room of the product
 * that writes files; or in an S3-compatible bucket (S3_…), from where a
 * browser is sent on to. Then each call asks somebody outside, so no
 * transaction should be open that others wait for.
 */
#ifndef TSHOP_MEDIA_MEDIA_H
#define TSHOP_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/secret.h"

struct arena;

enum media_visibility {
	MEDIA_PRIVATE,
	MEDIA_PUBLIC,
};

#define MEDIA_KEY 80 /* with its NUL */
#define MEDIA_BYTES_MOST (96 * 1024 * 1024)

struct media_file {
	uint8_t sha256[SHA256_BYTES];
	char key[MEDIA_KEY];
	const char *mime; /* static */
	size_t size;
};

/*
 * Where pictures lie, what their addresses begin with ("https://shop.example",
 * no slash at its end), and what signs the private ones. Call it once at
 * start; the texts must stay.
 */
void media_open(const char *folder, const char *public_url, const char *key);

/*
 * Store the bytes; they are on the disk for good when it returns.
 * UNSUPPORTED_MEDIA_TYPE: not image/png, image/jpeg or image/webp.
 * INTERNAL_ERROR: the disk would not; PROVIDER_ERROR, TIMEOUT: the bucket;
 * it is logged. So of all four.
 */
enum outcome media_put(const void *bytes, size_t size, const char *mime,
    enum media_visibility, struct media_file *out);
/* NOT_FOUND: no such key, or nothing there. */
enum outcome media_read(struct arena *, const char *key, enum media_visibility,
    const void **bytes, size_t *size);
/* Forget it; OK as well if it was not there. */
enum outcome media_delete(const char *key, enum media_visibility);
/* Show a private picture to everybody as well. NOT_FOUND: it is not there. */
enum outcome media_publish(const char *key);

/*
 * The address to send a browser on to, good for 'lasts_s'; NULL where the
 * web server has the file.
 */
const char *media_elsewhere(
    struct arena *, const char *key, enum media_visibility, int lasts_s);

bool media_key_is_valid(const char *key);
/* The key of a stored picture, from its digest and type; false: no such. */
bool media_key_of(
    const uint8_t sha256[SHA256_BYTES], const char *mime, char key[MEDIA_KEY]);
/*
 * The key in "/media/aa/bb/….png" or "/media/private/aa/bb/….png", an origin
 * of ours and a query ignored; false if it is none.
 */
bool media_path_parse(
    const char *address, enum media_visibility *, char key[MEDIA_KEY]);
/* "/media/private/aa/bb/….png": how a document refers to it. */
const char *media_path(struct arena *, const char *key, enum media_visibility);

/*
 * Where a browser finds it. A private one carries its signature and opens
 * for 24 to 48 hours; the address changes only at midnight UTC, so that
 * browsers may keep the picture.
 */
const char *media_url(struct arena *, const char *key, enum media_visibility);
/* The same, and when it ends: seconds since 1970, or 0 for never. */
const char *media_url_until(
    struct arena *, const char *key, enum media_visibility, int64_t *expires_s);
/*
 * Does 'signature' open that path until 'expires', and is that still to
 * come? The two are texts as they stand in the query; NULL is wrong.
 */
bool media_signature_is_good(
    const char *path, const char *expires, const char *signature);

/* "image/png" of "….png"; NULL if it is no ending of ours. */
const char *media_mime(const char *key);

#endif
