--: design_like(viewer id, design id, wanted bool)
--: one row  likes_count int
-- Likes it, or takes that back, and counts; both as often as one likes.
SELECT design_like_set($1, $2, $3);
