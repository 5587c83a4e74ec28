/*
 * payments.c: starting to pay, and asking whether it is done.
 *
 * The amount is the order's, the state the provider's; the client brings
 * neither. No transaction is open while the provider is asked.
 */
#include "base/conf.h"
#include "db/db.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/orders.h"
#include "sql/payments.h"

#include "handlers.h"
#include "till.h"

struct intent_form {
	struct id order;
	const char *provider;
};

static const struct field intent_fields[] = { FIELD(intent_form, order,
						  "orderId", REQUIRED, 0, 0),
	CHOICE(intent_form, provider, "provider", OPTIONAL, "stripe|paypal"),
	FIELD_END };

struct confirm_form {
	struct id order;
};

static const struct field confirm_fields[] = {
	FIELD(confirm_form, order, "orderId", REQUIRED, 0, 0), FIELD_END
};

/* Ask for a new intent, with the key that stands in the attempt's row. */
static enum outcome
intent_start(struct request *rq, struct cashier *c, struct id order,
    const struct sql_payment_open *at, struct payment *p)
{
	const char *shop = conf_text(CONF_TSHOP_PUBLIC_URL);
	struct payment_ask ask = { .order_id = order.text,
		.order_number = at->order_number,
		.minor = at->amount,
		.currency = at->currency,
		.key = at->key,
		.attempt = at->attempt,
		.return_url = arena_printf(
		    rq->arena, "%s/pay/return?order=%s", shop, order.text),
		.cancel_url = arena_printf(
		    rq->arena, "%s/pay/cancel?order=%s", shop, order.text) };

	TRY(cashier_start(c, &ask, p));
	TRY(sql_payment_started(rq->db, at->id, p->intent, p->approve_url));
	return OK;
}

/* Taken, and declined after all: PayPal takes an order only once. */
static bool
came_to_nothing(const struct cashier *c, const struct payment *p)
{
	return c->provider->needs_taking && p->state == PAYMENT_OPEN &&
	       *p->charge;
}

/*
 * The attempt's intent, made or looked at. *gone: the provider has given it
 * up, or answers its key with the same failure for ever, and the next attempt
 * will be a new one. What it may have made of that key nobody was told of, so
 * nobody can pay it.
 */
static enum outcome
intent_find(struct request *rq, struct cashier *c, struct id order,
    const struct sql_payment_open *at, struct payment *p, bool *gone)
{
	enum outcome o = at->ref ? cashier_look(c, at->ref, p)
				 : intent_start(rq, c, order, at, p);

	*gone = o == NOT_FOUND ||
		(!FAILED(o) &&
		    (p->state == PAYMENT_CANCELLED || came_to_nothing(c, p))) ||
		(FAILED(o) && !at->ref && c->trouble.cure == CURE_ANEW);
	if (!*gone)
		return o;
	return sql_payment_lost(rq->db, at->id);
}

static void
intent_reply(struct request *rq, const struct payment_provider *provider,
    const struct sql_payment_open *at, const struct payment *p)
{
	bool stripe = provider == &payment_stripe;

	reply_member_text(rq, "provider", provider->name);
	reply_member_text(
	    rq, stripe ? "paymentIntentId" : "paypalOrderId", p->intent);
	if (stripe) {
		reply_member_text(rq, "clientSecret", p->client_secret);
		reply_member_text(rq, "publishableKey",
		    conf_text(CONF_STRIPE_PUBLISHABLE_KEY));
	} else
		reply_member_text(rq, "approveUrl",
		    at->approve_url ? at->approve_url : p->approve_url);
	reply_member_text(rq, "status", cashier_word(p->state));
	reply_member(rq, "amount", at->shown);
	reply_member_text(rq, "currency", at->currency);
}

/* One attempt; *gone: try again with the next. */
static enum outcome
intent_try(struct request *rq, const struct payment_provider *provider,
    struct id order, bool *gone)
{
	struct cashier c = till_open(rq, provider);
	struct sql_payment_open at;
	struct payment p = { 0 };
	struct till_word word;
	enum outcome o;

	TRY(sql_payment_open(
	    rq->db, rq->caller.id, order, provider->name, &at));
	o = provider->may(at.amount, at.currency);
	if (o == VALIDATION_ERROR)
		return form_refuse(rq, "provider", "enum",
		    "It does not take the order's currency.");
	TRY(o);
	o = intent_find(rq, &c, order, &at, &p, gone);
	if (o == AMOUNT_TOO_SMALL) /* in the currency of our account there */
		return o;
	if (FAILED(o))
		return till_refuse(rq, provider, o);
	if (*gone)
		return OK;
	/* Paid already, and the webhook not here yet: believe it now. */
	if (p.state == PAYMENT_PAID)
		TRY(till_hear(rq, provider, &p, &word));
	intent_reply(rq, provider, &at, &p);
	return CREATED;
}

/*
 * POST /payments/create-intent: the order's one open attempt to be paid.
 *
 * Its row and key stand before the first call: a lost answer is found again
 * by asking once more with the same key.
 */
enum outcome
payment_create_intent(struct request *rq)
{
	struct intent_form form = { .provider = "stripe" };
	const struct payment_provider *provider;
	bool gone = false;
	enum outcome o;

	TRY(form_read(rq, intent_fields, &form));
	provider = payment_find(form.provider);
	if (!provider->is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, provider->name);
	o = intent_try(rq, provider, form.order, &gone);
	if (gone && !FAILED(o))
		o = intent_try(rq, provider, form.order, &gone);
	if (gone && !FAILED(o))
		return till_refuse(rq, provider, PROVIDER_ERROR);
	return o;
}

/* Money that the buyer agreed to and nobody has taken yet is taken. */
static enum outcome
confirm_take(struct db *db, struct cashier *c,
    const struct sql_payment_of_order *at, struct payment *p)
{
	const char *key = arena_printf(c->arena, "take-%s", at->id.text);
	enum outcome o;

	if (p->state != PAYMENT_APPROVED || !c->provider->needs_taking)
		return OK;
	o = cashier_take(c, at->ref, key, p);
	if (o == CONFLICT) /* somebody else is taking it, or has */
		return cashier_look(c, at->ref, p);
	if (o == PAYMENT_FAILED) {
		p->state = PAYMENT_OPEN;
		p->declined = c->trouble.words;
		return OK;
	}
	if (FAILED(o) && c->trouble.cure == CURE_PERSON)
		TRY(sql_capture_case(
		    db, c->provider->name, at->ref, c->trouble.code));
	return o;
}

/* What the provider says now; 402 only if it says that it failed. */
static enum outcome
confirm_ask(struct request *rq, const struct sql_payment_of_order *at)
{
	const struct payment_provider *provider = payment_find(at->provider);
	struct cashier c;
	struct payment p;
	struct till_word word;
	enum outcome o;

	if (!provider->is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, provider->name);
	c = till_open(rq, provider);
	o = cashier_look(&c, at->ref, &p);
	if (o == NOT_FOUND)
		return OK;
	if (!FAILED(o))
		o = confirm_take(rq->db, &c, at, &p);
	if (FAILED(o))
		return till_refuse(rq, provider, o);
	TRY(till_hear(rq, provider, &p, &word));
	if (p.state == PAYMENT_OPEN && *p.declined)
		return refuse(rq, PAYMENT_FAILED, "%s", p.declined);
	return OK;
}

/* POST /payments/confirm: asks the provider, and believes only it. */
enum outcome
payment_confirm(struct request *rq)
{
	struct confirm_form form = { 0 };
	struct sql_payment_of_order at;
	const char *order;

	TRY(form_read(rq, confirm_fields, &form));
	TRY(sql_payment_of_order(rq->db, rq->caller.id, form.order, &at));
	if (at.payable)
		TRY(confirm_ask(rq, &at));
	TRY(sql_order_get(rq->db, rq->caller.id, form.order, &order));
	reply_member(rq, "order", order);
	return OK;
}
