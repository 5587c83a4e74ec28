/*
 * vat.h: VAT numbers: whether one may be one, by its country's form.
 *
 * Only the form: whether it was ever given to anybody only its country knows.
 * Source: the forms of VIES, and those of GB, CH and NO.
 */
#ifndef TSHOP_SHOP_VAT_H
#define TSHOP_SHOP_VAT_H

#include <stdbool.h>

#define VAT_TEXT 18 /* the longest, and its NUL */

/*
 * As people write it ("de 123.456.789") into how it is kept ("DE123456789"):
 * upper case, without blanks, points and hyphens. False, and nothing written,
 * if it is of no country's form.
 */
bool vat_read(const char *text, char number[VAT_TEXT]);

#endif
