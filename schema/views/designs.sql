-- Designs as the API shows them, and what of the quota was used.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- Written u.ai_generations_today, as if it were a column: used since midnight
-- UTC.  What was given back does not count.
CREATE OR REPLACE FUNCTION ai_generations_today(u users) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT count(*)::integer FROM ai_reservations r
	 WHERE r.user_id = u.id AND r.state <> 'returned'
	   AND r.created_at >= date_trunc('day', now(), 'UTC'));
END
$$;

CREATE OR REPLACE FUNCTION ai_generations_month(u users) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT count(*)::integer FROM ai_reservations r
	 WHERE r.user_id = u.id AND r.state <> 'returned'
	   AND r.created_at >= date_trunc('month', now(), 'UTC'));
END
$$;

-- Until when the signatures made now hold: the end of tomorrow, so that an
-- address stays the same for a day and lasts a day at least.
CREATE OR REPLACE FUNCTION media_expires() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT ((floor(extract(epoch FROM now()) / 86400) + 2) * 86400)::bigint);
END
$$;

-- The query that opens a private picture's path: HMAC-SHA256 over "GET", path
-- and end, a line each, in base64url; as src/media/address.c does it.  The
-- session brings the key in hex, as tshop.media_secret.
CREATE OR REPLACE FUNCTION media_signature(path text, expires bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT '?e=' || expires || '&s=' || rtrim(translate(encode(hmac(
	    convert_to(E'GET\n' || path || E'\n' || expires, 'UTF8'),
	    decode(current_setting('tshop.media_secret', true), 'hex'), 'sha256'),
	    'base64'), '+/', '-_'), '=')
$$;

-- Where a stored picture is.
CREATE OR REPLACE FUNCTION media_path(sha256 bytea, mime text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT '/media/' || encode(substr(sha256, 1, 1), 'hex') || '/' ||
	    encode(substr(sha256, 2, 1), 'hex') || '/' || encode(sha256, 'hex') ||
	    CASE mime WHEN 'image/jpeg' THEN '.jpg' WHEN 'image/webp' THEN '.webp' ELSE '.png' END
$$;

-- The address of a picture; one that is not open to all lies elsewhere and
-- carries a signature, until 'expires'.
DROP FUNCTION IF EXISTS media_url(text, boolean);
CREATE OR REPLACE FUNCTION media_url(url text, open boolean, expires bigint DEFAULT media_expires())
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN (url LIKE '/media/%') IS NOT TRUE THEN url
	    WHEN open OR coalesce(current_setting('tshop.media_secret', true), '') = ''
	        THEN coalesce(current_setting('tshop.public_url', true), '') || url
	    ELSE coalesce(current_setting('tshop.public_url', true), '') ||
	        '/media/private' || substr(url, 7) ||
	        media_signature('/media/private' || substr(url, 7), expires) END
$$;

-- How things of a category are decorated where a product does not say.
CREATE OR REPLACE FUNCTION category_technique(slug text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE slug WHEN 'cap' THEN 'embroidery' ELSE 'dtg' END
$$;

CREATE OR REPLACE FUNCTION product_technique(p products) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT coalesce(p.design_constraints ->> 'technique', category_technique(p.category))
$$;

-- Those of a design's checks that matter for a technique, in their order.
CREATE OR REPLACE FUNCTION print_checks_for(checks jsonb, technique text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(x.one - 'technique' ORDER BY x.n)
	    FILTER (WHERE coalesce(x.one ->> 'technique', technique) = technique), '[]')
	  FROM jsonb_array_elements(coalesce(checks, '[]')) WITH ORDINALITY AS x (one, n));
END
$$;

-- The product that a design is drawn for: the one named, else the oldest of
-- its category.
CREATE OR REPLACE FUNCTION design_product(d designs) RETURNS SETOF products
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT p.* FROM products p
	 WHERE p.id = d.product_id
	    OR (d.product_id IS NULL AND p.category = d.product_category AND p.active)
	 ORDER BY p.created_at, p.id LIMIT 1
$$;

-- A text between blanks, in small letters, its words one blank apart: as
-- policy_words and artwork_styles are looked for.
CREATE OR REPLACE FUNCTION words_of(VARIADIC texts text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT ' ' || regexp_replace(lower(array_to_string(texts, ' ')), '[^[:alnum:]]+', ' ', 'g') || ' '
$$;

-- Whom to ask for a drawing: simple and under 100 characters the fast one,
-- what wants to be painted a picture model, and all else the better one.
-- Thread takes no paintings.
CREATE OR REPLACE FUNCTION design_role(d designs) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT CASE
	    WHEN d.complexity = 'simple' THEN
	        CASE WHEN char_length(d.prompt) < 100 THEN 'fast' ELSE 'quality' END
	    WHEN coalesce((SELECT p.design_constraints ->> 'technique' FROM design_product(d) p),
	        category_technique(d.product_category)) <> 'embroidery'
	     AND EXISTS (SELECT FROM artwork_styles s WHERE words_of(d.style) LIKE '% ' || s.word || ' %')
	        THEN 'picture'
	    ELSE 'quality' END);
END
$$;

-- A canvas as it is served: stored pictures in it can be fetched by whoever
-- may see the design.
CREATE OR REPLACE FUNCTION canvas_text(canvas jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	served text := canvas::text;
	src text;
BEGIN
	FOR src IN SELECT DISTINCT m[1]
	    FROM regexp_matches(served, '"src": "(/media/[0-9a-z/.]+)"', 'g') AS m LOOP
		served := replace(served, '"src": "' || src || '"', '"src": ' ||
		    to_json(media_url(replace(src, '/media/private/', '/media/'), false))::text);
	END LOOP;
	RETURN served;
END
$$;

-- A design as its viewer (null: a stranger) may see it.
CREATE OR REPLACE FUNCTION design_json(d designs, viewer uuid, with_data boolean) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT (left(json_build_object('id', d.id, 'title', d.title, 'description', d.description,
	        'prompt', CASE WHEN d.user_id = viewer THEN d.prompt END,
	        'productCategory', d.product_category, 'status', d.status,
	        'error', CASE WHEN d.user_id = viewer THEN d.error END,
	        'printChecks', print_checks_for(d.print_checks, category_technique(d.product_category)),
	        'aiModel', d.ai_model)::text, -1)
	    || CASE WHEN with_data
	        THEN ', "designData" : ' || coalesce(canvas_text(d.design_data), 'null') ELSE '' END
	    || ', ' || substr(json_build_object(
	        'imageUrl', media_url(d.image_url, d.public),
	        'thumbnailUrl', media_url(d.thumbnail_url, d.public),
	        'public', d.public, 'usageCount', d.usage_count, 'likesCount', d.likes_count,
	        'likedByMe', viewer IS NOT NULL AND EXISTS (SELECT FROM design_likes l
	            WHERE l.user_id = viewer AND l.design_id = d.id),
	        'author', author_json(d.user_id),
	        'createdAt', time_json(d.created_at),
	        'updatedAt', time_json(d.updated_at))::text, 2))::json);
END
$$;

-- A design as lists show it.  The planner folds it into the statement: give it
-- ROW(d.*)::designs, of which it then reads only the columns that are shown.
DROP FUNCTION IF EXISTS design_card(uuid, uuid);
DROP FUNCTION IF EXISTS design_card(designs, uuid);
CREATE FUNCTION design_card(d designs, viewer uuid)
RETURNS TABLE (id uuid, title text, description text, prompt text, product_category text,
    status text, error text, ai_model text, image_url text, thumbnail_url text, public boolean,
    usage_count integer, likes_count integer, liked_by_me boolean, author_id uuid,
    author_first_name text, author_avatar_url text, created_at timestamptz, updated_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT d.id, d.title, d.description, CASE WHEN d.user_id = viewer THEN d.prompt END,
	    d.product_category, d.status, CASE WHEN d.user_id = viewer THEN d.error END, d.ai_model,
	    media_url(d.image_url, d.public), media_url(d.thumbnail_url, d.public), d.public,
	    d.usage_count, d.likes_count,
	    viewer IS NOT NULL AND EXISTS (SELECT FROM design_likes l
	        WHERE l.user_id = viewer AND l.design_id = d.id),
	    d.user_id, CASE WHEN p.design_gallery_public THEN u.first_name END,
	    CASE WHEN p.design_gallery_public THEN p.avatar_url END, d.created_at, d.updated_at
	  FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id
	 WHERE u.id = d.user_id
$$;

-- How much the gallery, or one category of it, holds: counted while that is
-- little, else as a job counted it a few seconds ago.
CREATE OR REPLACE FUNCTION gallery_total(p_category text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	known bigint;
BEGIN
	SELECT c.n INTO known FROM counters c WHERE c.name = coalesce('gallery/' || p_category, 'gallery');
	IF known > 10000 THEN
		RETURN known;
	END IF;
	IF p_category IS NULL THEN
		RETURN (SELECT count(*) FROM (SELECT FROM designs d
		    WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL LIMIT 10001) n);
	END IF;
	RETURN (SELECT count(*) FROM (SELECT FROM designs d
	    WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
	      AND d.product_category = p_category LIMIT 10001) n);
END
$$;

-- The same, in a table, so that it is folded into the statement.
CREATE OR REPLACE FUNCTION gallery_counted(p_category text) RETURNS TABLE (n bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(c.n, gallery_total(p_category)) FROM (SELECT 1) one
	  LEFT JOIN counters c ON c.name = coalesce('gallery/' || p_category, 'gallery') AND c.n > 10000
$$;

-- Likes a design, or takes that back; no row: there is none to like.  The
-- design is locked first, so that the count is the one after this very like,
-- however many come at once.
CREATE OR REPLACE FUNCTION design_like_set(p_viewer uuid, p_design uuid, wanted boolean)
RETURNS SETOF integer
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM designs d
	 WHERE d.id = p_design AND d.deleted_at IS NULL
	   AND (d.user_id = p_viewer OR (d.public AND d.status = 'ready'))
	   FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF wanted THEN
		INSERT INTO design_likes (user_id, design_id) VALUES (p_viewer, p_design)
		    ON CONFLICT DO NOTHING;
	ELSE
		DELETE FROM design_likes WHERE user_id = p_viewer AND design_id = p_design;
	END IF;
	RETURN QUERY SELECT d.likes_count FROM designs d WHERE d.id = p_design;
END
$$;
REVOKE EXECUTE ON FUNCTION design_like_set FROM tshop_readonly;

-- Takes a design for drawing: 'go', 'wait' or 'gone' (see draw_begin).  The
-- person's row is locked, so that of many jobs at once two begin.
CREATE OR REPLACE FUNCTION design_draw_begin(p_design uuid) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	owner uuid;
BEGIN
	SELECT d.user_id INTO owner FROM designs d
	 WHERE d.id = p_design AND d.deleted_at IS NULL AND d.status IN ('queued', 'generating')
	   AND d.prompt IS NOT NULL AND d.design_data IS NULL;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	PERFORM FROM users u WHERE u.id = owner FOR NO KEY UPDATE;
	IF 2 <= (SELECT count(*) FROM designs d WHERE d.user_id = owner AND d.id <> p_design
	    AND d.status = 'generating' AND d.deleted_at IS NULL) THEN
		RETURN 'wait';
	END IF;
	UPDATE designs SET status = 'generating'
	 WHERE id = p_design AND deleted_at IS NULL AND status IN ('queued', 'generating');
	RETURN CASE WHEN FOUND THEN 'go' ELSE 'gone' END;
END
$$;
REVOKE EXECUTE ON FUNCTION design_draw_begin FROM tshop_readonly;

-- What somebody minds about a design, for the admin who decides.
CREATE OR REPLACE FUNCTION report_json(r design_reports) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT json_build_object('id', r.id, 'reason', r.reason, 'details', r.details,
	    'state', r.state, 'reporterId', r.user_id, 'createdAt', time_json(r.created_at),
	    'closedAt', time_json(r.closed_at),
	    'design', (SELECT json_build_object('id', d.id, 'title', d.title, 'public', d.public,
	        'imageUrl', media_url(d.image_url, d.public), 'authorId', d.user_id)
	      FROM designs d WHERE d.id = r.design_id)));
END
$$;
