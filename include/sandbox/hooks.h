/*
 * hooks.h: webhooks on their way to the product, and files fetched from it.
 *
 * A few threads deliver what is due, signed afresh at each attempt as the
 * real one does, and try again after 1, 2, 4, … seconds, ten times in all.
 */
#ifndef TSHOP_SANDBOX_HOOKS_H
#define TSHOP_SANDBOX_HOOKS_H

#include <stdbool.h>

#include "sandbox/shape.h"

struct call;
struct arena;

/* How one provider signs: adds its headers to the call and the record. */
typedef void hook_sign(struct arena *, const char *body, json *headers);

struct hook_style {
	const char *provider;
	const char *path; /* below the product's public URL */
	hook_sign *sign;
};

void hooks_start(void);
/* Let one go: 'body' is the exact text that will be sent. */
void hook_send(const char *provider, const char *type, const char *body);
/* Send it again, the same body with a fresh signature; false: unknown. */
bool hook_replay(const char *id);

/*
 * Fetch a print file and write what it is into the member files[index] of an
 * item of an order: sha256, width, height, size, status.
 */
void fetch_send(const char *collection, const char *order, const char *url);

#endif
