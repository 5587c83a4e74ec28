/*
 * address.h: where a parcel can go, as far as the address alone tells.
 *
 * Lengths and characters are the form's affair; this knows countries. The
 * printers want the codes of states in the US, Canada and Australia, and a
 * postal code wherever there are any.
 */
#ifndef TSHOP_SHOP_ADDRESS_H
#define TSHOP_SHOP_ADDRESS_H

#include <stdbool.h>

/* NULL where it was not given. */
struct address {
	const char *name, *line1, *line2, *city, *state, *postal_code;
	const char *country; /* ISO 3166-1 alpha-2, upper case */
	const char *phone;
};

#define ADDRESS_WRONGS_MOST 3

struct address_wrong {
	const char *field, *code, *message; /* as API section 1 wants them */
};

/* What is wrong with it; how many. */
int address_check(
    const struct address *, struct address_wrong wrong[ADDRESS_WRONGS_MOST]);

bool address_country_is_known(const char *code);
bool address_has_postal_codes(const char *code);

#endif
