/*
 * furniture.h: what the files of net/ share.
 */
#ifndef TSHOP_NET_FURNITURE_H
#define TSHOP_NET_FURNITURE_H

#include <stdbool.h>

#include <curl/curl.h>

/* curl_easy_perform() without the program's lock. */
CURLcode net_perform(CURL *);
bool net_is_loopback(const char *host);
/* C0 or DEL: it would end a header's line. */
bool net_has_control(const char *text);

#endif
