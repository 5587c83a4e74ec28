--: ping()
--: one row  one int
--: reads
-- Is the database there?
SELECT 1;

--: schema_version()
--: one row  number int
--: reads
-- The last migration that was applied; 0 before the first.
SELECT coalesce(max(number), 0) FROM schema_migrations;

--: queue_sizes()
--: rows  what text, size big
--: reads
-- What waits, for the metrics: each count is over an index.
SELECT 'jobs_queued', count(*) FROM jobs WHERE state = 'queued'
 UNION ALL
SELECT 'jobs_running', count(*) FROM jobs WHERE state = 'running'
 UNION ALL
SELECT 'jobs_dead', count(*) FROM jobs WHERE state = 'dead'
 UNION ALL
SELECT 'jobs_stuck', count(*) FROM jobs j WHERE state IN ('queued', 'running') AND job_is_stuck(j)
 UNION ALL
SELECT 'orders_stuck', count(*) FROM orders o WHERE order_is_stuck(o)
 UNION ALL
SELECT 'cases_open', count(*) FROM cases WHERE state = 'open';
