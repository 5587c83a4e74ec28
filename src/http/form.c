/*
 * form.c: a whole body or query against its table.
 */
#include <strings.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "http/reply.h"
#include "http/route.h"

#include "furniture.h"

struct form_errors *
request_errors(struct request *rq)
{
	if (!rq->errors) {
		rq->errors = arena_new(rq->arena, struct form_errors);
		buf_open(&rq->errors->details, rq->arena, LIMIT_ANSWER_BYTES);
	}
	return rq->errors;
}

void
form_wrong(struct request *rq, const char *field, const char *code,
    const char *message)
{
	struct form_errors *errors = request_errors(rq);
	struct buf *b = &errors->details;

	/* One complaint for each field is enough, and there is an end. */
	if (errors->count == LIMIT_PAGE_ROWS)
		return;
	errors->count++;
	buf_json_comma(b);
	buf_text(b, "{\"field\":");
	buf_json(b, field);
	buf_text(b, ",\"code\":");
	buf_json(b, code);
	buf_text(b, ",\"message\":");
	buf_json(b, message);
	buf_char(b, '}');
}

enum outcome
form_check(struct request *rq)
{
	struct form_errors *errors = request_errors(rq);

	if (errors->count == 0)
		return OK;
	return refuse_with(rq, VALIDATION_ERROR,
	    arena_printf(rq->arena, "[%s]", errors->details.at), "%s",
	    outcome_message(VALIDATION_ERROR));
}

enum outcome
form_refuse(struct request *rq, const char *field, const char *code,
    const char *message)
{
	form_wrong(rq, field, code, message);
	return form_check(rq);
}

/* application/json, any case, at most with charset=utf-8. */
static bool
type_is_json(const char *type)
{
	static const char json_type[] = "application/json";
	size_t length = strlen(json_type);

	if (!type || strncasecmp(type, json_type, length) != 0)
		return false;
	type += length;
	type += strspn(type, " \t");
	if (*type == '\0')
		return true;
	if (*type++ != ';')
		return false;
	type += strspn(type, " \t");
	return strcasecmp(type, "charset=utf-8") == 0 ||
	       strcasecmp(type, "charset=\"utf-8\"") == 0;
}

static enum outcome
form_body(struct request *rq)
{
	struct json_flaw flaw;
	enum outcome o;

	if (rq->tree)
		return OK;
	if (rq->body_size == 0 && rq->route->body == BODY_OPTIONAL) {
		static const char empty[] = "{}";

		return json_read(rq->arena, empty, 2, &json_limits_request,
		    &rq->tree, &flaw);
	}
	if (request_header(rq, "Content-Encoding") ||
	    (rq->body_size > 0 &&
		!type_is_json(request_param(rq, "CONTENT_TYPE"))))
		return UNSUPPORTED_MEDIA_TYPE;
	o = json_read(rq->arena, rq->body, rq->body_size, &json_limits_request,
	    &rq->tree, &flaw);
	if (o == VALIDATION_ERROR)
		return form_refuse(rq, flaw.path, flaw.code, flaw.message);
	if (FAILED(o))
		return o;
	if (!json_object_is_type(rq->tree, json_type_object))
		return form_refuse(rq, "", "type", "It must be an object.");
	return OK;
}

void
form_nested(struct request *rq, const char *name, json *object,
    const struct field *fields, void *form)
{
	for (; fields->key; fields++) {
		const char *path =
		    *name ? arena_printf(rq->arena, "%s.%s", name, fields->key)
			  : fields->key;

		field_from_json(
		    rq, fields, path, json_get(object, fields->key), form);
	}
}

enum outcome
form_open(struct request *rq, const struct field *fields, void *form)
{
	TRY(form_body(rq));
	form_nested(rq, "", rq->tree, fields, form);
	return OK;
}

enum outcome
form_read(struct request *rq, const struct field *fields, void *form)
{
	TRY(form_open(rq, fields, form));
	return form_check(rq);
}

enum outcome
form_query_open(struct request *rq, const struct field *fields, void *form)
{
	TRY(query_read(rq));
	for (; fields->key; fields++)
		field_from_text(rq, fields, query_value(rq, fields->key), form);
	return OK;
}

enum outcome
form_query(struct request *rq, const struct field *fields, void *form)
{
	TRY(form_query_open(rq, fields, form));
	return form_check(rq);
}

bool
form_given(struct request *rq, const char *key)
{
	if (rq->tree)
		return json_object_object_get_ex(rq->tree, key, NULL);
	return query_value(rq, key) != NULL;
}
