/*
 * subscriptions.c: what somebody subscribes to, and how it goes on.
 *
 * Nothing is granted or taken here: Stripe is asked, and what it then says of
 * the subscription decides about the tier.
 */
#include "base/clock.h"
#include "http/form.h"
#include "http/reply.h"
#include "providers/plan.h"
#include "sql/subscriptions.h"

#include "handlers.h"
#include "list.h"
#include "subscribing.h"

static const struct field no_fields[] = { FIELD_END };

enum outcome
subscribing_open(
    struct request *rq, struct cashier *c, struct sql_subscription_live *live)
{
	if (!payment_stripe.is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, "stripe");
	TRY(sql_subscription_live(rq->db, rq->caller.id, live));
	*c = till_open(rq, &payment_stripe);
	return OK;
}

const char *
subscribing_url(struct request *rq, const char *query)
{
	return arena_printf(rq->arena, "%s/account/premium%s",
	    conf_text(CONF_TSHOP_PUBLIC_URL), query);
}

enum outcome
subscription_portal(struct request *rq)
{
	struct sql_subscription_live live;
	struct plan_session page;
	struct answer answer;
	struct cashier c;
	struct call call;
	char nothing;
	enum outcome o;

	TRY(form_read(rq, no_fields, &nothing));
	TRY(subscribing_open(rq, &c, &live));
	if (!live.customer)
		return NOT_FOUND;
	plan_portal(rq->arena, live.customer, subscribing_url(rq, ""), &call);
	o = cashier_call(&c, &call, &answer);
	if (!FAILED(o))
		o = plan_session_read(rq->arena, &answer, &page, &c.trouble);
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	reply_member_text(rq, "url", page.url);
	return CREATED;
}

enum outcome
subscription_get(struct request *rq)
{
	const char *said = "null";
	enum outcome o = sql_subscription_get(rq->db, rq->caller.id, &said);

	if (o != NOT_FOUND)
		TRY(o);
	reply_json(rq, said);
	return OK;
}

/* Let it end with the period that is paid for, or take that back. */
static enum outcome
end_set(struct request *rq, bool end)
{
	struct sql_subscription_live live;
	struct sql_subscription_heard heard;
	struct plan_subscription s;
	int64_t asked_ms = clock_now_ms();
	struct answer answer;
	struct cashier c;
	struct call call;
	char nothing;
	enum outcome o;

	TRY(form_read(rq, no_fields, &nothing));
	TRY(subscribing_open(rq, &c, &live));
	if (!live.ref)
		return NOT_FOUND;
	plan_end(rq->arena, live.ref, end,
	    arena_printf(rq->arena, "end-%s", id_create().text), &call);
	o = cashier_call(&c, &call, &answer);
	if (!FAILED(o))
		o = plan_read(rq->arena, &answer, &s, &c.trouble);
	if (o == NOT_FOUND) /* it has ended; the event is on its way */
		return refuse(rq, CONFLICT, "The subscription has ended.");
	if (FAILED(o))
		return till_refuse(rq, &payment_stripe, o);
	TRY(sql_subscription_heard(rq->db, s.id, s.customer, s.user_id,
	    s.status, s.price, s.period_end_s, s.ends, asked_ms, &heard));
	return subscription_get(rq);
}

enum outcome
subscription_cancel(struct request *rq)
{
	return end_set(rq, true);
}

enum outcome
subscription_resume(struct request *rq)
{
	return end_set(rq, false);
}

enum outcome
subscription_invoices(struct request *rq)
{
	struct sql_invoice_list *rows;
	struct page page;
	char nothing;
	int64_t total;
	int count;

	TRY(form_query_open(rq, no_fields, &nothing));
	TRY(form_page(rq, &page));
	LIST_ASK(page, rows, count, total,
	    sql_invoice_list(rq->db, rq->caller.id, page.cursor, page.limit + 1,
		page.offset, &rows, &count));
	SAID_REPLY(rq, &page, rows, count, total);
	return OK;
}
