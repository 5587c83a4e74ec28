/*
 * hooks_print.c: what the printers tell.
 *
 * Verified over the raw bytes, kept under the event's own name, and answered;
 * a job then asks the printer about the order. A forged one leaves nothing.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/log.h"
#include "db/tx.h"
#include "http/reply.h"
#include "providers/print.h"
#include "sql/print.h"

#include "handlers.h"

#define PAYLOAD_BYTES 8192

static const char *
header_of(const void *from, const char *name)
{
	return request_header(from, name);
}

/* ?secret= as it stands: ours has no character that would be escaped. */
static const char *
query_secret(struct request *rq)
{
	static const char name[] = "secret=";
	const char *at = request_query(rq);

	while (at && strncmp(at, name, sizeof(name) - 1) != 0) {
		at = strchr(at, '&');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return NULL;
	at += sizeof(name) - 1;
	return arena_text_n(rq->arena, at, strcspn(at, "&"));
}

/*
 * Does it tell what the order will not tell by itself? A parcel that waits,
 * or cannot be packed, is none yet.
 */
static bool
is_proof(const struct print_notice *notice)
{
	return notice->certain && *notice->shipment.ref &&
	       notice->news >= PRINT_NEWS_SHIPPED &&
	       notice->news <= PRINT_NEWS_WITHDRAWN;
}

/* What the order will not tell by itself, as far as it is proven. */
static const char *
payload_write(
    struct arena *a, struct id event, const struct print_notice *notice)
{
	struct print_shipment s = notice->shipment;
	struct buf b;

	/* Delivered without a time is delivered now. */
	if (notice->news == PRINT_NEWS_DELIVERED && !s.delivered_s)
		s.delivered_s = notice->happened_s;
	buf_open(&b, a, PAYLOAD_BYTES);
	buf_char(&b, '{');
	buf_json_key(&b, "event");
	buf_json(&b, event.text);
	buf_json_key(&b, "returned");
	buf_json_bool(
	    &b, notice->certain && notice->news == PRINT_NEWS_RETURNED);
	buf_json_key(&b, "withdrawn");
	buf_json_bool(
	    &b, notice->certain && notice->news == PRINT_NEWS_WITHDRAWN);
	if (is_proof(notice)) {
		buf_json_key(&b, "told");
		buf_char(&b, '{');
		print_shipment_members(&b, &s);
		buf_char(&b, '}');
	}
	buf_char(&b, '}');
	return b.at;
}

static enum outcome
keep(struct request *rq, const struct print_provider *by,
    const struct print_notice *notice)
{
	struct bytes body = { rq->body, rq->body_size };
	struct sql_print_event_add added;
	enum outcome o;

	TX(rq->db);
	o = sql_print_event_add(rq->db, by->name, notice->event, notice->type,
	    body, notice->id, notice->external_id, &added);
	if (o == NOT_FOUND)
		return TX_COMMIT(OK); /* it was here before */
	TRY(o);
	if (id_is_set(added.fulfillment))
		TRY(sql_print_event_job(rq->db, added.order, added.fulfillment,
		    payload_write(rq->arena, added.id, notice),
		    arena_printf(rq->arena, "print_event:%s", added.id.text),
		    conf_int(CONF_TSHOP_JOB_ATTEMPTS), !is_proof(notice)));
	return TX_COMMIT(OK);
}

static enum outcome
hear(struct request *rq, const struct print_provider *by)
{
	struct notice from = { .header = header_of,
		.from = rq,
		.body = rq->body,
		.size = rq->body_size,
		.query_secret = query_secret(rq) };
	struct print_notice notice;

	if (!by->is_on())
		return refuse_provider(rq, SERVICE_UNAVAILABLE, by->name);
	TRY(by->hear(rq->arena, &from, &notice));
	TRY(keep(rq, by, &notice));
	log_event(LOG_INFO, "print-news", LOG_TEXT("provider", by->name),
	    LOG_TEXT("type", notice.type));
	reply_member_bool(rq, "received", true);
	return OK;
}

enum outcome
hook_printful(struct request *rq)
{
	return hear(rq, &print_printful);
}

enum outcome
hook_printify(struct request *rq)
{
	return hear(rq, &print_printify);
}
