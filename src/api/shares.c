/*
 * shares.c: telling others of a design, and telling us of a bad one.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/designs.h"

#include "handlers.h"

struct share_form {
	const char *platform;
};

static const struct field share_fields[] = {
	CHOICE(share_form, platform, "platform", REQUIRED,
	    "facebook|instagram|twitter|x|pinterest|tiktok|whatsapp|telegram|"
	    "reddit|linkedin|email|link"),
	FIELD_END
};

enum outcome
design_share(struct request *rq)
{
	struct share_form form = { 0 };
	struct id design, points;

	TRY(request_id_param(rq, 0, &design));
	TRY(form_read(rq, share_fields, &form));
	TRY(sql_design_share(
	    rq->db, design, rq->caller.id, form.platform, &points));
	reply_member_text(rq, "shareUrl",
	    arena_printf(rq->arena, "%s/api/v1/designs/%s",
		conf_text(CONF_TSHOP_PUBLIC_URL), design.text));
	return CREATED;
}

struct report_form {
	const char *reason, *details;
};

static const struct field report_fields[] = {
	CHOICE(report_form, reason, "reason", REQUIRED,
	    "copyright|trademark|offensive|other"),
	FIELD(report_form, details, "details", PROSE, 0, 500), FIELD_END
};

enum outcome
design_report(struct request *rq)
{
	struct report_form form = { 0 };
	struct id design, heard;

	TRY(request_id_param(rq, 0, &design));
	TRY(form_read(rq, report_fields, &form));
	TRY(sql_design_report(
	    rq->db, design, rq->caller.id, form.reason, form.details, &heard));
	reply_json(rq, "{}");
	return ACCEPTED;
}
