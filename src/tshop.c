/*
 * tshop.c: the worker. Settings, database, routes, guards; no more than that.
 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "api/routes.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "db/db.h"
#include "db/session.h"
#include "guard/guard.h"
#include "http/cache.h"
#include "http/serve.h"
#include "media/media.h"
#include "net/net.h"

#define CATALOGUE "tshop_catalogue" /* whoever changes it says so there */
#define DATABASE_PATIENCE_MS 8000   /* its own statement_timeout is 5 s */

static struct db *database;
static bool keeps; /* answers, in the worker */

static void
begin(struct request *rq)
{
	rq->db = db_share(database, rq->arena);
	if (keeps && db_heard(database, CATALOGUE))
		cache_clear();
}

static void
settle(void)
{
	db_take_turns(database);
}

static void
end(struct request *rq, int status)
{
	metrics_request(status, clock_mono_us() - rq->began_us);
}

int
main(void)
{
	static guard *const guards[] = { guard_who, cache_find, guard_admit,
		NULL };
	struct service service = {
		.prefix = "/api/v1",
		.routes = api_routes,
		.route_count = api_route_count,
		.guards = guards,
		.lost = guard_lost,
		.run = guard_run,
		.begin = begin,
		.end = end,
		.settle = settle,
	};
	int status;

	log_open("tshop", "info");
	if (!conf_load(PROGRAM_WORKER))
		return 1;
	log_open("tshop", conf_text(CONF_TSHOP_LOG_LEVEL));
	prctl(PR_SET_DUMPABLE, 0); /* no core, no ptrace: it holds keys */
	metrics_open(conf_text(CONF_TSHOP_METRICS_FILE));
	net_open();
	media_open(conf_text(CONF_TSHOP_MEDIA_DIR),
	    conf_text(CONF_TSHOP_PUBLIC_URL), conf_text(CONF_TSHOP_MEDIA_KEY));
	database = db_create(
	    conf_text(CONF_DATABASE_URL), "tshop", DATABASE_PATIENCE_MS);
	db_session_settings(database);
	keeps = conf_is_on(CONF_TSHOP_CACHE_L1);
	if (keeps) {
		db_subscribe(database, CATALOGUE);
		cache_open("/products");
	}

	status = serve(&service);

	db_destroy(database);
	net_close();
	return status;
}
