/*
 * refusal.c: what a function of the database refused, in words.
 */
#include <string.h>

#include "base/insist.h"
#include "http/form.h"
#include "http/reply.h"

#include "refusal.h"

/* clang-format off */
static const struct {
	const char *code, *words;
} words[] = {
	{ "required",          "It is required." },
	{ "too_large",         "It is too large." },
	{ "enum",              "It is none of the choices." },
	{ "unknown_reference", "There is no such thing." },
};
/* clang-format on */

enum outcome
refusal(struct request *rq, const char *name, const char *field,
    const char *code, const char *details)
{
	enum outcome o;

	if (!name)
		return OK;
	insist(outcome_parse(name, &o) && FAILED(o));
	if (details)
		return refuse_with(rq, o, details, "%s", outcome_message(o));
	if (o != VALIDATION_ERROR)
		return o;
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].code, code) == 0)
			return form_refuse(rq, field, code, words[i].words);
	insist(!"a refusal without words");
}
