/*
 * sigv4.c: the canonical request, the text that is signed, the signature.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/insist.h"
#include "sigv4.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TEXT_MOST (16 * 1024)
#define DAY 8 /* characters: "20130524" */

const char *
sigv4_path(struct arena *arena, const char *path)
{
	struct buf b;

	buf_open(&b, arena, TEXT_MOST);
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (isalnum(c) || strchr("-._~/", c))
			buf_char(&b, *path);
		else
			buf_printf(&b, "%%%02X", c);
	}
	return b.at;
}

void
sigv4_time(int64_t now_s, char text[SIGV4_TIME])
{
	time_t t = (time_t)now_s;
	struct tm tm;

	insist(gmtime_r(&t, &tm) != NULL);
	insist(strftime(text, SIGV4_TIME, "%Y%m%dT%H%M%SZ", &tm) ==
	       SIGV4_TIME - 1);
}

static void
step(uint8_t key[SHA256_BYTES], const char *text)
{
	hmac_sha256(key, SHA256_BYTES, text, strlen(text), key);
}

void
sigv4_key(const struct sigv4 *s, uint8_t key[SHA256_BYTES])
{
	char start[256], when[SIGV4_TIME];
	int length = snprintf(start, sizeof(start), "AWS4%s", s->secret);

	insist(length > 0 && (size_t)length < sizeof(start));
	sigv4_time(s->now_s, when);
	hmac_sha256(start, (size_t)length, when, DAY, key);
	step(key, s->region);
	step(key, s->service);
	step(key, "aws4_request");
	secret_wipe(start, sizeof(start));
}

static const char *
scope(struct arena *arena, const struct sigv4 *s, const char *when)
{
	return arena_printf(
	    arena, "%.*s/%s/%s/aws4_request", DAY, when, s->region, s->service);
}

static const char *
signed_names(struct arena *arena, const struct sigv4_request *rq)
{
	struct buf b;

	buf_open(&b, arena, TEXT_MOST);
	for (size_t i = 0; i < rq->header_count; i++)
		buf_printf(&b, "%s%s", i ? ";" : "", rq->headers[i].name);
	return b.at;
}

static const char *
canonical_hash(struct arena *arena, const struct sigv4_request *rq)
{
	char *hex = arena_alloc(arena, SHA256_HEX);
	struct buf b;

	buf_open(&b, arena, TEXT_MOST);
	buf_printf(&b, "%s\n%s\n%s\n", rq->method, rq->path, rq->query);
	for (size_t i = 0; i < rq->header_count; i++) {
		const struct sigv4_header *h = &rq->headers[i];

		insist(i == 0 || strcmp(h[-1].name, h->name) < 0);
		buf_printf(&b, "%s:%s\n", h->name, h->value);
	}
	buf_printf(&b, "\n%s\n%s", signed_names(arena, rq), rq->payload);
	sha256_hex(b.at, b.length, hex);
	return hex;
}

static const char *
signature(struct arena *arena, const struct sigv4 *s,
    const struct sigv4_request *rq, const char *when)
{
	const char *text = arena_printf(arena, ALGORITHM "\n%s\n%s\n%s", when,
	    scope(arena, s, when), canonical_hash(arena, rq));
	uint8_t key[SHA256_BYTES], mac[SHA256_BYTES];
	char *hex = arena_alloc(arena, SHA256_HEX);

	sigv4_key(s, key);
	hmac_sha256(key, sizeof(key), text, strlen(text), mac);
	secret_wipe(key, sizeof(key));
	hex_format(mac, sizeof(mac), hex);
	return hex;
}

const char *
sigv4_authorization(
    struct arena *arena, const struct sigv4 *s, const struct sigv4_request *rq)
{
	char when[SIGV4_TIME];

	sigv4_time(s->now_s, when);
	return arena_printf(arena,
	    ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
	    s->key_id, scope(arena, s, when), signed_names(arena, rq),
	    signature(arena, s, rq, when));
}

const char *
sigv4_query(
    struct arena *arena, const struct sigv4 *s, const char *path, int lasts_s)
{
	struct sigv4_request rq = { .method = "GET",
		.path = path,
		.headers = { { "host", s->host } },
		.header_count = 1,
		.payload = "UNSIGNED-PAYLOAD" };
	char when[SIGV4_TIME];
	struct buf credential;

	insist(lasts_s >= 1 && lasts_s <= SIGV4_LASTS_MOST_S);
	sigv4_time(s->now_s, when);
	buf_open(&credential, arena, TEXT_MOST);
	buf_percent(&credential,
	    arena_printf(arena, "%s/%s", s->key_id, scope(arena, s, when)));
	rq.query = arena_printf(arena,
	    "X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=%s&X-Amz-Date=%s"
	    "&X-Amz-Expires=%d&X-Amz-SignedHeaders=host",
	    credential.at, when, lasts_s);
	return arena_printf(arena, "%s&X-Amz-Signature=%s", rq.query,
	    signature(arena, s, &rq, when));
}
