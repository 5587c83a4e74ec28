/*
 * play.h: what all the players of providers share.
 *
 * All state is under one lock. run() holds it around each handler; it is let
 * go while somebody sleeps, and by net_send() while it waits.
 */
#ifndef TSHOP_SANDBOX_PLAY_H
#define TSHOP_SANDBOX_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "http/request.h"
#include "http/route.h"
#include "sandbox/shape.h"

void sandbox_enter(void);
void sandbox_leave(void);
/* Sleep without the lock. */
void sandbox_pause_ms(int64_t ms);

/* Sleep without it until somebody wakes a sleeper. */
void sandbox_wait_ms(int64_t ms);
void sandbox_wake(void);

/* Whose path it is: "stripe", …, "panel" for our own. */
const char *provider_of(const char *path);
/* The service's run: note the call, apply faults, play, cut. */
enum outcome sandbox_run(struct request *, handler *);
/* What no route takes, in that provider's own words. */
enum outcome sandbox_unknown(struct request *);

/* Answer with a status and a body of the provider's own shape; OK. */
enum outcome answer(struct request *, int status, json *body);
enum outcome answer_text(
    struct request *, int status, const char *type, const char *text);
enum outcome answer_redirect(struct request *, int status, const char *url);
/* The status this request was answered with, 0 if it was cut. */
int answered_status(void);
void answered_status_set(int);

/* This request's own name, as Stripe's Request-Id has it. */
const char *request_name(void);

/* "http://127.0.0.1:8444", as the caller reached us. */
const char *origin_of(struct request *);
/* The target as it came: path and query. */
const char *target_of(struct request *);
/* The body as JSON; NULL if it is not. */
json *body_of(struct request *);
/* What stands after "Bearer "; NULL if nothing. */
const char *bearer_of(struct request *);
/* The user and password of Basic; false if it is not that. */
bool basic_of(struct request *, const char **user, const char **password);
/* Is it the key in the settings? Any is right where none is set. */
bool key_is(enum setting, const char *key);
/* The first of a comma-separated list of secrets; "" if none. */
const char *first_secret(enum setting);

/* prefix and 'length' random letters and digits. */
const char *made_id(const char *prefix, size_t length);
/* The same of upper-case letters and digits, and of lower-case hex. */
const char *made_code(const char *prefix, size_t length);
const char *made_hex(size_t length);
/* RFC 3339 without fractions; and with a space and +00:00. */
const char *time_rfc(int64_t s);
const char *time_spaced(int64_t s);
/* "22.12" or "22" and so on to minor units of 'decimals'; -1 if wrong. */
int64_t money_of(const char *text, int decimals);
const char *money_text(int64_t minor, int decimals);

#endif
