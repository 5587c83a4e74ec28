/*
 * command.h: the sysadmin's hand as rows of a table.
 *
 * tshopctl finds the row whose words the command line begins with and calls
 * it with the words that follow. What a command has to say goes to standard
 * output, what went wrong to standard error, in sentences: its reader is a
 * human at a terminal. A new command is a row in src/tshopctl.c.
 */
#ifndef TSHOP_CTL_COMMAND_H
#define TSHOP_CTL_COMMAND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/outcome.h"

struct db;

struct command_line {
	struct arena *arena; /* gone when the command has ended */
	int argc;
	char **argv; /* the words after the command's own; NULL ends */
};

struct command {
	const char *name; /* one or two words: "secret new" */
	const char *args; /* as the manual writes them */
	const char *what; /* in one line */
	enum outcome (*run)(struct command_line *);
};

/*
 * Take "--name value" out of the words before a lone "--"; the fallback if
 * it is not there. command_number() says 0 for what is no positive number.
 */
const char *command_option(
    struct command_line *, const char *name, const char *fallback);
int command_number(struct command_line *, const char *name, int fallback);
/* Take "--name" out; was it there? */
bool command_flag(struct command_line *, const char *name);
/* The words after a lone "--", ended by NULL; NULL if there are none. */
char **command_rest(struct command_line *);

/* A sentence on standard error; the outcome is given back. */
enum outcome complain(enum outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A connection to 'url' that ends with the command. */
struct db *command_database(
    struct command_line *, const char *url, int patience_ms);
/* The shop's own, after its settings; CONFLICT: one of them is wrong. */
enum outcome command_shop(struct command_line *, struct db **);
/* A whole file, NUL-terminated, in the arena; NOT_FOUND has been said. */
enum outcome command_file(
    struct command_line *, const char *path, const char **text, size_t *size);

enum outcome ctl_migrate(struct command_line *);
enum outcome ctl_setup(struct command_line *);
enum outcome ctl_catalog_load(struct command_line *);
enum outcome ctl_catalog_import(struct command_line *);
enum outcome ctl_catalog_export(struct command_line *);
enum outcome ctl_catalog_sync(struct command_line *);
enum outcome ctl_conf(struct command_line *);
enum outcome ctl_doctor(struct command_line *);
enum outcome ctl_secret_new(struct command_line *);
enum outcome ctl_secret_rotate(struct command_line *);
enum outcome ctl_nginx_locations(struct command_line *);
enum outcome ctl_pool_run(struct command_line *);
enum outcome ctl_keep(struct command_line *);
enum outcome ctl_user_create(struct command_line *);
enum outcome ctl_user_show(struct command_line *);
enum outcome ctl_user_tier(struct command_line *);
enum outcome ctl_user_revoke(struct command_line *);
enum outcome ctl_user_delete(struct command_line *);
enum outcome ctl_plan_list(struct command_line *);
enum outcome ctl_plan_add(struct command_line *);
enum outcome ctl_plan_retire(struct command_line *);
enum outcome ctl_coupon_list(struct command_line *);
enum outcome ctl_coupon_add(struct command_line *);
enum outcome ctl_coupon_retire(struct command_line *);

#endif
