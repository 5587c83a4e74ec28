/*
 * google_keys.c: what Google publishes about itself, fetched by one worker for
 * all of them and kept in the database with its lifetime.
 */
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/secret.h"
#include "db/db.h"
#include "http/reply.h"
#include "sql/google.h"

#include "google.h"

#define AGAIN_S 60 /* between two fetches, whatever tokens come in */
#define PLACES_LAST_S 86400

struct document {
	const char *what; /* part of its name */
	struct call call;
	enum outcome (*check)(
	    struct request *, const struct answer *, int *lasts_s);
};

/* Named after the issuer, so that another one has documents of its own. */
static const char *
document_name(struct request *rq, const char *what)
{
	const char *issuer = conf_text(CONF_GOOGLE_ISSUER);
	char hex[SHA256_HEX];

	sha256_hex(issuer, strlen(issuer), hex);
	return arena_printf(rq->arena, "google/%s/%.16s", what, hex);
}

static enum outcome
fetch(struct request *rq, struct document *d, const char *name,
    struct answer *answer)
{
	int lasts_s;

	TRY(net_send(rq->arena, &d->call, answer));
	TRY(d->check(rq, answer, &lasts_s));
	return sql_document_put(rq->db, name, answer->body, lasts_s);
}

/*
 * The document as an answer. A stale one that cannot be had anew serves on;
 * 'again' asks for a new one though the old one is fresh.
 */
static enum outcome
document(
    struct request *rq, struct document *d, bool again, struct answer *answer)
{
	const char *name = document_name(rq, d->what);
	struct sql_document_get got = { 0 };
	enum outcome o;
	bool mine;

	o = sql_document_get(rq->db, name, &got);
	if (FAILED(o) && o != NOT_FOUND)
		return o;
	*answer = (struct answer){ .reach = REACH_ANSWERED,
		.status = 200,
		.body = got.body,
		.size = got.body ? strlen(got.body) : 0,
		.type = "",
		.request_id = "",
		.max_age_s = -1 };
	if (got.body && got.fresh && !again)
		return OK;
	o = sql_document_claim(rq->db, name, AGAIN_S, &mine);
	if (FAILED(o) && o != CONFLICT)
		return o;
	/* Nobody has it yet: then even a loser asks. */
	if (!FAILED(o) || !got.body) {
		struct answer new;

		o = fetch(rq, d, name, &new);
		if (!FAILED(o))
			*answer = new;
		else if (!got.usable)
			return refuse_provider(rq, PROVIDER_ERROR, "google");
	}
	return got.usable || !FAILED(o)
		   ? OK
		   : refuse_provider(rq, PROVIDER_ERROR, "google");
}

static enum outcome
places_check(struct request *rq, const struct answer *answer, int *lasts_s)
{
	struct identity_places places;
	struct trouble trouble;

	*lasts_s = PLACES_LAST_S;
	return identity_discovered(rq->arena, answer, &places, &trouble);
}

enum outcome
google_places(struct request *rq, struct identity_places *places)
{
	struct document d = { .what = "places", .check = places_check };
	struct trouble trouble;
	struct answer answer;

	if (identity_places_known(places))
		return OK;
	identity_discover(rq->arena, &d.call);
	TRY(document(rq, &d, false, &answer));
	return identity_discovered(rq->arena, &answer, places, &trouble);
}

static enum outcome
keys_check(struct request *rq, const struct answer *answer, int *lasts_s)
{
	struct identity_keys keys;
	struct trouble trouble;

	TRY(identity_keys_read(rq->arena, answer, &keys, &trouble));
	*lasts_s = keys.lasts_s;
	return OK;
}

static enum outcome
ring_read(struct request *rq, const struct answer *answer,
    const struct jws_ring **out)
{
	struct jws_ring *ring = jws_ring_create(rq->arena);
	struct identity_keys keys;
	struct trouble trouble;

	TRY(identity_keys_read(rq->arena, answer, &keys, &trouble));
	for (size_t i = 0; i < keys.count; i++)
		jws_ring_add_rsa(
		    ring, keys.at[i].kid, keys.at[i].n, keys.at[i].e);
	*out = ring;
	return OK;
}

enum outcome
google_ring(struct request *rq, const char *kid, const struct jws_ring **ring)
{
	struct document d = { .what = "keys", .check = keys_check };
	struct identity_places places;
	struct answer answer;

	TRY(google_places(rq, &places));
	identity_fetch_keys(rq->arena, &places, &d.call);
	TRY(document(rq, &d, false, &answer));
	TRY(ring_read(rq, &answer, ring));
	if (jws_ring_has(*ring, kid))
		return OK;
	TRY(document(rq, &d, true, &answer));
	return ring_read(rq, &answer, ring);
}
