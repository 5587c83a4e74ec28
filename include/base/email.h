/*
 * email.h: what we take for an e-mail address, whoever brings it.
 */
#ifndef TSHOP_BASE_EMAIL_H
#define TSHOP_BASE_EMAIL_H

#include <stdbool.h>

/*
 * A dot-string at a domain of letters, digits and hyphens with a dot in it:
 * RFC 5321 sections 4.1.2 and 4.5.3.1. 254 bytes at most, 64 before the '@'.
 */
bool email_is_good(const char *address);

#endif
