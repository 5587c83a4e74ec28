/*
 * bucket.c: pictures in S3-compatible storage, path style:
 * ENDPOINT/BUCKET/private/aa/bb/…. Keys hold nothing that would need an
 * escape. A call that failed on the way, or at a server in trouble, is made
 * again: the same bytes under the same name do no harm.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/log.h"
#include "furniture.h"
#include "net/net.h"
#include "sigv4.h"

#define TRIES 3
#define PATIENCE_MS 30000
#define CODE_MOST 64
#define ROOM ((size_t)1024 * 1024) /* for all but the picture */

/* One object and what is done with it. */
struct errand {
	struct arena *arena;
	const char *method, *path;
	const void *bytes;
	size_t size;
	const char *mime;
	struct answer answer;
};

static struct sigv4
signer(void)
{
	const char *host = strstr(conf_text(CONF_S3_ENDPOINT), "://");

	insist(host != NULL);
	return (struct sigv4){ .key_id = conf_text(CONF_S3_ACCESS_KEY),
		.secret = conf_text(CONF_S3_SECRET_KEY),
		.region = conf_text(CONF_S3_REGION),
		.service = "s3",
		.host = host + 3,
		.now_s = clock_now_s() };
}

static const char *
path_of(struct arena *arena, const char *key, enum media_visibility v)
{
	return sigv4_path(
	    arena, arena_printf(arena, "/%s/%s/%s", conf_text(CONF_S3_BUCKET),
		       media_class(v), key));
}

/* "<Code>NoSuchKey</Code>": for the log. */
static const char *
trouble_of(struct arena *arena, const struct answer *answer)
{
	const char *code = strstr(answer->body, "<Code>");
	size_t length = code ? strcspn(code + 6, "<") : 0;

	return length > 0 && length < CODE_MOST
		   ? arena_text_n(arena, code + 6, length)
		   : "";
}

static void
fill(struct errand *e, struct call *c)
{
	const struct sigv4 s = signer();
	char when[SIGV4_TIME], hash[SHA256_HEX];
	struct sigv4_request rq = { .method = e->method,
		.path = e->path,
		.query = "",
		.payload = hash };

	sigv4_time(s.now_s, when);
	sha256_hex(e->bytes ? e->bytes : "", e->size, hash);
	if (e->mime)
		rq.headers[rq.header_count++] =
		    (struct sigv4_header){ "content-type", e->mime };
	rq.headers[rq.header_count++] = (struct sigv4_header){ "host", s.host };
	rq.headers[rq.header_count++] =
	    (struct sigv4_header){ "x-amz-content-sha256", hash };
	rq.headers[rq.header_count++] =
	    (struct sigv4_header){ "x-amz-date", when };
	*c = (struct call){ .provider = "s3",
		.method = e->method,
		.url = arena_printf(
		    e->arena, "%s%s", conf_text(CONF_S3_ENDPOINT), e->path),
		.body = e->bytes,
		.body_size = e->size,
		.answer_most = MEDIA_BYTES_MOST,
		.patience_ms = PATIENCE_MS };
	for (size_t i = 0; i < rq.header_count; i++)
		if (strcmp(rq.headers[i].name, "host") != 0)
			call_header(c, e->arena, "%s: %s", rq.headers[i].name,
			    rq.headers[i].value);
	if (e->mime)
		call_header(c, e->arena,
		    "Cache-Control: public, max-age=31536000, immutable");
	call_header(c, e->arena, "Authorization: %s",
	    sigv4_authorization(e->arena, &s, &rq));
}

/* Signed anew for each try: the time is part of it. */
static enum outcome
run(struct errand *e)
{
	enum outcome outcome = PROVIDER_ERROR;
	int status = 0;

	for (int i = 0; i < TRIES; i++) {
		struct call call;

		fill(e, &call);
		outcome = net_send(e->arena, &call, &e->answer);
		status = e->answer.status;
		if (outcome == OK && status < 500 && status != 429)
			break;
	}
	if (outcome == OK && status / 100 == 2)
		return OK;
	if (outcome == OK && status == 404)
		return NOT_FOUND;
	log_event(LOG_ERROR, "media-s3", LOG_TEXT("method", e->method),
	    LOG_INT("status", status),
	    LOG_TEXT("code", trouble_of(e->arena, &e->answer)));
	return FAILED(outcome) ? outcome : PROVIDER_ERROR;
}

static enum outcome
bucket_put(const char *key, enum media_visibility v, const void *bytes,
    size_t size, const char *mime)
{
	struct arena *arena = arena_create(ROOM);
	struct errand e = { .arena = arena,
		.method = "PUT",
		.path = path_of(arena, key, v),
		.bytes = bytes,
		.size = size,
		.mime = mime };
	enum outcome outcome = run(&e);

	arena_destroy(arena);
	return outcome;
}

static enum outcome
bucket_read(struct arena *arena, const char *key, enum media_visibility v,
    const void **bytes, size_t *size)
{
	struct errand e = {
		.arena = arena, .method = "GET", .path = path_of(arena, key, v)
	};

	TRY(run(&e));
	*bytes = e.answer.body;
	*size = e.answer.size;
	return OK;
}

static enum outcome
bucket_forget(const char *key, enum media_visibility v)
{
	struct arena *arena = arena_create(ROOM);
	struct errand e = { .arena = arena,
		.method = "DELETE",
		.path = path_of(arena, key, v) };
	enum outcome outcome = run(&e);

	arena_destroy(arena);
	return outcome == NOT_FOUND ? OK : outcome;
}

/* Fetched and put: a copy on their side may fail with status 200. */
static enum outcome
bucket_publish(const char *key)
{
	struct arena *arena = arena_create(MEDIA_BYTES_MOST * 2UL + ROOM);
	const void *bytes;
	size_t size;
	enum outcome outcome =
	    bucket_read(arena, key, MEDIA_PRIVATE, &bytes, &size);

	if (outcome == OK)
		outcome =
		    bucket_put(key, MEDIA_PUBLIC, bytes, size, media_mime(key));
	arena_destroy(arena);
	return outcome;
}

static const char *
bucket_elsewhere(
    struct arena *arena, const char *key, enum media_visibility v, int lasts_s)
{
	const struct sigv4 s = signer();
	const char *path = path_of(arena, key, v);

	return arena_printf(arena, "%s%s?%s", conf_text(CONF_S3_ENDPOINT), path,
	    sigv4_query(arena, &s, path, lasts_s));
}

const struct keeper keeper_bucket = {
	.put = bucket_put,
	.read = bucket_read,
	.forget = bucket_forget,
	.publish = bucket_publish,
	.elsewhere = bucket_elsewhere,
};
