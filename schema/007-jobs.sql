-- Jobs: what the outside world is asked to do, queued in the transaction of
-- the fact that asks for it.

CREATE TABLE jobs (
	id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind         text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 50),
	order_id     uuid REFERENCES orders ON DELETE SET NULL, -- null: about no order
	ref          uuid,                   -- null, or the design, payment, refund, user … it is about
	payload      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
	state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'dead')),
	attempts     integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	-- The session may say how many; most jobs are asked for by functions.
	max_attempts integer NOT NULL DEFAULT
	             coalesce(nullif(current_setting('tshop.job_attempts', true), '')::integer, 12)
	             CHECK (max_attempts > 0),
	run_at       timestamptz NOT NULL DEFAULT now(),
	lease_until  timestamptz,            -- null: not running
	leased_by    text CHECK (char_length(leased_by) <= 100),
	last_error   text CHECK (char_length(last_error) <= 500),
	dedupe_key   text CHECK (char_length(dedupe_key) <= 200), -- null: as many as one likes
	request_id   text CHECK (char_length(request_id) <= 64), -- of the request that asked
	created_at   timestamptz NOT NULL DEFAULT now(),
	updated_at   timestamptz NOT NULL DEFAULT now(),
	CHECK ((state = 'running') = (lease_until IS NOT NULL))
);

-- Claiming reads the first queued rows that are due, and nothing else.
CREATE INDEX jobs_claim ON jobs (run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_dedupe_key ON jobs (dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX jobs_state ON jobs (state, created_at DESC, id DESC);
CREATE INDEX jobs_created ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_order ON jobs (order_id);
CREATE INDEX jobs_ref ON jobs (ref) WHERE ref IS NOT NULL;

CREATE TRIGGER jobs_touch BEFORE UPDATE ON jobs
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE FUNCTION jobs_wake() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('tshop_jobs', '');
	RETURN NULL;
END
$$;

CREATE TRIGGER jobs_wake AFTER INSERT ON jobs
    FOR EACH STATEMENT EXECUTE FUNCTION jobs_wake();

-- A dead letter that the admin retries should not wait for the next tick.
CREATE TRIGGER jobs_wake_again AFTER UPDATE OF state ON jobs
    FOR EACH ROW WHEN (OLD.state = 'dead' AND NEW.state = 'queued')
    EXECUTE FUNCTION jobs_wake();

-- Token bucket and breaker of each provider, shared by all who call it.
CREATE UNLOGGED TABLE provider_states (
	provider     text PRIMARY KEY CHECK (char_length(provider) <= 50),
	tokens       double precision NOT NULL DEFAULT 0,
	refilled_at  timestamptz NOT NULL DEFAULT now(),
	failures     integer NOT NULL DEFAULT 0,     -- in a row
	recent       bit varying(20) NOT NULL DEFAULT B'', -- the last calls, 1 failed
	opened_until timestamptz,                    -- null: closed
	probing      boolean NOT NULL DEFAULT false, -- one call tries whether it is back
	pause_until  timestamptz                     -- null, or what Retry-After said
) WITH (fillfactor = 50);

-- When each job of the clock last ran, so that two runners run it once.
CREATE TABLE clock_jobs (
	kind        text PRIMARY KEY CHECK (char_length(kind) <= 50),
	last_run_at timestamptz NOT NULL DEFAULT '-infinity',
	cursor      jsonb NOT NULL DEFAULT '{}' -- where a walk goes on
);

-- Totals of long lists, recounted every few seconds: nobody counts two million
-- rows for one page.
CREATE TABLE counters (
	name       text PRIMARY KEY CHECK (char_length(name) <= 100), -- 'gallery', 'gallery/cap'
	n          bigint NOT NULL DEFAULT 0 CHECK (n >= 0),
	counted_at timestamptz NOT NULL DEFAULT now()
);
