/*
 * letter.h: from a template to what a mail provider takes.
 */
#ifndef TSHOP_JOBS_LETTER_H
#define TSHOP_JOBS_LETTER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/outcome.h"
#include "providers/mail.h"

#define LETTER_WORDS_MOST 16

/* What stands for {{key}}. */
struct letter_word {
	const char *key, *value;
};

struct letter {
	const char *folder;   /* TSHOP_MAIL_DIR */
	const char *language; /* BCP 47; English where there is no folder */
	const char *kind;     /* "order-paid": the file's name */
	const struct letter_word *words; /* key NULL ends */
	json *more; /* words that the payload has; or NULL */
};

/*
 * Fill in subject, text and html. A line that names something which we do not
 * have is left out. NOT_FOUND: there is no such template.
 */
enum outcome letter_write(struct arena *, const struct letter *, struct mail *);

/* The whole letter for SMTP, RFC 5322: lines end by CRLF, 7 bits. */
void letter_mime(
    struct buf *, const struct mail *, const char *message_id, int64_t now_s);

#endif
