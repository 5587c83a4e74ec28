/*
 * faults.h: failures on demand, SANDBOX section 4, and the list of calls.
 */
#ifndef TSHOP_SANDBOX_FAULTS_H
#define TSHOP_SANDBOX_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "sandbox/shape.h"

struct fault_found {
	int status;       /* 0: none */
	const char *body; /* text, or NULL */
	const char *type; /* of the body */
	int64_t delay_ms;
	bool cut_before, cut_after;
	json *headers; /* of the answer; NULL: none of its own */
};

/* An extended regular expression, where \d and (?:…) may stand; NULL: any. */
bool fault_expression_is_good(struct arena *, const char *expression);
/* Take one out of the first fault that this call matches. */
struct fault_found fault_take(struct request *, const char *provider);

/* Note a call; its status is set when it is answered. */
json *call_begin(struct request *, const char *provider);
void call_end(json *call, int status);

#endif
