-- Jobs as the admin sees them.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

CREATE OR REPLACE FUNCTION job_json(j jobs) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object('id', j.id, 'kind', j.kind, 'state', j.state,
	    'orderId', j.order_id, 'attempts', j.attempts, 'maxAttempts', j.max_attempts,
	    'lastError', j.last_error, 'runAt', time_json(j.run_at),
	    'createdAt', time_json(j.created_at), 'updatedAt', time_json(j.updated_at))
$$;

-- Has it waited long for a hand, lost its runner, or failed again and again?
CREATE OR REPLACE FUNCTION job_is_stuck(j jobs) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE j.state
	    WHEN 'queued' THEN j.attempts >= 4 OR j.run_at < now() - interval '5 minutes'
	    WHEN 'running' THEN j.lease_until < now() - interval '1 minute'
	    ELSE false END
$$;

-- May a call go out to this provider now?  It costs a token of its bucket,
-- which holds p_room and gains p_rate a second.  wait_s is null if it may, else
-- how long to wait before asking again.  When an open breaker's time is over,
-- one call is let through to try and the others wait for what it finds; if
-- nobody ever hears of that one, another is tried.
CREATE OR REPLACE FUNCTION provider_admit(p_provider text, p_room double precision,
    p_rate double precision, OUT wait_s double precision, OUT open boolean)
LANGUAGE plpgsql AS $$
DECLARE
	p provider_states%ROWTYPE;
	t timestamptz;
BEGIN
	INSERT INTO provider_states (provider, tokens) VALUES (p_provider, p_room)
	    ON CONFLICT (provider) DO NOTHING;
	SELECT * INTO p FROM provider_states WHERE provider = p_provider FOR NO KEY UPDATE;
	t := clock_timestamp();
	p.tokens := least(p_room, p.tokens + p_rate *
	    greatest(0, extract(epoch FROM t - p.refilled_at)));
	open := p.opened_until IS NOT NULL;
	IF p.opened_until > t THEN
		wait_s := extract(epoch FROM p.opened_until - t);
	ELSIF p.pause_until > t THEN
		wait_s := extract(epoch FROM p.pause_until - t);
	ELSIF p.tokens < 1 THEN
		wait_s := (1 - p.tokens) / p_rate;
	ELSE
		UPDATE provider_states SET tokens = p.tokens - 1, refilled_at = t, pause_until = NULL,
		    probing = open,
		    opened_until = CASE WHEN open THEN t + interval '30 seconds' END
		 WHERE provider = p_provider;
	END IF;
END
$$;

-- How that call went.  Five failures in a row, or half of the last twenty,
-- open the breaker for half a minute; any success of a probe closes it.
CREATE OR REPLACE FUNCTION provider_report(p_provider text, p_failed boolean,
    p_pause_s integer, OUT opened boolean)
LANGUAGE plpgsql AS $$
DECLARE
	p provider_states%ROWTYPE;
	t timestamptz;
BEGIN
	SELECT * INTO p FROM provider_states WHERE provider = p_provider FOR NO KEY UPDATE;
	t := clock_timestamp();
	p.recent := substring(p.recent || p_failed::integer::bit(1)
	    FROM greatest(length(p.recent) - 18, 1));
	p.failures := CASE WHEN p_failed THEN p.failures + 1 ELSE 0 END;
	opened := p_failed AND (p.probing OR p.failures >= 5 OR (length(p.recent) = 20
	    AND length(replace(p.recent::text, '0', '')) >= 10));
	IF opened OR NOT p_failed AND p.probing THEN
		p.recent := B'';
		p.failures := 0;
	END IF;
	UPDATE provider_states SET recent = p.recent, failures = p.failures,
	    probing = probing AND p_failed AND NOT opened,
	    opened_until = CASE WHEN opened THEN t + interval '30 seconds'
	        WHEN p.probing THEN NULL ELSE p.opened_until END,
	    pause_until = CASE WHEN p_pause_s > 0
	        THEN greatest(p.pause_until, t + make_interval(secs => p_pause_s))
	        ELSE p.pause_until END
	 WHERE provider = p_provider;
END
$$;
