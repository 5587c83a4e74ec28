/*
 * gemini_read.c: what comes back from Gemini's generateContent.
 *
 * Status 200 proves nothing: a refused wish is a 200 without candidates, a
 * refused answer a candidate without content.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/insist.h"
#include "providers/amount.h"
#include "providers/draw.h"
#include "providers/kit.h"

#define TEXT_MOST (512 * 1024)
#define TOKENS_MOST 100000000
#define WAIT_MOST_S 3600

static enum outcome
ended(struct arena *a, struct draw_result *r, enum draw_end end,
    const char *reason, struct trouble *t)
{
	/* clang-format off */
	static const enum cure cures[] = {
		[DRAW_DONE]      = CURE_NONE,   [DRAW_BLOCKED]   = CURE_BUYER,
		[DRAW_TRUNCATED] = CURE_WAIT,   [DRAW_GARBAGE]   = CURE_WAIT,
		[DRAW_ONCE_MORE] = CURE_WAIT,   [DRAW_LATER]     = CURE_WAIT,
		[DRAW_NO_MODEL]  = CURE_PERSON, [DRAW_NO_SCHEMA] = CURE_WAIT,
		[DRAW_NEVER]     = CURE_PERSON, [DRAW_UNKNOWN]   = CURE_LOOK,
	};
	/* clang-format on */

	r->end = end;
	r->reason = arena_text(a, reason);
	return kit_trouble(a, t, end == DRAW_DONE ? OK : PROVIDER_ERROR,
	    cures[end], reason, t->words);
}

/* ---- errors ---- */

/* "17.42s": whole seconds, rounded up; 0 if it is none. */
static int
delay_read(const char *text)
{
	char *end;
	long seconds = strtol(text, &end, 10);

	if (end == text || seconds < 0)
		return 0;
	if (*end == '.')
		seconds++;
	return seconds > WAIT_MOST_S ? WAIT_MOST_S : (int)seconds;
}

/* An empty quota of the day, or one of nothing at all, does not come back. */
static bool
is_used_up(json *detail)
{
	json *all = json_get(detail, "violations");

	for (size_t i = 0; i < json_count(all); i++) {
		json *one = json_element(all, i);

		if (strstr(kit_text(one, "quotaId"), "PerDay") ||
		    !strcmp(kit_text(one, "quotaValue"), "0"))
			return true;
	}
	return false;
}

struct details {
	int delay_s;
	bool used_up, bad_key;
};

static struct details
details_read(json *error)
{
	json *all = json_get(error, "details");
	struct details d = { 0 };

	for (size_t i = 0; i < json_count(all); i++) {
		json *one = json_element(all, i);
		const char *delay = json_text(one, "retryDelay");

		if (delay)
			d.delay_s = delay_read(delay);
		if (!strcmp(kit_text(one, "reason"), "API_KEY_INVALID"))
			d.bad_key = true;
		d.used_up |= is_used_up(one);
	}
	return d;
}

static enum draw_end
end_of_status(int status, const char *word, const struct details *d)
{
	if (status == 404)
		return DRAW_NO_MODEL;
	if (status == 429)
		return d->used_up ? DRAW_NO_MODEL : DRAW_LATER;
	if (status == 400 && !d->bad_key && !strcmp(word, "INVALID_ARGUMENT"))
		return DRAW_NO_SCHEMA;
	if (status == 408 || status >= 500)
		return DRAW_LATER;
	return DRAW_NEVER;
}

static enum outcome
error_read(struct arena *a, const struct answer *answer, json *root,
    struct draw_result *r, struct trouble *t)
{
	/* a stream's error comes in an array */
	json *element = json_element(root, 0);
	json *error = json_get(element ? element : root, "error");
	struct details d = details_read(error);
	const char *word = kit_text(error, "status");

	if (t->wait_s < d.delay_s)
		t->wait_s = d.delay_s;
	t->words = kit_text(error, "message");
	return ended(a, r, end_of_status(answer->status, word, &d),
	    *word ? word : arena_printf(a, "HTTP %d", answer->status), t);
}

/* ---- usage ---- */

static int64_t
tokens(json *usage, const char *name)
{
	int64_t n = json_int(usage, name, 0);

	return n < 0 ? 0 : n > TOKENS_MOST ? TOKENS_MOST : n;
}

static struct draw_usage
usage_read(json *usage)
{
	json *details = json_get(usage, "candidatesTokensDetails");
	struct draw_usage u = { 0 };

	u.prompt = tokens(usage, "promptTokenCount");
	u.cached = tokens(usage, "cachedContentTokenCount");
	u.thoughts = tokens(usage, "thoughtsTokenCount");
	u.text = tokens(usage, "candidatesTokenCount");
	u.total = tokens(usage, "totalTokenCount");
	for (size_t i = 0; i < json_count(details); i++)
		if (!strcmp(kit_text(json_element(details, i), "modality"),
			"IMAGE"))
			u.image =
			    tokens(json_element(details, i), "tokenCount");
	if (u.image > u.text)
		u.image = u.text;
	if (u.cached > u.prompt)
		u.cached = u.prompt;
	u.text -= u.image;
	return u;
}

/* ---- what was drawn ---- */

/* clang-format off */
static const struct {
	const char *reason;
	enum draw_end end;
} finishes[] = {
	{ "STOP",                     DRAW_DONE },
	{ "MAX_TOKENS",               DRAW_TRUNCATED },
	{ "SAFETY",                   DRAW_BLOCKED },
	{ "BLOCKLIST",                DRAW_BLOCKED },
	{ "PROHIBITED_CONTENT",       DRAW_BLOCKED },
	{ "SPII",                     DRAW_BLOCKED },
	{ "IMAGE_SAFETY",             DRAW_BLOCKED },
	{ "IMAGE_PROHIBITED_CONTENT", DRAW_BLOCKED },
};
/* clang-format on */

static enum draw_end
end_of_finish(const char *reason)
{
	for (size_t i = 0; i < COUNT(finishes); i++)
		if (!strcmp(finishes[i].reason, reason))
			return finishes[i].end;
	return DRAW_ONCE_MORE; /* RECITATION, NO_IMAGE, OTHER, unknown */
}

/* Status, refusal, finish; then *parts is the answer. */
static enum outcome
parts_read(struct arena *a, const struct answer *answer, json **parts,
    struct draw_result *r, struct trouble *t)
{
	json *root, *candidate;
	const char *reason;
	enum draw_end end;
	enum outcome o;

	*r = (struct draw_result){ .end = DRAW_UNKNOWN,
		.model = "",
		.response = "",
		.reason = "",
		.text = "",
		.type = "" };
	o = kit_reached(answer, t);
	if (o != OK) {
		if (answer->reach == REACH_NEVER)
			r->end = DRAW_LATER;
		return o;
	}
	root = kit_json(a, answer->body, answer->size);
	if (answer->status != 200)
		return error_read(a, answer, root, r, t);
	if (!root)
		return ended(a, r, DRAW_GARBAGE, "not JSON", t);
	r->usage = usage_read(json_get(root, "usageMetadata"));
	r->model = kit_text(root, "modelVersion");
	r->response = kit_text(root, "responseId");
	reason = json_text(json_get(root, "promptFeedback"), "blockReason");
	if (reason) {
		r->refused_prompt = true;
		return ended(a, r, DRAW_BLOCKED, reason, t);
	}
	candidate = json_element(json_get(root, "candidates"), 0);
	reason = kit_text(candidate, "finishReason");
	end = end_of_finish(reason);
	if (end != DRAW_DONE)
		return ended(a, r, end, *reason ? reason : "no candidate", t);
	*parts = json_at(candidate, "content", "parts", NULL);
	return OK;
}

/* The text of all parts that are not thoughts. */
static const char *
text_join(struct arena *a, json *parts)
{
	struct buf b;

	buf_open(&b, a, TEXT_MOST);
	for (size_t i = 0; i < json_count(parts); i++) {
		json *part = json_element(parts, i);
		const char *text = kit_text(part, "text");

		if (json_flag(part, "thought", false))
			continue;
		if (strlen(text) > TEXT_MOST - b.length)
			return "";
		buf_text(&b, text);
	}
	return b.at;
}

/* One ```json fence around it is taken off. */
static const char *
fence_strip(struct arena *a, const char *text)
{
	static const char blanks[] = " \t\r\n";
	size_t length;

	text += strspn(text, blanks);
	length = strlen(text);
	while (length && strchr(blanks, text[length - 1]))
		length--;
	if (length < 6 || strncmp(text, "```", 3) != 0 ||
	    strncmp(text + length - 3, "```", 3) != 0)
		return arena_text_n(a, text, length);
	length -= 3;
	for (size_t i = 3; i < length; i++)
		if (text[i] == '\n')
			return arena_text_n(a, text + i + 1, length - i - 1);
	return "";
}

enum outcome
draw_read(struct arena *a, const struct answer *answer, struct draw_result *r,
    struct trouble *t)
{
	struct json_flaw flaw;
	json *parts, *list = NULL;

	TRY(parts_read(a, answer, &parts, r, t));
	r->text = fence_strip(a, text_join(a, parts));
	if (FAILED(json_read(a, r->text, strlen(r->text), &json_limits_request,
		&list, &flaw)) ||
	    !json_object_is_type(json_get(list, "objects"), json_type_array))
		return ended(a, r, DRAW_GARBAGE, "not a drawing list", t);
	r->list = list;
	return ended(a, r, DRAW_DONE, "STOP", t);
}

/* By the first bytes; what is declared may be wrong. */
static const char *
type_of(const uint8_t *bytes, size_t size)
{
	if (size >= 3 && !memcmp(bytes, "\xff\xd8\xff", 3))
		return "image/jpeg";
	if (size >= 8 && !memcmp(bytes, "\x89PNG\r\n\x1a\n", 8))
		return "image/png";
	if (size >= 12 && !memcmp(bytes, "RIFF", 4) &&
	    !memcmp(bytes + 8, "WEBP", 4))
		return "image/webp";
	return "";
}

/* The last picture that is no thought. */
static const char *
picture_find(json *parts)
{
	const char *data = NULL;

	for (size_t i = 0; i < json_count(parts); i++) {
		json *part = json_element(parts, i);
		const char *one =
		    json_text(json_get(part, "inlineData"), "data");

		if (one && !json_flag(part, "thought", false))
			data = one;
	}
	return data;
}

enum outcome
draw_picture_read(struct arena *a, const struct answer *answer,
    struct draw_result *r, struct trouble *t)
{
	const char *data;
	uint8_t *bytes;
	size_t size;
	json *parts;

	TRY(parts_read(a, answer, &parts, r, t));
	data = picture_find(parts);
	if (!data)
		return ended(a, r, DRAW_ONCE_MORE, "no picture", t);
	bytes = arena_alloc(a, B64_ROOM(strlen(data)));
	if (!b64_parse(data, strlen(data), bytes, &size) ||
	    !*type_of(bytes, size))
		return ended(a, r, DRAW_GARBAGE, "not a picture", t);
	r->picture = bytes;
	r->picture_size = size;
	r->type = type_of(bytes, size);
	return ended(a, r, DRAW_DONE, "STOP", t);
}

/* ---- what it cost ---- */

bool
draw_price_parse(const char *dollars, int64_t *nano)
{
	return amount_parse(dollars, 3, nano);
}

int64_t
draw_cost_nano(const struct draw_usage *u, const struct draw_price *p)
{
	const int64_t parts[][2] = {
		{ u->prompt - u->cached, p->prompt },
		{ u->cached, p->cached },
		{ u->text + u->thoughts, p->text },
		{ u->image, p->image },
	};
	int64_t sum = 0, one;

	for (size_t i = 0; i < COUNT(parts); i++)
		if (__builtin_mul_overflow(parts[i][0], parts[i][1], &one) ||
		    __builtin_add_overflow(sum, one, &sum))
			return INT64_MAX;
	return sum;
}

void
draw_cost_format(int64_t nano, char text[DRAW_COST_TEXT])
{
	insist(nano >= 0);
	snprintf(text, DRAW_COST_TEXT, "%" PRId64 ".%09" PRId64,
	    nano / 1000000000, nano % 1000000000);
}
