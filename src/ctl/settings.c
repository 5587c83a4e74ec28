/*
 * settings.c: tshopctl conf and secret new.
 */
#include <string.h>

#include "base/conf.h"
#include "base/secret.h"
#include "ctl/command.h"

/* What a shell takes as it stands on the right of "=". */
static bool
is_bare(const char *text)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_@%+=:,./?-";

	return strspn(text, bare) == strlen(text);
}

/* NAME=value, quoted only where a shell needs it. */
static void
print_assignment(const char *name, const char *value)
{
	printf("%s=", name);
	if (is_bare(value)) {
		puts(value);
		return;
	}
	putchar('\'');
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	}
	puts("'");
}

static void
print_setting(enum setting s)
{
	const char *value = conf_text(s);

	if (*value && conf_is_secret(s))
		value = "(set)";
	printf("%s = %s\n\t%s", conf_name(s), *value ? value : "(unset)",
	    conf_manual(s));
	if (*conf_default(s))
		printf(" (default: %s)", conf_default(s));
	putchar('\n');
}

/* --env shows secrets: it writes the file that programs read. */
enum outcome
ctl_conf(struct command_line *line)
{
	bool env = command_flag(line, "--env");
	bool good = conf_load(PROGRAM_CTL);

	for (int i = 0; i < CONF_COUNT; i++) {
		if (env)
			print_assignment(
			    conf_name((enum setting)i), conf_text(i));
		else
			print_setting((enum setting)i);
	}
	return good || env ? OK : VALIDATION_ERROR;
}

enum outcome
ctl_secret_new(struct command_line *line)
{
	char secret[TOKEN_TEXT], name[7];
	uint8_t dice[3];

	token_create(secret);
	random_bytes(dice, sizeof(dice));
	hex_format(dice, sizeof(dice), name);
	if (line->argc > 0)
		printf("%s:%s\n", line->argv[0], secret);
	else
		printf("k%s:%s\n", name, secret);
	return OK;
}
