/*
 * outcome.h: how calls end.
 *
 * Every fallible function returns an outcome; results come back through the
 * last parameters, written on success only. Inner rooms say NOT_FOUND, never
 * 404: outcome_status() is the one place that knows HTTP's numbers.
 */
#ifndef TSHOP_BASE_OUTCOME_H
#define TSHOP_BASE_OUTCOME_H

#include <stdbool.h>

enum outcome {
#define OUTCOME(name, status, message) name,
#include "base/outcomes.def"
#undef OUTCOME
	OUTCOME_COUNT
};

#define FAILED(o) ((o) >= MALFORMED_JSON)

/* Leave at once if the call failed: the arena owns whatever was half done. */
#define TRY(call)                                                              \
	do {                                                                   \
		enum outcome o_ = (call);                                      \
		if (FAILED(o_))                                                \
			return o_;                                             \
	} while (0)

/* The wire code, which is the enumerator's own name. */
const char *outcome_code(enum outcome);
/* The HTTP status, RFC 9110 section 15. */
int outcome_status(enum outcome);
/* What a client reads when the handler has no words of its own; or NULL. */
const char *outcome_message(enum outcome);
/* The outcome of that name; false if there is none. */
bool outcome_parse(const char *code, enum outcome *);

#endif
