/*
 * designs.c: one's own designs: drawn by hand, changed, shown, taken away.
 */
#include <string.h>

#include "base/arena.h"
#include "db/tx.h"
#include "http/form.h"
#include "http/reply.h"
#include "shop/font.h"
#include "sql/designs.h"
#include "sql/media.h"

#include "design_canvas.h"
#include "handlers.h"
#include "list.h"
#include "pictures.h"

#define PUBLIC_AGE_S 1
#define FONTS_AGE_S 3600

struct design_form {
	const char *title, *description, *category;
	struct id product;
	bool open;
	json *data;
};

static const struct field design_fields[] = { FIELD(design_form, title, "title",
						  REQUIRED, 1, 255),
	FIELD(design_form, description, "description", PROSE, 0, 5000),
	FIELD(design_form, category, "productCategory", REQUIRED, 1, 50),
	FIELD(design_form, product, "productId", OPTIONAL, 0, 0),
	FIELD(design_form, open, "public", OPTIONAL, 0, 0),
	FIELD(design_form, data, "designData", REQUIRED, 0, 0), FIELD_END };

/* Ask for the pictures of a revision, in the transaction that made it. */
static enum outcome
ask_render(struct request *rq, struct id design, int revision)
{
	return sql_render_ask(rq->db, design, "{}",
	    arena_printf(rq->arena, "render/%s/%d", design.text, revision));
}

static enum outcome
check_ground(struct request *rq, const char *category, struct id product)
{
	struct sql_design_ground ground;

	TRY(sql_design_ground(rq->db, category, product, &ground));
	if (!ground.category_known)
		form_wrong(rq, "productCategory", "unknown_reference",
		    "There is no such category.");
	else if (!ground.product_known)
		form_wrong(rq, "productId", "unknown_reference",
		    "There is no such product in that category.");
	return OK;
}

enum outcome
design_create(struct request *rq)
{
	struct design_form form = { 0 };
	struct id id = id_create();
	const char *data = NULL, *design;

	TRY(form_open(rq, design_fields, &form));
	if (form.category) {
		TRY(check_ground(rq, form.category, form.product));
		if (form.data)
			TRY(design_canvas(rq, form.data, form.category, &data));
	}
	TRY(form_check(rq));

	TX(rq->db);
	TRY(sql_design_add(rq->db, id, rq->caller.id, form.title,
	    form.description, form.category, form.product, data, form.open,
	    &design));
	TRY(ask_render(rq, id, 1));
	reply_json(rq, design);
	reply_header(rq, "Location", "/api/v1/designs/%s", id.text);
	return TX_COMMIT(CREATED);
}

struct design_filter {
	const char *category, *status;
	bool open;
};

static const struct field filter_fields[] = { FIELD(design_filter, category,
						  "category", OPTIONAL, 1, 50),
	CHOICE(design_filter, status, "status", OPTIONAL,
	    "queued|generating|ready|failed|blocked"),
	FIELD(design_filter, open, "public", OPTIONAL, 0, 0), FIELD_END };

static enum outcome
design_list_empty(struct request *rq, const struct design_filter *f,
    const bool *open, const struct page *page)
{
	struct sql_design_asked asked;

	TRY(sql_design_asked(
	    rq->db, rq->caller.id, f->category, f->status, open, &asked));
	if (!asked.category_known)
		return form_refuse(
		    rq, "category", "enum", "There is no such category.");
	buf_text(&rq->reply.data, "[]");
	reply_pages(
	    rq, page, asked.total, asked.total > LIMIT_TOTAL_COUNTED, NULL);
	return OK;
}

enum outcome
design_list(struct request *rq)
{
	struct design_filter f = { 0 };
	struct sql_design_list *rows;
	struct page page;
	const bool *open;
	int count;

	TRY(form_query_open(rq, filter_fields, &f));
	TRY(form_page(rq, &page));
	open = form_given(rq, "public") ? &f.open : NULL;
	TRY(sql_design_list(rq->db, rq->caller.id, f.category, f.status, open,
	    page.cursor, page.limit + 1, page.offset, &rows, &count));
	if (count == 0)
		return design_list_empty(rq, &f, open, &page);
	LIST_REPLY(rq, &page, design_list, rows, count, rows->total_);
	return OK;
}

enum outcome
design_get(struct request *rq)
{
	const char *design;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(sql_design_find(rq->db, id, rq->caller.id, &design));
	reply_json(rq, design);
	if (!id_is_set(rq->caller.id))
		reply_public(rq, PUBLIC_AGE_S);
	reply_header(rq, "Vary", "Authorization");
	return OK;
}

static const struct field change_fields[] = { FIELD(design_form, title, "title",
						  OPTIONAL, 1, 255),
	FIELD(design_form, description, "description", PROSE, 0, 5000),
	FIELD(design_form, open, "public", OPTIONAL, 0, 0),
	FIELD(design_form, data, "designData", OPTIONAL, 0, 0), FIELD_END };

/* The new canvas as text, checked; NULL if none was given. */
static enum outcome
changed_canvas(struct request *rq, const struct design_form *form,
    const struct sql_design_lock *was, const char **data)
{
	bool drawing =
	    !was->has_data && (strcmp(was->status, "queued") == 0 ||
				  strcmp(was->status, "generating") == 0);

	*data = NULL;
	if (!form->data)
		return OK;
	TRY(design_canvas(rq, form->data, was->category, data));
	TRY(form_check(rq));
	if (drawing)
		return refuse(
		    rq, DESIGN_NOT_READY, "The design is still being drawn.");
	return OK;
}

enum outcome
design_update(struct request *rq)
{
	struct design_form form = { 0 };
	struct sql_design_lock was;
	const char *data, *design;
	const bool *open;
	struct id id;

	TRY(request_id_param(rq, 0, &id));
	TRY(form_read(rq, change_fields, &form));
	open = json_get(rq->tree, "public") ? &form.open : NULL;

	TX(rq->db);
	TRY(sql_design_lock(rq->db, id, rq->caller.id, &was));
	if (was.hidden && open && *open)
		return refuse(
		    rq, FORBIDDEN, "This design was taken out of the gallery.");
	TRY(changed_canvas(rq, &form, &was, &data));
	TRY(sql_design_update(rq->db, id, rq->caller.id,
	    form_given(rq, "title"), form.title, form_given(rq, "description"),
	    form.description, open, data, &design));
	if (data)
		TRY(ask_render(rq, id, was.revision + 1));
	if (open && *open != was.open)
		TRY(pictures_show(rq, id));
	reply_json(rq, design);
	return TX_COMMIT(OK);
}

enum outcome
design_delete(struct request *rq)
{
	struct id id;
	int touched;

	TRY(request_id_param(rq, 0, &id));
	TX(rq->db);
	TRY(sql_design_delete(rq->db, id, rq->caller.id, &touched));
	TRY(pictures_show(rq, id));
	TRY(sql_media_unref(rq->db, id));
	reply_json(rq, "{}");
	return TX_COMMIT(OK);
}

enum outcome
font_list(struct request *rq)
{
	struct buf *b = &rq->reply.data;

	buf_char(b, '[');
	for (size_t i = 0; i < font_count; i++) {
		buf_json_comma(b);
		buf_char(b, '{');
		buf_json_key(b, "family");
		buf_json(b, fonts[i].family);
		buf_json_key(b, "like");
		buf_json(b, fonts[i].like);
		buf_json_key(b, "bold");
		buf_json_bool(b, fonts[i].bold);
		buf_json_key(b, "italic");
		buf_json_bool(b, fonts[i].italic);
		buf_json_key(b, "package");
		buf_json(b, fonts[i].package);
		buf_char(b, '}');
	}
	buf_char(b, ']');
	reply_public(rq, FONTS_AGE_S);
	return OK;
}
