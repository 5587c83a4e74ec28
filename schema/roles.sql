-- The four roles of TShop and their fences.  Run by a superuser, in the
-- database of the shop, as often as you like:
--
--     psql -d tshop -f schema/roles.sql
--
-- No role has a password: the unix socket and peer authentication say who is
-- who.  The limits stand on the roles, not in the programs, so that a program
-- that forgets them is held by them all the same.

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['tshop_owner', 'tshop_app', 'tshop_jobs',
	    'tshop_readonly'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
		EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB '
		    'NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
		EXECUTE format('ALTER ROLE %I SET search_path = public, pg_temp',
		    name);
		-- Nobody but the shop's own roles gets in, and only the owner may make
		-- things; pg_trgm is a trusted extension and needs just that.
		EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I',
		    current_database(), name);
	END LOOP;

	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC',
	    current_database());
	EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO tshop_owner',
	    current_database());
END
$$;

-- role              what it is for                 statement  lock  idle
-- tshop_app         the workers                    5 s        2 s   10 s
-- tshop_jobs        the job runner                 30 s       2 s   10 s
-- tshop_readonly    analytics, a human with psql   5 s        2 s   10 s
-- tshop_owner       migrations alone               the migrator's own
ALTER ROLE tshop_app SET statement_timeout = '5s';
ALTER ROLE tshop_app SET lock_timeout = '2s';
ALTER ROLE tshop_app SET idle_in_transaction_session_timeout = '10s';
-- A worker's statements are few and prepared; planning one anew for its values
-- takes longer than running it.
ALTER ROLE tshop_app SET plan_cache_mode = force_generic_plan;
-- What a request touches is in memory: by the default, made for turning disks,
-- a handful of rows is not worth an index and the whole table is read.
ALTER ROLE tshop_app SET random_page_cost = 1.1;

ALTER ROLE tshop_jobs SET statement_timeout = '30s';
ALTER ROLE tshop_jobs SET lock_timeout = '2s';
ALTER ROLE tshop_jobs SET idle_in_transaction_session_timeout = '10s';

ALTER ROLE tshop_readonly SET statement_timeout = '5s';
ALTER ROLE tshop_readonly SET lock_timeout = '2s';
ALTER ROLE tshop_readonly SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE tshop_readonly SET default_transaction_read_only = on;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO tshop_owner;
GRANT USAGE ON SCHEMA public TO tshop_app, tshop_jobs, tshop_readonly;
