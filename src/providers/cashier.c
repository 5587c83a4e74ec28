/*
 * cashier.c: token, call, sending, answer; once more where that is safe.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/insist.h"
#include "providers/cashier.h"
#include "providers/proof.h"
#include "providers/kit.h"

#define TOKEN_ROOM 4100
#define TOKEN_MARGIN_S 300 /* or half its life, which may be its last hour */

/* The last token, and until when; one provider wants any at all. */
static struct {
	const struct payment_provider *provider;
	char text[TOKEN_ROOM];
	int64_t until_ms;
} kept;

/* A question: how it is put, and how its answer is read. */
struct question {
	enum outcome (*put)(struct cashier *, const struct question *,
	    const char *token, struct call *);
	enum outcome (*read)(struct cashier *, const struct question *,
	    const struct answer *, void *out);
	const struct payment_ask *ask;
	const struct refund_ask *refund;
	const char *id, *key;
	const struct notice *notice;
	enum payment_book book;
	int64_t since_s;
};

/*
 * The sender's failure is the reader's to judge: reach says how far it got.
 * Only a call that the sender would not even try ends here.
 */
enum outcome
cashier_call(struct cashier *c, const struct call *call, struct answer *answer)
{
	enum outcome o;

	*answer = (struct answer){ .body = "", .type = "", .request_id = "" };
	o = c->send(c->with, call, answer);
	return o == SERVICE_UNAVAILABLE ? o : OK;
}

static enum outcome
token_fetch(struct cashier *c)
{
	struct payment_token token = { 0 };
	struct answer answer;
	struct call call;
	int margin_s;

	TRY(c->provider->token(c->arena, &call));
	TRY(cashier_call(c, &call, &answer));
	TRY(c->provider->token_read(c->arena, &answer, &token, &c->trouble));
	insist(strlen(token.text) < TOKEN_ROOM);
	snprintf(kept.text, TOKEN_ROOM, "%s", token.text);
	kept.provider = c->provider;
	margin_s = token.lasts_s / 2;
	if (margin_s > TOKEN_MARGIN_S)
		margin_s = TOKEN_MARGIN_S;
	kept.until_ms =
	    clock_mono_ms() + 1000 * (int64_t)(token.lasts_s - margin_s);
	return OK;
}

/* A token that lives, as a copy: another thread may renew the kept one. */
static enum outcome
token_find(struct cashier *c, bool fresh, const char **token)
{
	*token = NULL;
	if (!c->provider->needs_token)
		return OK;
	if (fresh || kept.provider != c->provider ||
	    clock_mono_ms() >= kept.until_ms)
		TRY(token_fetch(c));
	*token = arena_text(c->arena, kept.text);
	return OK;
}

static enum outcome
ask(struct cashier *c, const struct question *q, void *out)
{
	struct answer answer;
	struct call call;
	const char *token;
	bool fresh = false;
	enum outcome o;

	for (int try = 0;; try++) {
		c->trouble = (struct trouble){ 0 };
		TRY(token_find(c, fresh, &token));
		TRY(q->put(c, q, token, &call));
		TRY(cashier_call(c, &call, &answer));
		o = q->read(c, q, &answer, out);
		fresh = c->trouble.cure == CURE_TOKEN;
		if (try > 0 || (answer.reach != REACH_NEVER && !fresh))
			return o;
	}
}

static enum outcome
start_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->start(c->arena, q->ask, token, call);
}

static enum outcome
started_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	(void)q;
	return c->provider->started(c->arena, answer, out, &c->trouble);
}

static enum outcome
look_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->look(c->arena, q->id, token, call);
}

/* An answer about something else than was asked for is none. */
static enum outcome
is_about(struct cashier *c, const char *asked, const char *told)
{
	if (!asked || strcmp(asked, told) == 0)
		return OK;
	return kit_nonsense(c->arena, &c->trouble, "about another one");
}

/* A reader of the provider's; the payment must be the one that q asks about. */
static enum outcome
payment_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out,
    enum outcome (*read)(struct arena *, const struct answer *,
	struct payment *, struct trouble *))
{
	struct payment p;

	TRY(read(c->arena, answer, &p, &c->trouble));
	TRY(is_about(c, q->id, p.intent));
	*(struct payment *)out = p;
	return OK;
}

static enum outcome
looked_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	return payment_read(c, q, answer, out, c->provider->looked);
}

static enum outcome
take_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->take(c->arena, q->id, q->key, token, call);
}

static enum outcome
taken_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	return payment_read(c, q, answer, out, c->provider->taken);
}

static enum outcome
cancel_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->cancel(c->arena, q->id, q->key, token, call);
}

static enum outcome
cancelled_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	return payment_read(c, q, answer, out, c->provider->cancelled);
}

static enum outcome
refund_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->refund(c->arena, q->refund, token, call);
}

static enum outcome
look_refund_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->look_refund(c->arena, q->id, token, call);
}

static enum outcome
refunded_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	struct refund r;

	TRY(c->provider->refunded(c->arena, answer, &r, &c->trouble));
	TRY(is_about(c, q->id, r.id));
	*(struct refund *)out = r;
	return OK;
}

static enum outcome
check_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->check(c->arena, q->notice, token, call);
}

static enum outcome
checked_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	(void)q;
	(void)out;
	return c->provider->checked(c->arena, answer, &c->trouble);
}

enum outcome
cashier_start(
    struct cashier *c, const struct payment_ask *what, struct payment *out)
{
	return ask(
	    c, &(struct question){ start_put, started_read, .ask = what }, out);
}

enum outcome
cashier_look(struct cashier *c, const char *intent, struct payment *out)
{
	return ask(
	    c, &(struct question){ look_put, looked_read, .id = intent }, out);
}

enum outcome
cashier_take(
    struct cashier *c, const char *intent, const char *key, struct payment *out)
{
	return ask(c,
	    &(struct question){
		take_put, taken_read, .id = intent, .key = key },
	    out);
}

enum outcome
cashier_cancel(
    struct cashier *c, const char *intent, const char *key, struct payment *out)
{
	if (!c->provider->cancel)
		return OK;
	return ask(c,
	    &(struct question){
		cancel_put, cancelled_read, .id = intent, .key = key },
	    out);
}

enum outcome
cashier_refund(
    struct cashier *c, const struct refund_ask *what, struct refund *out)
{
	return ask(c,
	    &(struct question){ refund_put, refunded_read, .refund = what },
	    out);
}

enum outcome
cashier_look_refund(struct cashier *c, const char *id, struct refund *out)
{
	return ask(c,
	    &(struct question){ look_refund_put, refunded_read, .id = id },
	    out);
}

static enum outcome
refunds_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->refunds(c->arena, q->id, token, call);
}

static enum outcome
refund_found_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	return c->provider->refund_found(
	    c->arena, answer, q->key, out, &c->trouble);
}

enum outcome
cashier_find_refund(struct cashier *c, const char *intent,
    const char *refund_id, struct refund *out)
{
	if (!c->provider->refunds)
		return NOT_FOUND;
	return ask(c,
	    &(struct question){ refunds_put, refund_found_read, .id = intent,
		.key = refund_id },
	    out);
}

static enum outcome
books_put(struct cashier *c, const struct question *q, const char *token,
    struct call *call)
{
	return c->provider->books(
	    c->arena, q->book, q->since_s, q->id, token, call);
}

static enum outcome
books_read(struct cashier *c, const struct question *q,
    const struct answer *answer, void *out)
{
	(void)q;
	return c->provider->books_read(c->arena, answer, out, &c->trouble);
}

enum outcome
cashier_books(struct cashier *c, enum payment_book book, int64_t since_s,
    const char *page, struct payment_books *out)
{
	return ask(c,
	    &(struct question){ books_put, books_read, .id = page, .book = book,
		.since_s = since_s },
	    out);
}

enum outcome
cashier_check(struct cashier *c, const struct notice *n)
{
	if (!c->provider->needs_check)
		return OK;
	if (c->provider->is_offline && c->provider->is_offline())
		return proof_check(c, n);
	return ask(c,
	    &(struct question){ check_put, checked_read, .notice = n }, NULL);
}

const char *
cashier_word(enum payment_state state)
{
	static const char *const words[] = {
		[PAYMENT_OPEN] = "requires_payment_method",
		[PAYMENT_ACTION] = "requires_action",
		[PAYMENT_APPROVED] = "requires_capture",
		[PAYMENT_PROCESSING] = "processing",
		[PAYMENT_PAID] = "succeeded",
		[PAYMENT_CANCELLED] = "canceled",
	};

	insist(state < COUNT(words));
	return words[state];
}

const char *
cashier_refund_word(enum refund_state state)
{
	static const char *const words[] = {
		[REFUND_PENDING] = "pending",
		[REFUND_DONE] = "succeeded",
		[REFUND_FAILED] = "failed",
		[REFUND_CANCELLED] = "canceled",
	};

	insist(state < COUNT(words));
	return words[state];
}
