/*
 * gemini.c: generateContent: who asks, of which model, and what comes back.
 */
#include "base/arena.h"
#include "base/insist.h"
#include "http/reply.h"
#include "sandbox/gemini.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"

#define SLOW_MOST_S 300

/* clang-format off */
static const struct gemini_model models[] = {
	/* name                          draws  1K only  budgets */
	{ "gemini-3.5-flash-lite",         false, false, false },
	{ "gemini-3.1-flash-lite",         false, false, false },
	{ "gemini-3.5-flash",              false, false, false },
	{ "gemini-3.6-flash",              false, false, false },
	{ "gemini-3.7-flash",              false, false, false },
	{ "gemini-3.8-flash",              false, false, false },
	{ "gemini-4-argon",                false, false, false },
	{ "gemini-4-carbon",               false, false, false },
	{ "gemini-3.1-pro-preview",        false, false, false },
	{ "gemini-2.5-flash",              false, false, true },
	{ "gemini-2.5-flash-lite",         false, false, true },
	{ "gemini-2.5-pro",                false, false, true },
	{ "gemini-flash-latest",           false, false, false },
	{ "gemini-flash-lite-latest",      false, false, false },
	{ "gemini-pro-latest",             false, false, false },
	{ "gemini-nano-banana-2.1",        true,  false, false },
	{ "gemini-3.1-flash-lite-image",   true,  true,  false },
	{ "gemini-3-pro-image",            true,  false, false },
};

static const struct {
	int status;
	const char *word, *message;
} failures[] = {
	{ 400, "INVALID_ARGUMENT", "Request contains an invalid argument." },
	{ 403, "PERMISSION_DENIED", "The caller does not have permission" },
	{ 404, "NOT_FOUND", "Requested entity was not found." },
	{ 429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details." },
	{ 500, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting" },
	{ 503, "UNAVAILABLE", "The model is overloaded. Please try again later." },
	{ 504, "DEADLINE_EXCEEDED", "The request timed out. Please try again." },
};
/* clang-format on */

enum outcome
gemini_refuse(
    struct request *rq, int status, const char *word, const char *format, ...)
{
	json *body = shape("{\"error\":{}}"), *error = json_get(body, "error");
	va_list ap;

	va_start(ap, format);
	set_int(error, "code", status);
	set_text(error, "message", arena_vprintf(rq->arena, format, ap));
	set_text(error, "status", word);
	va_end(ap);
	answer(rq, status, body);
	return BAD_REQUEST;
}

static enum outcome
key_check(struct request *rq)
{
	struct pairs query = pairs_query(rq);
	const char *key = request_header(rq, "x-goog-api-key");

	if (!key)
		key = pairs_get(&query, "key");
	if (!key || !*key)
		return gemini_refuse(rq, 403, "PERMISSION_DENIED",
		    "Method doesn't allow unregistered callers (callers "
		    "without established identity). Please use API Key or "
		    "other form of API consumer identity to call this API.");
	if (key_is(CONF_GEMINI_API_KEY, key))
		return OK;
	answer(rq, 400,
	    shape("{\"error\":{\"code\":400,\"message\":\"API key not valid. "
		  "Please pass a valid API key.\",\"status\":"
		  "\"INVALID_ARGUMENT\",\"details\":[{\"@type\":"
		  "\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
		  "\"API_KEY_INVALID\",\"domain\":\"googleapis.com\","
		  "\"metadata\":{\"service\":"
		  "\"generativelanguage.googleapis.com\"}}]}}"));
	return BAD_REQUEST;
}

static const struct gemini_model *
model_find(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT(models); i++)
		if (strlen(models[i].name) == length &&
		    !strncmp(models[i].name, name, length))
			return &models[i];
	return NULL;
}

static json *
model_shape(const struct gemini_model *m)
{
	json *is = shape("{\"inputTokenLimit\":1048576,\"outputTokenLimit\":"
			 "65536,\"supportedGenerationMethods\":"
			 "[\"generateContent\",\"countTokens\"],\"thinking\":"
			 "true}");

	set_printf(is, "name", "models/%s", m->name);
	set_text(is, "version", "001");
	set_text(is, "displayName", m->name);
	return is;
}

enum outcome
gemini_models(struct request *rq)
{
	json *body = shape("{}"), *list = shape_array();

	TRY(key_check(rq));
	for (size_t i = 0; i < COUNT(models); i++)
		add_json(list, model_shape(&models[i]));
	set_json(body, "models", list);
	return answer(rq, 200, body);
}

static enum outcome
model_missing(struct request *rq, const char *name)
{
	return gemini_refuse(rq, 404, "NOT_FOUND",
	    "models/%s is not found for API version v1beta, or is not "
	    "supported for generateContent. Call ListModels to see the list of "
	    "available models and their supported methods.",
	    name);
}

enum outcome
gemini_model(struct request *rq)
{
	const struct gemini_model *m =
	    model_find(rq->params[0], strlen(rq->params[0]));

	TRY(key_check(rq));
	return m ? answer(rq, 200, model_shape(m))
		 : model_missing(rq, rq->params[0]);
}

static void
texts_put(struct buf *b, json *content)
{
	json *parts = json_get(content, "parts");

	for (size_t i = 0; i < json_count(parts); i++) {
		buf_text(b, text_or(json_element(parts, i), "text", ""));
		buf_char(b, '\n');
	}
}

const char *
gemini_prompt(json *body)
{
	json *contents = json_get(body, "contents");
	struct buf b;

	buf_open(&b, shapes_arena(), 32 * 1024 * 1024);
	texts_put(&b, json_get(body, "systemInstruction"));
	for (size_t i = 0; i < json_count(contents); i++)
		texts_put(&b, json_element(contents, i));
	return b.at;
}

/* The number in "[[word 5]]"; 0 if it is not there. */
static int
marked(const char *prompt, const char *word)
{
	const char *at =
	    strstr(prompt, arena_printf(shapes_arena(), "[[%s ", word));

	return at ? (int)strtol(at + strlen(word) + 3, NULL, 10) : 0;
}

static void
usage_set(json *body, const char *prompt, int out, const char *modality)
{
	int in = (int)(strlen(prompt) / 4) + 1, thoughts = out ? 210 : 0;
	json *usage = shape("{}"), *details = shape("[{}]");

	set_int(usage, "promptTokenCount", in);
	if (out) {
		set_int(usage, "candidatesTokenCount", out);
		set_int(usage, "thoughtsTokenCount", thoughts);
	}
	set_int(usage, "totalTokenCount", in + out + thoughts);
	set_text(json_element(details, 0), "modality", "TEXT");
	set_int(json_element(details, 0), "tokenCount", in);
	set_json(usage, "promptTokensDetails", details);
	if (out) {
		details = shape("[{}]");
		set_text(json_element(details, 0), "modality", modality);
		set_int(json_element(details, 0), "tokenCount", out);
		set_json(usage, "candidatesTokensDetails", details);
	}
	set_json(body, "usageMetadata", usage);
}

static enum outcome
finish(struct request *rq, json *body, const struct gemini_model *m)
{
	set_text(body, "modelVersion", m->name);
	set_text(body, "responseId", made_id("", 22));
	return answer(rq, 200, body);
}

static enum outcome
blocked(struct request *rq, const struct gemini_model *m, const char *prompt)
{
	json *body =
	    m->draws ? shape("{\"candidates\":[{\"finishReason\":"
			     "\"IMAGE_SAFETY\",\"finishMessage\":\"Unable to "
			     "show the generated image.\",\"index\":0}]}")
		     : shape("{\"promptFeedback\":{\"blockReason\":"
			     "\"PROHIBITED_CONTENT\"}}");

	usage_set(body, prompt, 0, NULL);
	return finish(rq, body, m);
}

static json *
candidate(json *part, const char *reason)
{
	json *body = shape("{\"candidates\":[{\"content\":{\"role\":\"model\","
			   "\"parts\":[]},\"index\":0}]}");
	json *one = json_element(json_get(body, "candidates"), 0);

	set_text(part, "thoughtSignature", "EoABCq4BpYWJpcg==");
	add_json(json_at(one, "content", "parts", NULL), part);
	set_text(one, "finishReason", reason);
	return body;
}

static enum outcome
write_text(struct request *rq, const struct gemini_model *m, const char *prompt,
    json *config)
{
	const char *text = "A design, described in words.";
	bool cut = strstr(prompt, "[[truncated]]") != NULL;
	json *part = shape("{}"), *body;

	if (text_is(config, "responseMimeType", "application/json"))
		text = gemini_canvas(prompt, config);
	if (strstr(prompt, "[[garbage]]"))
		text = "Sure! Here is the artwork you asked for: {title: Rise,";
	if (strstr(prompt, "[[huge]]"))
		text = gemini_huge();
	if (cut)
		text = arena_text_n(shapes_arena(), text, strlen(text) * 2 / 3);
	set_text(part, "text", text);
	body = candidate(part, cut ? "MAX_TOKENS" : "STOP");
	usage_set(body, prompt, (int)strlen(text) / 3 + 1, "TEXT");
	return finish(rq, body, m);
}

static enum outcome
write_picture(struct request *rq, const struct gemini_model *m,
    const char *prompt, json *config)
{
	json *part = shape("{\"inlineData\":{\"mimeType\":\"image/png\"}}");
	json *body;

	set_text(json_get(part, "inlineData"), "data",
	    gemini_picture(rq, prompt, config));
	body = candidate(part, "STOP");
	usage_set(body, prompt, 1120, "IMAGE");
	return finish(rq, body, m);
}

static enum outcome
fail(struct request *rq, int status)
{
	for (size_t i = 0; i < COUNT(failures); i++)
		if (failures[i].status == status)
			return gemini_refuse(rq, status, failures[i].word, "%s",
			    failures[i].message);
	return gemini_refuse(rq, status, "UNKNOWN", "Status %d.", status);
}

/* POST /v1beta/models/:model, where :model ends in ":generateContent". */
enum outcome
gemini_generate(struct request *rq)
{
	const char *name = rq->params[0];
	size_t length = strcspn(name, ":");
	const struct gemini_model *m = model_find(name, length);
	const char *prompt;
	json *body, *config;
	int slow, error;

	TRY(key_check(rq));
	if (!m || strcmp(name + length, ":generateContent") != 0)
		return model_missing(rq, arena_text_n(rq->arena, name, length));
	body = body_of(rq);
	if (!json_object_is_type(body, json_type_object))
		return gemini_refuse(rq, 400, "INVALID_ARGUMENT",
		    "Invalid JSON payload received. Unexpected token.");
	TRY(gemini_check(rq, body, m));
	config = json_get(body, "generationConfig");
	prompt = gemini_prompt(body);
	slow = marked(prompt, "slow");
	if (slow > 0)
		sandbox_pause_ms(
		    1000 * (slow < SLOW_MOST_S ? slow : SLOW_MOST_S));
	error = marked(prompt, "error");
	if (error >= 400 && error <= 599)
		return fail(rq, error);
	if (strstr(prompt, "[[blocked]]"))
		return blocked(rq, m, prompt);
	return m->draws ? write_picture(rq, m, prompt, config)
			: write_text(rq, m, prompt, config);
}
