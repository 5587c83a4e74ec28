/*
 * likes.c: one like each, given or taken back as often as one pleases.
 */
#include "http/reply.h"
#include "sql/likes.h"

#include "handlers.h"

static enum outcome
like(struct request *rq, bool wanted)
{
	struct id design;
	int count;

	TRY(request_id_param(rq, 0, &design));
	TRY(sql_design_like(rq->db, rq->caller.id, design, wanted, &count));
	reply_member_int(rq, "likesCount", count);
	reply_member_bool(rq, "likedByMe", wanted);
	return OK;
}

enum outcome
design_like(struct request *rq)
{
	return like(rq, true);
}

enum outcome
design_unlike(struct request *rq)
{
	return like(rq, false);
}
