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
