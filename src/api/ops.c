/*
 * ops.c: what operators and their machines ask.
 */
#include <string.h>

#include "api/routes.h"
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

static void
operation_format(struct buf *b, const struct route *route)
{
	static const char *const security[] = {
		[WHO_ALL] = "[]",
		[WHO_KNOWN] = "[{},{\"bearer\":[]}]",
		[WHO_USER] = "[{\"bearer\":[]}]",
		[WHO_ADMIN] = "[{\"admin\":[]}]",
	};
	const char *method = method_name(route->method);

	buf_json_comma(b);
	buf_char(b, '"');
	for (; *method; method++)
		buf_char(b, (char)(*method + ('a' - 'A')));
	buf_printf(b,
	    "\":{\"operationId\":\"%s\",\"security\":%s,\"responses\":"
	    "{\"default\":{\"$ref\":\"#/components/responses/Envelope\"}}}",
	    route->name, security[route->who]);
}

/* "/orders/:id/cancel" as "/orders/{id}/cancel". */
static void
path_format(struct buf *b, const char *path)
{
	for (; *path; path++) {
		size_t length = *path == ':' ? strcspn(path + 1, "/") : 0;

		if (length == 0) {
			buf_char(b, *path);
			continue;
		}
		buf_printf(b, "{%.*s}", (int)length, path + 1);
		path += length;
	}
}

/* GET /openapi.json: the table of routes in OpenAPI's words. */
enum outcome
openapi(struct request *rq)
{
	const char *last = "";
	struct buf b;

	buf_open(&b, rq->arena, LIMIT_ANSWER_BYTES);
	buf_text(&b,
	    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"TShop\","
	    "\"version\":\"1\"},\"servers\":[{\"url\":\"/api/v1\"}],"
	    "\"components\":{\"securitySchemes\":{"
	    "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
	    "\"admin\":{\"type\":\"http\",\"scheme\":\"basic\"}},"
	    "\"responses\":{\"Envelope\":{\"description\":"
	    "\"success, then data and meta, or error\"}}},\"paths\":{");
	for (size_t i = 0; i < api_route_count; i++) {
		const struct route *route = &api_routes[i];

		/* Rows of one path stand together. */
		if (strcmp(route->path, last) != 0) {
			if (*last)
				buf_char(&b, '}');
			buf_json_comma(&b);
			buf_char(&b, '"');
			path_format(&b, route->path);
			buf_text(&b, "\":{");
			last = route->path;
		}
		operation_format(&b, route);
	}
	buf_text(&b, "}}}");
	reply_json(rq, b.at);
	reply_raw(rq, "application/json; charset=utf-8");
	reply_public(rq, 60);
	return OK;
}
