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
