/*
 * sigv4.h: requests signed as S3 wants them, AWS Signature Version 4.
 *
 * By hand, since libcurl's own is wrong for much of it (7.88 forgets
 * x-amz-content-sha256, signs removed headers, cannot sign an address).
 * Pure: the time is given, nothing is sent. Checked against the examples that
 * AWS has published, t/unit/sigv4.c.
 */
#ifndef TSHOP_MEDIA_SIGV4_H
#define TSHOP_MEDIA_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

struct arena;

#define SIGV4_HEADERS_MOST 8
#define SIGV4_TIME 17 /* "20130524T000000Z" */
#define SIGV4_LASTS_MOST_S 604800

struct sigv4 {
	const char *key_id, *secret;
	const char *region, *service; /* "eu-central-1", "s3" */
	const char *host; /* with its port, if it is not the usual one */
	int64_t now_s;
};

struct sigv4_header {
	const char *name, *value; /* lower-case, trimmed */
};

struct sigv4_request {
	const char *method;
	const char *path;  /* as sigv4_path() writes it */
	const char *query; /* sorted and encoded already; "" if none */
	/* All that are signed, host among them, by name. */
	struct sigv4_header headers[SIGV4_HEADERS_MOST];
	size_t header_count;
	const char *payload; /* hex SHA-256, or "UNSIGNED-PAYLOAD" */
};

/* The path with each byte outside A-Za-z0-9-._~/ as %XX, once. */
const char *sigv4_path(struct arena *, const char *path);
void sigv4_time(int64_t now_s, char text[SIGV4_TIME]);
/* The day's key: an HMAC of an HMAC of an HMAC. */
void sigv4_key(const struct sigv4 *, uint8_t key[SHA256_BYTES]);
/* The value of the Authorization header. */
const char *sigv4_authorization(
    struct arena *, const struct sigv4 *, const struct sigv4_request *);
/*
 * The query under which GET of the path is open to whoever has it, for so
 * many seconds.
 */
const char *sigv4_query(
    struct arena *, const struct sigv4 *, const char *path, int lasts_s);

#endif
