/*
 * guard.h: what stands between a route and its handler.
 *
 * Who is calling, whether the session still lives, how often the caller has
 * called, and whether the same call was made before: decided here, from the
 * route's columns, so that no handler can forget it.
 */
#ifndef TSHOP_GUARD_GUARD_H
#define TSHOP_GUARD_GUARD_H

#include "http/request.h"
#include "http/route.h"

/*
 * Read the token. It fills rq->caller's ids; whether the session lives is
 * the admission's to say. A missing or bad token is kept until the call has
 * been counted, on the address. Admin routes without nginx's name are
 * UNAUTHENTICATED; a change there that another site's page makes is FORBIDDEN.
 */
enum outcome guard_who(struct request *);

/*
 * Count the call and ask for the session, in one statement: for reads along
 * with the handler's first statement, for writes before it.
 * RATE_LIMIT_EXCEEDED, or what guard_who() kept, or INVALID_TOKEN for a
 * session that has ended.
 */
enum outcome guard_admit(struct request *);

/*
 * Count a call that leads nowhere, as any other of its address: the answer is
 * the same, but tells what is left. Under /admin and /…/webhooks nothing is.
 */
void guard_lost(struct request *);

/*
 * Run the handler: with its idempotency key where the route honours one, in a
 * transaction where it says so; then whatever it wants done afterwards
 * (rq->after), and the admission if no statement has carried it.
 */
enum outcome guard_run(struct request *, handler *);

#endif
