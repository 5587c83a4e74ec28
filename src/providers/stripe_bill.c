/*
 * stripe_bill.c: invoices at Stripe, and giving back what was paid of one.
 *
 * Read so that every version from 2023-10-16 on is understood: what belongs
 * to the subscription moved below "parent" with 2025-03-31, the intent below
 * "payments".
 */
#include "base/arena.h"
#include "providers/plan.h"
#include "providers/stripe.h"

void
plan_invoice_look(struct arena *a, const char *invoice, struct call *c)
{
	stripe_call(c, a, "GET", NULL);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/invoices/", invoice,
	    NULL);
}

static const char *
intent_of(struct arena *a, json *o)
{
	json *payment = json_get(
	    json_element(json_at(o, "payments", "data", NULL), 0), "payment");
	const char *intent = kit_id_or_none(a, o, "payment_intent");

	return *intent ? intent : kit_id_or_none(a, payment, "payment_intent");
}

static void
subscription_of(struct arena *a, json *o, struct plan_invoice *in)
{
	json *parent = json_at(o, "parent", "subscription_details", NULL);
	json *metadata = json_at(o, "subscription_details", "metadata", NULL);

	in->subscription = kit_id_or_none(a, o, "subscription");
	if (!*in->subscription)
		in->subscription = kit_id_or_none(a, parent, "subscription");
	in->user_id = kit_text(
	    metadata ? metadata : json_get(parent, "metadata"), "user_id");
}

/* The period that is billed stands in the lines; the invoice's own is before.
 */
static void
period_of(json *o, struct plan_invoice *in)
{
	json *line = json_element(json_at(o, "lines", "data", NULL), 0);
	json *period = json_get(line, "period");

	in->start_s = json_int(period, "start", 0);
	in->end_s = json_int(period, "end", 0);
}

enum outcome
plan_invoice_read(struct arena *a, const struct answer *answer,
    struct plan_invoice *out, struct trouble *t)
{
	struct plan_invoice in = { 0 };
	json *o;

	TRY(stripe_answer(a, answer, &o, t));
	in.currency = kit_upper(a, json_text(o, "currency"));
	if (!(in.id = kit_id(a, o, "id")) || !stripe_is(o, "invoice") ||
	    !*in.currency)
		return kit_nonsense(a, t, "not an invoice");
	/* a credit that is larger than the bill leaves nothing to pay */
	stripe_amount(o, "total", in.currency, &in.minor);
	stripe_amount(o, "amount_paid", in.currency, &in.minor_paid);
	in.customer = kit_id_or_none(a, o, "customer");
	in.number = kit_text(o, "number");
	in.status = kit_text(o, "status");
	in.intent = intent_of(a, o);
	in.url = kit_text(o, "hosted_invoice_url");
	in.pdf = kit_text(o, "invoice_pdf");
	in.created_s = json_int(o, "created", 0);
	in.next_attempt_s = json_int(o, "next_payment_attempt", 0);
	subscription_of(a, o, &in);
	period_of(o, &in);
	*out = in;
	return OK;
}

void
plan_refund(
    struct arena *a, const char *intent, const char *key, struct call *c)
{
	struct buf b;

	stripe_call(c, a, "POST", key);
	kit_url(c, a, conf_text(CONF_STRIPE_API_BASE), "/v1/refunds", NULL);
	kit_open(&b, a);
	kit_form(&b, "payment_intent", intent);
	kit_form(&b, "reason", "duplicate");
	kit_body(c, a, &b, TYPE_FORM);
}
