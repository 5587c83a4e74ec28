/*
 * kit.h: what all providers need to build a call and to read an answer.
 *
 * Nothing here knows any one of them.
 */
#ifndef TSHOP_PROVIDERS_KIT_H
#define TSHOP_PROVIDERS_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/json.h"
#include "net/net.h"
#include "providers/notice.h"
#include "providers/trouble.h"

#define TYPE_FORM "application/x-www-form-urlencoded"
#define TYPE_JSON "application/json"
#define KIT_ID_MOST 255

/* ---- building ---- */

/* An empty call. */
void kit_call(
    struct call *, const char *provider, const char *method, int patience_ms);
/*
 * base, then literal, value, literal, value … NULL; values are
 * percent-encoded, literals stand as they are.
 */
void kit_url(struct call *, struct arena *, const char *base, ...)
    __attribute__((sentinel));
/* The buffer as the body, and its Content-Type. */
void kit_body(
    struct call *, struct arena *, const struct buf *, const char *type);
void kit_open(struct buf *, struct arena *);
/* key=value, percent-encoded, '&' between; a NULL value is left out. */
void kit_form(struct buf *, const char *key, const char *value);
void kit_form_int(struct buf *, const char *key, int64_t value);
/* "key":"value" with its comma; a NULL value is left out. */
void kit_member(struct buf *, const char *key, const char *value);
void kit_member_int(struct buf *, const char *key, int64_t value);

/* ---- reading ---- */

/*
 * Did an answer come at all? OK; PROVIDER_ERROR with CURE_WAIT if the call
 * never left; TIMEOUT with CURE_LOOK if nobody knows.
 */
enum outcome kit_reached(const struct answer *, struct trouble *);
/* What the status alone says, for what the provider's own table leaves. */
enum outcome kit_status(
    struct arena *, const struct answer *, struct trouble *);
/* The body as JSON; NULL if it is none. Never log it. */
json *kit_json(struct arena *, const char *body, size_t size);
/* Fill in the trouble: 'code' and 'words' are copied, tamed and cut. */
enum outcome kit_trouble(struct arena *, struct trouble *, enum outcome,
    enum cure, const char *code, const char *words);
/* A good answer that makes no sense: PROVIDER_ERROR, look before repeating. */
enum outcome kit_nonsense(struct arena *, struct trouble *, const char *what);

/* A text member, or "". */
const char *kit_text(json *object, const char *name);
/*
 * The member as an id: text, a number, or an object that has an "id". Only
 * what is fit for a URL and a log: 1 to 255 of [A-Za-z0-9._:@-], no dots
 * alone. NULL if it is not.
 */
const char *kit_id(struct arena *, json *object, const char *name);
/* The same, or "". */
const char *kit_id_or_none(struct arena *, json *object, const char *name);
bool kit_id_is_good(const char *text);
/* Printable ASCII without blanks, 1 to 'most' bytes: fit for a header? */
bool kit_is_token(const char *text, size_t most);
const char *kit_upper(struct arena *, const char *text);
const char *kit_lower(struct arena *, const char *text);
/* UNIX seconds of an RFC 3339 time, also with a blank for the T; or 0. */
int64_t kit_time(const char *text);
/* A member that is RFC 3339, or seconds as number or text; or 0. */
int64_t kit_time_of(json *object, const char *name);
/* A name for a message that has none: "sha256:…" of its bytes. */
const char *kit_hash_id(struct arena *, const struct notice *);
/* Do they match in constant time? NULL matches nothing. */
bool kit_same_secret(const char *a, const char *b);

#endif
