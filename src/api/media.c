/*
 * media.c: private pictures. The signature in the query is the only ticket;
 * nginx sends the file.
 */
#include "http/form.h"
#include "http/reply.h"
#include "media/media.h"

#include "handlers.h"

struct ticket {
	const char *expires, *signature;
};

static const struct field ticket_fields[] = { FIELD(ticket, expires, "e",
						  OPTIONAL, 1, 20),
	FIELD(ticket, signature, "s", OPTIONAL, 1, 100), FIELD_END };

enum outcome
media_private(struct request *rq)
{
	struct ticket ticket = { 0 };
	enum media_visibility visibility;
	char key[MEDIA_KEY];

	if (FAILED(form_query(rq, ticket_fields, &ticket)) ||
	    !media_path_parse(rq->path, &visibility, key) ||
	    visibility != MEDIA_PRIVATE ||
	    !media_signature_is_good(
		rq->path, ticket.expires, ticket.signature))
		return refuse_with(
		    rq, NOT_FOUND, NULL, "%s", outcome_message(NOT_FOUND));
	reply_header(rq, "X-Accel-Redirect", "/_media/%s", key);
	reply_header(rq, "Cache-Control", "private, max-age=86400, immutable");
	reply_raw(rq, media_mime(key));
	return OK;
}
