/*
 * request.c: what the client sent besides its body.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/network.h"
#include "base/insist.h"
#include "base/utf8.h"

#include "furniture.h"

const char *
request_param(const struct request *rq, const char *name)
{
	for (char **e = rq->environment; e && *e; e++) {
		const char *line = *e, *want = name;

		/* Most differ at once: sooner than a call could tell. */
		while (*want && *line == *want)
			line++, want++;
		if (!*want && *line == '=')
			return line + 1;
	}
	return NULL;
}

const char *
request_header(const struct request *rq, const char *name)
{
	char param[128] = "HTTP_";
	size_t n = 5;

	for (; *name; name++) {
		insist(n < sizeof(param) - 1);
		param[n++] = *name == '-' ? '_' : (char)toupper(*name);
	}
	param[n] = '\0';
	return request_param(rq, param);
}

bool
request_is_same_origin(const struct request *rq)
{
	const char *site = request_header(rq, "Sec-Fetch-Site");
	const char *origin = request_header(rq, "Origin");

	if (site)
		return !strcmp(site, "same-origin") || !strcmp(site, "none");
	return !origin ||
	       strcasecmp(origin, conf_text(CONF_TSHOP_PUBLIC_URL)) == 0;
}

const char *
request_query(const struct request *rq)
{
	const char *query = request_param(rq, "QUERY_STRING");

	return query ? query : "";
}

const char *
request_cookie(const struct request *rq, const char *name)
{
	const char *at = request_header(rq, "Cookie");
	size_t length = strlen(name);

	while (at && *at) {
		at += strspn(at, "; ");
		if (strncmp(at, name, length) == 0 && at[length] == '=') {
			at += length + 1;
			return arena_text_n(rq->arena, at, strcspn(at, ";"));
		}
		at = strchr(at, ';');
	}
	return NULL;
}

enum outcome
request_id_param(struct request *rq, int index, struct id *id)
{
	insist(index < PATH_PARAMS_MOST && rq->params[index]);
	return id_parse(rq->params[index], id) ? OK : NOT_FOUND;
}

int
request_prefer_wait_s(const struct request *rq, int most)
{
	const char *prefer = request_header(rq, "Prefer");
	const char *wait = prefer ? strstr(prefer, "wait=") : NULL;
	long seconds;

	if (!wait)
		return 0;
	seconds = strtol(wait + 5, NULL, 10);
	if (seconds < 0)
		return 0;
	return seconds > most ? most : (int)seconds;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *
percent_decode(
    struct arena *arena, const char *text, size_t length, bool plus_is_space)
{
	char *out = arena_alloc(arena, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%') {
			int high, low;

			if (length - i < 3)
				return NULL;
			high = hex_digit(text[i + 1]);
			low = hex_digit(text[i + 2]);
			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return NULL;
		out[n++] = c;
	}
	return utf8_is_valid(out, n) ? out : NULL;
}

/*
 * The last address in X-Forwarded-For that is not a proxy of ours, as long
 * as the socket's peer is one; what stands left of it, the client may have
 * written itself.
 */
const char *
request_peer(struct request *rq)
{
	const char *peer = request_param(rq, "REMOTE_ADDR");
	const char *forwarded = request_header(rq, "X-Forwarded-For");
	char *list;

	if (!peer)
		peer = "";
	if (!forwarded)
		return peer;
	list = arena_text(rq->arena, forwarded);
	while (networks_have(conf_text(CONF_TSHOP_TRUSTED_PROXIES), peer)) {
		char *comma = strrchr(list, ',');
		char *last = comma ? comma + 1 : list;

		last += strspn(last, " \t");
		last[strcspn(last, " \t")] = '\0';
		if (!address_is_valid(last))
			break;
		peer = last;
		if (!comma)
			break;
		*comma = '\0';
	}
	return peer;
}
