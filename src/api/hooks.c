/*
 * hooks.c: what Stripe and PayPal tell us.
 *
 * The signature is proven over the raw bytes before one of them is read.
 * Then, in one transaction: the event under its unique id, and its effect. A
 * repeat is answered 200 and has none; what is well signed and means nothing
 * to us is kept and answered 200.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/insist.h"
#include "db/tx.h"
#include "http/reply.h"
#include "sql/hooks.h"
#include "sql/payments.h"

#include "handlers.h"
#include "till.h"

#define TRIES 3 /* of a transaction that met a deadlock */

/* A message, and what it has led to so far. */
struct hook {
	struct request *rq;
	const struct payment_provider *provider;
	struct payment_notice n;
	struct id event; /* its row */
	struct till_word word;
};

static const char *
hook_header(const void *from, const char *name)
{
	return request_header(from, name);
}

/* Something has to be asked first, by a job in the same transaction. */
static enum outcome
hook_later(struct hook *h)
{
	struct buf b;

	buf_open(&b, h->rq->arena, 4096);
	buf_text(&b, "{\"provider\":");
	buf_json(&b, h->provider->name);
	buf_json_key(&b, "intent");
	buf_json(&b, h->n.intent);
	buf_json_key(&b, "subscription");
	buf_json(&b, h->n.subscription);
	buf_json_key(&b, "invoice");
	buf_json(&b, h->n.invoice);
	buf_json_key(&b, "type");
	buf_json(&b, h->n.type);
	buf_json_key(&b, "user");
	buf_json(&b, h->n.user_id);
	buf_char(&b, '}');
	return sql_hook_settle(h->rq->db, h->event, h->word.order, b.at);
}

static enum outcome
about_intent(struct hook *h)
{
	const struct payment_notice *n = &h->n;
	struct payment p = { .intent = n->intent,
		.charge = n->charge,
		.state = n->state,
		.minor_paid = n->minor_paid,
		.currency = n->currency,
		.minor_fee = n->minor_fee,
		.fee_currency = n->fee_currency,
		.order_id = n->order_id,
		.declined = n->declined };

	if (!*n->intent)
		return OK;
	TRY(till_hear(h->rq, h->provider, &p, &h->word));
	if (n->state == PAYMENT_APPROVED && h->provider->needs_taking &&
	    strcmp(h->word.verdict, "open") == 0)
		return hook_later(h);
	return OK;
}

/* Told before its payment was: look at both, a little later. */
static enum outcome
maybe_later(struct hook *h)
{
	return strcmp(h->word.verdict, "early") == 0 && *h->n.intent
		   ? hook_later(h)
		   : OK;
}

static enum outcome
about_charge(struct hook *h)
{
	const struct payment_notice *n = &h->n;
	struct sql_charge_heard heard;

	if (n->minor_refunded == 0)
		return OK;
	TRY(sql_charge_heard(h->rq->db, h->provider->name, n->intent, n->charge,
	    n->minor_refunded, n->currency, false, &heard));
	h->word = (struct till_word){ heard.verdict, heard.order_id };
	return maybe_later(h);
}

/*
 * PayPal's refunds name the capture, which we know only when its own event has
 * come; but they carry our order's id.
 */
static enum outcome
find_early(struct hook *h)
{
	struct sql_hook_attempt at;
	enum outcome o;

	if (strcmp(h->word.verdict, "foreign") != 0)
		return OK;
	o = sql_hook_attempt(h->rq->db, h->provider->name, h->n.order_id, &at);
	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	h->n.intent = at.intent;
	h->word = (struct till_word){ "early", at.order_id };
	return OK;
}

static enum outcome
about_refund(struct hook *h)
{
	const struct payment_notice *n = &h->n;
	struct sql_refund_heard heard;

	if (!*n->refund)
		return OK;
	TRY(sql_refund_heard(h->rq->db, h->provider->name, n->refund_id,
	    n->refund, n->intent, n->charge, n->minor, n->currency,
	    cashier_refund_word(n->refund_state), n->reason, &heard));
	h->word = (struct till_word){ heard.verdict, heard.order_id };
	TRY(find_early(h));
	return maybe_later(h);
}

static enum outcome
hold_heard(struct hook *h, const char *kind, bool over)
{
	const struct payment_notice *n = &h->n;
	struct sql_dispute_heard heard;

	if (!*n->dispute)
		return OK;
	TRY(sql_dispute_heard(h->rq->db, h->provider->name, kind, n->dispute,
	    n->intent, n->charge, n->minor, n->currency, n->status, n->reason,
	    over, &heard));
	h->word = (struct till_word){ heard.verdict, heard.order_id };
	return OK;
}

/* A dispute that was lost stays open: somebody should look at it. */
static enum outcome
about_dispute(struct hook *h)
{
	const char *status = h->n.status;

	return hold_heard(h, "dispute",
	    strcmp(status, "won") == 0 ||
		strcmp(status, "warning_closed") == 0 ||
		strcmp(status, "prevented") == 0);
}

/* However a review ends: what follows from it has messages of its own. */
static enum outcome
about_review(struct hook *h)
{
	return hold_heard(h, "review", strcmp(h->n.status, "open") != 0);
}

/* Events of subscriptions are hints: the object itself is fetched anew. */
static enum outcome
about_subscription(struct hook *h)
{
	if (!*h->n.subscription)
		return OK;
	h->word.verdict = "later";
	return hook_later(h);
}

static enum outcome
hook_effect(struct hook *h)
{
	static enum outcome (*const effects[])(struct hook *) = {
		[ABOUT_INTENT] = about_intent,
		[ABOUT_CHARGE] = about_charge,
		[ABOUT_REFUND] = about_refund,
		[ABOUT_DISPUTE] = about_dispute,
		[ABOUT_REVIEW] = about_review,
		[ABOUT_SESSION] = about_subscription,
		[ABOUT_SUBSCRIPTION] = about_subscription,
		[ABOUT_INVOICE] = about_subscription,
	};

	insist(h->n.about < COUNT(effects));
	h->word = (struct till_word){ "", { "" } };
	return effects[h->n.about] ? effects[h->n.about](h) : OK;
}

/* The body without what opens a payment in a browser: that is never kept. */
static struct bytes
hushed(struct request *rq)
{
	static const char name[] = "\"client_secret\"";
	char *text = arena_text_n(rq->arena, rq->body, rq->body_size);
	char *at = text;

	while ((at = memmem(at, rq->body_size - (size_t)(at - text), name,
		    sizeof(name) - 1))) {
		at += sizeof(name) - 1;
		at += strspn(at, " \t\r\n:");
		if (*at == '"')
			memset(at + 1, '*', strcspn(at + 1, "\""));
	}
	return (struct bytes){ text, rq->body_size };
}

static enum outcome
hook_add(struct hook *h)
{
	struct bytes body = hushed(h->rq);

	return sql_hook_add(h->rq->db, h->provider->name, h->n.event, h->n.type,
	    body, &h->event);
}

static enum outcome
hook_close(struct hook *h, const char *state, const char *error)
{
	const struct payment_notice *n = &h->n;

	return sql_hook_done(h->rq->db, h->event, h->word.order, state, error,
	    n->intent, n->charge, n->order_id, n->customer);
}

/* The event and its effect, or neither. */
static enum outcome
hook_apply(struct hook *h)
{
	bool ours;
	enum outcome o;

	TX(h->rq->db);
	o = hook_add(h);
	if (o == CONFLICT)
		return OK; /* it was here before */
	TRY(o);
	TRY(hook_effect(h));
	ours = *h->word.verdict && strcmp(h->word.verdict, "foreign") != 0;
	TRY(hook_close(h, ours ? "processed" : "ignored", NULL));
	return TX_COMMIT(OK);
}

/* What can never be worked off is kept for the admin, and not sent again. */
static enum outcome
hook_park(struct hook *h, enum outcome why)
{
	enum outcome o;

	TX(h->rq->db);
	o = hook_add(h);
	if (o == CONFLICT)
		return OK;
	TRY(o);
	h->word = (struct till_word){ "", { "" } };
	TRY(hook_close(h, "failed", outcome_code(why)));
	return TX_COMMIT(OK);
}

static bool
may_heal(enum outcome o)
{
	return o == SERVICE_UNAVAILABLE || o == TIMEOUT || o == TRY_AGAIN;
}

static enum outcome
hook_keep(struct hook *h)
{
	enum outcome o = TRY_AGAIN;

	for (int try = 0; o == TRY_AGAIN && try < TRIES; try++)
		o = hook_apply(h);
	if (FAILED(o) && !may_heal(o))
		o = hook_park(h, o);
	TRY(o);
	reply_member_bool(h->rq, "received", true);
	return OK;
}

static enum outcome
hook_take(struct request *rq, const struct payment_provider *provider)
{
	struct hook h = { .rq = rq, .provider = provider };
	struct notice from = { .header = hook_header,
		.from = rq,
		.body = rq->body,
		.size = rq->body_size,
		.now_s = clock_now_s() };

	if (!provider->is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, provider->name);
	TRY(provider->hear(rq->arena, &from, &h.n));
	if (provider->needs_check) {
		struct cashier c = till_open(rq, provider);
		enum outcome o = cashier_check(&c, &from);

		if (FAILED(o) && o != INVALID_SIGNATURE)
			return till_refuse(rq, provider, o);
		TRY(o);
	}
	return hook_keep(&h);
}

enum outcome
hook_stripe(struct request *rq)
{
	return hook_take(rq, &payment_stripe);
}

enum outcome
hook_paypal(struct request *rq)
{
	return hook_take(rq, &payment_paypal);
}
