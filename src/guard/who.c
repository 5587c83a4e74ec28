/*
 * who.c: from the Authorization header to a caller, and from X-Cart-Token to
 * a guest.
 *
 * Only the headers carry tokens; a cookie or a query never does.
 */
#include <string.h>
#include <strings.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/secret.h"
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
	rq->caller.owner = access.user;
	return OK;
}

/*
 * A guest's cart is known by the first half of its token's hash; that the
 * whole is right is the admission's to say, as it is of a session.
 */
static enum outcome
guest_read(struct request *rq)
{
	const char *token = request_header(rq, "X-Cart-Token");
	uint8_t *digest;

	if (!token)
		return UNAUTHENTICATED;
	digest = arena_alloc(rq->arena, SHA256_BYTES);
	sha256(token, strlen(token), digest);
	rq->caller.guest = digest;
	rq->caller.owner = id_of_bytes(digest);
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
	case WHO_CART:
		rq->refused = caller_read(rq);
		if (rq->refused == UNAUTHENTICATED)
			rq->refused = guest_read(rq);
		return OK;
	case WHO_USER:
		rq->refused = caller_read(rq);
		return OK;
	}
	return INTERNAL_ERROR;
}
