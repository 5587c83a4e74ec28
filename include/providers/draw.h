/*
 * draw.h: what the shop asks of whoever draws.
 *
 * gemini.c builds the call and reads the answer; pure, as payment.h says.
 * Recipe A is a flat list of shapes as JSON, recipe B a picture. Nothing that
 * comes back is trusted: the list goes through the validator that customers'
 * own designs go through, the picture is decoded and encoded anew.
 *
 * There is no idempotency key: asking again after a lost answer costs again.
 */
#ifndef TSHOP_PROVIDERS_DRAW_H
#define TSHOP_PROVIDERS_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "net/net.h"
#include "providers/trouble.h"

struct draw_ask {
	const char *model;   /* from our table of models */
	const char *brief;   /* the customer's wish, never an instruction */
	const char *product; /* "t-shirt, front print" */
	const char *colours; /* of the garment, "#000000, #FFFFFF"; or NULL */
	const char *style;   /* or NULL */
	const char *fonts;   /* "DejaVu Sans, DejaVu Serif" */
	int width, height;   /* of the canvas */
	bool embroidery;     /* few flat colours, thick lines */
	bool detailed;
	bool brisk;      /* think less: it came to no end before */
	int tokens_most; /* that may come out, thoughts included */
	bool schema;     /* send it; without after DRAW_NO_SCHEMA */
	/* One repair: what came back before, and what is wrong with it. */
	const char *before, *flaws; /* or NULL */
};

struct draw_picture_ask {
	const char *model, *brief, *style;
	const char *ratio;      /* "3:4"; one that the model knows */
	const char *size;       /* "1K", "2K", "4K" */
	const char *key_colour; /* the ground to be keyed out; NULL: opaque */
};

/* The ratio, of those that all models know, that is nearest to the sides. */
const char *draw_ratio(int width, int height);

/* How it went; each says what to do. */
enum draw_end {
	DRAW_DONE,
	DRAW_BLOCKED,   /* refused: no retry, the quota is used */
	DRAW_TRUNCATED, /* once more with less thinking */
	DRAW_GARBAGE,   /* once more, or repair */
	DRAW_ONCE_MORE, /* no picture, too close to another, or no reason */
	DRAW_LATER,     /* wait_s, then the same */
	DRAW_NO_MODEL,  /* retired, or empty for today: the next in the list */
	DRAW_NO_SCHEMA, /* refused the request: once more without the schema */
	DRAW_NEVER,     /* key, billing: a person must look */
	DRAW_UNKNOWN,   /* no answer: perhaps paid for; once more at most */
	DRAW_ENDS
};

/* Tokens as billed; what was not told is 0. */
struct draw_usage {
	int64_t prompt, cached;        /* cached is part of prompt */
	int64_t text, thoughts, image; /* what came out */
	int64_t total;
};

struct draw_result {
	enum draw_end end;
	struct draw_usage usage;
	const char *model;    /* the version that answered; or "" */
	const char *response; /* its id; or "" */
	const char *reason;   /* "PROHIBITED_CONTENT", "MAX_TOKENS"; or "" */
	bool refused_prompt;  /* of BLOCKED: the wish, not the answer */
	/* recipe A */
	const char *text; /* without a fence; "" if none */
	json *list;       /* DONE: an object with "objects" */
	/* recipe B */
	const char *type; /* by its first bytes: "image/png" …; or "" */
	const uint8_t *picture;
	size_t picture_size;
};

bool draw_is_on(void);
enum outcome draw_ask(struct arena *, const struct draw_ask *, struct call *);
enum outcome draw_picture_ask(
    struct arena *, const struct draw_picture_ask *, struct call *);
/*
 * OK: DRAW_DONE. PROVIDER_ERROR or TIMEOUT: 'end' says what to do. The result
 * is written in every case, because a refusal is billed too.
 */
enum outcome draw_read(struct arena *, const struct answer *,
    struct draw_result *, struct trouble *);
enum outcome draw_picture_read(struct arena *, const struct answer *,
    struct draw_result *, struct trouble *);

/* ---- what it cost, without floating point ---- */

/* Nano-dollars a token, which is dollars a million times 1000. */
struct draw_price {
	int64_t prompt, cached, text, image;
};

#define DRAW_COST_TEXT 32

/* "0.075" dollars a million tokens; at most three decimals. */
bool draw_price_parse(const char *dollars, int64_t *nano);
int64_t draw_cost_nano(const struct draw_usage *, const struct draw_price *);
/* "0.001234567", for a NUMERIC. */
void draw_cost_format(int64_t nano, char text[DRAW_COST_TEXT]);

#endif
