/*
 * gemini.h: Gemini's generateContent, v1beta of its REST API.
 */
#ifndef TSHOP_SANDBOX_GEMINI_H
#define TSHOP_SANDBOX_GEMINI_H

#include <stdbool.h>

#include "base/outcome.h"
#include "http/request.h"
#include "http/route.h"
#include "sandbox/shape.h"

struct gemini_model {
	const char *name;
	bool draws;   /* an image model */
	bool one_k;   /* and only at 1K */
	bool budgets; /* takes thinkingBudget: the 2.5 family */
};

/* Answer with Google's error body. */
enum outcome gemini_refuse(struct request *, int status, const char *word,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* gemini_check.c: section 10 of the fact sheet. */
enum outcome gemini_check(
    struct request *, json *body, const struct gemini_model *);
/* All texts of the prompt, system instruction first. */
const char *gemini_prompt(json *body);

/* gemini_canvas.c: JSON text that obeys the schema, drawn from the prompt. */
const char *gemini_canvas(const char *prompt, json *config);
/*
 * gemini_picture.c: base64 of a PNG of the size that was asked for, or of
 * whatever trouble the prompt asks for.
 */
const char *gemini_picture(struct request *, const char *prompt, json *config);
/* Twelve megabytes of base64. */
const char *gemini_huge(void);

handler gemini_generate, gemini_models, gemini_model;

#endif
