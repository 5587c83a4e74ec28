/*
 * mail.c: what no mail may hold, whoever delivers it.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "providers/mail_room.h"

#define ADDRESS_MOST 254
#define LOCAL_MOST 64
#define SUBJECT_MOST 998

const struct mail_provider *
mail_find(const char *name)
{
	static const struct mail_provider *const all[] = { &mail_resend,
		&mail_sendgrid };

	for (size_t i = 0; i < COUNT(all); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}

bool
mail_address_is_good(const char *address)
{
	const char *at;

	if (!address || strlen(address) > ADDRESS_MOST ||
	    strpbrk(address, "<>()[]\\,;:\" "))
		return false;
	for (const char *c = address; *c; c++)
		if ((unsigned char)*c < 0x21 || *c == 0x7f)
			return false;
	at = strchr(address, '@');
	if (!at || at == address || at - address > LOCAL_MOST ||
	    strchr(at + 1, '@') || at[1] == '.' || at[1] == '-')
		return false;
	return strchr(at, '.') || !strcmp(at + 1, "localhost");
}

/* CR, LF and their like would begin a header of their own. */
static bool
is_one_line(const char *text, size_t most)
{
	size_t length = strlen(text);

	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return length <= most;
}

bool
mail_from_parse(
    struct arena *a, const char *from, const char **name, const char **address)
{
	const char *open = strrchr(from, '<');
	size_t length = strlen(from);

	if (!open) {
		*name = "";
		*address = from;
		return mail_address_is_good(from);
	}
	if (from[length - 1] != '>' || !is_one_line(from, ADDRESS_MOST))
		return false;
	*address =
	    arena_text_n(a, open + 1, (size_t)(from + length - 1 - (open + 1)));
	length = (size_t)(open - from);
	while (length && from[length - 1] == ' ')
		length--;
	*name = arena_text_n(a, from, length);
	return mail_address_is_good(*address) && !strpbrk(*name, "<>\"");
}

enum outcome
mail_may(struct arena *a, const struct mail *m)
{
	const char *name, *address;

	if (!mail_address_is_good(m->to) ||
	    !mail_from_parse(a, m->from, &name, &address) ||
	    !is_one_line(m->subject, SUBJECT_MOST) || !*m->subject ||
	    !m->text || !*m->text || !kit_is_token(m->key, KIT_ID_MOST))
		return VALIDATION_ERROR;
	for (const struct mail_header *h = m->headers; h->name; h++)
		if (!kit_is_token(h->name, 64) || strchr(h->name, ':') ||
		    !is_one_line(h->value, SUBJECT_MOST))
			return VALIDATION_ERROR;
	return OK;
}

void
mail_headers_put(struct buf *b, const struct mail *m)
{
	if (!m->headers[0].name)
		return;
	buf_json_key(b, "headers");
	buf_char(b, '{');
	for (const struct mail_header *h = m->headers; h->name; h++)
		kit_member(b, h->name, h->value);
	buf_char(b, '}');
}
