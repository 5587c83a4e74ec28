/*
 * media.c: pictures. For a private one the signature in the query is the only
 * ticket. nginx sends the file; where pictures lie in a bucket, the browser
 * is sent on to an address that is good for minutes.
 */
#include "http/form.h"
#include "http/reply.h"
#include "media/media.h"

#include "handlers.h"

#define ELSEWHERE_S 600
#define KEPT_S 300 /* the way there, shorter than it is good */

struct ticket {
	const char *expires, *signature;
};

static const struct field ticket_fields[] = { FIELD(ticket, expires, "e",
						  OPTIONAL, 1, 20),
	FIELD(ticket, signature, "s", OPTIONAL, 1, 100), FIELD_END };

static enum outcome
nothing_there(struct request *rq)
{
	return refuse_with(
	    rq, NOT_FOUND, NULL, "%s", outcome_message(NOT_FOUND));
}

static enum outcome
send_on(struct request *rq, const char *address, const char *who)
{
	reply_header(rq, "Cache-Control", "%s, max-age=%d", who, KEPT_S);
	reply_header(rq, "Location", "%s", address);
	return FOUND;
}

enum outcome
media_private(struct request *rq)
{
	struct ticket ticket = { 0 };
	enum media_visibility visibility;
	const char *elsewhere;
	char key[MEDIA_KEY];

	if (FAILED(form_query(rq, ticket_fields, &ticket)) ||
	    !media_path_parse(rq->path, &visibility, key) ||
	    visibility != MEDIA_PRIVATE ||
	    !media_signature_is_good(
		rq->path, ticket.expires, ticket.signature))
		return nothing_there(rq);
	elsewhere = media_elsewhere(rq->arena, key, MEDIA_PRIVATE, ELSEWHERE_S);
	if (elsewhere != NULL)
		return send_on(rq, elsewhere, "private");
	reply_header(rq, "X-Accel-Redirect", "/_media/%s", key);
	reply_header(rq, "Cache-Control", "private, max-age=86400, immutable");
	reply_raw(rq, media_mime(key));
	return OK;
}

/* Only for what nginx has not found on the disk. */
enum outcome
media_public(struct request *rq)
{
	enum media_visibility visibility;
	const char *elsewhere;
	char key[MEDIA_KEY];

	if (!media_path_parse(rq->path, &visibility, key) ||
	    visibility != MEDIA_PUBLIC)
		return nothing_there(rq);
	elsewhere = media_elsewhere(rq->arena, key, MEDIA_PUBLIC, ELSEWHERE_S);
	return elsewhere ? send_on(rq, elsewhere, "public") : nothing_there(rq);
}
