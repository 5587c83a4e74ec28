--: media_add(sha256 bytes, size big, mime text, width int, height int)
-- A picture was stored. That it was there already is as good: it is young
-- again, and the sweeper leaves it alone.
INSERT INTO media (sha256, bytes, mime, width, height) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (sha256) DO UPDATE SET created_at = now();

--: media_of_design(design id)
--: rows  sha256 bytes, mime text, shown bool
-- The pictures of a design, and whether any public design shows them.
SELECT m.sha256, m.mime, EXISTS (
    SELECT FROM media_refs o JOIN designs d ON d.id = o.ref
     WHERE o.sha256 = m.sha256 AND o.kind = 'design' AND d.public AND d.deleted_at IS NULL)
  FROM media_refs r JOIN media m USING (sha256)
 WHERE r.ref = $1 AND r.kind = 'design';

--: media_show(sha256 bytes, shown bool)
UPDATE media SET visibility = CASE WHEN $2 THEN 'public' ELSE 'private' END
 WHERE sha256 = $1 AND visibility <> CASE WHEN $2 THEN 'public' ELSE 'private' END;

--: media_unref(design id)
-- A design needs its pictures no more.
DELETE FROM media_refs WHERE ref = $1 AND kind = 'design';

--: media_hide(most int)
--: rows  sha256 bytes, mime text
-- Open to all, though no public design shows it any more: closed from here on.
UPDATE media SET visibility = 'private' WHERE sha256 IN (
    SELECT m.sha256 FROM media m
     WHERE m.visibility = 'public' AND NOT EXISTS (
        SELECT FROM media_refs o JOIN designs d ON d.id = o.ref
         WHERE o.sha256 = m.sha256 AND o.kind = 'design' AND d.public AND d.deleted_at IS NULL)
     LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING sha256, mime;

--: media_state(sha256 bytes)
--: one row  known bool, shown bool
--: reads
-- Is there such a picture, and does a public design show it?
SELECT EXISTS (SELECT FROM media WHERE sha256 = $1), EXISTS (
    SELECT FROM media_refs o JOIN designs d ON d.id = o.ref
     WHERE o.sha256 = $1 AND o.kind = 'design' AND d.public AND d.deleted_at IS NULL);

--: media_unused(age_s int, most int)
--: rows  sha256 bytes, mime text
-- Nobody has needed it for so long: it goes, its row first.
DELETE FROM media m
 WHERE m.sha256 IN (SELECT u.sha256 FROM media u
     WHERE u.created_at < now() - make_interval(secs => $1)
       AND NOT EXISTS (SELECT FROM media_refs r WHERE r.sha256 = u.sha256)
       AND NOT EXISTS (SELECT FROM designs d WHERE d.image_sha256 = u.sha256)
       AND NOT EXISTS (SELECT FROM designs d WHERE d.thumbnail_sha256 = u.sha256)
       AND NOT EXISTS (SELECT FROM design_renders x WHERE x.sha256 = u.sha256)
     ORDER BY u.created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING m.sha256, m.mime;

--: media_unref_deleted(age_s int)
--: touched
-- A design deleted long ago lets go of its pictures, unless an order has still
-- to be drawn from it.
WITH gone AS (
    UPDATE designs d
       SET image_sha256 = NULL, thumbnail_sha256 = NULL, image_url = NULL, thumbnail_url = NULL
     WHERE d.deleted_at < now() - make_interval(secs => $1)
       AND (d.image_sha256 IS NOT NULL
            OR EXISTS (SELECT FROM media_refs r WHERE r.ref = d.id AND r.kind = 'canvas'))
       AND NOT EXISTS (SELECT FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE i.design_id = d.id AND o.status IN ('pending', 'paid', 'processing')
              AND NOT EXISTS (SELECT FROM print_files f WHERE f.order_item_id = i.id))
    RETURNING d.id)
DELETE FROM media_refs r USING gone WHERE r.ref = gone.id AND r.kind = 'canvas';

--: media_may_use(owner id, sha256 bytes)
--: one row  allowed bool
--: reads
-- May this person draw with that picture: it is open to all, or theirs.
SELECT EXISTS (SELECT FROM media m WHERE m.sha256 = $2 AND (m.visibility = 'public'
    OR EXISTS (SELECT FROM media_refs r JOIN designs d ON d.id = r.ref
         WHERE r.sha256 = m.sha256 AND r.kind IN ('design', 'canvas') AND d.user_id = $1)
    OR EXISTS (SELECT FROM media_refs r WHERE r.sha256 = m.sha256 AND r.kind = 'upload'
         AND r.ref = $1)));
