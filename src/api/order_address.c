/*
 * order_address.c: an address of a body, checked, and as it is stored.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "http/form.h"

#include "order_address.h"

#define POSTAL_MOST 20

static const struct field address_fields[] = { FIELD(address, name, "name",
						   REQUIRED, 1, 255),
	FIELD(address, line1, "line1", REQUIRED, 1, 255),
	FIELD(address, line2, "line2", OPTIONAL, 0, 255),
	FIELD(address, city, "city", REQUIRED, 1, 100),
	FIELD(address, state, "state", OPTIONAL, 0, 100),
	FIELD(address, postal_code, "postalCode", OPTIONAL, 0, POSTAL_MOST),
	FIELD(address, country, "country", REQUIRED, 2, 2),
	FIELD(address, phone, "phone", PHONE, 0, 16), FIELD_END };

/* "" is as good as nothing, for clients that send every field. */
static const char *
some(const char *text)
{
	return text && *text ? text : NULL;
}

const char *
order_address_json(struct arena *a, const struct address *it)
{
	const struct {
		const char *key, *text;
	} parts[] = { { "name", it->name }, { "line1", it->line1 },
		{ "line2", it->line2 }, { "city", it->city },
		{ "state", it->state }, { "postalCode", it->postal_code },
		{ "country", it->country }, { "phone", it->phone } };
	struct buf b;

	buf_open(&b, a, 16 * 1024);
	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		buf_json_key(&b, parts[i].key);
		buf_json(&b, parts[i].text);
	}
	buf_char(&b, '}');
	return b.at;
}

void
order_address_read(
    struct request *rq, const char *field, json *object, struct address *it)
{
	struct address_wrong wrong[ADDRESS_WRONGS_MOST];
	int wrongs;

	form_nested(rq, field, object, address_fields, it);
	it->state = some(it->state);
	it->postal_code = some(it->postal_code);
	it->line2 = some(it->line2);
	wrongs = address_check(it, wrong);
	for (int i = 0; i < wrongs; i++)
		form_wrong(rq,
		    arena_printf(rq->arena, "%s.%s", field, wrong[i].field),
		    wrong[i].code, wrong[i].message);
}
