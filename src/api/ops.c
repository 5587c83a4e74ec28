/*
 * ops.c: what operators and their machines ask.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "db/db.h"
#include "http/reply.h"
#include "sql/ops.h"

#include "handlers.h"

/* GET /healthz: the worker answers; nothing else is asked. */
enum outcome
healthz(struct request *rq)
{
	reply_member_text(rq, "status", "ok");
	return OK;
}

/* GET /readyz: the database answers and has the tables that we know. */
enum outcome
readyz(struct request *rq)
{
	int version;

	TRY(sql_schema_version(rq->db, &version));
	if (version < DB_SCHEMA_VERSION)
		return refuse(rq, SERVICE_UNAVAILABLE,
		    "The database's schema is older than the program.");
	reply_member_text(rq, "status", "ready");
	reply_member_int(rq, "schema", version);
	return OK;
}

/* GET /metrics: Prometheus text; nginx lets only operators in. */
enum outcome
metrics(struct request *rq)
{
	struct sql_queue_sizes *rows;
	struct buf b;
	int count;

	buf_open(&b, rq->arena, LIMIT_ANSWER_BYTES);
	metrics_format(&b);
	TRY(sql_queue_sizes(rq->db, &rows, &count));
	buf_text(&b, "# HELP tshop_queue_size Rows that wait for somebody.\n"
		     "# TYPE tshop_queue_size gauge\n");
	for (int i = 0; i < count; i++)
		buf_printf(&b, "tshop_queue_size{what=\"%s\"} %lld\n",
		    rows[i].what, (long long)rows[i].size);
	reply_json(rq, b.at);
	reply_raw(rq, "text/plain; version=0.0.4; charset=utf-8");
	return OK;
}
