--: generation_add(design id, owner id, title text?, prompt text, category text, product id?,
--:     complexity text, style text?, open bool, queue_most int)
--: one row  id id
--: no row   SERVICE_UNAVAILABLE
-- A design that is to be drawn, unless too many wait for that already.
INSERT INTO designs (id, user_id, title, prompt, product_category, product_id, complexity,
    style, public, status)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued'
 WHERE (SELECT count(*) FROM (SELECT FROM jobs
     WHERE kind = 'draw_design' AND state = 'queued' LIMIT $10) q) < $10
RETURNING id;

--: generation_reserve(owner id, design id, pool text, limits text, seconds text, budget text)
--: one row  id id?, quota_limit int, used int, remaining int, window_seconds int,
--:     reset_at text, wait_s int
-- Takes one out of the pool; without an id there was no room. What it may cost
-- is guessed from the model that would be asked first: so many tokens, and a
-- picture if it paints one.
SELECT r.id, coalesce(r.quota_limit, 0), coalesce(r.used, 0), coalesce(r.remaining, 0),
    coalesce(r.window_seconds, 0), time_json(r.reset_at),
    greatest(1, ceil(extract(epoch FROM r.reset_at - clock_timestamp())))::integer
  FROM ai_reserve($1, $2, $3, $4::integer[], $5::integer[],
    coalesce((SELECT (1500 * p.input + CASE m.kind WHEN 'image' THEN 500 ELSE 5000 END * p.output)
            / 1000000 + p.picture
        FROM designs d JOIN ai_models m ON m.role = design_role(d)
        JOIN ai_model_prices p ON p.model = m.name
       WHERE d.id = $2 AND m.active AND p.valid_from <= current_date
       ORDER BY m.rank, p.valid_from DESC LIMIT 1), 0.05), $6::numeric) r;

--: generation_show(design id, viewer id)
--: one row  design json, status text
--: reads
SELECT design_json(d, $2, true), d.status FROM designs d WHERE d.id = $1;

--: draw_begin(design id)
--: one row  verdict text, owner id, prompt text, category text, detailed bool, role text,
--:     style text?, technique text, product text, colours text?, width int, height int, open bool, calls int,
--:     lost int, since_ms big, answer text?, picture bytes?, answer_model text?, policy text?
--: no row   NOT_FOUND
-- The design is this job's to draw: 'go'; 'wait' while two others of the same
-- person are being drawn; 'gone' when nobody wants it any more.
SELECT b.verdict, d.user_id, d.prompt, d.product_category, d.complexity <> 'simple',
    design_role(d), d.style,
    coalesce(p.design_constraints ->> 'technique', category_technique(c.slug)),
    concat_ws(', ', coalesce(p.name, c.name) || ' (' || c.slug || ')', c.decorated,
        (SELECT round((x.a ->> 'width')::numeric / (x.a ->> 'dpi')::numeric, 1) || ' x ' ||
            round((x.a ->> 'height')::numeric / (x.a ->> 'dpi')::numeric, 1) || ' inches'
          FROM (SELECT p.design_constraints -> 'printAreas' -> 'printful') AS x (a))),
    (SELECT string_agg(v.color_hex, ', ') FROM (SELECT DISTINCT v.color_hex
        FROM product_variants v WHERE v.product_id = p.id AND v.available
       ORDER BY v.color_hex LIMIT 8) v),
    c.canvas_width, c.canvas_height, d.public,
    (SELECT count(*)::integer FROM ai_calls a WHERE a.design_id = d.id),
    (SELECT count(*)::integer FROM ai_calls a WHERE a.design_id = d.id AND a.error LIKE 'no answer%'),
    coalesce((SELECT (extract(epoch FROM clock_timestamp() - min(a.created_at)) * 1000)::bigint
        FROM ai_calls a WHERE a.design_id = d.id), 0),
    w.answer, w.picture, w.model,
    (SELECT upper(k.reason) FROM policy_words k
      WHERE words_of(d.prompt, d.style) LIKE '% ' || k.word || ' %' LIMIT 1)
  FROM design_draw_begin($1) AS b (verdict)
  JOIN designs d ON d.id = $1
  JOIN categories c ON c.slug = d.product_category
  LEFT JOIN LATERAL design_product(d) p ON true
  LEFT JOIN LATERAL (SELECT a.answer, a.picture, a.model FROM ai_calls a
      WHERE a.design_id = d.id AND (a.answer IS NOT NULL OR a.picture IS NOT NULL)
      ORDER BY a.created_at DESC LIMIT 1) w ON true;

--: draw_models(role text)
--: rows  name text, input number, cached_input number, output number, image_output number,
--:     picture_size text?, tokens_most int
--: reads
-- Whom to ask, first things first, what they take today, and how much they may
-- say: a list of shapes needs no more.
SELECT m.name, trim_scale(p.input), trim_scale(p.cached_input), trim_scale(p.output),
    trim_scale(p.image_output), m.picture_size, least(coalesce(m.max_output_tokens, 24576), 24576)
  FROM ai_models m
  JOIN LATERAL (SELECT * FROM ai_model_prices p
      WHERE p.model = m.name AND p.valid_from <= current_date
      ORDER BY p.valid_from DESC LIMIT 1) p ON true
 WHERE m.role = $1 AND m.active AND (m.retires_on IS NULL OR m.retires_on > current_date)
 ORDER BY m.rank;

--: draw_call_add(design id, model text, prompt_tokens int, completion_tokens int, cost text,
--:     took_ms int, error text?, answer text?, picture bytes?)
-- One call is over; what it cost is known whatever becomes of the design.
INSERT INTO ai_calls (design_id, model, prompt_tokens, completion_tokens, cost, took_ms, error,
    answer, picture)
VALUES ($1, $2, $3, $4, $5::numeric, $6, left($7, 500), $8, $9);

--: draw_pause(design id)
--: touched
-- It waits in the queue, and takes nobody's turn meanwhile.
UPDATE designs SET status = 'queued' WHERE id = $1 AND status = 'generating';

--: draw_answer_bad(design id, error text)
-- What the last call brought could not be made into a picture.
UPDATE ai_calls SET answer = NULL, picture = NULL, error = left($2, 500)
 WHERE design_id = $1 AND (answer IS NOT NULL OR picture IS NOT NULL);

--: draw_ready(design id, model text, title text?, description text?, data json,
--:     image bytes, thumbnail bytes, checks json)
--: one row  open bool, told bool, owner id
--: no row   NOT_FOUND
-- The picture is there. One that was deleted meanwhile stays deleted.
WITH drawn AS (
    UPDATE designs d SET status = 'ready', error = NULL, ai_model = $2,
        title = coalesce(d.title, left($3, 255)), description = coalesce(d.description, left($4, 5000)),
        design_data = $5::jsonb, rendered_revision = d.revision,
        image_sha256 = $6, thumbnail_sha256 = $7,
        image_url = media_path($6, 'image/png'), thumbnail_url = media_path($7, 'image/png'),
        print_checks = $8::jsonb
     WHERE d.id = $1 AND d.deleted_at IS NULL AND d.status = 'generating'
    RETURNING d.id, d.user_id, d.public),
refs AS (
    INSERT INTO media_refs (sha256, kind, ref)
    SELECT s, 'design', d.id FROM drawn d, unnest(ARRAY[$6::bytea, $7::bytea]) s
        ON CONFLICT DO NOTHING)
SELECT d.public, pg_notify('tshop_designs', d.id::text) IS NOT NULL, d.user_id FROM drawn d;

--: draw_failed(design id, status text, error text)
--: touched
-- It ended without a picture: 'blocked' or 'failed', and why.
WITH ended AS (
    UPDATE designs SET status = $2, error = $3
     WHERE id = $1 AND status IN ('queued', 'generating')
    RETURNING id)
SELECT pg_notify('tshop_designs', id::text) FROM ended;

--: draw_settle(design id, state text, success bool, error text?)
-- The books: quota is used or given back, and one row says what it all cost.
-- It happens once, with the reservation's own row as the guard.
WITH sums AS (
    SELECT coalesce(sum(prompt_tokens), 0)::integer AS prompt_tokens,
        coalesce(sum(completion_tokens), 0)::integer AS completion_tokens,
        coalesce(sum(cost), 0) AS cost, coalesce(sum(took_ms), 0)::integer AS took_ms,
        (array_agg(model ORDER BY created_at DESC))[1] AS model
      FROM ai_calls WHERE design_id = $1),
settled AS (
    UPDATE ai_reservations r SET state = $2, cost = s.cost, settled_at = now()
      FROM sums s WHERE r.design_id = $1 AND r.state = 'reserved'
    RETURNING r.user_id),
emptied AS (
    UPDATE ai_calls SET answer = NULL, picture = NULL
     WHERE design_id = $1 AND (answer IS NOT NULL OR picture IS NOT NULL)),
known AS (
    UPDATE designs d SET generation_cost = s.cost FROM sums s
     WHERE d.id = $1 AND EXISTS (SELECT FROM settled))
INSERT INTO ai_usage_logs (user_id, model, prompt_tokens, completion_tokens, cost,
    generation_time_ms, success, error_message, design_id)
SELECT t.user_id, coalesce(s.model, 'none'), s.prompt_tokens, s.completion_tokens, s.cost, s.took_ms,
    $3, $4, $1
  FROM settled t, sums s;

--: draw_reward(owner id)
--: one row  points id?
-- For the first design of somebody, drawn or ordered.
SELECT points_add($1, 'earned', 'first_design',
    coalesce((SELECT (value ->> 'first_design')::integer FROM settings WHERE name = 'rewards'), 10));

--: draw_abandoned(age_s int)
--: rows  id id
--: reads
-- Waiting to be drawn or rendered, and no job works on it any more.
SELECT d.id FROM designs d
 WHERE d.status IN ('queued', 'generating') AND d.updated_at < now() - make_interval(secs => $1)
   AND NOT EXISTS (SELECT FROM jobs j WHERE j.ref = d.id
        AND j.kind IN ('draw_design', 'render_design') AND j.state IN ('queued', 'running'))
 LIMIT 100;

--: render_source(design id)
--: one row  category text, revision int, rendered_revision int, data json, open bool
--: reads
-- What is to be rendered; NOT_FOUND: nobody wants it any more.
SELECT product_category, revision, rendered_revision, design_data, public
  FROM designs WHERE id = $1 AND deleted_at IS NULL AND design_data IS NOT NULL;

--: render_ready(design id, revision int, image bytes, thumbnail bytes, checks json)
--: one row  open bool, told bool, owner id
-- The pictures of that revision; an older one than is there by now is nothing.
WITH shown AS (
    UPDATE designs d SET status = 'ready', error = NULL, rendered_revision = $2,
        image_sha256 = $3, thumbnail_sha256 = $4,
        image_url = media_path($3, 'image/png'), thumbnail_url = media_path($4, 'image/png'),
        print_checks = $5::jsonb
     WHERE d.id = $1 AND d.deleted_at IS NULL AND d.revision = $2
    RETURNING d.id, d.user_id, d.public),
unused AS (
    DELETE FROM media_refs r USING shown d
     WHERE r.ref = d.id AND r.kind = 'design' AND r.sha256 NOT IN ($3, $4)),
refs AS (
    INSERT INTO media_refs (sha256, kind, ref)
    SELECT s, 'design', d.id FROM shown d, unnest(ARRAY[$3::bytea, $4::bytea]) s
        ON CONFLICT DO NOTHING)
SELECT d.public, pg_notify('tshop_designs', d.id::text) IS NOT NULL, d.user_id FROM shown d;

--: render_failed(design id, revision int, error text)
--: touched
WITH ended AS (
    UPDATE designs SET status = 'failed', error = $3
     WHERE id = $1 AND revision = $2 AND status = 'queued'
    RETURNING id)
SELECT pg_notify('tshop_designs', id::text) FROM ended;

--: print_add(design id, revision int, product id, provider text, placement text, sha256 bytes,
--:     width int, height int, dpi int, checks json)
--: touched
-- A print file is there.
WITH made AS (
    INSERT INTO design_renders (design_id, revision, product_id, provider, placement, sha256,
        width, height, dpi, checks)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)
        ON CONFLICT DO NOTHING RETURNING id),
refs AS (
    INSERT INTO media_refs (sha256, kind, ref) SELECT $6, 'print_file', id FROM made)
SELECT pg_notify('tshop_designs', $1::text);
