--: design_ground(category text, product id?)
--: one row  category_known bool, product_known bool, canvas_width int, canvas_height int
--: reads
-- What a design would be drawn for, and the size of its empty canvas.
SELECT EXISTS (SELECT FROM categories WHERE slug = $1),
    $2::uuid IS NULL OR EXISTS (SELECT FROM products p
        WHERE p.id = $2 AND p.active AND p.category = $1),
    coalesce((SELECT canvas_width FROM categories WHERE slug = $1), 0),
    coalesce((SELECT canvas_height FROM categories WHERE slug = $1), 0);

--: design_add(design id, owner id, title text, description text?, category text, product id?,
--:     data json, open bool)
--: one row  shown json
-- A design drawn by hand; it is queued until it has been rendered.
INSERT INTO designs AS d (id, user_id, title, description, product_category, product_id,
    status, design_data, public)
VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7::jsonb, $8)
RETURNING design_json(d, $2, true);

--: design_find(design id, viewer id?)
--: one row  shown json
--: reads
-- One's own, or one that is public.
SELECT design_json(d, $2, true) FROM designs d
 WHERE d.id = $1 AND d.deleted_at IS NULL
   AND (d.user_id = $2 OR (d.public AND d.status = 'ready'));

--: design_list(owner id, category text?, status text?, open bool?, cursor text?, fetch int, skip int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- One's own designs, newest first.
SELECT c.*, concat_ws('|', d.created_at, d.id),
    (SELECT count(*) FROM (SELECT FROM designs d
      WHERE d.user_id = $1 AND d.deleted_at IS NULL
        AND ($2::text IS NULL OR d.product_category = $2)
        AND ($3::text IS NULL OR d.status = $3)
        AND ($4::boolean IS NULL OR d.public = $4) LIMIT 10001) n)
  FROM (SELECT d.* FROM designs d
     WHERE d.user_id = $1 AND d.deleted_at IS NULL
       AND ($2::text IS NULL OR d.product_category = $2)
       AND ($3::text IS NULL OR d.status = $3) AND ($4::boolean IS NULL OR d.public = $4)
       AND (d.created_at, d.id) <
           (coalesce(nullif(split_part($5, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($5, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.created_at DESC, d.id DESC LIMIT $6 OFFSET $7) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $1) c
 ORDER BY d.created_at DESC, d.id DESC;

--: design_asked(owner id, category text?, status text?, open bool?)
--: one row  category_known bool, total big
--: reads
-- Why a page came out empty.
SELECT $2::text IS NULL OR EXISTS (SELECT FROM categories WHERE slug = $2),
    (SELECT count(*) FROM (SELECT FROM designs d
      WHERE d.user_id = $1 AND d.deleted_at IS NULL
        AND ($2::text IS NULL OR d.product_category = $2)
        AND ($3::text IS NULL OR d.status = $3)
        AND ($4::boolean IS NULL OR d.public = $4) LIMIT 10001) n);

--: design_lock(design id, owner id)
--: one row  category text, status text, revision int, open bool, has_data bool, hidden bool
-- Nobody else changes it until this transaction ends.
SELECT d.product_category, d.status, d.revision, d.public, d.design_data IS NOT NULL,
    d.hidden_at IS NOT NULL
  FROM designs d
 WHERE d.id = $1 AND d.user_id = $2 AND d.deleted_at IS NULL
   FOR NO KEY UPDATE;

--: design_update(design id, owner id, titled bool, title text?, described bool, description text?,
--:     open bool?, data json?)
--: one row  shown json
-- What was given replaces what was there; another canvas is another revision,
-- and shows when it has been rendered.
UPDATE designs AS d SET title = CASE WHEN $3 THEN $4 ELSE d.title END,
    description = CASE WHEN $5 THEN $6 ELSE d.description END,
    public = coalesce($7, d.public),
    design_data = coalesce($8::jsonb, d.design_data),
    revision = d.revision + ($8::jsonb IS NOT NULL)::integer,
    status = CASE WHEN $8::jsonb IS NULL THEN d.status ELSE 'queued' END,
    error = CASE WHEN $8::jsonb IS NULL THEN d.error END,
    print_checks = CASE WHEN $8::jsonb IS NULL THEN d.print_checks END
 WHERE d.id = $1 AND d.user_id = $2 AND d.deleted_at IS NULL
RETURNING design_json(d, $2, true);

--: design_delete(design id, owner id)
--: touched
--: no row NOT_FOUND
-- It is gone for everybody; orders keep a picture of their own.
UPDATE designs SET deleted_at = now()
 WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL;

--: design_share(design id, sharer id, platform text)
--: one row  points id?
-- Shared; the reward is for the first time on that platform, and for so many
-- a day, or a robot would farm it.
WITH shared AS (
    INSERT INTO design_shares (design_id, platform, shared_by)
    SELECT d.id, $3, $2 FROM designs d
     WHERE d.id = $1 AND d.deleted_at IS NULL
       AND (d.user_id = $2 OR (d.public AND d.status = 'ready'))
    RETURNING design_id)
SELECT CASE WHEN r.points > 0 AND r.a_day > (
        SELECT count(*) FROM point_transactions t WHERE t.user_id = $2
           AND t.action = 'design_shared' AND t.created_at > now() - interval '1 day')
    THEN points_add($2, 'earned', 'design_shared', r.points, 'design/' || $3, s.design_id,
        NULL, now() + make_interval(days => r.pending_days)) END
  FROM shared s CROSS JOIN (
    SELECT coalesce((value ->> 'design_shared')::integer, 5) AS points,
        coalesce((value ->> 'design_shared_daily')::integer, 20) AS a_day,
        coalesce((value ->> 'pending_days')::integer, 0) AS pending_days
      FROM settings WHERE name = 'rewards') r;

--: design_report(design id, reporter id, reason text, details text?)
--: one row  id id
-- Somebody minds a public design: the first word of each is kept, and an
-- admin hears of it once.
WITH meant AS (
    SELECT d.id FROM designs d
     WHERE d.id = $1 AND d.deleted_at IS NULL AND d.public AND d.status = 'ready'),
said AS (
    INSERT INTO design_reports (design_id, user_id, reason, details)
    SELECT id, $2, $3, $4 FROM meant
        ON CONFLICT (design_id, user_id) DO NOTHING
    RETURNING id, design_id),
heard AS (
    INSERT INTO cases (kind, key, severity, detail)
    SELECT 'design_report', s.design_id, 'warning',
        jsonb_build_object('designId', s.design_id, 'reason', $3::text)
      FROM said s
        ON CONFLICT (kind, key) WHERE state = 'open' DO NOTHING)
SELECT id FROM meant;

--: print_ground(design id, owner id, variant id?)
--: one row  status text, revision int, product id?, provider text, placement text,
--:     width int, height int, dpi int, variant_known bool
--: reads
-- Where a design would be printed: on that variant's product, else the one it
-- was drawn for, else the oldest of its category.
SELECT d.status, d.revision, p.id, coalesce(a.provider, 'printful'),
    coalesce(a.area ->> 'placement', 'front'),
    coalesce((a.area ->> 'width')::integer, c.canvas_width),
    coalesce((a.area ->> 'height')::integer, c.canvas_height),
    coalesce((a.area ->> 'dpi')::integer, 150),
    $3::uuid IS NULL OR p.id IS NOT NULL
  FROM designs d
  JOIN categories c ON c.slug = d.product_category
  LEFT JOIN LATERAL (
    SELECT p.id, p.design_constraints FROM products p
     WHERE CASE WHEN $3::uuid IS NOT NULL
            THEN p.id = (SELECT v.product_id FROM product_variants v WHERE v.id = $3)
            ELSE p.id = d.product_id OR (p.category = d.product_category AND p.active) END
     ORDER BY p.id = d.product_id DESC NULLS LAST, p.created_at, p.id LIMIT 1) p ON true
  LEFT JOIN LATERAL (
    SELECT x.key AS provider, x.value AS area
      FROM jsonb_each(p.design_constraints -> 'printAreas') x
     WHERE x.key IN ('printful', 'printify') ORDER BY x.key LIMIT 1) a ON true
 WHERE d.id = $1 AND d.user_id = $2 AND d.deleted_at IS NULL;

--: print_find(design id, revision int, product id, provider text, placement text)
--: one row  url text, width int, height int, dpi int, expires_at text
--: reads
-- The print file, if it has been made.
SELECT media_url(media_path(r.sha256, m.mime), false), r.width, r.height, r.dpi,
    time_json(to_timestamp(media_expires()))
  FROM design_renders r JOIN media m USING (sha256)
 WHERE r.design_id = $1 AND r.revision = $2 AND r.product_id = $3 AND r.provider = $4
   AND r.placement = $5 AND r.custom_key = '';

--: print_failed(design id, dedupe text)
--: one row  failed bool
--: reads
-- Has the job that makes a print file given up?
SELECT EXISTS (SELECT FROM jobs WHERE dedupe_key = $2 AND ref = $1 AND state = 'dead');

--: render_ask(design id, payload json, dedupe text)
-- Have a picture made; one that was made and lost, or failed, is made again.
INSERT INTO jobs AS j (kind, ref, payload, dedupe_key, max_attempts)
VALUES ('render_design', $1, $2::jsonb, $3, 5)
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL
    DO UPDATE SET state = 'queued', run_at = now(), attempts = 0
 WHERE j.state IN ('done', 'dead');
