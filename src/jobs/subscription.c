/*
 * subscription.c: subscriptions and their bills, fetched when Stripe says
 * that something happened to them; and the second one, which nobody wants.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "providers/plan.h"
#include "sql/mail.h"
#include "sql/subscriptions.h"

#include "subscription.h"
#include "workers.h"

static enum outcome
subscription_look(struct job *job, struct cashier *c, const char *ref,
    struct plan_subscription *s)
{
	struct answer answer;
	struct call call;

	plan_look(job->arena, ref, &call);
	TRY(cashier_call(c, &call, &answer));
	return plan_read(job->arena, &answer, s, &c->trouble);
}

enum outcome
subscription_settle(
    struct job *job, struct cashier *c, const char *ref, const char *user_said)
{
	int64_t asked_ms = clock_now_ms();
	struct sql_subscription_heard heard;
	struct plan_subscription s;
	enum outcome o = subscription_look(job, c, ref, &s);

	if (FAILED(o))
		return money_fail(job, c, o);
	return sql_subscription_heard(job->db, s.id, s.customer,
	    *s.user_id || !user_said ? s.user_id : user_said, s.status, s.price,
	    s.period_end_s, s.ends, asked_ms, &heard);
}

/* ---- bills ---- */

/* "2026-11-26" in UTC; NULL for no time at all. */
static const char *
day_of(struct job *job, int64_t s)
{
	char *text = arena_alloc(job->arena, 16);
	time_t at = (time_t)s;
	struct tm tm;

	if (s == 0 || !gmtime_r(&at, &tm))
		return NULL;
	strftime(text, 16, "%Y-%m-%d", &tm);
	return text;
}

/* One letter for each attempt that failed. */
static enum outcome
owing_mail(struct job *job, struct id user, const struct plan_invoice *in)
{
	const char *again = day_of(job, in->next_attempt_s);
	struct buf b;

	buf_open(&b, job->arena, 4096);
	buf_text(&b, "{\"url\":");
	buf_json(&b, in->url);
	if (again) {
		buf_json_key(&b, "again");
		buf_json(&b, again);
	}
	buf_char(&b, '}');
	return sql_mail_add(job->db, user, "plan-unpaid", b.at,
	    arena_printf(job->arena, "mail:plan-unpaid:%s:%s", in->id,
		again ? again : "last"));
}

static enum outcome
invoice_hear(struct job *job, const struct plan_invoice *in, int64_t asked_ms,
    bool failed)
{
	struct id user;
	enum outcome o;

	o = sql_invoice_heard(job->db, in->id, in->customer, in->user_id,
	    in->subscription, in->number, in->status, in->minor, in->minor_paid,
	    in->currency, in->start_s, in->end_s, in->url, in->pdf,
	    in->created_s, asked_ms, &user);
	if (o == NOT_FOUND)
		return OK; /* nobody's, or newer word is here */
	TRY(o);
	return failed && strcmp(in->status, "open") == 0
		   ? owing_mail(job, user, in)
		   : OK;
}

static enum outcome
invoice_look(struct job *job, struct cashier *c, const char *ref,
    struct plan_invoice *in)
{
	struct answer answer;
	struct call call;

	plan_invoice_look(job->arena, ref, &call);
	TRY(cashier_call(c, &call, &answer));
	return plan_invoice_read(job->arena, &answer, in, &c->trouble);
}

enum outcome
invoice_settle(struct job *job, struct cashier *c, const char *ref, bool failed)
{
	int64_t asked_ms = clock_now_ms();
	struct plan_invoice in;
	enum outcome o = invoice_look(job, c, ref, &in);

	if (FAILED(o))
		return money_fail(job, c, o);
	return invoice_hear(job, &in, asked_ms, failed);
}

/* ---- one too many ---- */

/*
 * Does the other one live at Stripe as well? What we know of it may be old:
 * somebody who came back would lose the one that he has just paid for.
 */
static enum outcome
rival_look(struct job *job, struct cashier *c, const char *ref, bool *lives)
{
	struct plan_subscription s;
	const char *rival;
	enum outcome o = sql_subscription_rival(job->db, job->ref, ref, &rival);

	*lives = false;
	if (o == NOT_FOUND)
		return OK;
	TRY(o);
	o = subscription_look(job, c, rival, &s);
	if (FAILED(o))
		return money_fail(job, c, o);
	*lives = s.lives;
	return s.lives ? OK : subscription_settle(job, c, rival, NULL);
}

static enum outcome
stop(struct job *job, struct cashier *c, const char *ref)
{
	struct plan_subscription was;
	struct answer answer;
	struct call call;
	enum outcome o;

	plan_stop(job->arena, ref, &call);
	TRY(cashier_call(c, &call, &answer));
	o = plan_read(job->arena, &answer, &was, &c->trouble);
	return FAILED(o) && o != NOT_FOUND ? money_fail(job, c, o) : OK;
}

/* All that was paid of it goes back, once: the key is the subscription's. */
static enum outcome
give_back(struct job *job, struct cashier *c, const char *ref,
    const char *invoice, int64_t *minor, const char **currency)
{
	const char *key = arena_printf(job->arena, "second-%s", ref);
	struct plan_invoice in;
	struct refund refund;
	struct answer answer;
	struct call call;
	enum outcome o = invoice_look(job, c, invoice, &in);

	if (FAILED(o))
		return money_fail(job, c, o);
	*minor = in.minor_paid;
	*currency = in.currency;
	if (in.minor_paid == 0 || !*in.intent)
		return OK;
	plan_refund(job->arena, in.intent, key, &call);
	TRY(cashier_call(c, &call, &answer));
	o = payment_stripe.refunded(job->arena, &answer, &refund, &c->trouble);
	if (o == CONFLICT && c->trouble.cure == CURE_LOOK)
		return OK; /* somebody was there before */
	return FAILED(o) ? money_fail(job, c, o) : OK;
}

/*
 * A subscription beside one that lives, or of somebody who is gone, ends at
 * once and is given back. If there is none beside it any more it is heard
 * like any other.
 */
enum outcome
work_stop_subscription(struct job *job)
{
	const char *ref = json_text(job->payload, "subscription");
	const char *currency = "";
	int64_t minor = 0;
	struct plan_subscription s;
	struct cashier c;
	bool lives, gone;
	enum outcome o;

	if (!ref)
		return OK;
	TRY(money_open(job, "stripe", &c));
	TRY(sql_subscription_owner_gone(job->db, job->ref, &gone));
	TRY(rival_look(job, &c, ref, &lives));
	if (!lives && !gone)
		return subscription_settle(job, &c, ref, job->ref.text);
	o = subscription_look(job, &c, ref, &s);
	if (FAILED(o))
		return money_fail(job, &c, o);
	if (s.lives)
		TRY(stop(job, &c, ref));
	if (*s.invoice)
		TRY(give_back(job, &c, ref, s.invoice, &minor, &currency));
	return sql_subscription_stopped(job->db, ref, minor, currency);
}
