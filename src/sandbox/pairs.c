/*
 * pairs.c: key=value&key=value, percent-decoded.
 */
#include "base/arena.h"
#include "http/request.h"
#include "sandbox/pairs.h"
#include "sandbox/shape.h"

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static const char *
decoded(struct arena *a, const char *text, size_t length)
{
	char *out = arena_alloc(a, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%' && i + 2 < length &&
			   hex_digit(text[i + 1]) >= 0 &&
			   hex_digit(text[i + 2]) >= 0) {
			c = (char)(hex_digit(text[i + 1]) * 16 +
				   hex_digit(text[i + 2]));
			i += 2;
		}
		out[n++] = c;
	}
	return out;
}

static struct pair
pair_read(struct arena *a, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	size_t key = equals ? (size_t)(equals - text) : length;
	struct pair p = { decoded(a, text, key), "" };

	if (equals)
		p.value = decoded(a, equals + 1, length - key - 1);
	return p;
}

struct pairs
pairs_read(struct arena *a, const char *text, size_t length)
{
	const char *end = text + length, *next;
	struct pairs all = { 0, NULL };
	size_t most = 1;

	for (const char *c = text; c < end; c++)
		most += *c == '&';
	all.at = arena_array(a, struct pair, most);
	for (const char *at = text; at < end; at = next + 1) {
		next = memchr(at, '&', (size_t)(end - at));
		if (!next)
			next = end;
		if (next > at)
			all.at[all.count++] =
			    pair_read(a, at, (size_t)(next - at));
	}
	return all;
}

struct pairs
pairs_body(struct request *rq)
{
	return pairs_read(rq->arena, rq->body, rq->body_size);
}

struct pairs
pairs_query(struct request *rq)
{
	const char *query = request_query(rq);

	return pairs_read(rq->arena, query, strlen(query));
}

const char *
pairs_get(const struct pairs *all, const char *key)
{
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->at[i].key, key))
			return all->at[i].value;
	return NULL;
}
