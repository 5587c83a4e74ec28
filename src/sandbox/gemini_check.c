/*
 * gemini_check.c: what the real one refuses, and in its words.
 */
#include <strings.h>

#include "base/arena.h"
#include "base/insist.h"
#include "sandbox/gemini.h"
#include "sandbox/play.h"

#define WORD "INVALID_ARGUMENT"

static const char *const top_names[] = { "contents", "systemInstruction",
	"system_instruction", "generationConfig", "generation_config",
	"safetySettings", "safety_settings", "tools", "toolConfig",
	"cachedContent", "serviceTier", "store", "model", NULL };
static const char *const config_names[] = { "candidateCount", "maxOutputTokens",
	"stopSequences", "seed", "responseMimeType", "responseSchema",
	"responseJsonSchema", "responseFormat", "responseModalities",
	"imageConfig", "thinkingConfig", "mediaResolution", "temperature",
	"topP", "topK", "presencePenalty", "frequencyPenalty", NULL };
static const char *const image_names[] = { "aspectRatio", "imageSize", NULL };
static const char *const thinking_names[] = { "thinkingLevel",
	"includeThoughts", "thinkingBudget", NULL };
static const char *const content_names[] = { "role", "parts", NULL };
static const char *const part_names[] = { "text", "inlineData", "fileData",
	"functionCall", "functionResponse", "executableCode",
	"codeExecutionResult", "thought", "thoughtSignature", NULL };
static const char *const safety_names[] = { "category", "threshold", NULL };
static const char *const categories[] = { "HARM_CATEGORY_HARASSMENT",
	"HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
	"HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_CIVIC_INTEGRITY",
	NULL };
static const char *const thresholds[] = { "BLOCK_LOW_AND_ABOVE",
	"BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF",
	NULL };
static const char *const ratios[] = { "1:1", "2:3", "3:2", "3:4", "4:3", "4:5",
	"5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1", NULL };
static const char *const sizes[] = { "1K", "2K", "4K", NULL };
/* They make the schema too complex, section 6. */
static const char *const heavy[] = { "maxItems", "pattern", NULL };

static bool
is_in(const char *const *list, const char *word)
{
	for (; word && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static enum outcome
names_check(struct request *rq, json *object, const char *const *names,
    const char *where)
{
	if (!object)
		return OK;
	if (!json_object_is_type(object, json_type_object))
		return gemini_refuse(rq, 400, WORD,
		    "Invalid value at '%s': an object is wanted", where);
	json_object_object_foreach(object, name, value)
	{
		(void)value;
		if (!is_in(names, name))
			return gemini_refuse(rq, 400, WORD,
			    "Invalid JSON payload received. Unknown name "
			    "\"%s\"%s%s%s: Cannot find field.",
			    name, *where ? " at '" : "", where,
			    *where ? "'" : "");
	}
	return OK;
}

static enum outcome
content_check(struct request *rq, json *content, const char *where)
{
	json *parts = json_get(content, "parts");

	TRY(names_check(rq, content, content_names, where));
	if (json_count(parts) == 0)
		return gemini_refuse(rq, 400, WORD,
		    "* GenerateContentRequest.%s.parts: contents.parts must "
		    "not be empty.",
		    where);
	for (size_t i = 0; i < json_count(parts); i++)
		TRY(names_check(
		    rq, json_element(parts, i), part_names, "contents.parts"));
	return OK;
}

static enum outcome
contents_check(struct request *rq, json *body)
{
	json *contents = json_get(body, "contents");
	size_t count = json_count(contents);
	json *guide = json_get(body, "systemInstruction");

	if (count == 0)
		return gemini_refuse(rq, 400, WORD,
		    "* GenerateContentRequest.contents: contents is not "
		    "specified");
	for (size_t i = 0; i < count; i++)
		TRY(content_check(rq, json_element(contents, i), "contents"));
	if (text_is(json_element(contents, count - 1), "role", "model"))
		return gemini_refuse(rq, 400, WORD,
		    "Please ensure that multiturn requests end with a user "
		    "role.");
	return guide ? content_check(rq, guide, "system_instruction") : OK;
}

static bool
schema_is_heavy(json *schema)
{
	bool found = false;

	if (json_object_is_type(schema, json_type_array)) {
		for (size_t i = 0; i < json_count(schema); i++)
			found |= schema_is_heavy(json_element(schema, i));
		return found;
	}
	if (!json_object_is_type(schema, json_type_object))
		return false;
	json_object_object_foreach(schema, name, value)
	{
		/* a property of that name is an object, a keyword is not */
		found |= is_in(heavy, name) &&
			 !json_object_is_type(value, json_type_object);
		found |= schema_is_heavy(value);
	}
	return found;
}

static enum outcome
schema_check(struct request *rq, json *config, const struct gemini_model *m)
{
	json *schema = json_get(config, "responseSchema");
	json *plain = json_get(config, "responseJsonSchema");
	bool is_json = text_is(config, "responseMimeType", "application/json");

	if (m->draws && (schema || plain || is_json))
		return gemini_refuse(rq, 400, WORD,
		    "JSON mode is not enabled for models/%s", m->name);
	if (schema && plain)
		return gemini_refuse(rq, 400, WORD,
		    "Only one of response_schema and response_json_schema may "
		    "be set.");
	if ((schema || plain) && !is_json)
		return gemini_refuse(rq, 400, WORD,
		    "Function calling with a response mime type: "
		    "'response_mime_type' must be 'application/json' where a "
		    "schema is set.");
	if (schema_is_heavy(schema ? schema : plain))
		return gemini_refuse(
		    rq, 400, WORD, "Request contains an invalid argument.");
	return OK;
}

static enum outcome
thinking_check(struct request *rq, json *thinking, const struct gemini_model *m)
{
	const char *level = json_text(thinking, "thinkingLevel");

	TRY(names_check(
	    rq, thinking, thinking_names, "generation_config.thinking_config"));
	if (json_get(thinking, "thinkingBudget") && (!m->budgets || level))
		return gemini_refuse(rq, 400, WORD,
		    "Thinking budget is not supported for this model.");
	if (level && !strcasecmp(level, "minimal") && !m->draws && !m->budgets)
		return gemini_refuse(rq, 400, WORD,
		    "Thinking level MINIMAL is not supported for this model.");
	if (level && strcasecmp(level, "minimal") != 0 &&
	    strcasecmp(level, "low") != 0 && strcasecmp(level, "medium") != 0 &&
	    strcasecmp(level, "high") != 0)
		return gemini_refuse(rq, 400, WORD,
		    "Invalid value at 'generation_config.thinking_config."
		    "thinking_level': \"%s\"",
		    level);
	return OK;
}

static enum outcome
image_check(struct request *rq, json *config, const struct gemini_model *m)
{
	json *modalities = json_get(config, "responseModalities");
	json *image = json_get(config, "imageConfig");
	const char *ratio = json_text(image, "aspectRatio");
	const char *size = json_text(image, "imageSize");

	for (size_t i = 0; i < json_count(modalities); i++)
		if (!m->draws &&
		    !strcasecmp("IMAGE",
			json_object_get_string(json_element(modalities, i))))
			return gemini_refuse(rq, 400, WORD,
			    "The requested combination of response modalities "
			    "(IMAGE) is not supported by the model. models/%s "
			    "accepts the following combination of response "
			    "modalities:\n* TEXT\n",
			    m->name);
	TRY(names_check(
	    rq, image, image_names, "generation_config.image_config"));
	if (ratio && !is_in(ratios, ratio))
		return gemini_refuse(rq, 400, WORD,
		    "aspect_ratio must be one of 1:1, 2:3, 3:2, 3:4, 4:3, 4:5, "
		    "5:4, 9:16, 16:9, 21:9 and, on the newest models, 1:4, "
		    "4:1, 1:8, 8:1");
	if (size && (!is_in(sizes, size) || (m->one_k && *size != '1')))
		return gemini_refuse(rq, 400, WORD,
		    "image_size %s is not supported by models/%s", size,
		    m->name);
	return OK;
}

static enum outcome
safety_check(struct request *rq, json *settings)
{
	for (size_t i = 0; i < json_count(settings); i++) {
		json *one = json_element(settings, i);

		TRY(names_check(rq, one, safety_names, "safety_settings"));
		if (!is_in(categories, json_text(one, "category")))
			return gemini_refuse(rq, 400, WORD,
			    "Invalid value at 'safety_settings[%zu].category'",
			    i);
		if (!is_in(thresholds, json_text(one, "threshold")))
			return gemini_refuse(rq, 400, WORD,
			    "Invalid value at 'safety_settings[%zu].threshold'",
			    i);
		for (size_t n = 0; n < i; n++)
			if (text_is(json_element(settings, n), "category",
				json_text(one, "category")))
				return gemini_refuse(rq, 400, WORD,
				    "Duplicate safety setting category.");
	}
	return OK;
}

enum outcome
gemini_check(struct request *rq, json *body, const struct gemini_model *m)
{
	json *config = json_get(body, "generationConfig");

	if (!config)
		config = json_get(body, "generation_config");
	TRY(names_check(rq, body, top_names, ""));
	TRY(contents_check(rq, body));
	TRY(names_check(rq, config, config_names, "generation_config"));
	TRY(schema_check(rq, config, m));
	TRY(image_check(rq, config, m));
	TRY(thinking_check(rq, json_get(config, "thinkingConfig"), m));
	if (json_int(config, "candidateCount", 1) != 1)
		return gemini_refuse(rq, 400, WORD,
		    "Multiple candidates is not enabled for this model");
	return safety_check(rq, json_get(body, "safetySettings"));
}
