/*
 * mail.c: what mail providers check, and a post box for what they took.
 */
#include <ctype.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "http/reply.h"
#include "sandbox/mail.h"
#include "sandbox/play.h"
#include "sandbox/store.h"

#define TEXT_MOST (4 * 1024 * 1024)

/* "Ada <ada@example.com>" is ada@example.com. */
static const char *
bare(const char *address)
{
	const char *open = strchr(address, '<');
	const char *close = open ? strchr(open, '>') : NULL;

	if (!close)
		return address;
	return arena_text_n(
	    shapes_arena(), open + 1, (size_t)(close - open - 1));
}

static const char *
unescaped(const char *text)
{
	char *out = arena_text(shapes_arena(), text), *amp = out;

	while ((amp = strstr(amp, "&amp;"))) {
		amp++;
		memmove(amp, amp + 4, strlen(amp + 4) + 1);
	}
	return out;
}

static void
link_add(json *links, const char *at, size_t length)
{
	const char *link;

	while (length && strchr(".,;:!?", at[length - 1]))
		length--;
	link = unescaped(arena_text_n(shapes_arena(), at, length));
	for (size_t i = 0; i < json_count(links); i++)
		if (!strcmp(
			json_object_get_string(json_element(links, i)), link))
			return;
	add_text(links, link);
}

/* Absolute addresses as they stand there, each once. */
static void
links_find(json *links, const char *text)
{
	for (const char *at = text; at && (at = strstr(at, "http"));) {
		size_t scheme = !strncmp(at, "https://", 8)  ? 8
				: !strncmp(at, "http://", 7) ? 7
							     : 0;
		size_t length = strcspn(at, " \t\r\n\"'<>()[]{}|\\^`");

		if (scheme && length > scheme)
			link_add(links, at, length);
		at += scheme ? length : 4;
	}
}

/* The first of the links; mails here are small enough for one look. */
static const char *
mail_keep(const char *provider, json *to, const char *from, const char *subject,
    const char *text, const char *html)
{
	struct id id = id_create();
	json *mail = shape("{}"), *links = shape_array();
	char at[CLOCK_TEXT];
	struct buf all;

	buf_open(&all, shapes_arena(), TEXT_MOST);
	for (size_t i = 0; i < json_count(to); i++)
		buf_printf(&all, "%s%s", i ? ", " : "",
		    bare(json_object_get_string(json_element(to, i))));
	links_find(links, text);
	links_find(links, html);
	set_text(mail, "id", id.text);
	set_text(mail, "provider", provider);
	set_text(mail, "to", all.at);
	set_text(mail, "from", from);
	set_text(mail, "subject", subject);
	set_text(mail, "text", text);
	set_text(mail, "html", html);
	set_json(mail, "links", links);
	clock_format(clock_now_ms(), at);
	set_text(mail, "at", at);
	store_put("mails", id.text, mail);
	return arena_text(shapes_arena(), id.text);
}

static enum outcome
resend_refuse(
    struct request *rq, int status, const char *name, const char *message)
{
	json *body = shape("{}");

	set_int(body, "statusCode", status);
	set_text(body, "name", name);
	set_text(body, "message", message);
	answer(rq, status, body);
	return BAD_REQUEST;
}

static enum outcome
resend_key(struct request *rq)
{
	const char *agent = request_header(rq, "User-Agent");

	if (!agent || !*agent)
		return resend_refuse(
		    rq, 403, "validation_error", "error code: 1010");
	if (!bearer_of(rq))
		return resend_refuse(
		    rq, 401, "missing_api_key", "Missing API Key");
	if (!key_is(CONF_RESEND_API_KEY, bearer_of(rq)))
		return resend_refuse(
		    rq, 403, "invalid_api_key", "API key is invalid");
	return OK;
}

/* A text or an array of texts as an array. */
static json *
as_list(json *value)
{
	json *list = shape_array();

	if (json_object_is_type(value, json_type_array))
		return value;
	if (json_object_is_type(value, json_type_string))
		add_json(list, value);
	return list;
}

static bool
is_address(const char *text)
{
	const char *address = bare(text), *at = strchr(address, '@');

	return at && at > address && strchr(at, '.') &&
	       !strpbrk(address, " \r\n,;<>") && !strchr(at + 1, '@');
}

static enum outcome
recipients_check(struct request *rq, json *to)
{
	if (json_count(to) == 0)
		return resend_refuse(
		    rq, 422, "missing_required_field", "Missing `to` field.");
	if (json_count(to) > 50)
		return resend_refuse(rq, 422, "validation_error",
		    "The `to` field can have at most 50 recipients.");
	for (size_t i = 0; i < json_count(to); i++) {
		json *one = json_element(to, i);

		if (!json_object_is_type(one, json_type_string) ||
		    !is_address(json_object_get_string(one)))
			return resend_refuse(rq, 422, "validation_error",
			    "Invalid `to` field. The email address needs to "
			    "follow the `email@example.com` or `Name "
			    "<email@example.com>` format.");
	}
	return OK;
}

static enum outcome
resend_check(struct request *rq, json *body)
{
	const char *key = request_header(rq, "Idempotency-Key");

	if (!json_object_is_type(body, json_type_object))
		return resend_refuse(rq, 422, "validation_error",
		    "The request body must be a JSON object.");
	if (key && (!*key || strlen(key) > 256))
		return resend_refuse(rq, 400, "invalid_idempotency_key",
		    "The key must be between 1-256 chars.");
	if (!json_text(body, "from"))
		return resend_refuse(
		    rq, 422, "missing_required_field", "Missing `from` field.");
	if (!is_address(json_text(body, "from")))
		return resend_refuse(rq, 422, "invalid_from_address",
		    "Invalid `from` field. The email address needs to follow "
		    "the `email@example.com` or `Name <email@example.com>` "
		    "format.");
	TRY(recipients_check(rq, as_list(json_get(body, "to"))));
	if (!json_text(body, "subject"))
		return resend_refuse(rq, 422, "missing_required_field",
		    "Missing `subject` field.");
	if (!json_text(body, "html") && !json_text(body, "text"))
		return resend_refuse(rq, 422, "missing_required_field",
		    "Missing `html` or `text` field.");
	return OK;
}

enum outcome
resend_send(struct request *rq)
{
	json *body = body_of(rq), *said = shape("{}");

	TRY(resend_key(rq));
	TRY(resend_check(rq, body));
	set_text(said, "id",
	    mail_keep("resend", as_list(json_get(body, "to")),
		json_text(body, "from"), json_text(body, "subject"),
		json_text(body, "text"), json_text(body, "html")));
	return answer(rq, 200, said);
}

enum outcome
resend_get(struct request *rq)
{
	json *mail = store_get("mails", rq->params[0]), *said;

	TRY(resend_key(rq));
	if (!mail || !text_is(mail, "provider", "resend"))
		return resend_refuse(rq, 404, "not_found", "Email not found");
	said = shape("{\"object\":\"email\",\"last_event\":\"delivered\"}");
	set_all(said, shape_copy(mail));
	set_drop(said, "links");
	set_drop(said, "provider");
	set_drop(said, "at");
	set_json(said, "created_at", json_get(mail, "at"));
	return answer(rq, 200, said);
}

static enum outcome
sendgrid_refuse(
    struct request *rq, int status, const char *field, const char *message)
{
	json *body = shape("{\"errors\":[{\"help\":null}]}");
	json *one = json_element(json_get(body, "errors"), 0);

	set_text(one, "message", message);
	set_text(one, "field", field);
	answer(rq, status, body);
	return BAD_REQUEST;
}

static const char *
content_of(json *body, const char *type)
{
	json *content = json_get(body, "content");

	for (size_t i = 0; i < json_count(content); i++)
		if (text_is(json_element(content, i), "type", type))
			return json_text(json_element(content, i), "value");
	return NULL;
}

static enum outcome
content_check(struct request *rq, json *body)
{
	json *content = json_get(body, "content");
	bool html = false;

	if (json_count(content) == 0 && !json_text(body, "template_id"))
		return sendgrid_refuse(rq, 400, "content",
		    "Unless a valid template_id is provided, the content "
		    "parameter is required. There must be at least one defined "
		    "content block.");
	for (size_t i = 0; i < json_count(content); i++) {
		json *one = json_element(content, i);

		if (!json_text(one, "value") || !*json_text(one, "value"))
			return sendgrid_refuse(rq, 400, "content.value",
			    "The content value must be a string at least one "
			    "character in length.");
		if (html && text_is(one, "type", "text/plain"))
			return sendgrid_refuse(rq, 400, "content",
			    "If present, text/plain and text/html may only be "
			    "provided once, and text/plain must come first.");
		html = html || text_is(one, "type", "text/html");
	}
	return OK;
}

static enum outcome
sendgrid_to(struct request *rq, json *one, json *to)
{
	json *list = json_get(one, "to");

	if (json_count(list) == 0)
		return sendgrid_refuse(rq, 400, "personalizations.0.to",
		    "The to array is required for all personalization "
		    "objects, and must have at least one email object with a "
		    "valid email address.");
	for (size_t i = 0; i < json_count(list); i++) {
		const char *email = json_text(json_element(list, i), "email");

		if (!email || !is_address(email))
			return sendgrid_refuse(rq, 400,
			    "personalizations.0.to.0.email",
			    "Does not contain a valid address.");
		add_text(to, email);
	}
	return OK;
}

static enum outcome
sendgrid_check(struct request *rq, json *body)
{
	const char *from = json_text(json_get(body, "from"), "email");

	if (!bearer_of(rq) || !key_is(CONF_SENDGRID_API_KEY, bearer_of(rq)))
		return sendgrid_refuse(rq, 401, NULL,
		    "The provided authorization grant is invalid, expired, or "
		    "revoked");
	if (!json_object_is_type(body, json_type_object))
		return sendgrid_refuse(rq, 400, NULL, "Bad Request");
	if (json_count(json_get(body, "personalizations")) == 0)
		return sendgrid_refuse(rq, 400, "personalizations",
		    "The personalizations field is required and must have at "
		    "least one personalization.");
	if (!from || !is_address(from))
		return sendgrid_refuse(rq, 400, "from.email",
		    "The from email does not contain a valid address.");
	return content_check(rq, body);
}

enum outcome
sendgrid_send(struct request *rq)
{
	json *body = body_of(rq), *all;
	const char *id = made_id("", 22);

	TRY(sendgrid_check(rq, body));
	all = json_get(body, "personalizations");
	for (size_t i = 0; i < json_count(all); i++) {
		json *one = json_element(all, i), *to = shape_array();
		const char *subject =
		    text_or(one, "subject", json_text(body, "subject"));

		TRY(sendgrid_to(rq, one, to));
		if (!subject || !*subject)
			return sendgrid_refuse(rq, 400, "subject",
			    "The subject is required. You can get around this "
			    "requirement if you use a template with a subject "
			    "defined or if every personalization has a subject "
			    "defined.");
		mail_keep("sendgrid", to,
		    json_text(json_get(body, "from"), "email"), subject,
		    content_of(body, "text/plain"),
		    content_of(body, "text/html"));
	}
	reply_header(rq, "X-Message-Id", "%s", id);
	return answer_text(rq, 202, "text/plain", "");
}
