/*
 * mail.c: SMTP through libcurl.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "base/log.h"
#include "net/mail.h"

#include "furniture.h"

#define CONNECT_MS 10000

struct reading {
	const char *at;
	size_t left;
};

static size_t
read_letter(char *room, size_t one, size_t count, void *from)
{
	struct reading *r = from;
	size_t size = one * count < r->left ? one * count : r->left;

	memcpy(room, r->at, size);
	r->at += size;
	r->left -= size;
	return size;
}

/* One that libcurl would pass on into the dialogue as it is. */
static bool
is_harmless(const char *address)
{
	for (const char *c = address; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '<' ||
		    *c == '>')
			return false;
	}
	return *address != '\0';
}

static void
handle_free(void *h)
{
	curl_easy_cleanup(h);
}

static void
list_free(void *list)
{
	curl_slist_free_all(list);
}

/* The server's URL with our name as its path, and whether it is near. */
static const char *
server_url(struct arena *a, const struct net_letter *l, bool *near)
{
	CURLU *u = curl_url();
	char *host = NULL;

	insist(u);
	*near = curl_url_set(u, CURLUPART_URL, l->server,
		    CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		net_is_loopback(host);
	curl_free(host);
	curl_url_cleanup(u);
	return arena_printf(a, "%.*s/%s",
	    (int)(strlen(l->server) -
		  (l->server[0] != '\0' &&
		      l->server[strlen(l->server) - 1] == '/')),
	    l->server, l->hello);
}

static void
letter_set(
    CURL *h, struct arena *a, const struct net_letter *l, struct reading *r)
{
	struct curl_slist *to = curl_slist_append(NULL, l->to);
	const char *url;
	bool near;

	insist(to);
	arena_defer(a, list_free, to);
	url = server_url(a, l, &near);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(
	    h, CURLOPT_USE_SSL, (long)(near ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, near ? 0L : 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, near ? 0L : 2L);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)l->patience_ms);
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, l->from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, read_letter);
	curl_easy_setopt(h, CURLOPT_READDATA, r);
	curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)l->size);
}

enum outcome
net_mail(struct arena *a, const struct net_letter *l, struct answer *out)
{
	struct reading r = { l->bytes, l->size };
	int64_t began = clock_mono_ms();
	CURL *h = curl_easy_init();
	long status = 0;
	CURLcode code;

	insist(h && is_harmless(l->from) && is_harmless(l->to));
	arena_defer(a, handle_free, h);
	*out = (struct answer){
		.body = "", .type = "", .request_id = "", .max_age_s = -1
	};
	letter_set(h, a, l, &r);
	code = net_perform(h);
	out->took_ms = (int)(clock_mono_ms() - began);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int)status;
	/* A letter that was read to its end may have arrived. */
	out->reach = code == CURLE_OK ? REACH_ANSWERED
		     : r.left == 0    ? REACH_UNKNOWN
				      : REACH_NEVER;
	log_event(LOG_INFO, "provider-call", LOG_TEXT("provider", "smtp"),
	    LOG_INT("status", status), LOG_INT("ms", out->took_ms),
	    LOG_TEXT("how", curl_easy_strerror(code)));
	if (code == CURLE_OK)
		return OK;
	return code == CURLE_OPERATION_TIMEDOUT && r.left == 0 ? TIMEOUT
							       : PROVIDER_ERROR;
}
