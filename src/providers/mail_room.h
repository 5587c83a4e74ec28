/*
 * mail_room.h: what both mail providers' files share.
 */
#ifndef TSHOP_PROVIDERS_MAIL_ROOM_H
#define TSHOP_PROVIDERS_MAIL_ROOM_H

#include "providers/kit.h"
#include "providers/mail.h"

#define MAIL_PATIENCE_MS 10000

/* What must not be sent by anybody; VALIDATION_ERROR. */
enum outcome mail_may(struct arena *, const struct mail *);
/* "Name <address>" apart; name "" if there is none. False if it is neither. */
bool mail_from_parse(
    struct arena *, const char *from, const char **name, const char **address);
/* The mail's own headers as a JSON object, if it has any. */
void mail_headers_put(struct buf *, const struct mail *);

#endif
