--: product_list_all(category text?, currency text, languages text, cursor text?, fetch int,
--:     skip int)
--: rows  id id, name text, description text?, category text, base_price number,
--:     currency text, design_constraints json, active bool, created_at time, updated_at time,
--:     key_ text, language_ text, sold_ bool, total_ big
--: reads
-- What is for sale, newest first, and nothing is looked for: what nearly all
-- ask. The names of a whole page are translated at once.
WITH page AS MATERIALIZED (
    SELECT p.id, p.name, p.description, p.category, p.base_price, p.currency,
        p.constraints_shown, p.active, p.created_at, p.updated_at FROM products p
     WHERE p.active AND ($1::text IS NULL OR p.category = $1)
       AND (p.created_at, p.id) <
           (coalesce(nullif(split_part($4, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($4, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY p.created_at DESC, p.id DESC LIMIT $5 OFFSET $6),
said AS MATERIALIZED (
    SELECT DISTINCT ON (t.product_id) t.product_id, t.name, t.description, t.language
      FROM page JOIN product_translations t ON t.product_id = page.id
     WHERE $3::text[] <> '{}' AND lower(t.language) = ANY ($3::text[])
     ORDER BY t.product_id, array_position($3::text[], lower(t.language)))
SELECT p.id, coalesce(t.name, p.name), coalesce(t.description, p.description), p.category,
    coalesce(x.price, price_shown(p.base_price, p.currency, $2)) * (SELECT money_json(1, $2)),
    $2::text, p.constraints_shown, p.active, p.created_at, p.updated_at,
    p.created_at || '|' || p.id, coalesce(t.language, 'en'), EXISTS (SELECT FROM currency_sold($2)),
    (SELECT count(*) FROM products n WHERE n.active AND ($1::text IS NULL OR n.category = $1))
  FROM page p
  LEFT JOIN product_prices x ON x.product_id = p.id AND x.currency = $2 AND x.variant_id IS NULL
  LEFT JOIN said t ON t.product_id = p.id
 ORDER BY p.created_at DESC, p.id DESC;

--: product_list_newest(category text?, query text?, currency text, languages text,
--:     cursor text?, fetch int, skip int, near bool)
--: rows  id id, name text, description text?, category text, base_price number,
--:     currency text, design_constraints json, active bool, created_at time, updated_at time,
--:     key_ text, language_ text, sold_ bool, total_ big
--: reads
-- What is looked for, newest first: ids by the index, then their rows.
WITH page AS (
    SELECT p.id, p.created_at FROM products p
     WHERE p.active AND ($1::text IS NULL OR p.category = $1)
       AND ($2::text IS NULL OR search_fits(p.search_text, p.search_words, $2, (SELECT search_query($2)), $8)
            OR EXISTS (SELECT FROM product_translations t WHERE t.product_id = p.id
                AND lower(t.language) = ANY ($4::text[])
                AND search_fits(t.search_text, t.search_words, $2, (SELECT search_query($2)), $8)))
       AND (p.created_at, p.id) <
           (coalesce(nullif(split_part($5, '|', 1), '')::timestamptz, 'infinity'),
            coalesce(nullif(split_part($5, '|', 2), '')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY p.created_at DESC, p.id DESC LIMIT $6 OFFSET $7)
SELECT p.id, coalesce(t.name, p.name), coalesce(t.description, p.description), p.category,
    money_json(coalesce(x.price, price_shown(p.base_price, p.currency, $3)), $3),
    $3::text, p.constraints_shown, p.active, p.created_at, p.updated_at,
    concat_ws('|', p.created_at, p.id), coalesce(t.language, 'en'), EXISTS (SELECT FROM currency_sold($3)),
    (SELECT count(*) FROM products n
      WHERE n.active AND ($1::text IS NULL OR n.category = $1)
        AND ($2::text IS NULL OR search_fits(n.search_text, n.search_words, $2, (SELECT search_query($2)), $8)
            OR EXISTS (SELECT FROM product_translations t WHERE t.product_id = n.id
                AND lower(t.language) = ANY ($4::text[])
                AND search_fits(t.search_text, t.search_words, $2, (SELECT search_query($2)), $8))))
  FROM page JOIN products p ON p.id = page.id
  LEFT JOIN product_prices x ON x.product_id = p.id AND x.currency = $3 AND x.variant_id IS NULL
  LEFT JOIN LATERAL (SELECT t.name, t.description, t.language FROM product_translations t
      WHERE t.product_id = p.id AND lower(t.language) = ANY ($4::text[])
      ORDER BY array_position($4::text[], lower(t.language)) LIMIT 1) t ON true
 ORDER BY page.created_at DESC, page.id DESC;

--: product_list_sorted(category text?, query text?, currency text, languages text,
--:     cursor text?, fetch int, skip int, sort text, near bool)
--: rows  id id, name text, description text?, category text, base_price number,
--:     currency text, design_constraints json, active bool, created_at time, updated_at time,
--:     key_ text, language_ text, sold_ bool, total_ big
--: reads
-- The same by what the shopper sees: the price in their currency, or the name
-- in their language. Neither can stand in an index, and a catalogue is small.
WITH goods AS MATERIALIZED (
    SELECT p.id, coalesce(t.name, p.name) AS name,
        coalesce(t.description, p.description) AS description, p.category,
        coalesce(x.price, price_shown(p.base_price, p.currency, $3)) AS price,
        p.constraints_shown, p.active, p.created_at, p.updated_at,
        coalesce(t.language, 'en') AS language
      FROM products p
      LEFT JOIN product_prices x ON x.product_id = p.id AND x.currency = $3 AND x.variant_id IS NULL
      LEFT JOIN LATERAL (SELECT t.* FROM product_translations t
          WHERE t.product_id = p.id AND lower(t.language) = ANY ($4::text[])
          ORDER BY array_position($4::text[], lower(t.language)) LIMIT 1) t ON true
     WHERE p.active AND ($1::text IS NULL OR p.category = $1)
       AND ($2::text IS NULL OR search_fits(p.search_text, p.search_words, $2, (SELECT search_query($2)), $9)
            OR search_fits(t.search_text, t.search_words, $2, (SELECT search_query($2)), $9))),
sorted AS (
    SELECT g.*, CASE $8::text WHEN 'price_asc' THEN g.price WHEN 'price_desc' THEN -g.price
            ELSE 0 END AS rank,
        CASE $8::text WHEN 'name' THEN left(lower(g.name), 100) ELSE '' END AS word
      FROM goods g)
SELECT s.id, s.name, s.description, s.category, money_json(s.price, $3), $3::text,
    s.constraints_shown, s.active, s.created_at, s.updated_at,
    concat_ws('|', s.rank, s.id, s.word), s.language, EXISTS (SELECT FROM currency_sold($3)),
    (SELECT count(*) FROM goods)
  FROM sorted s
 WHERE $5::text IS NULL OR (s.rank, s.word, s.id) >
    (split_part($5, '|', 1)::bigint, substr($5, length(split_part($5, '|', 1)) + 39),
     split_part($5, '|', 2)::uuid)
 ORDER BY s.rank, s.word, s.id LIMIT $6 OFFSET $7;

--: product_asked(category text?, query text?, currency text, languages text, near bool)
--: one row  category_known bool, currency_sold bool, total big
--: reads
-- Why a list came out empty.
SELECT $1::text IS NULL OR EXISTS (SELECT FROM categories WHERE slug = $1),
    EXISTS (SELECT FROM currency_sold($3)),
    (SELECT count(*) FROM products n
      WHERE n.active AND ($1::text IS NULL OR n.category = $1)
        AND ($2::text IS NULL OR search_fits(n.search_text, n.search_words, $2, (SELECT search_query($2)), $5)
            OR EXISTS (SELECT FROM product_translations t WHERE t.product_id = n.id
                AND lower(t.language) = ANY ($4::text[])
                AND search_fits(t.search_text, t.search_words, $2, (SELECT search_query($2)), $5))));

--: product_find(product id, currency text, languages text)
--: rows  id id, name text, description text?, category text, base_price number,
--:     currency text, design_constraints json, active bool, created_at time, updated_at time,
--:     language_ text, sold_ bool
--: reads
-- One product that is for sale; its variants come by variant_list().
SELECT p.id, coalesce(t.name, p.name), coalesce(t.description, p.description), p.category,
    money_json(coalesce(x.price, price_shown(p.base_price, p.currency, $2)), $2),
    $2::text, p.constraints_shown, p.active, p.created_at, p.updated_at,
    coalesce(t.language, 'en'), EXISTS (SELECT FROM currency_sold($2))
  FROM products p
  LEFT JOIN product_prices x ON x.product_id = p.id AND x.currency = $2 AND x.variant_id IS NULL
  LEFT JOIN LATERAL (SELECT t.name, t.description, t.language FROM product_translations t
      WHERE t.product_id = p.id AND lower(t.language) = ANY ($3::text[])
      ORDER BY array_position($3::text[], lower(t.language)) LIMIT 1) t ON true
 WHERE p.id = $1 AND p.active;

--: variant_list(product id, size text?, color text?, available bool?, currency text,
--:     cursor text?, fetch int, skip int)
--: rows  id id, product_id id, size text?, color text?, color_hex text?,
--:     price_adjustment number, price number, currency text, available bool,
--:     key_ text, sold_ bool, total_ big
--: reads
-- The variants of a product that is for sale. What is the same for all of them
-- is looked up once, and they are read once to be counted and shown.
WITH goods AS MATERIALIZED (
    SELECT p.id, p.base_price, p.currency, x.price AS shared, money_json(1, $5) AS unit FROM products p
      LEFT JOIN product_prices x ON x.product_id = p.id AND x.currency = $5 AND x.variant_id IS NULL
     WHERE p.id = $1 AND p.active),
these AS MATERIALIZED (
    SELECT v.id, v.size, v.color, v.color_hex, v.price_adjustment, v.available, v.position
      FROM product_variants v
     WHERE v.product_id = $1 AND ($2::text IS NULL OR v.size = $2)
       AND ($3::text IS NULL OR v.color = $3) AND ($4::boolean IS NULL OR v.available = $4)),
said AS MATERIALIZED (
    SELECT x.variant_id, x.price FROM product_prices x
     WHERE x.product_id = $1 AND x.currency = $5 AND x.variant_id IS NOT NULL)
SELECT v.id, p.id, v.size, v.color, v.color_hex,
    price_in(v.price_adjustment, p.currency, $5) * p.unit,
    variant_price_rule(said.price, p.shared, v.price_adjustment, p.base_price, p.currency, $5)
        * p.unit,
    $5::text, v.available, v.position || '|' || v.id, EXISTS (SELECT FROM currency_sold($5)),
    (SELECT count(*) FROM these)
  FROM goods p
 CROSS JOIN these v
  LEFT JOIN said ON said.variant_id = v.id
 WHERE (v.position, v.id) > (coalesce(nullif(split_part($6, '|', 1), '')::integer, -2147483648),
        coalesce(nullif(split_part($6, '|', 2), '')::uuid, '00000000-0000-0000-0000-000000000000'))
 ORDER BY v.position, v.id LIMIT $7 OFFSET $8;

--: variant_asked(product id, size text?, color text?, available bool?, currency text)
--: one row  currency_sold bool, total big
--: reads
-- Why a list came out empty; NOT_FOUND: there is no such product.
SELECT EXISTS (SELECT FROM currency_sold($5)),
    (SELECT count(*) FROM product_variants n
      WHERE n.product_id = $1 AND ($2::text IS NULL OR n.size = $2)
        AND ($3::text IS NULL OR n.color = $3) AND ($4::boolean IS NULL OR n.available = $4))
  FROM products p WHERE p.id = $1 AND p.active;
