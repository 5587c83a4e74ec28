/*
 * tshopctl: the sysadmin's hand. It never needs the web.
 */
#include <string.h>

#include "base/insist.h"
#include "base/log.h"
#include "ctl/command.h"

#define ARENA_BYTES (256 * 1024 * 1024)

/* clang-format off */
static const struct command commands[] = {
	/*name              arguments               what it does */
	{ "setup",          "[--schema DIR] [--database NAME] URL",
	  "make the roles and the database; URL is a superuser's", ctl_setup },
	{ "migrate",        "[--schema DIR]",
	  "bring the schema up to date",                    ctl_migrate },
	{ "catalog load",   "FILE",
	  "run a file of SQL, such as schema/demo.sql",     ctl_catalog_load },
	{ "catalog import", "[--price AMOUNT] [--category C] printful:ID|printify:B/P …",
	  "make a product of what printers make",           ctl_catalog_import },
	{ "catalog export", "",
	  "print all products, variants and costs as JSON", ctl_catalog_export },
	{ "catalog sync",   "",
	  "have stock, sizes and costs read anew",          ctl_catalog_sync },
	{ "conf",           "[--env]",
	  "print every setting, its value and its default", ctl_conf },
	{ "doctor",         "[--schema DIR]",
	  "check settings, database, schema, media, clock", ctl_doctor },
	{ "secret new",     "[KID]",
	  "print a fresh key for TSHOP_JWT_KEYS",           ctl_secret_new },
	{ "secret rotate",  "[FILE]",
	  "put a fresh key first and keep the one before",  ctl_secret_rotate },
	{ "nginx locations", "",
	  "print nginx's map from route to pool",           ctl_nginx_locations },
	{ "pool run",       "NAME --socket PATH [--workers N] [--pid FILE] -- PROGRAM …",
	  "manage a pool of workers; SIGHUP reloads it",    ctl_pool_run },
	{ "keep",           "[--socket PATH] [--pid FILE] -- PROGRAM …",
	  "keep one program running",                       ctl_keep },
	{ "user create",    "[--first-name N] [--last-name N] [--verified] EMAIL",
	  "make an account; its password comes by standard input", ctl_user_create },
	{ "user show",      "ID|EMAIL",
	  "print an account as JSON",                       ctl_user_show },
	{ "user tier",      "ID|EMAIL free|registered|premium|auto",
	  "set a tier by hand, or give it back",            ctl_user_tier },
	{ "user revoke",    "ID|EMAIL",
	  "end all sessions of an account",                 ctl_user_revoke },
	{ "user delete",    "--yes ID|EMAIL",
	  "erase a person as DELETE /users/me does",        ctl_user_delete },
	{ "plan list",      "",
	  "print the plans that are and were sold",         ctl_plan_list },
	{ "plan add",       "[--position N] CODE AMOUNT CURRENCY day|week|month|year NAME [LANGUAGE=NAME …]",
	  "sell a plan, and make its product and price at Stripe", ctl_plan_add },
	{ "plan retire",    "CODE",
	  "sell it no more; who has it keeps it",           ctl_plan_retire },
	{ "coupon list",    "",
	  "print the coupons for everybody, and their uses", ctl_coupon_list },
	{ "coupon add",     "[--min AMOUNT] [--uses N] [--each N] [--from TIME] [--until TIME] CODE percent N|amount N CURRENCY|free_shipping",
	  "make a coupon for everybody",                    ctl_coupon_add },
	{ "coupon retire",  "CODE",
	  "let it serve no more",                           ctl_coupon_retire },
};
/* clang-format on */

static int
usage(FILE *to)
{
	fputs("usage: tshopctl COMMAND …\n\n", to);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(to, "  %s %s\n      %s\n", commands[i].name,
		    commands[i].args, commands[i].what);
	return to == stdout ? EXIT_SUCCESS : 2;
}

/* How many words of the command line the name takes; 0 if it is another. */
static int
words_of(const char *name, int argc, char **argv)
{
	int words = 0;

	while (words < argc) {
		size_t length = strcspn(name, " ");

		if (strlen(argv[words]) != length ||
		    memcmp(argv[words], name, length) != 0)
			return 0;
		words++;
		if (name[length] == '\0')
			return words;
		name += length + 1;
	}
	return 0;
}

static int
run_command(struct command_line *line, int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	for (size_t i = 0; i < COUNT(commands); i++) {
		int words = words_of(commands[i].name, argc - 1, argv + 1);

		if (words == 0)
			continue;
		line->argc = argc - 1 - words;
		line->argv = argv + 1 + words;
		return FAILED(commands[i].run(line)) ? EXIT_FAILURE
						     : EXIT_SUCCESS;
	}
	complain(NOT_FOUND, "there is no command \"%s\".", argv[1]);
	return usage(stderr);
}

int
main(int argc, char **argv)
{
	struct command_line line = { .arena = arena_create(ARENA_BYTES) };
	int status;

	log_open("tshopctl", "info");
	status = run_command(&line, argc, argv);
	arena_destroy(line.arena);
	return status;
}
