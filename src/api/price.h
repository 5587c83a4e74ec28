/*
 * price.h: prices and other decimals as an admin says them.
 */
#ifndef TSHOP_API_PRICE_H
#define TSHOP_API_PRICE_H

#include "http/form.h"

#define PRICE_MOST INT64_C(9999999999) /* minor units: ten digits */

/*
 * A price of the body in minor units of a currency with so many decimals, 0
 * if none was said; between 'least' and PRICE_MOST. What is wrong with it is
 * noted on 'field' for form_check().
 */
void price_read(struct request *, const char *field, struct decimal said,
    int exponent, int64_t least, int64_t *minor);
/*
 * The same of any decimal, in whole units of its last place and between any
 * two bounds. A 'figure' of NULL is only looked at.
 */
void figure_read(struct request *, const char *field, struct decimal said,
    int decimals, int64_t least, int64_t most, int64_t *figure);

#endif
