/*
 * s3.c: plays S3-compatible storage: PUT, GET, DELETE of objects, signed by
 * header or, for GET, by query. Errors are AWS's, in its XML.
 *
 * Nothing is shared with the shop's own signer: a mirror that used the same
 * code would share its mistakes. Objects are forgotten at the end.
 */
#include <ctype.h>
#include <strings.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "http/reply.h"
#include "sandbox/play.h"
#include "sandbox/s3.h"
#include "sandbox/store.h"

#define OBJECTS "~s3"
#define ALGORITHM "AWS4-HMAC-SHA256"
#define SKEW_S 900
#define LASTS_MOST 604800
#define TEXT_MOST (32 * 1024)
#define SIGNED_MOST 16

/* What the caller says about its signature, by header or query. */
struct claim {
	bool by_query;
	const char *key_id, *day, *region, *service, *when;
	char *names; /* signed headers, ; between */
	const char *signature, *payload;
	int64_t made_s, lasts_s;
};

static enum outcome
refuse_s3(struct request *rq, int status, const char *code)
{
	return answer_text(rq, status, "application/xml",
	    arena_printf(rq->arena,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s"
		"</Code><Message>%s</Message><Resource>%s</Resource>"
		"<RequestId>%s</RequestId></Error>",
		code, code, rq->path, request_name()));
}

/* ---- taking the claim apart ---- */

/* The text behind "NAME=" up to one of 'ends'; NULL if it is not there. */
static char *
part_of(struct arena *a, const char *text, const char *name, const char *ends)
{
	size_t length = strlen(name);

	for (const char *s = text; (s = strstr(s, name)) != NULL; s++)
		if ((s == text || strchr("&?, ", s[-1])) && s[length] == '=')
			return arena_text_n(
			    a, s + length + 1, strcspn(s + length + 1, ends));
	return NULL;
}

/* "20130524T000000Z" to seconds; -1 if it is no time. */
static int64_t
seconds_of(const char *when)
{
	struct tm tm = { 0 };
	const char *end = when ? strptime(when, "%Y%m%dT%H%M%SZ", &tm) : NULL;

	return end && *end == '\0' ? (int64_t)timegm(&tm) : -1;
}

/* "KEY/20130524/us-east-1/s3/aws4_request", in a query with %2F. */
static bool
scope_read(
    struct arena *a, const char *text, const char *slash, struct claim *c)
{
	const char **const into[] = { &c->key_id, &c->day, &c->region,
		&c->service };

	for (size_t i = 0; text && i < 4; i++) {
		const char *end = strstr(text, slash);

		if (!end)
			return false;
		*into[i] = arena_text_n(a, text, (size_t)(end - text));
		text = end + strlen(slash);
	}
	return text && !strcmp(text, "aws4_request");
}

static bool
claim_by_header(struct request *rq, struct claim *c)
{
	const char *h = request_header(rq, "Authorization");
	struct arena *a = rq->arena;

	if (!h || strncmp(h, ALGORITHM " ", sizeof(ALGORITHM)))
		return false;
	c->names = part_of(a, h, "SignedHeaders", ", ");
	c->signature = part_of(a, h, "Signature", ", ");
	c->when = request_header(rq, "x-amz-date");
	c->payload = request_header(rq, "x-amz-content-sha256");
	return c->names && c->signature && c->payload &&
	       scope_read(a, part_of(a, h, "Credential", ", "), "/", c);
}

static bool
claim_by_query(struct request *rq, struct claim *c)
{
	const char *q = request_query(rq), *lasts;
	struct arena *a = rq->arena;

	c->by_query = true;
	c->payload = "UNSIGNED-PAYLOAD";
	c->names = part_of(a, q, "X-Amz-SignedHeaders", "&");
	c->signature = part_of(a, q, "X-Amz-Signature", "&");
	c->when = part_of(a, q, "X-Amz-Date", "&");
	lasts = part_of(a, q, "X-Amz-Expires", "&");
	c->lasts_s = lasts ? strtoll(lasts, NULL, 10) : 0;
	return c->names && c->signature && c->lasts_s >= 1 &&
	       c->lasts_s <= LASTS_MOST &&
	       strstr(q, "X-Amz-Algorithm=" ALGORITHM) &&
	       scope_read(a, part_of(a, q, "X-Amz-Credential", "&"), "%2F", c);
}

/* ---- computing it anew ---- */

/* Runs of blanks are one, and none stand at the ends. */
static void
put_trimmed(struct buf *b, const char *value)
{
	bool gap = false;

	while (*value == ' ')
		value++;
	for (; *value; value++) {
		if (*value == ' ') {
			gap = true;
			continue;
		}
		if (gap)
			buf_char(b, ' ');
		gap = false;
		buf_char(b, *value);
	}
}

static int
by_text(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The query's parts in order, without the signature itself. */
static void
put_query(struct request *rq, struct buf *b)
{
	char *text = arena_text(rq->arena, request_query(rq));
	char *parts[SIGNED_MOST], *save = NULL;
	size_t count = 0;

	for (char *p = strtok_r(text, "&", &save); p && count < SIGNED_MOST;
	     p = strtok_r(NULL, "&", &save))
		if (strncmp(p, "X-Amz-Signature=", 16) != 0)
			parts[count++] = p;
	qsort(parts, count, sizeof(*parts), by_text);
	for (size_t i = 0; i < count; i++)
		buf_printf(b, "%s%s%s", i ? "&" : "", parts[i],
		    strchr(parts[i], '=') ? "" : "=");
}

/* False: a header is said to be signed and did not come. */
static bool
put_headers(struct request *rq, const struct claim *c, struct buf *b)
{
	char *names = arena_text(rq->arena, c->names), *save = NULL;

	for (char *n = strtok_r(names, ";", &save); n;
	     n = strtok_r(NULL, ";", &save)) {
		const char *value = request_header(rq, n);

		if (!value)
			return false;
		buf_printf(b, "%s:", n);
		put_trimmed(b, value);
		buf_char(b, '\n');
	}
	return true;
}

static const char *
signature_of(struct request *rq, const struct claim *c, const char *canonical)
{
	static const char end[] = "aws4_request";
	const char *secret =
	    arena_printf(rq->arena, "AWS4%s", conf_text(CONF_S3_SECRET_KEY));
	const char *const steps[] = { c->day, c->region, c->service, end };
	char hash[SHA256_HEX], *hex = arena_alloc(rq->arena, SHA256_HEX);
	uint8_t mac[SHA256_BYTES], next[SHA256_BYTES];
	const char *text;

	sha256_hex(canonical, strlen(canonical), hash);
	text = arena_printf(rq->arena, ALGORITHM "\n%s\n%s/%s/%s/%s\n%s",
	    c->when, c->day, c->region, c->service, end, hash);
	hmac_sha256(secret, strlen(secret), c->day, strlen(c->day), mac);
	for (size_t i = 1; i < 4; i++) {
		hmac_sha256(mac, sizeof(mac), steps[i], strlen(steps[i]), next);
		memcpy(mac, next, sizeof(mac));
	}
	hmac_sha256(mac, sizeof(mac), text, strlen(text), next);
	hex_format(next, sizeof(next), hex);
	return hex;
}

static bool
is_signed(const struct claim *c, const char *name)
{
	size_t length = strlen(name);

	for (const char *s = c->names; (s = strstr(s, name)) != NULL; s++)
		if ((s == c->names || s[-1] == ';') &&
		    (s[length] == '\0' || s[length] == ';'))
			return true;
	return false;
}

static bool
signature_is_good(struct request *rq, const struct claim *c)
{
	const char *target = target_of(rq);
	struct buf b;

	buf_open(&b, rq->arena, TEXT_MOST);
	buf_printf(&b, "%s\n%.*s\n", method_name(rq->method),
	    (int)strcspn(target, "?"), target);
	if (*request_query(rq))
		put_query(rq, &b);
	buf_char(&b, '\n');
	if (!put_headers(rq, c, &b))
		return false;
	buf_printf(&b, "\n%s\n%s", c->names, c->payload);
	return secret_equal_text(signature_of(rq, c, b.at), c->signature);
}

/* The hash must be that of what came. */
static bool
payload_is_good(struct request *rq, const struct claim *c)
{
	char hash[SHA256_HEX];

	if (c->by_query)
		return rq->body_size == 0;
	sha256_hex(rq->body, rq->body_size, hash);
	return !strcmp(hash, c->payload);
}

/* NULL, or AWS's name for what is wrong; *status goes with it. */
static const char *
fault_of(struct request *rq, int *status)
{
	bool by_query = strstr(request_query(rq), "X-Amz-Signature=") != NULL;
	struct claim c = { 0 };
	int64_t now = clock_now_s();

	*status = 403;
	if (!(by_query ? claim_by_query(rq, &c) : claim_by_header(rq, &c)))
		return "AccessDenied";
	c.made_s = seconds_of(c.when);
	if (c.made_s < 0 || strncmp(c.when, c.day, 8) != 0 ||
	    strcmp(c.service, "s3") != 0 || !is_signed(&c, "host") ||
	    (!by_query && !is_signed(&c, "x-amz-date")) ||
	    (!by_query && !is_signed(&c, "x-amz-content-sha256")))
		return "AccessDenied";
	if (!key_is(CONF_S3_ACCESS_KEY, c.key_id))
		return "InvalidAccessKeyId";
	if (llabs(now - c.made_s) > SKEW_S && !by_query)
		return "RequestTimeTooSkewed";
	if (by_query && (c.made_s > now + SKEW_S || now > c.made_s + c.lasts_s))
		return "AccessDenied";
	if (strcmp(c.region, conf_text(CONF_S3_REGION)) != 0)
		return *status = 400, "AuthorizationHeaderMalformed";
	if (!signature_is_good(rq, &c))
		return "SignatureDoesNotMatch";
	if (!payload_is_good(rq, &c))
		return *status = 400, "XAmzContentSHA256Mismatch";
	return NULL;
}

/* ---- the objects ---- */

enum outcome
s3_put(struct request *rq)
{
	int status;
	const char *fault = fault_of(rq, &status);
	const char *type = request_header(rq, "Content-Type");
	char *text;
	json *o;

	if (fault)
		return refuse_s3(rq, status, fault);
	text = arena_alloc(rq->arena, B64_TEXT(rq->body_size));
	(void)b64_format(rq->body, rq->body_size, text);
	o = json_object_new_object();
	json_object_object_add(o, "bytes", json_object_new_string(text));
	json_object_object_add(o, "type",
	    json_object_new_string(type ? type : "binary/octet-stream"));
	store_put(OBJECTS, rq->path, o);
	json_object_put(o);
	return answer_text(rq, 200, "text/plain", "");
}

enum outcome
s3_get(struct request *rq)
{
	int status;
	const char *fault = fault_of(rq, &status), *text;
	size_t size = 0;
	char *bytes;
	json *o;

	if (fault)
		return refuse_s3(rq, status, fault);
	o = store_get(OBJECTS, rq->path);
	if (!o)
		return refuse_s3(rq, 404, "NoSuchKey");
	text = json_text(o, "bytes");
	bytes = arena_alloc(rq->arena, B64_ROOM(strlen(text)));
	if (!b64_parse(text, strlen(text), bytes, &size))
		return refuse_s3(rq, 500, "InternalError");
	reply_raw(rq, arena_text(rq->arena, json_text(o, "type")));
	buf_put(&rq->reply.data, bytes, size);
	reply_status(rq, 200);
	answered_status_set(200);
	return OK;
}

enum outcome
s3_delete(struct request *rq)
{
	int status;
	const char *fault = fault_of(rq, &status);

	if (fault)
		return refuse_s3(rq, status, fault);
	store_drop(OBJECTS, rq->path);
	return answer_text(rq, 204, "text/plain", "");
}
