--: job_add(kind text, order id?, ref id?, payload json, dedupe text?, delay_s int, attempts int)
-- Asks for an effect in the transaction that causes it. With a dedupe key the
-- same thing is asked for once, however often it is asked.
INSERT INTO jobs (kind, order_id, ref, payload, dedupe_key, run_at, max_attempts)
VALUES ($1, $2, $3, $4::jsonb, $5, now() + make_interval(secs => $6), $7)
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
