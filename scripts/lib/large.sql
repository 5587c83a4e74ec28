-- A large shop, the same one each time, for scripts/bench. Run by the owner of
-- the tables, with their triggers off: what they would count is counted here.
-- Variables: products, users, designs, likes (of each user, at most 100).

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

ALTER TABLE products DISABLE TRIGGER USER;
ALTER TABLE product_variants DISABLE TRIGGER USER;
ALTER TABLE users DISABLE TRIGGER USER;
ALTER TABLE designs DISABLE TRIGGER USER;
ALTER TABLE design_likes DISABLE TRIGGER USER;

CREATE FUNCTION pg_temp.large_id(what text, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$ SELECT md5('large ' || what || n)::uuid $$;

-- ---- goods, each after the pattern of one that the catalogue has ----
CREATE TEMP TABLE model ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY category) - 1 AS k, m.*
  FROM (SELECT DISTINCT ON (category) * FROM products
         WHERE category IN ('t-shirt', 'cap', 'tote-bag') AND printful_product_id IS NOT NULL
         ORDER BY category, created_at, id) m;

INSERT INTO products (id, name, description, category, base_price, currency,
    printful_product_id, printify_product_id, design_constraints, created_at, updated_at)
SELECT pg_temp.large_id('product', n), 'Product ' || n,
    'One of a long row of goods, soft and strong, number ' || n || '.', m.category,
    1500 + (n * 137) % 2000, 'USD', m.printful_product_id, m.printify_product_id,
    m.design_constraints, t.at, t.at
  FROM generate_series(1, :products) n
  JOIN model m ON m.k = n % (SELECT count(*) FROM model)
 CROSS JOIN LATERAL (SELECT timestamptz '2026-02-01 12:00Z' + n * interval '1 minute' AS at) t
ON CONFLICT DO NOTHING;

INSERT INTO product_translations (product_id, language, name, description)
SELECT pg_temp.large_id('product', n), 'de', 'Ware ' || n, 'Weich und fest, Nummer ' || n || '.'
  FROM generate_series(1, :products, 2) n
ON CONFLICT DO NOTHING;

INSERT INTO product_prices (id, product_id, currency, price)
SELECT pg_temp.large_id('price', n), pg_temp.large_id('product', n), 'EUR', 1390 + (n * 137) % 2000
  FROM generate_series(1, :products, 3) n
ON CONFLICT DO NOTHING;

INSERT INTO product_variants (id, product_id, size, color, color_hex, price_adjustment,
    available, position)
SELECT pg_temp.large_id('variant', n * 100 + k), pg_temp.large_id('product', n),
    (ARRAY['S', 'M', 'L', 'XL', '2XL'])[1 + k % 5],
    (ARRAY['Black', 'White', 'Navy', 'Red'])[1 + k / 5],
    (ARRAY['#0c0c0c', '#ffffff', '#1e2a4a', '#c02020'])[1 + k / 5],
    CASE WHEN k % 5 = 4 THEN 200 ELSE 0 END, k <> 19, k
  FROM generate_series(1, :products) n, generate_series(0, 19) k
ON CONFLICT DO NOTHING;

-- Both printers make them, as what their model's variants are.
INSERT INTO provider_variants (variant_id, provider, product_ref, variant_ref, cost, currency)
SELECT pg_temp.large_id('variant', n * 100 + g.k), v.provider, v.product_ref, v.variant_ref, v.cost, v.currency
  FROM generate_series(1, :products) n
  JOIN model m ON m.k = n % (SELECT count(*) FROM model)
 CROSS JOIN generate_series(0, 19) g (k)
  JOIN LATERAL (
    SELECT o.*, row_number() OVER (PARTITION BY o.provider ORDER BY p.position, p.id) - 1 AS at,
        count(*) OVER (PARTITION BY o.provider) AS all_of
      FROM product_variants p JOIN provider_variants o ON o.variant_id = p.id
     WHERE p.product_id = m.id AND p.available) v ON v.at = g.k % v.all_of
ON CONFLICT DO NOTHING;

-- ---- people: large.1@example.com and so on, all with "large password" ----
INSERT INTO users (id, email, password_hash, first_name, last_name, tier, email_verified_at,
    created_at, updated_at)
SELECT pg_temp.large_id('user', n), 'large.' || n || '@example.com', 
    '$argon2id$v=19$m=19456,t=2,p=1$Qm+VQ0EfqaYOazJgagJvLw$fX8bvI0kA/Fl/3d6KS+kWVrvGo8SjeqPa8lwNgww5nM',
    (ARRAY['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald'])[1 + n % 5], 'Number ' || n,
    'registered', t.at, t.at, t.at
  FROM generate_series(1, :users) n
 CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01 00:00Z' + n * (interval '10 minutes' * 20000 / :users) AS at) t
ON CONFLICT DO NOTHING;

INSERT INTO user_profiles (id, user_id, design_gallery_public)
SELECT pg_temp.large_id('profile', n), pg_temp.large_id('user', n), n % 2 = 0
  FROM generate_series(1, :users) n
ON CONFLICT DO NOTHING;

INSERT INTO point_balances (user_id)
SELECT pg_temp.large_id('user', n) FROM generate_series(1, :users) n
ON CONFLICT DO NOTHING;

-- ---- designs: nine of ten are in the gallery, few have most of the likes ----
-- Who likes what: the cube makes the first designs the ones most liked.
CREATE TEMP TABLE liking ON COMMIT DROP AS
SELECT DISTINCT ON (who, what) who, what, at
  FROM (SELECT n AS who,
            floor(:designs * power((k + ((n * 2654435761) % 1000) / 1000.0) / :likes, 3))::bigint * 7 % :designs AS what,
            timestamptz '2026-10-01 00:00Z' + ((n * 7919 + k * 104729) % 4000000) * interval '1 second' AS at
          FROM generate_series(1, :users::bigint) n, generate_series(0, :likes - 1) k) l;

CREATE TEMP TABLE liked ON COMMIT DROP AS
SELECT what, count(*)::int AS likes FROM liking GROUP BY what;

-- Millions are sorted at once, after they are there; meanwhile nobody reads.
SELECT :designs > 1000000 AS sort_after \gset
\if :sort_after
CREATE TEMP TABLE aside ON COMMIT DROP AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made
  FROM pg_index i
 WHERE i.indrelid IN ('designs'::regclass, 'design_likes'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
SELECT 'DROP INDEX ' || name FROM aside \gexec
\endif

-- All show one picture that is there, if there is one.
INSERT INTO designs (id, user_id, title, description, prompt, product_category, status, ai_model,
    design_data, image_url, thumbnail_url, revision, rendered_revision, public, likes_count,
    trending_score, created_at, updated_at)
SELECT pg_temp.large_id('design', n), pg_temp.large_id('user', 1 + (n * 31) % :users),
    (ARRAY['Fox', 'Comet', 'Garden', 'Tide', 'Robot', 'Forest', 'Melody'])[1 + n % 7] || ' ' || n,
    'A drawing of the ' || n || 'th idea of that day.', 'a quiet picture of number ' || n,
    (ARRAY['t-shirt', 'cap', 'tote-bag'])[1 + n % 3], 'ready', 'gemini-3.8-flash',
    '{"version": "6.0.0", "width": 1800, "height": 2400, "objects": []}',
    shown.image_url, shown.thumbnail_url, 1, 1, n % 10 <> 0, coalesce(l.likes, 0),
    coalesce(l.likes, 0) * ((n * 7919) % 1000) / 1000.0, t.at, t.at
  FROM generate_series(0, :designs::bigint - 1) n
 CROSS JOIN LATERAL (SELECT timestamptz '2026-03-01 00:00Z' + n * (interval '90 seconds' * 200000 / :designs) AS at) t
  LEFT JOIN liked l ON l.what = n
  LEFT JOIN (SELECT image_url, thumbnail_url FROM designs
      WHERE public AND image_url IS NOT NULL AND thumbnail_url IS NOT NULL LIMIT 1) shown ON true
ON CONFLICT DO NOTHING;

INSERT INTO design_likes (id, user_id, design_id, created_at)
SELECT pg_temp.large_id('like', who * 1000000000 + what), pg_temp.large_id('user', who),
    pg_temp.large_id('design', what), at
  FROM liking
ON CONFLICT DO NOTHING;

\if :sort_after
SELECT made FROM aside \gexec
\endif

INSERT INTO counters (name, n)
SELECT coalesce('gallery/' || product_category, 'gallery'), count(*) FROM designs
 WHERE public AND status = 'ready' AND deleted_at IS NULL
 GROUP BY ROLLUP (product_category)
ON CONFLICT (name) DO UPDATE SET n = excluded.n, counted_at = now();

ALTER TABLE products ENABLE TRIGGER USER;
ALTER TABLE product_variants ENABLE TRIGGER USER;
ALTER TABLE users ENABLE TRIGGER USER;
ALTER TABLE designs ENABLE TRIGGER USER;
ALTER TABLE design_likes ENABLE TRIGGER USER;
NOTIFY tshop_catalogue;
COMMIT;
VACUUM ANALYZE products, product_variants, product_prices, product_translations, provider_variants;
VACUUM ANALYZE users, user_profiles, point_balances, designs, design_likes, counters;
