/*
 * window.h: ?from= &to= of the admin's lists: [from,to), each a date or a
 * moment, either of them left out.
 */
#ifndef TSHOP_API_WINDOW_H
#define TSHOP_API_WINDOW_H

#include "http/form.h"

struct window_form {
	const char *from, *to;
};

extern const struct field window_fields[];

#endif
