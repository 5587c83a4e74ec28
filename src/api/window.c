/*
 * window.c: ?from= &to= of the admin's lists.
 */
#include <stdbool.h>
#include <string.h>

#include "window.h"

#define OFFSET_HOURS_MOST 14

/* clang-format off */
const struct field window_fields[] = {
	FIELD(window_form, from, "from", DATE, 0, 40),
	FIELD(window_form, to,   "to",   DATE, 0, 40),
	FIELD_END
};
/* clang-format on */

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* 30 February, or an hour east of everybody, would be the database's error. */
static bool
is_real(const char *date)
{
	int year = two(date) * 100 + two(date + 2);
	size_t length = strlen(date);
	const char *offset = length > 16 ? date + length - 6 : NULL;

	if (two(date + 8) > days_in(year, two(date + 5)))
		return false;
	return !offset || (*offset != '+' && *offset != '-') ||
	       two(offset + 1) <= OFFSET_HOURS_MOST;
}

void
window_check(struct request *rq, const struct window_form *form)
{
	if (form->from && !is_real(form->from))
		form_wrong(rq, "from", "format", "There is no such date.");
	if (form->to && !is_real(form->to))
		form_wrong(rq, "to", "format", "There is no such date.");
}
