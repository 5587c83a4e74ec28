/*
 * vat.c: the forms of VAT numbers, a row for each country's letters.
 */
#include <ctype.h>
#include <string.h>

#include "base/insist.h"
#include "shop/vat.h"

/* clang-format off */
/* # is a digit, @ a letter, ? either; '|' stands between two forms */
static const struct {
	char country[3];
	const char *forms;
} rows[] = {
	{ "AT", "U########" },
	{ "BE", "##########" },
	{ "BG", "#########|##########" },
	{ "CH", "E#########|E#########MWST|E#########TVA|E#########IVA" },
	{ "CY", "########@" },
	{ "CZ", "########|#########|##########" },
	{ "DE", "#########" },
	{ "DK", "########" },
	{ "EE", "#########" },
	{ "EL", "#########" },
	{ "ES", "?#######?" },
	{ "FI", "########" },
	{ "FR", "??#########" },
	{ "GB", "#########|############|GD###|HA###" },
	{ "HR", "###########" },
	{ "HU", "########" },
	{ "IE", "#######@|#?#####@|#######@@" },
	{ "IT", "###########" },
	{ "LT", "#########|############" },
	{ "LU", "########" },
	{ "LV", "###########" },
	{ "MT", "########" },
	{ "NL", "#########B##" },
	{ "NO", "#########|#########MVA" },
	{ "PL", "##########" },
	{ "PT", "#########" },
	{ "RO", "##|###|####|#####|######|#######|########|#########|##########" },
	{ "SE", "############" },
	{ "SI", "########" },
	{ "SK", "##########" },
	{ "XI", "#########|############|GD###|HA###" },
};
/* clang-format on */

static bool
letter_fits(char wanted, char is)
{
	bool digit = is >= '0' && is <= '9';

	switch (wanted) {
	case '#':
		return digit;
	case '@':
		return !digit;
	case '?':
		return true;
	default:
		return wanted == is;
	}
}

static bool
form_fits(const char *forms, const char *rest)
{
	size_t length = strlen(rest);

	for (;;) {
		size_t form = strcspn(forms, "|"), i = 0;

		while (form == length && i < length &&
		       letter_fits(forms[i], rest[i]))
			i++;
		if (form == length && i == length)
			return true;
		if (forms[form] == '\0')
			return false;
		forms += form + 1;
	}
}

/* Letters and digits alone, in upper case; false if there is anything else. */
static bool
plain_read(const char *text, char plain[VAT_TEXT])
{
	size_t used = 0;

	for (; *text; text++) {
		if (strchr(" .-", *text))
			continue;
		if (!isascii((unsigned char)*text) ||
		    !isalnum((unsigned char)*text) || used == VAT_TEXT - 1)
			return false;
		plain[used++] = (char)toupper((unsigned char)*text);
	}
	plain[used] = '\0';
	return true;
}

bool
vat_read(const char *text, char number[VAT_TEXT])
{
	char plain[VAT_TEXT];

	if (!plain_read(text, plain))
		return false;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strncmp(plain, rows[i].country, 2) != 0)
			continue;
		if (!form_fits(rows[i].forms, plain + 2))
			return false;
		memcpy(number, plain, VAT_TEXT);
		return true;
	}
	return false;
}
