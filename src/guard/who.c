/*
 * who.c: from the Authorization header to a caller.
 *
 * Only the header carries a token; a cookie or a query never does.
 */
#include <string.h>
#include <strings.h>

#include "base/access.h"
#include "guard/guard.h"

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

enum outcome
guard_who(struct request *rq)
{
	const char *admin;
	enum outcome o;

	switch (rq->route->who) {
	case WHO_ALL:
		return OK;
	case WHO_ADMIN:
		/* nginx sets it behind its password, and nowhere else. */
		admin = request_param(rq, "REMOTE_USER");
		if (!admin || !*admin)
			return UNAUTHENTICATED;
		rq->caller.admin = admin;
		return OK;
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
