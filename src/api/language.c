/*
 * language.c: Accept-Language, read leniently as RFC 9110 wants it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/reply.h"

#include "language.h"

#define RANGES_MOST 16
#define TAG_MOST 35

struct range {
	char tag[TAG_MOST + 1];
	int weight; /* thousandths */
};

/* "q=0.8" among the parameters; 1000 without one, 0 for nonsense. */
static int
range_weight(const char *params, size_t length)
{
	const char *q = memchr(params, 'q', length);
	int weight = 0;

	if (!q)
		return 1000;
	if (q[1] != '=' || (q[2] != '0' && q[2] != '1'))
		return 0;
	weight = (q[2] - '0') * 1000;
	if (q[3] == '.') {
		for (int i = 0, unit = 100; i < 3; i++, unit /= 10) {
			if (!isdigit((unsigned char)q[4 + i]))
				break;
			weight += (q[4 + i] - '0') * unit;
		}
	}
	return weight > 1000 ? 0 : weight;
}

/* One range of the header; false if it is none that could be served. */
static bool
range_read(const char *at, size_t length, struct range *r)
{
	size_t n = 0;

	while (length && (*at == ' ' || *at == '\t')) {
		at++;
		length--;
	}
	while (n < length && n < TAG_MOST &&
	       (isalnum((unsigned char)at[n]) || at[n] == '-')) {
		r->tag[n] = (char)tolower((unsigned char)at[n]);
		n++;
	}
	r->tag[n] = '\0';
	r->weight = range_weight(at + n, length - n);
	return n > 0 && r->weight > 0;
}

/* Best first; equal ones as they came. */
static int
ranges_read(const char *header, struct range ranges[RANGES_MOST])
{
	int count = 0;

	while (header && *header && count < RANGES_MOST) {
		size_t length = strcspn(header, ",");
		struct range r;
		int at;

		if (range_read(header, length, &r)) {
			for (at = count++; at > 0; at--) {
				if (ranges[at - 1].weight >= r.weight)
					break;
				ranges[at] = ranges[at - 1];
			}
			ranges[at] = r;
		}
		header += length;
		if (*header == ',')
			header++;
	}
	return count;
}

const char *
languages_wanted(struct request *rq, const char *lang)
{
	const char *from = lang ? lang : request_header(rq, "Accept-Language");
	struct range ranges[RANGES_MOST];
	int count = ranges_read(from, ranges);
	struct buf b;

	buf_open(&b, rq->arena, 4096);
	buf_char(&b, '{');
	for (int i = 0; i < count; i++) {
		size_t primary = strcspn(ranges[i].tag, "-");

		if (b.length > 1)
			buf_char(&b, ',');
		buf_printf(&b, "\"%s\"", ranges[i].tag);
		if (ranges[i].tag[primary])
			buf_printf(
			    &b, ",\"%.*s\"", (int)primary, ranges[i].tag);
		if (primary == 2 && strncmp(ranges[i].tag, "en", 2) == 0)
			break;
	}
	buf_char(&b, '}');
	return b.at;
}

void
languages_add(struct languages *l, const char *tag)
{
	size_t used = strlen(l->text);

	if (strstr(l->text, tag) || used + strlen(tag) + 3 > sizeof(l->text))
		return;
	snprintf(l->text + used, sizeof(l->text) - used, "%s%s",
	    used ? ", " : "", tag);
}

void
languages_reply(struct request *rq, const struct languages *l)
{
	reply_header(rq, "Content-Language", "%s", l->text[0] ? l->text : "en");
	reply_header(rq, "Vary", "Accept-Language");
}
