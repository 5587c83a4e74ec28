--: gallery_asked(category text?, query text?, near bool)
--: one row  category_known bool, total big
--: reads
--: anew
-- Why a page came out empty.
SELECT $1::text IS NULL OR EXISTS (SELECT FROM categories WHERE slug = $1),
    CASE WHEN $2::text IS NULL THEN gallery_total($1) ELSE (SELECT count(*) FROM (
        SELECT FROM designs d WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
           AND ($1::text IS NULL OR d.product_category = $1) AND search_has_index($2, $3)
           AND search_fits(d.search_text, d.search_words, $2, search_query($2), $3)
        UNION ALL
        SELECT FROM designs d
         WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
           AND ($1::text IS NULL OR d.product_category = $1) AND NOT search_has_index($2, $3)
           AND NOT $3 AND d.search_words @@ search_query($2)
        UNION ALL
        SELECT FROM (
            SELECT d.* FROM designs d
             WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
               AND ($1::text IS NULL OR d.product_category = $1) AND NOT search_has_index($2, $3)
             ORDER BY d.created_at DESC, d.id DESC LIMIT 10001) d
         WHERE NOT $3 AND d.search_text LIKE like_pattern($2)
           AND (d.search_words @@ search_query($2)) IS NOT TRUE
         LIMIT 10001) n) END;

--: gallery_all_newest(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- Everything in the gallery, newest first.  The constant limit
-- lets the planner see, whatever is asked, that the index has the order; it is
-- one more than a page can have.
SELECT c.*, concat_ws('|', d.created_at, d.id), (SELECT n FROM gallery_counted(NULL))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND $1::text IS NULL AND $2::text IS NULL
       AND (d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_all_newest_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND $1::text IS NULL AND $2::text IS NULL
 ORDER BY d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_all_popular(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- Everything in the gallery, most liked first.
SELECT c.*, concat_ws('|', d.likes_count, d.created_at, d.id), (SELECT n FROM gallery_counted(NULL))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND $1::text IS NULL AND $2::text IS NULL
       AND (d.likes_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 2), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 3), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_all_popular_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.likes_count, d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND $1::text IS NULL AND $2::text IS NULL
 ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_all_trending(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- Everything in the gallery, what people turn to just now first.
SELECT c.*, concat_ws('|', d.trending_score, d.usage_count, d.created_at, d.id), (SELECT n FROM gallery_counted(NULL))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND $1::text IS NULL AND $2::text IS NULL
       AND (d.trending_score, d.usage_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::double precision, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 3), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 4), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_all_trending_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.trending_score, d.usage_count, d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND $1::text IS NULL AND $2::text IS NULL
 ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_category_newest(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- One category, newest first.
SELECT c.*, concat_ws('|', d.created_at, d.id), (SELECT n FROM gallery_counted($1))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND d.product_category = $1 AND $2::text IS NULL
       AND (d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_category_newest_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND d.product_category = $1 AND $2::text IS NULL
 ORDER BY d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_category_popular(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- One category, most liked first.
SELECT c.*, concat_ws('|', d.likes_count, d.created_at, d.id), (SELECT n FROM gallery_counted($1))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND d.product_category = $1 AND $2::text IS NULL
       AND (d.likes_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 2), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 3), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_category_popular_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.likes_count, d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND d.product_category = $1 AND $2::text IS NULL
 ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_category_trending(category text?, query text?, viewer id?, cursor text?, fetch int)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
-- One category, what people turn to just now first.
SELECT c.*, concat_ws('|', d.trending_score, d.usage_count, d.created_at, d.id), (SELECT n FROM gallery_counted($1))
  FROM (SELECT d.* FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND d.product_category = $1 AND $2::text IS NULL
       AND (d.trending_score, d.usage_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::double precision, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 3), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 4), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT 101) d
 CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT $5;

--: gallery_category_trending_skip(category text?, query text?, skip int)
--: one row  key text
--: reads
-- Where the page begins that so many stand before.
SELECT concat_ws('|', d.trending_score, d.usage_count, d.created_at, d.id) FROM designs d
 WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
   AND d.product_category = $1 AND $2::text IS NULL
 ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT 1 OFFSET $3 - 1;

--: gallery_search_newest(category text?, query text?, viewer id?, cursor text?, fetch int, skip int,
--:     near bool)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
--: anew
-- What the words are found in, newest first.  Where they are found seldom, all
-- of that is looked through; where they are found often, the order of the
-- index is followed until a page is full.  The planner could only guess which.
-- One or two characters are in no index unless they are a word: within words
-- they are looked for in the ten thousand that come first.
WITH fits AS MATERIALIZED (
    (SELECT d.created_at, d.id, true AS indexed FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
     LIMIT 10001)
    UNION ALL
    SELECT d.created_at, d.id, false FROM (
        SELECT d.* FROM designs d
         WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
           AND ($1::text IS NULL OR d.product_category = $1) AND NOT search_has_index($2, $7)
         ORDER BY d.created_at DESC, d.id DESC LIMIT 10001) d
     WHERE NOT $7 AND d.search_text LIKE like_pattern($2)
       AND (d.search_words @@ search_query($2)) IS NOT TRUE),
total AS MATERIALIZED (
    SELECT count(*) AS n, count(*) FILTER (WHERE indexed) > 10000 AS many FROM fits),
page AS (
    (SELECT s.created_at, s.id FROM fits s
      WHERE NOT (SELECT many FROM total)
        AND (s.created_at, s.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY s.created_at DESC, s.id DESC LIMIT $5 OFFSET $6)
    UNION ALL
    (SELECT d.created_at, d.id FROM designs d
     WHERE (SELECT many FROM total) AND d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
        AND (d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY d.created_at DESC, d.id DESC LIMIT $5 OFFSET $6))
SELECT c.*, concat_ws('|', page.created_at, page.id), (SELECT n FROM total)
  FROM page JOIN designs d ON d.id = page.id CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY page.created_at DESC, page.id DESC;

--: gallery_search_popular(category text?, query text?, viewer id?, cursor text?, fetch int, skip int,
--:     near bool)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
--: anew
-- What the words are found in, most liked first.
WITH fits AS MATERIALIZED (
    (SELECT d.likes_count, d.created_at, d.id, true AS indexed FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
     LIMIT 10001)
    UNION ALL
    SELECT d.likes_count, d.created_at, d.id, false FROM (
        SELECT d.* FROM designs d
         WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
           AND ($1::text IS NULL OR d.product_category = $1) AND NOT search_has_index($2, $7)
         ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT 10001) d
     WHERE NOT $7 AND d.search_text LIKE like_pattern($2)
       AND (d.search_words @@ search_query($2)) IS NOT TRUE),
total AS MATERIALIZED (
    SELECT count(*) AS n, count(*) FILTER (WHERE indexed) > 10000 AS many FROM fits),
page AS (
    (SELECT s.likes_count, s.created_at, s.id FROM fits s
      WHERE NOT (SELECT many FROM total)
        AND (s.likes_count, s.created_at, s.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 2), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 3), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY s.likes_count DESC, s.created_at DESC, s.id DESC LIMIT $5 OFFSET $6)
    UNION ALL
    (SELECT d.likes_count, d.created_at, d.id FROM designs d
     WHERE (SELECT many FROM total) AND d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
        AND (d.likes_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 2), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 3), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY d.likes_count DESC, d.created_at DESC, d.id DESC LIMIT $5 OFFSET $6))
SELECT c.*, concat_ws('|', page.likes_count, page.created_at, page.id), (SELECT n FROM total)
  FROM page JOIN designs d ON d.id = page.id CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY page.likes_count DESC, page.created_at DESC, page.id DESC;

--: gallery_search_trending(category text?, query text?, viewer id?, cursor text?, fetch int, skip int,
--:     near bool)
--: rows  id id, title text?, description text?, prompt text?,
--:     product_category text, status text, error text?, ai_model text?, image_url text?,
--:     thumbnail_url text?, public bool, usage_count int, likes_count int, liked_by_me bool,
--:     author.id id, author.first_name text?, author.avatar_url text?,
--:     created_at time, updated_at time, key_ text, total_ big
--: reads
--: anew
-- What the words are found in, what people turn to just now first.
WITH fits AS MATERIALIZED (
    (SELECT d.trending_score, d.usage_count, d.created_at, d.id, true AS indexed FROM designs d
     WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
     LIMIT 10001)
    UNION ALL
    SELECT d.trending_score, d.usage_count, d.created_at, d.id, false FROM (
        SELECT d.* FROM designs d
         WHERE d.public AND d.status = 'ready' AND d.deleted_at IS NULL
           AND ($1::text IS NULL OR d.product_category = $1) AND NOT search_has_index($2, $7)
         ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT 10001) d
     WHERE NOT $7 AND d.search_text LIKE like_pattern($2)
       AND (d.search_words @@ search_query($2)) IS NOT TRUE),
total AS MATERIALIZED (
    SELECT count(*) AS n, count(*) FILTER (WHERE indexed) > 10000 AS many FROM fits),
page AS (
    (SELECT s.trending_score, s.usage_count, s.created_at, s.id FROM fits s
      WHERE NOT (SELECT many FROM total)
        AND (s.trending_score, s.usage_count, s.created_at, s.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::double precision, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 3), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 4), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY s.trending_score DESC, s.usage_count DESC, s.created_at DESC, s.id DESC LIMIT $5 OFFSET $6)
    UNION ALL
    (SELECT d.trending_score, d.usage_count, d.created_at, d.id FROM designs d
     WHERE (SELECT many FROM total) AND d.public AND d.status = 'ready' AND d.deleted_at IS NULL
       AND ($1::text IS NULL OR d.product_category = $1)
       AND CASE WHEN search_has_index($2, $7)
           THEN search_fits(d.search_text, d.search_words, $2, search_query($2), $7)
           ELSE NOT $7 AND d.search_words @@ search_query($2) END
        AND (d.trending_score, d.usage_count, d.created_at, d.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::double precision, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::integer, 2147483647),
            coalesce(nullif(split_part($4, '|', 3), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 4), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
      ORDER BY d.trending_score DESC, d.usage_count DESC, d.created_at DESC, d.id DESC LIMIT $5 OFFSET $6))
SELECT c.*, concat_ws('|', page.trending_score, page.usage_count, page.created_at, page.id), (SELECT n FROM total)
  FROM page JOIN designs d ON d.id = page.id CROSS JOIN LATERAL design_card(ROW(d.*)::designs, $3) c
 ORDER BY page.trending_score DESC, page.usage_count DESC, page.created_at DESC, page.id DESC;
