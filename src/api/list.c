/*
 * list.c: what is ready-made JSON already.
 */
#include "list.h"

enum outcome
said_reply(struct request *rq,
    enum outcome (*ask)(struct db *, struct id, const char **said))
{
	const char *said;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(ask(rq->db, id, &said));
	reply_json(rq, said);
	return OK;
}
