/*
 * admit.c: may this caller call now?
 *
 * The key is the class of the route and the subject, never the URL: the user
 * when signed in, else the address, an IPv6 one by its /64.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/secret.h"
#include "db/db.h"
#include "guard/guard.h"
#include "http/reply.h"
#include "sql/guard.h"

#include "denied.h"
#include "lease.h"

static const struct {
	enum setting limit;
	const char *scope, *prefix;
} classes[] = {
	[COUNTS_GENERAL] = { CONF_TSHOP_RATE_API_GENERAL, "api_general", "g" },
	[COUNTS_AUTH] = { CONF_TSHOP_RATE_API_AUTH, "api_auth", "a" },
};

/* The address as one subject: IPv4 whole, IPv6 by its first 64 bits. */
static const char *
address_subject(struct request *rq)
{
	unsigned char six[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, rq->address, six) != 1)
		return rq->address;
	if (memcmp(six, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0)
		return arena_printf(rq->arena, "%d.%d.%d.%d", six[12], six[13],
		    six[14], six[15]);
	memset(six + 8, 0, 8);
	inet_ntop(AF_INET6, six, text, sizeof(text));
	return arena_printf(rq->arena, "%s/64", text);
}

static bool
is_signed_in(const struct request *rq)
{
	return id_is_set(rq->caller.id) && !FAILED(rq->refused);
}

/* Nobody in particular: a hit on the limit is all there is to ask for. */
static bool
is_stranger(const struct request *rq)
{
	return !is_signed_in(rq) && !rq->caller.guest;
}

static struct bytes
guest(const struct request *rq)
{
	return (struct bytes){ rq->caller.guest, SHA256_BYTES };
}

static const char *
admission_key(struct request *rq)
{
	const char *prefix = classes[rq->route->counts].prefix;

	/* Sign-in calls count on the address, whoever is signed in. */
	if (is_signed_in(rq) && rq->route->counts != COUNTS_AUTH)
		return arena_printf(
		    rq->arena, "%s:u:%s", prefix, rq->caller.id.text);
	return arena_printf(rq->arena, "%s:a:%s", prefix, address_subject(rq));
}

static enum outcome
deny(struct request *rq, int seconds_left)
{
	enum counts counts = rq->route->counts;
	const struct window *w = &conf_windows(classes[counts].limit)->at[0];
	char reset[CLOCK_TEXT];

	if (seconds_left < 1)
		seconds_left = 1;
	clock_format(clock_now_ms() + (int64_t)seconds_left * 1000, reset);
	reply_header_int(rq, "Retry-After", seconds_left);
	rq->admission = (struct admission){ .counted = true,
		.limit = w->limit,
		.remaining = 0,
		.reset_s = seconds_left };
	return refuse_with(rq, RATE_LIMIT_EXCEEDED,
	    arena_printf(rq->arena,
		"{\"scope\":\"%s\",\"limit\":%d,\"windowSeconds\":%d,"
		"\"resetAt\":\"%s\"}",
		classes[counts].scope, w->limit, w->seconds, reset),
	    "Too many requests: try again in %d seconds.", seconds_left);
}

static enum outcome
judge(struct request *rq, const struct sql_admit *a)
{
	const struct window *w =
	    &conf_windows(classes[rq->route->counts].limit)->at[0];

	if (a->hits > w->limit) {
		denied_add(admission_key(rq), a->reset_s);
		return deny(rq, a->reset_s);
	}
	rq->admission = (struct admission){ .counted = true,
		.limit = w->limit,
		.remaining = w->limit - a->hits,
		.reset_s = a->reset_s };
	TRY(rq->refused);
	if (!is_stranger(rq) && !a->alive)
		return INVALID_TOKEN;
	rq->caller.tier = a->tier ? a->tier : "";
	return OK;
}

/*
 * The counter could not be written (a full disk, say): public reads go on,
 * everything else waits.
 */
static enum outcome
hear_admission(void *arg, const struct result *r)
{
	struct request *rq = arg;
	struct sql_admit a = { 0 };

	if (!r)
		return rq->route->who == WHO_ALL ? OK : SERVICE_UNAVAILABLE;
	a.hits = result_int(r, 0, 0);
	a.reset_s = result_int(r, 0, 1);
	if (!is_stranger(rq)) {
		a.alive = result_bool(r, 0, 2);
		a.tier = result_text(r, 0, 3);
	}
	return judge(rq, &a);
}

static enum outcome
admit_along(struct request *rq, const char *key, int seconds)
{
	const char **params = arena_array(rq->arena, const char *, 5);

	params[0] = key;
	params[1] = param_int(rq->db, seconds);
	if (is_signed_in(rq)) {
		params[2] = param_id(rq->db, rq->caller.id);
		params[3] = param_id(rq->db, rq->caller.session);
	}
	params[4] = param_bytes(rq->db, guest(rq));
	db_ask_along(
	    rq->db, &(struct along){ .statement = is_stranger(rq)
						      ? &sql_rate_hit_statement
						      : &sql_admit_statement,
			.params = params,
			.hear = hear_admission,
			.arg = rq });
	return OK;
}

static enum outcome
admit_leased(struct request *rq, const char *key, const struct window *w)
{
	struct lease lease;
	struct sql_rate_lease counted;

	if (!lease_use(key, &lease)) {
		int wish = lease_wish(key, w->limit);
		int over;

		if (FAILED(sql_rate_lease(
			rq->db, key, w->seconds, wish, &counted)))
			return hear_admission(rq, NULL);
		over = counted.hits - w->limit;
		if (over >= wish) {
			denied_add(key, counted.reset_s);
			return deny(rq, counted.reset_s);
		}
		lease.left = over > 0 ? wish - over - 1 : wish - 1;
		lease.remaining = over > 0 ? 0 : -over;
		lease.reset_s = counted.reset_s;
		lease_put(key, &lease);
	}
	rq->admission = (struct admission){ .counted = true,
		.limit = w->limit,
		.remaining = lease.remaining + lease.left,
		.reset_s = lease.reset_s };
	return OK;
}

void
guard_lost(struct request *rq)
{
	const struct window *w =
	    &conf_windows(classes[COUNTS_GENERAL].limit)->at[0];
	const char *key = arena_printf(rq->arena, "%s:a:%s",
	    classes[COUNTS_GENERAL].prefix, address_subject(rq));
	struct sql_rate_hit counted = { .hits = w->limit + 1 };

	if (strncmp(rq->path, "/admin", 6) == 0 ||
	    strstr(rq->path, "/webhooks/"))
		return;
	counted.reset_s = denied_for(key);
	if (counted.reset_s == 0 &&
	    FAILED(sql_rate_hit(rq->db, key, w->seconds, &counted)))
		return;
	rq->admission = (struct admission){ .counted = true,
		.limit = w->limit,
		.remaining =
		    counted.hits < w->limit ? w->limit - counted.hits : 0,
		.reset_s = counted.reset_s };
}

enum outcome
guard_admit(struct request *rq)
{
	const struct window *w;
	struct sql_admit a;
	struct id none = { "" };
	const char *key;
	bool known;
	int left;

	if (rq->route->counts == COUNTS_NOTHING)
		return rq->refused;
	w = &conf_windows(classes[rq->route->counts].limit)->at[0];
	key = admission_key(rq);
	if ((left = denied_for(key)) > 0)
		return deny(rq, left);
	if (rq->reply.ready && w->limit >= LIMIT_LEASED_FROM)
		return admit_leased(rq, key, w);
	if (rq->route->method == METHOD_GET)
		return admit_along(rq, key, w->seconds);
	known = is_signed_in(rq);
	TRY(sql_admit(rq->db, key, w->seconds, known ? rq->caller.id : none,
	    known ? rq->caller.session : none, guest(rq), &a));
	return judge(rq, &a);
}
