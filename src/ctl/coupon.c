/*
 * coupon.c: coupons for everybody, by hand. What one gives never changes, for
 * it may have been told already.
 */
#include <string.h>

#include "base/clock.h"
#include "ctl/command.h"
#include "db/db.h"
#include "shop/money.h"
#include "sql/admin_coupons.h"
#include "sql/ctl_coupon.h"

#define ADMIN "tshopctl"
#define PERCENT_DECIMALS 2
#define PERCENT_MOST 10000

/* What the command line says of a coupon. */
struct gift {
	const char *code, *kind, *currency, *least, *from, *until;
	int64_t percent, amount, least_minor;
	int most, each; /* -1: any number of times */
};

/* ---- coupon list ---- */

enum outcome
ctl_coupon_list(struct command_line *line)
{
	struct sql_ctl_coupon_all *rows;
	struct db *db;
	int count;

	if (line->argc != 0)
		return complain(BAD_REQUEST, "It takes no words.");
	TRY(command_shop(line, &db));
	if (FAILED(sql_ctl_coupon_all(db, &rows, &count)))
		return complain(
		    SERVICE_UNAVAILABLE, "The database does not answer.");
	for (int i = 0; i < count; i++) {
		printf("%-20s %16s  %-8s %6d", rows[i].code, rows[i].gift,
		    rows[i].state, rows[i].uses);
		if (rows[i].has_most)
			printf(" of %d", rows[i].most);
		if (rows[i].expires)
			printf("  until %s", rows[i].expires);
		printf("\n");
	}
	return OK;
}

/* ---- coupon add ---- */

static enum outcome
figure_read(const char *text, int decimals, int64_t least, int64_t most,
    const char *what, int64_t *figure)
{
	if (money_parse(text, decimals, figure) != MONEY_GOOD ||
	    *figure < least || *figure > most)
		return complain(BAD_REQUEST, "%s is no %s.", text, what);
	return OK;
}

static enum outcome
kind_read(struct command_line *line, const struct sql_admin_coupon_money *money,
    struct gift *g)
{
	if (strcmp(g->kind, "percent") == 0 && line->argc == 3)
		return figure_read(line->argv[2], PERCENT_DECIMALS, 1,
		    PERCENT_MOST, "percentage", &g->percent);
	if (strcmp(g->kind, "amount") == 0 && line->argc == 4) {
		if (!money->code)
			return complain(BAD_REQUEST,
			    "The shop does not sell in %s.", g->currency);
		return figure_read(line->argv[2], money->exponent, 1,
		    MONEY_MOST, "amount", &g->amount);
	}
	if (strcmp(g->kind, "free_shipping") == 0 && line->argc == 2)
		return OK;
	return complain(BAD_REQUEST, "Say code, then \"percent NUMBER\", "
				     "\"amount NUMBER CURRENCY\" or "
				     "\"free_shipping\".");
}

static enum outcome
gift_read(struct command_line *line, struct db *db, struct gift *g)
{
	struct sql_admin_coupon_money money;

	g->code = line->argv[0];
	g->kind = line->argv[1];
	g->currency = line->argc == 4 ? line->argv[3] : NULL;
	if (g->most == 0 || g->each == 0)
		return complain(BAD_REQUEST, "Uses are a number above 0.");
	if ((g->from && !clock_is_moment(g->from)) ||
	    (g->until && !clock_is_moment(g->until)))
		return complain(BAD_REQUEST,
		    "A time is 2026-11-22 or 2026-11-22T19:33:28Z.");
	if (FAILED(sql_admin_coupon_money(db, g->currency, &money)))
		return complain(
		    SERVICE_UNAVAILABLE, "The database does not answer.");
	TRY(kind_read(line, &money, g));
	return g->least ? figure_read(g->least, money.base_exponent, 0,
			      MONEY_MOST, "amount", &g->least_minor)
			: OK;
}

static enum outcome
gift_write(struct db *db, const struct gift *g)
{
	const char *said;

	return sql_admin_coupon_add(db, id_create(), ADMIN, g->code, g->kind,
	    g->percent ? &g->percent : NULL, g->amount ? &g->amount : NULL,
	    g->amount ? g->currency : NULL, g->least_minor,
	    g->most > 0 ? &g->most : NULL, g->each > 0 ? &g->each : NULL, true,
	    g->from, g->until, &said);
}

enum outcome
ctl_coupon_add(struct command_line *line)
{
	struct gift g = { .least = command_option(line, "--min", NULL),
		.from = command_option(line, "--from", NULL),
		.until = command_option(line, "--until", NULL),
		.most = command_number(line, "--uses", -1),
		.each = command_number(line, "--each", -1) };
	struct db *db;
	enum outcome o;

	if (line->argc < 2)
		return complain(BAD_REQUEST, "Say code and what it gives.");
	TRY(command_shop(line, &db));
	TRY(gift_read(line, db, &g));
	o = gift_write(db, &g);
	if (o == CONFLICT)
		return complain(o, "There is a coupon %s.", g.code);
	if (o == VALIDATION_ERROR)
		return complain(o,
		    "\"%s\" is no code: 3 to 40 letters, digits and hyphens.",
		    g.code);
	if (FAILED(o))
		return complain(o, "It did not work: %s.", outcome_code(o));
	printf("It serves.\n");
	return OK;
}

/* ---- coupon retire ---- */

enum outcome
ctl_coupon_retire(struct command_line *line)
{
	const char *said;
	struct db *db;
	enum outcome o;
	bool no = false;
	struct id id;

	if (line->argc != 1)
		return complain(BAD_REQUEST, "Say the code of one coupon.");
	TRY(command_shop(line, &db));
	o = sql_ctl_coupon_find(db, line->argv[0], &id);
	if (o == NOT_FOUND)
		return complain(o, "No coupon %s serves.", line->argv[0]);
	if (!FAILED(o))
		o = sql_admin_coupon_change(db, id, ADMIN, NULL, false, NULL,
		    false, NULL, &no, NULL, false, NULL, &said);
	if (FAILED(o))
		return complain(o, "It did not work: %s.", outcome_code(o));
	printf("It serves no more; orders that used it keep it.\n");
	return OK;
}
