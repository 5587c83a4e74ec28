/*
 * proof.c: certificates that prove messages, kept by their addresses.
 *
 * An address names one certificate for ever, so that it is fetched once; the
 * proof itself looks at its dates each time. An address that gave nothing is
 * let alone for a moment: a stranger's messages must not make us ask without
 * end.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "providers/kit.h"
#include "providers/proof.h"

#define PLACES 4
#define URL_ROOM 512
#define DAY_MS 86400000
#define REST_MS 30000

static struct {
	char url[URL_ROOM];
	char pem[LIMIT_CERTIFICATE_BYTES + 1]; /* "": it gave none */
	enum outcome why;                      /* then */
	int64_t until_ms;
} kept[PLACES];
static int next;

static int
kept_find(const char *url)
{
	for (int i = 0; i < PLACES; i++)
		if (!strcmp(kept[i].url, url) &&
		    clock_mono_ms() < kept[i].until_ms)
			return i;
	return -1;
}

static int
keep(const char *url, const char *pem, enum outcome why)
{
	int i = next;

	next = (next + 1) % PLACES;
	snprintf(kept[i].url, URL_ROOM, "%s", url);
	snprintf(kept[i].pem, sizeof(kept[i].pem), "%s", pem);
	kept[i].why = why;
	kept[i].until_ms = clock_mono_ms() + (*pem ? DAY_MS : REST_MS);
	return i;
}

/* What came is a certificate, or the place has none, or it is away. */
static enum outcome
certificate_read(struct cashier *c, const struct answer *answer)
{
	enum outcome o = kit_reached(answer, &c->trouble);

	if (!FAILED(o))
		o = kit_status(c->arena, answer, &c->trouble);
	if (!FAILED(o) && answer->size > 0 &&
	    answer->size <= LIMIT_CERTIFICATE_BYTES)
		return OK;
	return o == TIMEOUT || o == PROVIDER_ERROR ? o : INVALID_SIGNATURE;
}

enum outcome
proof_check(struct cashier *c, const struct notice *n)
{
	struct answer answer;
	struct call call;
	enum outcome o;
	int i;

	TRY(c->provider->certificate(c->arena, n, &call));
	if (strlen(call.url) >= URL_ROOM)
		return INVALID_SIGNATURE;
	i = kept_find(call.url);
	if (i < 0) {
		TRY(cashier_call(c, &call, &answer));
		o = certificate_read(c, &answer);
		i = keep(call.url, FAILED(o) ? "" : answer.body, o);
	}
	if (!*kept[i].pem)
		return kept[i].why;
	return c->provider->proven(c->arena, n, kept[i].pem);
}
