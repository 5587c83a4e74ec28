/*
 * who.c: from the Authorization header to a caller.
 *
 * Only the header carries a token; a cookie or a query never does.
 */
#include <string.h>
#include <strings.h>

#include "base/access.h"
#include "guard/guard.h"
#include "http/reply.h"

static enum outcome
caller_read(struct request *rq)
{
	const char *header = request_header(rq, "Authorization");
	struct access access;

	if (!header)
		return UNAUTHENTICATED;
	if (strncasecmp(header, "Bearer ", 7) != 0)
		return INVALID_TOKEN;
	header += 7 + strspn(header + 7, " ");
	TRY(access_read(rq->arena, header, &access));
	rq->caller.id = access.user;
	rq->caller.session = access.session;
	return OK;
}

/*
 * nginx sets the name behind its password, and nowhere else. A browser that
 * knows the password sends it along with whatever any page makes it send, so
 * a change must come from a page of ours.
 */
static enum outcome
admin_read(struct request *rq)
{
	const char *admin = request_param(rq, "REMOTE_USER");
	bool changes = rq->method & (METHOD_POST | METHOD_PUT | METHOD_DELETE);

	if (!admin || !*admin)
		return UNAUTHENTICATED;
	if (changes && !request_is_same_origin(rq))
		return refuse(
		    rq, FORBIDDEN, "Another site may not do this for you.");
	rq->caller.admin = admin;
	return OK;
}

enum outcome
guard_who(struct request *rq)
{
	enum outcome o;

	switch (rq->route->who) {
	case WHO_ALL:
		return OK;
	case WHO_ADMIN:
		return admin_read(rq);
	case WHO_KNOWN:
		o = caller_read(rq);
		rq->refused = o == UNAUTHENTICATED ? OK : o;
		return OK;
	case WHO_USER:
		rq->refused = caller_read(rq);
		return OK;
	}
	return INTERNAL_ERROR;
}
