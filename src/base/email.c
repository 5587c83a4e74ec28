/*
 * email.c: no quoted local parts, no address literals, nothing beyond ASCII:
 * what is rare in mailboxes is common in attacks.
 */
#include <string.h>

#include "base/email.h"

/* Letters, digits and hyphens between dots, at least one dot. */
static bool
is_domain(const char *s)
{
	int labels = 0;

	for (;; s++) {
		size_t length = strspn(s, "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-");

		if (length == 0 || length > 63 || *s == '-' ||
		    s[length - 1] == '-')
			return false;
		labels++;
		s += length;
		if (*s == '\0')
			return labels >= 2;
		if (*s != '.')
			return false;
	}
}

bool
email_is_good(const char *s)
{
	const char *at = strrchr(s, '@');
	size_t local = at ? (size_t)(at - s) : 0;

	if (strlen(s) > 254 || local == 0 || local > 64)
		return false;
	if (strspn(s, "abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789.!#$%&'*+/=?^_`{|}~-") != local)
		return false;
	return *s != '.' && at[-1] != '.' && !strstr(s, "..") &&
	       is_domain(at + 1);
}
