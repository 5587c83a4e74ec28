/*
 * fetch.c: a print file, looked at as a printer would.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/secret.h"
#include "net/net.h"
#include "sandbox/fetch.h"
#include "sandbox/store.h"

#define PATIENCE_MS 30000

struct found {
	char sha256[SHA256_HEX];
	int64_t size, width, height;
	bool there;
};

static int64_t
big_endian(const unsigned char *at)
{
	return (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static struct found
file_read(const struct answer *got)
{
	static const char png[] = "\x89PNG\r\n\x1a\n";
	const unsigned char *at = (const unsigned char *)got->body;
	struct found f = { 0 };

	f.there = got->status == 200;
	if (!f.there)
		return f;
	f.size = (int64_t)got->size;
	sha256_hex(got->body, got->size, f.sha256);
	if (got->size > 24 && !memcmp(at, png, 8)) {
		f.width = big_endian(at + 16);
		f.height = big_endian(at + 20);
	}
	return f;
}

static void
file_note(json *file, const char *url, const struct found *f)
{
	if (!text_is(file, "url", url))
		return;
	set_text(file, "status", f->there ? "ok" : "failed");
	if (!f->there)
		return;
	set_text(file, "sha256", f->sha256);
	set_int(file, "size", f->size);
	set_int(file, "width", f->width);
	set_int(file, "height", f->height);
	set_text(file, "mime_type", f->width ? "image/png" : NULL);
}

static void
order_note(json *order, const char *url, const struct found *f)
{
	static const char *const lists[] = { "items", "line_items" };

	for (size_t l = 0; l < COUNT(lists); l++) {
		json *items = json_get(order, lists[l]);

		for (size_t i = 0; i < json_count(items); i++) {
			json *files = json_get(json_element(items, i), "files");

			for (size_t n = 0; n < json_count(files); n++)
				file_note(json_element(files, n), url, f);
		}
	}
}

bool
fetch_do(struct arena *a, json *row)
{
	const char *collection = arena_text(a, json_text(row, "collection"));
	const char *id = arena_text(a, json_text(row, "order"));
	struct call call = { 0 };
	struct answer got;
	struct found f;
	json *order;

	call.provider = "print-file";
	call.method = "GET";
	call.url = arena_text(a, json_text(row, "url"));
	call.answer_most = LIMIT_PICTURE_BYTES;
	call.patience_ms = PATIENCE_MS;
	call.ca_file = getenv("TSHOP_SANDBOX_CA");
	if (!net_may_open(call.url))
		return true;
	net_send(a, &call, &got);

	f = file_read(&got);
	order = store_get(collection, id);
	if (!order)
		return true;
	order_note(order, call.url, &f);
	store_put(collection, id, order);
	return f.there;
}
