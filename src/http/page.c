/*
 * page.c: ?page= &limit= &cursor=, and the cursors themselves.
 *
 * A cursor is the key of a page's last row under a signature that binds it
 * to the route and the sort it was made for: nobody can forge one, and one
 * of another list is refused like nonsense.
 */
#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/secret.h"
#include "http/reply.h"
#include "http/route.h"

#include "furniture.h"

#define MAC_BYTES 9
#define KEY_BYTES 512
#define PAGE_MOST 1000000

struct page_form {
	int page, limit;
	const char *cursor;
};

static const struct field page_fields[] = { FIELD(page_form, page, "page",
						OPTIONAL, 1, PAGE_MOST),
	FIELD(page_form, limit, "limit", OPTIONAL, 1, LIMIT_PAGE_ROWS),
	FIELD(page_form, cursor, "cursor", OPTIONAL, 1, 1024), FIELD_END };

static void
cursor_mac(struct request *rq, const char *key, uint8_t mac[SHA256_BYTES])
{
	static uint8_t secret[SHA256_BYTES];
	static bool known;
	const char *sort = query_value(rq, "sortBy");

	if (!known) {
		const char *from = conf_text(CONF_TSHOP_MEDIA_KEY);

		secret_derive(from, strlen(from), "cursor", secret);
		known = true;
	}
	if (!sort)
		sort = "";
	hmac_sha256_pieces(secret, sizeof(secret),
	    (const struct piece[]){
		{ rq->route->path, strlen(rq->route->path) + 1 },
		{ sort, strlen(sort) + 1 },
		{ key, strlen(key) },
		{ NULL, 0 },
	    },
	    mac);
}

const char *
cursor_seal(struct request *rq, const char *key)
{
	uint8_t mac[SHA256_BYTES];
	size_t length = strlen(key);
	char *sealed = arena_alloc(rq->arena, MAC_BYTES + length);
	char *text = arena_alloc(rq->arena, B64_TEXT(MAC_BYTES + length));

	cursor_mac(rq, key, mac);
	memcpy(sealed, mac, MAC_BYTES);
	memcpy(sealed + MAC_BYTES, key, length);
	b64url_format(sealed, MAC_BYTES + length, text);
	return text;
}

/* The key inside; NULL if the cursor is none of ours. */
static const char *
cursor_open(struct request *rq, const char *text)
{
	uint8_t mac[SHA256_BYTES];
	char *sealed = arena_alloc(rq->arena, B64_ROOM(strlen(text)) + 1);
	size_t size;

	if (!b64url_parse(text, strlen(text), sealed, &size) ||
	    size <= MAC_BYTES || size > MAC_BYTES + KEY_BYTES)
		return NULL;
	sealed[size] = '\0';
	cursor_mac(rq, sealed + MAC_BYTES, mac);
	return secret_equal(sealed, mac, MAC_BYTES) ? sealed + MAC_BYTES : NULL;
}

enum outcome
form_page(struct request *rq, struct page *page)
{
	struct page_form form = { .page = 1, .limit = LIMIT_PAGE_ROWS_DEFAULT };

	TRY(form_query_open(rq, page_fields, &form));
	*page = (struct page){ .number = form.page,
		.limit = form.limit,
		.offset = (form.page - 1) * form.limit };
	if (form.cursor) {
		page->cursor = cursor_open(rq, form.cursor);
		page->offset = 0;
		if (!page->cursor)
			form_wrong(rq, "cursor", "format",
			    "It is not a cursor of this list.");
	}
	return form_check(rq);
}
