--: ctl_lock()
-- One migrator at a time: the lock lasts as long as the transaction. A
-- migration that meets the shop at work gives up soon rather than let the
-- shop queue behind it.
SELECT pg_advisory_xact_lock(7381240190), set_config('lock_timeout', '10s', true);

--: ctl_migrations_missing()
--: one row  missing bool
-- Has schema/records.sql still to be run?
SELECT to_regclass('public.schema_views') IS NULL;

--: ctl_migration_find(number int)
--: one row  checksum text
-- NOT_FOUND: it has not been applied.
SELECT checksum FROM schema_migrations WHERE number = $1;

--: ctl_migration_add(number int, name text, checksum text)
INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3);

--: ctl_view_find(name text)
--: one row  checksum text
-- NOT_FOUND: it has never been applied.
SELECT checksum FROM schema_views WHERE name = $1;

--: ctl_view_set(name text, checksum text)
INSERT INTO schema_views (name, checksum) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now();

--: ctl_database_text(name text)
--: one row  said text
-- How to make the database, unless it is there (NOT_FOUND): the server knows
-- best how to quote a name.
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8''', $1::text)
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = $1);

--: ctl_owner_text()
--: one row  said text
-- How to give this database to its owner.
SELECT format('ALTER DATABASE %I OWNER TO tshop_owner', current_database());

--: ctl_clock_ms()
--: one row  now big
--: reads
-- The database's clock, in milliseconds since 1970.
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
