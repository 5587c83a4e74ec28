/*
 * trouble.h: what is the matter with an answer, and what would cure it.
 *
 * The outcome says what the caller's caller hears; the cure says what the job
 * does next. Every reader writes it, also when all is well.
 */
#ifndef TSHOP_PROVIDERS_TROUBLE_H
#define TSHOP_PROVIDERS_TROUBLE_H

#include "base/outcome.h"

enum cure {
	CURE_NONE,   /* all is well */
	CURE_WAIT,   /* send the same again, same key, after wait_s */
	CURE_LOOK,   /* nobody knows whether it happened: ask, then decide */
	CURE_ANEW,   /* that key gets the same answer for ever; see LOOK */
	CURE_TOKEN,  /* the access token has died: a new one, then once more */
	CURE_BUYER,  /* declined: only the buyer can do something, new key */
	CURE_PERSON, /* it will never heal by itself: a case for the admin */
};

struct trouble {
	enum cure cure;
	const char *code;  /* theirs: "card_declined", "OR-13", "HTTP 503" */
	const char *words; /* theirs, tamed; for admins, never for shoppers */
	int wait_s;        /* not sooner than this; 0 is no wish */
};

#endif
