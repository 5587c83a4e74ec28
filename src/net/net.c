/*
 * net.c: libcurl, and nobody else speaks it.
 *
 * One easy handle per thread, wiped between calls; its connections and its
 * names survive. The answer is gathered in pieces, because an arena does not
 * take back what a growing buffer leaves behind.
 */
#include <pthread.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/net.h"

#include "furniture.h"

#define CONNECT_MS 3000
#define USER_AGENT "TShop/1.0" /* some refuse a caller without a name */
#define CHUNK_LEAST (16 * 1024)
#define CHUNK_MOST (1024 * 1024)
#define DAY_S 86400

/* A piece of the answer; the bytes follow it. */
struct chunk {
	struct chunk *next;
	size_t used, room;
	char at[];
};

struct gathering {
	struct arena *arena;
	struct chunk *first, *last;
	size_t size, most;
	bool too_large;
};

static pthread_key_t handles;
static const struct net_lock *lock;

static void
handle_close(void *handle)
{
	curl_easy_cleanup(handle);
}

void
net_open(void)
{
	insist(pthread_key_create(&handles, handle_close) == 0);
}

void
net_close(void)
{
	CURL *mine = pthread_getspecific(handles);

	if (mine)
		curl_easy_cleanup(mine);
	pthread_setspecific(handles, NULL);
	pthread_key_delete(handles);
	curl_global_cleanup();
}

void
net_set_lock(const struct net_lock *l)
{
	lock = l;
}

/* Most workers never call anybody, and are spared its start and its memory. */
static void
curl_begin(void)
{
	insist(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static CURL *
handle_get(void)
{
	static pthread_once_t begun = PTHREAD_ONCE_INIT;
	CURL *h = pthread_getspecific(handles);

	pthread_once(&begun, curl_begin);
	if (h) {
		curl_easy_reset(h);
		return h;
	}
	h = curl_easy_init();
	insist(h);
	insist(pthread_setspecific(handles, h) == 0);
	return h;
}

void
call_header(struct call *c, struct arena *a, const char *format, ...)
{
	va_list ap;
	size_t n = 0;

	while (n < CALL_HEADERS_MOST && c->headers[n])
		n++;
	insist(n < CALL_HEADERS_MOST);
	va_start(ap, format);
	c->headers[n] = arena_vprintf(a, format, ap);
	va_end(ap);
	insist(!net_has_control(c->headers[n]));
}

static struct chunk *
chunk_add(struct gathering *g, size_t least)
{
	size_t room = g->last ? g->last->room * 2 : CHUNK_LEAST;
	struct chunk *p;

	if (room > CHUNK_MOST)
		room = CHUNK_MOST;
	if (room < least)
		room = least;
	p = arena_alloc(g->arena, sizeof(*p) + room + 1);
	p->room = room;
	if (g->last)
		g->last->next = p;
	else
		g->first = p;
	g->last = p;
	return p;
}

static size_t
gather(char *bytes, size_t one, size_t count, void *to)
{
	struct gathering *g = to;
	struct chunk *p = g->last;
	size_t size = one * count;

	if (size > g->most - g->size) {
		g->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (!p || size > p->room - p->used)
		p = chunk_add(g, size);
	memcpy(p->at + p->used, bytes, size);
	p->used += size;
	g->size += size;
	return size;
}

/* The whole answer with its NUL; a small one is in one piece already. */
static const char *
gathered(const struct gathering *g)
{
	char *whole, *next;

	if (!g->first)
		return "";
	if (g->first == g->last)
		return g->first->at;
	whole = next = arena_alloc(g->arena, g->size + 1);
	for (const struct chunk *p = g->first; p; p = p->next) {
		memcpy(next, p->at, p->used);
		next += p->used;
	}
	return whole;
}

int
net_retry_after(const char *value, int64_t now_s)
{
	char *end;
	long long wait = strtoll(value, &end, 10);
	time_t then;

	if (end == value || *end != '\0') {
		then = curl_getdate(value, NULL);
		if (then < 0)
			return 0;
		wait = (long long)then - now_s;
	}
	if (wait < 0)
		return 0;
	return wait > DAY_S ? DAY_S : (int)wait;
}

static const char *
header_find(CURL *h, struct arena *a, const char *name)
{
	struct curl_header *found;

	if (curl_easy_header(h, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
		return NULL;
	return arena_text(a, found->value);
}

/* What each of them calls the name of an answer, the surest first. */
static const char *const id_headers[] = { "Request-Id", "PayPal-Debug-Id",
	"X-Message-Id", "X-Request-Id" };

static void
headers_read(CURL *h, struct arena *a, struct answer *out)
{
	const char *text;

	if ((text = header_find(h, a, "Content-Type")))
		out->type = text;
	if ((text = header_find(h, a, "Retry-After")))
		out->retry_after_s = net_retry_after(text, clock_now_s());
	if ((text = header_find(h, a, "Stripe-Should-Retry")))
		out->hint = !strcasecmp(text, "true") ? 1 : -1;
	if ((text = header_find(h, a, "Cache-Control")) &&
	    (text = strcasestr(text, "max-age=")))
		out->max_age_s = net_retry_after(
		    arena_text_n(a, text + 8, strspn(text + 8, "0123456789")),
		    0);
	for (size_t i = 0; i < COUNT(id_headers) && !*out->request_id; i++)
		if ((text = header_find(h, a, id_headers[i])))
			out->request_id = text;
}

static void
list_free(void *list)
{
	curl_slist_free_all(list);
}

static struct curl_slist *
headers_make(struct arena *a, const struct call *c)
{
	/* no waiting for "100 Continue" */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; i < CALL_HEADERS_MOST && c->headers[i]; i++) {
		insist(list);
		list = curl_slist_append(list, c->headers[i]);
	}
	insist(list);
	arena_defer(a, list_free, list);
	return list;
}

/* What is the same for every call: the rules of net.h. */
static void
rules_set(CURL *h)
{
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, gather);
}

static void
call_set(CURL *h, const struct call *c)
{
	bool get = !strcmp(c->method, "GET");
	long connect_ms =
	    c->patience_ms < CONNECT_MS ? c->patience_ms : CONNECT_MS;

	curl_easy_setopt(h, CURLOPT_URL, c->url);
	if (c->ca_file)
		curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)c->patience_ms);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	if (get) {
		curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	if (c->body || !strcmp(c->method, "POST")) {
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, c->body ? c->body : "");
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)(c->body ? c->body_size : 0));
	}
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, c->method);
}

/* Where the waiting is done, without the program's lock. */
CURLcode
net_perform(CURL *h)
{
	CURLcode code;

	if (lock)
		lock->leave();
	code = curl_easy_perform(h);
	if (lock)
		lock->enter();
	return code;
}

/* Nothing left our side? Then it may be repeated anywhere. */
static enum reach
reach_of(CURL *h, CURLcode code)
{
	long sent = 0;

	if (code == CURLE_OK)
		return REACH_ANSWERED;
	curl_easy_getinfo(h, CURLINFO_REQUEST_SIZE, &sent);
	return sent > 0 ? REACH_UNKNOWN : REACH_NEVER;
}

static void
call_log(struct arena *a, const struct call *c, const struct answer *out,
    const char *how)
{
	const char *path = strstr(c->url, "://");

	path = path ? strchr(path + 3, '/') : NULL;
	path = path ? arena_text_n(a, path, strcspn(path, "?#")) : "/";
	log_event(LOG_INFO, "provider-call", LOG_TEXT("provider", c->provider),
	    LOG_TEXT("method", c->method), LOG_TEXT("path", path),
	    LOG_INT("status", out->status), LOG_INT("ms", out->took_ms),
	    LOG_TEXT("how", how), LOG_TEXT("theirs", out->request_id));
}

enum outcome
net_send(struct arena *a, const struct call *c, struct answer *out)
{
	struct gathering g = { .arena = a,
		.most =
		    c->answer_most ? c->answer_most : LIMIT_PROVIDER_BYTES };
	int64_t began = clock_mono_ms();
	long status = 0;
	CURLcode code;
	CURL *h;

	insist(c->provider && c->method && c->url && c->patience_ms > 0);
	*out = (struct answer){
		.body = "", .type = "", .request_id = "", .max_age_s = -1
	};
	if (!net_may_open(c->url)) {
		call_log(a, c, out, "not an address for us");
		return PROVIDER_ERROR;
	}
	h = handle_get();
	rules_set(h);
	call_set(h, c);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers_make(a, c));
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &g);
	code = net_perform(h);
	out->took_ms = (int)(clock_mono_ms() - began);
	out->reach = reach_of(h, code);
	if (code == CURLE_OK) {
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
		out->status = (int)status;
		out->body = gathered(&g);
		out->size = g.size;
		headers_read(h, a, out);
	}
	call_log(
	    a, c, out, g.too_large ? "too large" : curl_easy_strerror(code));
	if (code == CURLE_OK)
		return OK;
	/* no connection in time is "away", not "too slow" */
	return code == CURLE_OPERATION_TIMEDOUT && out->reach == REACH_UNKNOWN
		   ? TIMEOUT
		   : PROVIDER_ERROR;
}
