/*
 * design_print.c: the file that would be printed, made when first asked for.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "http/form.h"
#include "http/reply.h"
#include "sql/designs.h"

#include "design_wait.h"
#include "handlers.h"

#define PATIENCE_MS 25000

struct print_form {
	struct id variant;
};

static const struct field print_fields[] = {
	FIELD(print_form, variant, "variantId", OPTIONAL, 0, 0), FIELD_END
};

static enum outcome
find(struct request *rq, struct id design,
    const struct sql_print_ground *ground, struct sql_print_find *file)
{
	return sql_print_find(rq->db, design, ground->revision, ground->product,
	    ground->provider, ground->placement, file);
}

/* The name under which this very file is asked for, by whomever. */
static const char *
file_name(
    struct request *rq, struct id design, const struct sql_print_ground *ground)
{
	return arena_printf(rq->arena, "print/%s/%d/%s/%s/%s", design.text,
	    ground->revision, ground->product.text, ground->provider,
	    ground->placement);
}

static enum outcome
ask(struct request *rq, struct id design, const struct sql_print_ground *ground)
{
	struct buf b;

	buf_open(&b, rq->arena, 4096);
	buf_char(&b, '{');
	buf_json_key(&b, "product");
	buf_json(&b, ground->product.text);
	buf_json_key(&b, "provider");
	buf_json(&b, ground->provider);
	buf_json_key(&b, "placement");
	buf_json(&b, ground->placement);
	buf_json_key(&b, "revision");
	buf_int(&b, ground->revision);
	buf_json_key(&b, "width");
	buf_int(&b, ground->width);
	buf_json_key(&b, "height");
	buf_int(&b, ground->height);
	buf_json_key(&b, "dpi");
	buf_int(&b, ground->dpi);
	buf_char(&b, '}');
	return sql_render_ask(
	    rq->db, design, b.at, file_name(rq, design, ground));
}

static enum outcome
wait_for_it(struct request *rq, struct id design,
    const struct sql_print_ground *ground, struct sql_print_find *file)
{
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	enum outcome o;
	bool failed;

	TRY(design_listen(rq));
	TRY(ask(rq, design, ground));
	do {
		o = find(rq, design, ground, file);
		if (o != NOT_FOUND)
			return o;
		TRY(sql_print_failed(
		    rq->db, design, file_name(rq, design, ground), &failed));
		if (failed)
			return fault(
			    rq, "no print file of design %s", design.text);
	} while (design_heard(rq, design, until_ms));
	return TIMEOUT;
}

enum outcome
design_print_file(struct request *rq)
{
	struct print_form form = { 0 };
	struct sql_print_ground ground;
	struct sql_print_find file;
	struct id design;
	enum outcome o;

	TRY(request_id_param(rq, 0, &design));
	TRY(form_query(rq, print_fields, &form));
	TRY(sql_print_ground(
	    rq->db, design, rq->caller.id, form.variant, &ground));
	if (!ground.variant_known)
		return form_refuse(rq, "variantId", "unknown_reference",
		    "There is no such variant.");
	if (strcmp(ground.status, "ready") != 0)
		return DESIGN_NOT_READY;
	if (!id_is_set(ground.product))
		return refuse(rq, CONFLICT,
		    "Nothing is sold that this could be printed on.");
	o = find(rq, design, &ground, &file);
	if (o == NOT_FOUND)
		o = wait_for_it(rq, design, &ground, &file);
	TRY(o);
	reply_member_text(rq, "url", file.url);
	reply_member_int(rq, "width", file.width);
	reply_member_int(rq, "height", file.height);
	reply_member_int(rq, "dpi", file.dpi);
	reply_member_text(rq, "expiresAt", file.expires_at);
	return OK;
}
