/*
 * mail.h: a finished letter to a mail server, by SMTP.
 *
 * libcurl stuffs dots and ends the message; it repairs no line ends and no
 * addresses, so both have been checked before: CRLF only, and addresses that
 * hold neither blanks nor control characters nor angle brackets (insisted).
 * STARTTLS is demanded of everybody but a server on loopback.
 */
#ifndef TSHOP_NET_MAIL_H
#define TSHOP_NET_MAIL_H

#include <stddef.h>

#include "base/outcome.h"
#include "net/net.h"

struct net_letter {
	const char *server;    /* smtp[s]://user:password@host:port */
	const char *hello;     /* our name to it: a domain */
	const char *from, *to; /* bare addresses */
	const char *bytes;     /* header, blank line, body */
	size_t size;
	int patience_ms;
};

/*
 * Hand it over and wait; lets go of the program's lock meanwhile. OK: the
 * server has taken it. Else answer->status is the server's last word, 0 if it
 * had none: 5yz will not get better by waiting. TIMEOUT: nobody knows.
 */
enum outcome net_mail(
    struct arena *, const struct net_letter *, struct answer *);

#endif
