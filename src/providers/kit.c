/*
 * kit.c: building calls and reading answers, for all providers.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/limits.h"
#include "base/secret.h"
#include "providers/kit.h"

#define WORDS_MOST 200
#define DAY_S 86400

void
kit_call(
    struct call *c, const char *provider, const char *method, int patience_ms)
{
	*c = (struct call){ .provider = provider,
		.method = method,
		.patience_ms = patience_ms };
}

void
kit_open(struct buf *b, struct arena *a)
{
	buf_open(b, a, LIMIT_PROVIDER_BYTES);
}

void
kit_url(struct call *c, struct arena *a, const char *base, ...)
{
	struct buf b;
	const char *part;
	bool literal = true;
	va_list ap;

	kit_open(&b, a);
	buf_text(&b, base);
	va_start(ap, base);
	while ((part = va_arg(ap, const char *))) {
		if (literal)
			buf_text(&b, part);
		else
			buf_percent(&b, part);
		literal = !literal;
	}
	va_end(ap);
	c->url = b.at;
}

void
kit_body(struct call *c, struct arena *a, const struct buf *b, const char *type)
{
	c->body = b->at;
	c->body_size = b->length;
	call_header(c, a, "Content-Type: %s", type);
}

void
kit_form(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	if (b->length)
		buf_char(b, '&');
	buf_percent(b, key);
	buf_char(b, '=');
	buf_percent(b, value);
}

void
kit_form_int(struct buf *b, const char *key, int64_t value)
{
	if (b->length)
		buf_char(b, '&');
	buf_percent(b, key);
	buf_char(b, '=');
	buf_int(b, value);
}

void
kit_member(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	buf_json_key(b, key);
	buf_json(b, value);
}

void
kit_member_int(struct buf *b, const char *key, int64_t value)
{
	buf_json_key(b, key);
	buf_int(b, value);
}

/* Their words, on one line, without what could harm a log or a terminal. */
static const char *
tamed(struct arena *a, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	char *copy;

	if (length > WORDS_MOST) {
		length = WORDS_MOST;
		/* never cut a character in two */
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	copy = arena_text_n(a, text ? text : "", length);
	for (char *c = copy; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return copy;
}

enum outcome
kit_trouble(struct arena *a, struct trouble *t, enum outcome o, enum cure cure,
    const char *code, const char *words)
{
	t->cure = cure;
	t->code = tamed(a, code);
	t->words = tamed(a, words);
	return o;
}

enum outcome
kit_nonsense(struct arena *a, struct trouble *t, const char *what)
{
	return kit_trouble(a, t, PROVIDER_ERROR, CURE_LOOK, "nonsense", what);
}

enum outcome
kit_reached(const struct answer *answer, struct trouble *t)
{
	*t = (struct trouble){ .code = "", .words = "" };
	switch (answer->reach) {
	case REACH_ANSWERED:
		t->wait_s = answer->retry_after_s;
		return OK;
	case REACH_NEVER:
		t->cure = CURE_WAIT;
		t->code = "away";
		return PROVIDER_ERROR;
	default:
		t->cure = CURE_LOOK;
		t->code = "unknown";
		return TIMEOUT;
	}
}

static bool
may_pass(int status)
{
	return status == 408 || status == 409 || status == 425 ||
	       status == 429 || status >= 500;
}

enum outcome
kit_status(struct arena *a, const struct answer *answer, struct trouble *t)
{
	const char *code = arena_printf(a, "HTTP %d", answer->status);

	if (answer->status >= 200 && answer->status <= 299)
		return OK;
	if (may_pass(answer->status))
		return kit_trouble(a, t, PROVIDER_ERROR, CURE_WAIT, code, "");
	return kit_trouble(a, t,
	    answer->status == 404 ? NOT_FOUND : PROVIDER_ERROR, CURE_PERSON,
	    code, "");
}

json *
kit_json(struct arena *a, const char *body, size_t size)
{
	struct json_flaw flaw;
	json *value = NULL;

	if (FAILED(
		json_read(a, body, size, &json_limits_provider, &value, &flaw)))
		return NULL;
	return value;
}

const char *
kit_text(json *object, const char *name)
{
	const char *text = json_text(object, name);

	return text ? text : "";
}

bool
kit_id_is_good(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length <= KIT_ID_MOST &&
	       strspn(text,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789._:@-") == length &&
	       strspn(text, ".") < length;
}

const char *
kit_id(struct arena *a, json *object, const char *name)
{
	json *value = json_get(object, name);
	const char *text = json_text(object, name);

	if (json_is_int(value))
		text = arena_text(a, json_number(value));
	else if (!text)
		text = json_text(value, "id");
	return kit_id_is_good(text) ? text : NULL;
}

bool
kit_is_token(const char *text, size_t most)
{
	size_t length = 0;

	if (!text)
		return false;
	for (; text[length]; length++)
		if (text[length] <= 0x20 || text[length] >= 0x7f)
			return false;
	return length > 0 && length <= most;
}

const char *
kit_id_or_none(struct arena *a, json *object, const char *name)
{
	const char *id = kit_id(a, object, name);

	return id ? id : "";
}

const char *
kit_upper(struct arena *a, const char *text)
{
	char *copy = arena_text(a, text ? text : "");

	for (char *c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

const char *
kit_lower(struct arena *a, const char *text)
{
	char *copy = arena_text(a, text ? text : "");

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* Days from 1970 to a day of the Gregorian calendar. */
static int64_t
days_since_1970(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	       (153 * m + 2) / 5 + day - 1 - 719468;
}

/* What follows the seconds: a fraction, then Z, an offset, or nothing. */
static int
offset_s(const char *rest)
{
	int hours = 0, minutes = 0;
	char sign;

	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return 0;
	if (sign != '+' && sign != '-')
		return 0;
	return (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
}

int64_t
kit_time(const char *text)
{
	int year, month, day, hour, minute, second, end = 0;

	if (!text ||
	    sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &year, &month, &day,
		&hour, &minute, &second, &end) != 6 ||
	    end == 0)
		return 0;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return 0;
	return days_since_1970(year, month, day) * DAY_S +
	       (hour * 60 + minute) * 60 + second - offset_s(text + end);
}

int64_t
kit_time_of(json *object, const char *name)
{
	const char *text = json_text(object, name);
	char *end;
	long long seconds;

	if (!text)
		return json_int(object, name, 0);
	seconds = strtoll(text, &end, 10);
	return *text && *end == '\0' ? seconds : kit_time(text);
}

bool
kit_same_secret(const char *a, const char *b)
{
	return a && b && *a && secret_equal_text(a, b);
}

const char *
kit_hash_id(struct arena *a, const struct notice *n)
{
	char hex[SHA256_HEX];

	sha256_hex(n->body, n->size, hex);
	return arena_printf(a, "sha256:%s", hex);
}
