/*
 * mail.h: what the shop asks of whoever delivers its letters.
 *
 * resend.c and sendgrid.c each fill one struct mail_provider; pure, as
 * payment.h says. SMTP is no struct call and has no filling here:
 * mail_find("smtp") is NULL.
 *
 * Outcomes  VALIDATION_ERROR  an address or subject that is none, or that
 *                             would make a second header: never sent
 *           PROVIDER_ERROR    CURE_WAIT: later; CURE_PERSON: never
 *           TIMEOUT           CURE_LOOK: Resend may be asked again with the
 *                             same key; SendGrid has none: repeats_safely
 */
#ifndef TSHOP_PROVIDERS_MAIL_H
#define TSHOP_PROVIDERS_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/net.h"
#include "providers/notice.h"
#include "providers/trouble.h"

#define MAIL_HEADERS_MOST 4

struct mail_header {
	const char *name, *value;
};

struct mail {
	const char *to;   /* a bare address */
	const char *from; /* "Name <address>" or a bare address */
	const char *subject;
	const char *text, *html; /* html may be NULL */
	const char *key;         /* ours; the same mail has the same key */
	struct mail_header headers[MAIL_HEADERS_MOST + 1]; /* name NULL ends */
};

struct mail_sent {
	const char *id; /* the provider's; or "" */
};

enum mail_fate {
	MAIL_OTHER,
	MAIL_SENT,
	MAIL_DELAYED,
	MAIL_DELIVERED,
	MAIL_BOUNCED,    /* 'hard': the address is dead */
	MAIL_COMPLAINED, /* called spam: never write there again */
	MAIL_DROPPED,    /* the provider did not even try */
};

struct mail_event {
	const char *event; /* unique at the provider */
	enum mail_fate fate;
	bool hard;
	const char *id;      /* of the mail, as in mail_sent; or "" */
	const char *key;     /* ours, where it came back; or "" */
	const char *reason;  /* theirs; or "" */
	const char *address; /* whom it was for; or "" */
	int64_t happened_s;
};

struct mail_provider {
	const char *name;
	bool repeats_safely; /* the same key is delivered once */
	bool (*is_on)(void);
	enum outcome (*send)(
	    struct arena *, const struct mail *, struct call *);
	enum outcome (*sent)(struct arena *, const struct answer *,
	    struct mail_sent *, struct trouble *);
	/* A signed message; SendGrid packs many events into one. */
	enum outcome (*hear)(struct arena *, const struct notice *,
	    struct mail_event **, size_t *count);
};

extern const struct mail_provider mail_resend, mail_sendgrid;

/* The one of that name; NULL for "smtp" and for none. */
const struct mail_provider *mail_find(const char *name);

/*
 * A bare address that may stand in a header: one @, no blanks, no angle
 * brackets, no control characters, <= 254 bytes, a domain with a dot or
 * "localhost" in it.
 */
bool mail_address_is_good(const char *);

/* ---- the signatures, bare ---- */

/* Svix: id.timestamp.body under a base64 secret "whsec_…"; 300 s. */
bool mail_svix_is_good(const char *secret, const char *id,
    const char *timestamp, const char *signatures, const char *body,
    size_t size, int64_t now_s);
/* ECDSA P-256 over timestamp and body; key is a DER key in base64. */
bool mail_ecdsa_is_good(const char *key, const char *timestamp,
    const char *signature, const char *body, size_t size);

#endif
