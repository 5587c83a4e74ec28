/*
 * address.c: where we may speak at all.
 */
#include <strings.h>

#include "base/insist.h"
#include "net/net.h"

#include "furniture.h"

bool
net_has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

bool
net_is_loopback(const char *host)
{
	unsigned a, b, c, d;
	int end = 0;

	if (!strcasecmp(host, "localhost") || !strcmp(host, "[::1]"))
		return true;
	if (sscanf(host, "127.%u.%u.%u%n", &b, &c, &d, &end) != 3)
		return false;
	a = b | c | d; /* each below 256 if this is */
	return a <= 255 && host[end] == '\0';
}

static bool
parts_are_good(const char *scheme, const char *host, const char *user)
{
	if (user)
		return false;
	if (!strcasecmp(scheme, "https"))
		return true;
	return !strcasecmp(scheme, "http") && net_is_loopback(host);
}

/* The one question that decides where we speak; a strict reader asks it. */
bool
net_may_open(const char *url)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	bool good;

	insist(u);
	good = !net_has_control(url) &&
	       curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	curl_url_get(u, CURLUPART_USER, &user, 0);
	good = good && parts_are_good(scheme, host, user);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(u);
	return good;
}
