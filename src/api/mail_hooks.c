/*
 * mail_hooks.c: what became of our letters, in the words of whoever carries
 * them. An address that is dead, or whose owner calls us spam, is marked;
 * marking it twice changes nothing, so nothing else is kept.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/reply.h"
#include "providers/mail.h"
#include "sql/users.h"

#include "handlers.h"

static const char *
header_of(const void *from, const char *name)
{
	return request_header(from, name);
}

static enum outcome
event_apply(struct request *rq, const struct mail_event *e)
{
	int touched = 0;

	if (e->fate != MAIL_COMPLAINED && !(e->fate == MAIL_BOUNCED && e->hard))
		return OK;
	if (*e->address)
		TRY(sql_email_bounce(rq->db, e->address, &touched));
	log_event(LOG_WARN, "address-undeliverable", LOG_TEXT("mail", e->key),
	    LOG_INT("accounts", touched));
	return OK;
}

static enum outcome
hear(struct request *rq, const struct mail_provider *p)
{
	struct notice n = { .header = header_of,
		.from = rq,
		.body = rq->body,
		.size = rq->body_size,
		.now_s = clock_now_s() };
	struct mail_event *events;
	size_t count;

	if (!p->is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, p->name);
	TRY(p->hear(rq->arena, &n, &events, &count));
	for (size_t i = 0; i < count; i++)
		TRY(event_apply(rq, &events[i]));
	reply_member_bool(rq, "received", true);
	return OK;
}

/* POST /mail/webhooks/resend */
enum outcome
hook_resend(struct request *rq)
{
	return hear(rq, &mail_resend);
}

/* POST /mail/webhooks/sendgrid */
enum outcome
hook_sendgrid(struct request *rq)
{
	return hear(rq, &mail_sendgrid);
}
