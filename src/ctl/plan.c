/*
 * plan.c: what is sold as a subscription. A plan stands here first, then
 * Stripe is told; a command that was cut off is typed again.
 */
#include <string.h>

#include "ctl/command.h"
#include "db/tx.h"
#include "providers/plan.h"
#include "shop/money.h"
#include "sql/ctl_user.h"
#include "sql/plans.h"

#define NAMES_MOST 32

struct name {
	const char *language, *text;
};

/* What the command line says of a plan. */
struct wish {
	const char *code, *currency, *period, *name;
	int64_t minor;
	int position;
	struct name names[NAMES_MOST]; /* language NULL ends */
};

/* A sender for the cashier: nobody else waits, so there is no queue. */
static enum outcome
send_at_once(void *with, const struct call *call, struct answer *answer)
{
	struct command_line *line = with;

	return net_send(line->arena, call, answer);
}

static enum outcome
stripe_open(struct command_line *line, struct cashier *c)
{
	*c = (struct cashier){ .arena = line->arena,
		.provider = &payment_stripe,
		.send = send_at_once,
		.with = line };
	if (payment_stripe.is_on()) {
		net_open();
		return OK;
	}
	return complain(SERVICE_UNAVAILABLE,
	    "STRIPE_SECRET_KEY is not set: Stripe cannot be told.");
}

static enum outcome
stripe_complain(const struct cashier *c, enum outcome o)
{
	const struct trouble *t = &c->trouble;

	return complain(o, "Stripe did not take it: %s %s. Try again.",
	    t->code ? t->code : outcome_code(o), t->words ? t->words : "");
}

/* ---- plan list ---- */

enum outcome
ctl_plan_list(struct command_line *line)
{
	struct sql_plan_all *rows;
	struct db *db;
	int count;

	if (line->argc != 0)
		return complain(BAD_REQUEST, "It takes no words.");
	TRY(command_shop(line, &db));
	if (FAILED(sql_plan_all(db, &rows, &count)))
		return complain(
		    SERVICE_UNAVAILABLE, "The database does not answer.");
	for (int i = 0; i < count; i++)
		printf("%-20s %10s %s a %-6s %-8s %6lld  %s  %s\n",
		    rows[i].code, rows[i].amount, rows[i].currency,
		    rows[i].period, rows[i].active ? "sold" : "retired",
		    (long long)rows[i].subscribers,
		    rows[i].price ? rows[i].price : "-", rows[i].name);
	return OK;
}

/* ---- plan add ---- */

/* "de=Name" is a name in a language; without that it is the name itself. */
static enum outcome
names_read(struct command_line *line, int from, struct wish *w)
{
	int count = 0;

	for (int i = from; i < line->argc; i++) {
		char *word = line->argv[i], *equals = strchr(word, '=');

		if (!equals || equals == word || !equals[1] ||
		    count == NAMES_MOST - 1)
			return complain(
			    BAD_REQUEST, "\"%s\" is no LANGUAGE=NAME.", word);
		*equals = '\0';
		w->names[count++] = (struct name){ word, equals + 1 };
	}
	return OK;
}

static enum outcome
wish_read(struct command_line *line, struct db *db, struct wish *w)
{
	enum money_flaw flaw;
	int decimals;

	w->code = line->argv[0];
	w->currency = line->argv[2];
	w->period = line->argv[3];
	w->name = line->argv[4];
	TRY(names_read(line, 5, w));
	if (FAILED(sql_plan_decimals(db, w->currency, &decimals)))
		return complain(BAD_REQUEST, "%s is no currency that we know.",
		    w->currency);
	flaw = money_parse(line->argv[1], decimals, &w->minor);
	if (flaw != MONEY_GOOD ||
	    FAILED(payment_stripe.may(w->minor, w->currency)))
		return complain(BAD_REQUEST,
		    "%s %s is no sum that Stripe can charge.", line->argv[1],
		    w->currency);
	return OK;
}

/* The row of the wish: the one that stands there, or a new one. */
static enum outcome
plan_write(struct db *db, const struct wish *w, struct sql_plan_offer *row)
{
	enum outcome o;
	struct id id;

	TX(db);
	o = sql_plan_offer(db, w->code, row);
	if (o == NOT_FOUND) {
		TRY(sql_plan_add(db, w->code, w->name, w->minor, w->currency,
		    w->period, w->position, &id));
		TRY(sql_ctl_user_audit(db, "plan.add", w->code, NULL, NULL));
		o = sql_plan_offer(db, w->code, row);
	}
	TRY(o);
	for (const struct name *n = w->names; n->language; n++)
		TRY(sql_plan_name(db, row->id, n->language, n->text));
	return TX_COMMIT(OK);
}

/* Product and price at Stripe, and their ids into the row. */
static enum outcome
plan_tell(
    struct command_line *line, struct db *db, const struct sql_plan_offer *row)
{
	struct plan_offer offer = { .id = row->id.text,
		.code = row->code,
		.name = row->name,
		.minor = row->minor,
		.currency = row->currency,
		.period = row->period };
	struct plan_price price;
	struct cashier c;
	enum outcome o;

	TRY(stripe_open(line, &c));
	o = plan_offer_make(&c, &offer, &price);
	if (FAILED(o))
		return stripe_complain(&c, o);
	if (FAILED(sql_plan_told(db, row->id, price.product, price.id)))
		return complain(
		    SERVICE_UNAVAILABLE, "The database does not answer.");
	printf("%s %s %s\n", row->code, price.product, price.id);
	return OK;
}

enum outcome
ctl_plan_add(struct command_line *line)
{
	struct wish w = { .position = command_number(line, "--position", 0) };
	struct sql_plan_offer row;
	struct db *db;
	enum outcome o;

	if (line->argc < 5)
		return complain(BAD_REQUEST,
		    "Say code, amount, currency, day|week|month|year, name.");
	TRY(command_shop(line, &db));
	TRY(wish_read(line, db, &w));
	o = plan_write(db, &w, &row);
	if (FAILED(o))
		return complain(o, "It did not work: %s.", outcome_code(o));
	if (row.minor != w.minor || strcmp(row.currency, w.currency) != 0 ||
	    strcmp(row.period, w.period) != 0)
		return complain(CONFLICT,
		    "%s costs something else already: retire it first.",
		    w.code);
	return plan_tell(line, db, &row);
}

/* ---- plan retire ---- */

static enum outcome
plan_drop(struct db *db, const char *code, struct sql_plan_retire *gone)
{
	TX(db);
	TRY(sql_plan_retire(db, code, gone));
	TRY(sql_ctl_user_audit(db, "plan.retire", code, NULL, NULL));
	return TX_COMMIT(OK);
}

static enum outcome
price_retire(struct command_line *line, const char *price)
{
	struct answer answer;
	struct cashier c;
	struct call call;
	const char *id;
	enum outcome o;

	TRY(stripe_open(line, &c));
	plan_price_retire(line->arena, price, &call);
	TRY(cashier_call(&c, &call, &answer));
	o = plan_made_read(line->arena, &answer, &id, &c.trouble);
	return FAILED(o) && o != NOT_FOUND ? stripe_complain(&c, o) : OK;
}

enum outcome
ctl_plan_retire(struct command_line *line)
{
	struct sql_plan_retire gone = { 0 };
	struct db *db;
	enum outcome o;

	if (line->argc != 1)
		return complain(BAD_REQUEST, "Say the code of one plan.");
	TRY(command_shop(line, &db));
	o = plan_drop(db, line->argv[0], &gone);
	if (o == NOT_FOUND)
		return complain(o, "No plan %s is sold.", line->argv[0]);
	if (FAILED(o))
		return complain(o, "It did not work: %s.", outcome_code(o));
	if (gone.price)
		TRY(price_retire(line, gone.price));
	printf("It is sold no more; who has it keeps it.\n");
	return OK;
}
