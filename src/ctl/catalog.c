/*
 * catalog.c: goods from the printers' catalogues.
 */
#include <string.h>

#include "base/conf.h"
#include "base/id.h"
#include "base/insist.h"
#include "base/limits.h"
#include "ctl/command.h"
#include "db/db.h"
#include "db/session.h"
#include "db/tx.h"
#include "jobs/catalogue.h"
#include "shop/money.h"
#include "sql/admin_products.h"
#include "sql/catalogue.h"
#include "sql/jobs.h"

#define PATIENCE_MS 30000
#define SYNC_NOW "{\"seenWithinS\":30}"
#define SYNC_ATTEMPTS 10

/* One word of the command line: "printful:71". */
struct source {
	const struct blank_source *by;
	const char *ref;
	struct blank blank;
};

static enum outcome
database_open(struct command_line *line, struct db **db)
{
	if (!conf_load(PROGRAM_CTL))
		return complain(CONFLICT, "A setting is wrong; see above.");
	*db = command_database(line, conf_text(CONF_DATABASE_URL), PATIENCE_MS);
	db_session_settings(*db);
	return OK;
}

static enum outcome
source_parse(const char *word, struct source *s)
{
	const char *colon = strchr(word, ':');

	for (size_t i = 0; colon && i < BLANK_SOURCES; i++) {
		const struct blank_source *by = blank_sources[i];

		if (strlen(by->name) != (size_t)(colon - word) ||
		    strncmp(by->name, word, strlen(by->name)) != 0)
			continue;
		if (!by->is_ref(colon + 1))
			break;
		if (!by->is_on())
			return complain(CONFLICT, "%s has no key.", by->name);
		*s = (struct source){ .by = by, .ref = colon + 1 };
		return OK;
	}
	return complain(BAD_REQUEST,
	    "'%s' is neither printful:ID nor printify:BLUEPRINT/PROVIDER.",
	    word);
}

static enum outcome
send_at_once(void *arg, const struct call *call, struct answer *answer)
{
	net_send(arg, call, answer); /* its reader tells what became of it */
	return OK;
}

static enum outcome
source_read(struct command_line *line, struct source *s)
{
	struct trouble t;
	enum outcome o = catalogue_read(line->arena, s->by, s->ref, true,
	    send_at_once, line->arena, &s->blank, &t);

	if (o == NOT_FOUND)
		return complain(o, "%s has no %s.", s->by->name, s->ref);
	if (FAILED(o))
		return complain(o, "%s does not tell about %s: %s %s",
		    s->by->name, s->ref, t.code, t.words);
	return OK;
}

static enum outcome
sources_read(struct command_line *line, struct source *sources, int count)
{
	enum outcome o = OK;

	net_open();
	for (int i = 0; i < count && !FAILED(o); i++)
		o = source_read(line, &sources[i]);
	net_close();
	return o;
}

/* Their word for the kind of goods in the name; or what was said. */
static const char *
category_of(const char *said, const char *name)
{
	static const struct {
		const char *word, *category;
	} kinds[] = { { "tote", "tote-bag" }, { "bag", "tote-bag" },
		{ "hat", "cap" }, { "cap", "cap" }, { "beanie", "cap" } };

	if (said)
		return said;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcasestr(name, kinds[i].word))
			return kinds[i].category;
	return "t-shirt";
}

/* A product without variants yet, at "24.50" of the shop's currency. */
static enum outcome
product_make(struct db *db, const char *price, const char *category,
    const struct blank *blank, const char *const ref[BLANK_SOURCES],
    struct id *product)
{
	const char *kind = category_of(category, blank->name);
	struct sql_admin_category_known shop;
	int64_t minor;

	TRY(sql_admin_category_known(db, kind, &shop));
	if (!shop.known)
		return complain(
		    VALIDATION_ERROR, "There is no category '%s'.", kind);
	if (!price)
		return complain(BAD_REQUEST,
		    "Say what a new product shall cost: --price 24.50");
	if (money_parse(price, shop.exponent, &minor) != MONEY_GOOD ||
	    minor <= 0)
		return complain(BAD_REQUEST, "'%s' is no price in %s.", price,
		    shop.currency);
	*product = id_create();
	TRY(sql_catalogue_add(db, *product, blank->name,
	    *blank->description ? blank->description : NULL, kind, minor,
	    ref[0], ref[1]));
	return sql_catalogue_audit(db, "product.import", *product, NULL);
}

static enum outcome
source_take(struct command_line *line, struct db *db, struct id product,
    const struct source *s)
{
	struct buf doc;
	const char *told;

	buf_open(&doc, line->arena, LIMIT_CATALOGUE);
	blank_json(&doc, s->ref, &s->blank);
	TRY(sql_catalogue_take(db, product, s->by->name, doc.at,
	    conf_int(CONF_TSHOP_MARGIN_LEAST), &told));
	printf("%s:%s %s\n", s->by->name, s->ref, told);
	return OK;
}

static enum outcome
import_all(struct command_line *line, struct db *db, const char *price,
    const char *category, const struct source *sources, int count)
{
	const char *ref[BLANK_SOURCES] = { NULL };
	struct sql_catalogue_find known;
	struct id product;
	enum outcome o;

	for (int i = 0; i < count; i++)
		ref[sources[i].by == blank_sources[0] ? 0 : 1] = sources[i].ref;
	TX(db);
	o = sql_catalogue_find(db, ref[0], ref[1], &known);
	if (o == NOT_FOUND)
		TRY(product_make(
		    db, price, category, &sources[0].blank, ref, &product));
	else
		TRY(o);
	if (o == OK)
		product = known.product;
	for (int i = 0; i < count; i++)
		TRY(source_take(line, db, product, &sources[i]));
	TRY(TX_COMMIT(OK));
	printf("product %s%s\n", product.text,
	    o == OK ? "" : ", not for sale until an admin activates it");
	return OK;
}

enum outcome
ctl_catalog_import(struct command_line *line)
{
	const char *price = command_option(line, "--price", NULL);
	const char *category = command_option(line, "--category", NULL);
	struct source sources[BLANK_SOURCES];
	struct db *db;

	if (line->argc < 1 || line->argc > BLANK_SOURCES)
		return complain(BAD_REQUEST,
		    "Name one product of either printer, or of both.");
	TRY(database_open(line, &db));
	for (int i = 0; i < line->argc; i++)
		TRY(source_parse(line->argv[i], &sources[i]));
	if (line->argc == 2 && sources[0].by == sources[1].by)
		return complain(BAD_REQUEST, "Both are of one printer.");
	TRY(sources_read(line, sources, line->argc));
	return import_all(line, db, price, category, sources, line->argc);
}

enum outcome
ctl_catalog_export(struct command_line *line)
{
	struct sql_catalogue_all *rows;
	struct db *db;
	int count;

	TRY(database_open(line, &db));
	TRY(sql_catalogue_all(db, &rows, &count));
	puts("[");
	for (int i = 0; i < count; i++)
		printf("%s%s\n", rows[i].shown_, i + 1 < count ? "," : "");
	puts("]");
	return OK;
}

/* The runner does it: it knows how often a printer may be asked. */
enum outcome
ctl_catalog_sync(struct command_line *line)
{
	const struct id none = { "" };
	struct db *db;

	TRY(database_open(line, &db));
	TRY(sql_job_add(db, "sync_catalogue", none, none, SYNC_NOW, NULL, 0,
	    SYNC_ATTEMPTS));
	puts(
	    "The runner has been told; tshopctl jobs, or the admin, shows it.");
	return OK;
}
