/*
 * address.c: countries, their states and their postal codes.
 */
#include <string.h>

#include "base/insist.h"
#include "shop/address.h"

/* clang-format off */
/* ISO 3166-1 alpha-2, officially assigned. */
static const char countries[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI "
    "BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN "
    "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
    "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW ";

/* Those without postal codes, or where hardly anybody has one. */
static const char without_codes[] =
    "AE AG AO AW BF BI BJ BO BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA "
    "GD GH GM GQ GY HK IE JM KI KM KN KP LC ML MO MR MS MW NR NU PA QA RW SB "
    "SC SL SR SS ST SX SY TD TF TG TK TL TO TV UG VU WS YE ZM ZW ";

static const struct {
	const char country[3];
	const char *codes;
} states[] = {
	{ "US", "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD "
	        "MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC "
	        "SD TN TX UT VT VA WA WV WI WY DC PR GU VI AS MP AA AE AP " },
	{ "CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT " },
	{ "AU", "ACT NSW NT QLD SA TAS VIC WA " },
};
/* clang-format on */

/* Is 'code' one of the words of 'list', each ended by a blank? */
static bool
is_in(const char *list, const char *code)
{
	size_t length = strlen(code);

	for (; *list; list += strcspn(list, " ") + 1)
		if (strcspn(list, " ") == length &&
		    memcmp(list, code, length) == 0)
			return true;
	return false;
}

bool
address_country_is_known(const char *code)
{
	return is_in(countries, code);
}

bool
address_has_postal_codes(const char *code)
{
	return !is_in(without_codes, code);
}

static int
state_check(const struct address *a, struct address_wrong *wrong)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		if (strcmp(states[i].country, a->country) != 0)
			continue;
		if (!a->state) {
			*wrong = (struct address_wrong){ "state", "required",
				"This country's addresses need a state." };
			return 1;
		}
		if (!is_in(states[i].codes, a->state)) {
			*wrong = (struct address_wrong){ "state", "enum",
				"It must be the code of a state, like CA." };
			return 1;
		}
	}
	return 0;
}

int
address_check(
    const struct address *a, struct address_wrong wrong[ADDRESS_WRONGS_MOST])
{
	int n = 0;

	if (!a->country)
		return 0; /* the form has complained already */
	if (!address_country_is_known(a->country)) {
		wrong[n++] = (struct address_wrong){ "country", "enum",
			"It must be an ISO 3166 code, like US." };
		return n;
	}
	n += state_check(a, wrong);
	if (!a->postal_code && address_has_postal_codes(a->country))
		wrong[n++] = (struct address_wrong){ "postalCode", "required",
			"This country's addresses need a postal code." };
	return n;
}
