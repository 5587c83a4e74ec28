/*
 * window.c: ?from= &to= of the admin's lists.
 */
#include "window.h"

/* clang-format off */
const struct field window_fields[] = {
	FIELD(window_form, from, "from", DATE, 0, 40),
	FIELD(window_form, to,   "to",   DATE, 0, 40),
	FIELD_END
};
/* clang-format on */
