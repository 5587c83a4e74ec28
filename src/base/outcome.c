/*
 * outcome.c: the rows of outcomes.def, and what they mean to HTTP.
 */
#include <string.h>

#include "base/insist.h"
#include "base/outcome.h"

static const struct {
	const char *code;
	int status;
	const char *message;
} outcomes[] = {
#define OUTCOME(name, status, message) [name] = { #name, status, message },
#include "base/outcomes.def"
#undef OUTCOME
};

const char *
outcome_code(enum outcome o)
{
	insist(o < OUTCOME_COUNT);
	return outcomes[o == TRY_AGAIN ? SERVICE_UNAVAILABLE : o].code;
}

int
outcome_status(enum outcome o)
{
	insist(o < OUTCOME_COUNT);
	return outcomes[o].status;
}

const char *
outcome_message(enum outcome o)
{
	insist(o < OUTCOME_COUNT);
	return outcomes[o].message;
}

bool
outcome_parse(const char *code, enum outcome *o)
{
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		if (strcmp(outcomes[i].code, code) == 0) {
			*o = (enum outcome)i;
			return true;
		}
	}
	return false;
}
