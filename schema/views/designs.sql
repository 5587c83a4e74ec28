-- Designs as the API shows them, and what of the quota was used.
--
-- Replayed whole whenever it changes; nothing here holds data.  Bodies are
-- text, so that a column can be added or dropped without dropping these first.
SET LOCAL check_function_bodies = off;

-- Written u.ai_generations_today, as if it were a column: used since midnight
-- UTC.  What was given back does not count.
CREATE OR REPLACE FUNCTION ai_generations_today(u users) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT count(*)::integer FROM ai_reservations r
	 WHERE r.user_id = u.id AND r.state <> 'returned'
	   AND r.created_at >= date_trunc('day', now(), 'UTC')
$$;

CREATE OR REPLACE FUNCTION ai_generations_month(u users) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT count(*)::integer FROM ai_reservations r
	 WHERE r.user_id = u.id AND r.state <> 'returned'
	   AND r.created_at >= date_trunc('month', now(), 'UTC')
$$;

-- The address of a picture.  One that is not open to all carries a signature
-- in its query (nginx's secure_link over "expires uri secret") that lasts until
-- the end of tomorrow, so that the address stays the same for a day.  The
-- session brings the key as tshop.media_secret; without one nothing is signed.
CREATE OR REPLACE FUNCTION media_url(url text, open boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	secret text := current_setting('tshop.media_secret', true);
	base text := coalesce(current_setting('tshop.public_url', true), '');
	expires text;
BEGIN
	IF url IS NULL OR url NOT LIKE '/%' OR open OR coalesce(secret, '') = '' THEN
		RETURN CASE WHEN url LIKE '/%' THEN base || url ELSE url END;
	END IF;
	expires := ((floor(extract(epoch FROM now()) / 86400) + 2) * 86400)::bigint;
	RETURN base || url || '?e=' || expires || '&s=' ||
	    translate(encode(decode(md5(expires || url || ' ' || secret), 'hex'), 'base64'), '+/=', '-_');
END
$$;

-- A design as its viewer (null: a stranger) may see it.
CREATE OR REPLACE FUNCTION design_json(d designs, viewer uuid, with_data boolean) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT (left(json_build_object('id', d.id, 'title', d.title, 'description', d.description,
	        'prompt', CASE WHEN d.user_id = viewer THEN d.prompt END,
	        'productCategory', d.product_category, 'status', d.status,
	        'error', CASE WHEN d.user_id = viewer THEN d.error END,
	        'aiModel', d.ai_model)::text, -1)
	    || CASE WHEN with_data
	        THEN ', "designData" : ' || coalesce(d.design_data::text, 'null') ELSE '' END
	    || ', ' || substr(json_build_object(
	        'imageUrl', media_url(d.image_url, d.public),
	        'thumbnailUrl', media_url(d.thumbnail_url, d.public),
	        'public', d.public, 'usageCount', d.usage_count, 'likesCount', d.likes_count,
	        'likedByMe', viewer IS NOT NULL AND EXISTS (SELECT FROM design_likes l
	            WHERE l.user_id = viewer AND l.design_id = d.id),
	        'author', author_json(d.user_id),
	        'createdAt', time_json(d.created_at),
	        'updatedAt', time_json(d.updated_at))::text, 2))::json
$$;
